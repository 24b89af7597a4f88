"""May we call you when we open: a number for a clinician, said as the rota has it, never lost without a word."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from practice import tallies
from practice.crisis.models import Alert
from practice.messaging.models import Contact, Message
from practice.staff.models import Rota
from tests import make

pytestmark = pytest.mark.django_db
PAGE = "/crisis/call/"
_addresses = count(1)


def ask(client, number="312 555 0143", path=PAGE, **fields):
    return client.post(path, {"number": number, **fields}, REMOTE_ADDR=f"10.201.{next(_addresses) % 250}.9")


def test_the_number_waits_for_a_clinician_and_is_masked_for_everyone_else(client):
    answer = ask(client)

    alert = Alert.objects.get()
    assert (alert.kind, alert.tier, alert.source_label) == ("self", "check_in", "call back")
    assert alert.who == "number ending 0143"
    assert "(312) 555-0143" in alert.text
    assert "in English" in alert.text
    assert b"0143" not in answer.content
    assert not Contact.objects.exists()
    assert not Message.objects.exists()
    assert tallies.counting.total("crisis self check_in") == 0, "what led here was counted there"


def test_what_is_promised_follows_the_rota(client):
    assert "Nobody here reads this before then" in ask(client).content.decode()
    now = timezone.now()
    turn = {"number": "+13125550199", "starts_at": now, "ends_at": now + timedelta(hours=1)}
    Rota.objects.create(user=make.user(is_on_call=True), **turn)
    assert "may call you sooner" in ask(client, "312 555 0144").content.decode()


def test_in_spanish_a_clinician_knows_to_speak_spanish(client):
    assert ask(client, path="/es/crisis/call/").status_code == 200
    assert "in Spanish" in Alert.objects.get().text


@pytest.mark.parametrize("number", ["", "12", "I want to die", "\x00", "9" * 500])
def test_what_is_no_number_gets_a_message_beside_the_field_and_the_lines(client, number):
    answer = ask(client, number)
    assert answer.status_code == 400
    assert b"with area code" in answer.content
    assert b"tel:988" in answer.content
    assert not Alert.objects.exists()


def test_a_number_that_asks_again_and_again_is_told_to_call(client):
    answers = [ask(client).status_code for _ in range(4)]
    assert answers == [200, 200, 429, 429]
    assert Alert.objects.count() == 2
    told = ask(client).content
    assert b"several calls from here already" in told
    assert b"one of the lines below" in told


def test_who_has_used_up_the_texts_may_still_ask_for_a_call(client):
    for _ in range(3):
        client.post("/crisis/text/", {"number": "312 555 0143"}, REMOTE_ADDR="10.202.0.1")
    assert ask(client).status_code == 200


def test_a_program_leaves_no_alert(client):
    assert ask(client, website="https://spam.test").status_code == 200
    assert not Alert.objects.exists()


def test_without_a_database_it_says_so_and_shows_the_lines(client):
    def down(*_arguments):
        raise OperationalError

    with connection.execute_wrapper(down):
        answer = ask(client)
    assert answer.status_code == 503
    assert b"could not take that number down" in answer.content
    assert b"several calls" not in answer.content, "nobody asked too often"
    assert b"tel:988" in answer.content


def test_the_page_sets_no_cookie_and_is_not_driven_from_another_site(client):
    assert not client.get(PAGE).cookies
    answer = client.post(PAGE, {"number": "312 555 0143"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not Alert.objects.exists()
