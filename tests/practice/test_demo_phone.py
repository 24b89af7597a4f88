"""The phone on the page shows what was sent, lets one text back and brings a reminder forward, and says so."""

import pytest
from django.test import Client

from practice.messaging import sending
from practice.messaging.models import InboundText
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booked():
    booked = make.appointment(client=make.client(phone="+12025550143", name="Robin"))
    sending.deliver_due()
    return booked


def test_before_anything_was_sent_it_says_how_to_get_something(client):
    assert b"No texts yet" in client.get("/demo/phone/").content


def test_it_shows_what_was_sent(client, booked):
    page = client.get("/demo/phone/").content.decode()
    assert "Robin" in page
    assert "see you" in page


def test_a_text_back_goes_through_the_signed_webhook(client, booked, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    answer = client.post("/demo/phone/", {"body": "C"}, follow=True)
    assert "is confirmed" in answer.content.decode()
    assert InboundText.objects.count() == 1
    booked.refresh_from_db()
    assert booked.confirmed_at is not None


def test_an_empty_text_is_answered_beside_the_field(client, booked):
    answer = client.post("/demo/phone/", {"body": ""})
    assert "Type something to send" in answer.content.decode()


def test_bringing_the_reminder_forward_says_what_the_clock_shows(client, booked):
    page = client.post("/demo/phone/", {"forward": "1"}).content.decode()
    assert "it is now" in page
    assert "brought forward" in page
    booked.client.contact.refresh_from_db()
    assert booked.client.contact.clock_ahead


def test_where_nothing_is_owed_it_says_so(client):
    contact = make.contact()
    make.message(contact)
    assert b"no coming session" in client.post("/demo/phone/", {"forward": "1"}).content


@pytest.mark.parametrize("phone", ["x", "0", "9" * 30, "\x00", "-1"])
def test_an_unknown_phone_is_not_found(client, phone):
    assert client.get("/demo/phone/", {"phone": phone}).status_code == 404


def test_with_a_real_carrier_there_is_no_phone(client, settings):
    settings.TWILIO_ACCOUNT_SID = "AC1"
    assert client.get("/demo/phone/").status_code == 404


def test_the_lines_that_somebody_asked_for_are_shown_without_a_number(client):
    Client().post("/crisis/text/", {"number": "202 555 0188"})
    assert b"202" not in client.get("/demo/phone/").content.split(b"<main")[1].split(b"</main")[0].replace(
        b"202 555 0143", b""
    )
