"""A text comes in: a cry for help, a STOP, a C, and what each of them sets going."""

import pytest
from django.conf import settings
from django.test import Client

from practice.crisis.models import Alert
from practice.messaging import carriers
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_any_hour")]


def text(body, sid, number="+12025550143", sign=True):
    """A text as the carrier hands it in; returns what goes back to its sender."""
    url = settings.PUBLIC_URL + "/sms/inbound/"
    fields = {"MessageSid": sid, "From": number, "To": settings.PRACTICE["phone"], "Body": body}
    headers = {"X-Twilio-Signature": carriers.sign(url, fields) if sign else "forged"}
    return Client(headers=headers).post("/sms/inbound/", fields)


@pytest.fixture
def booked():
    return make.appointment(client=make.client(phone="+12025550143"))


def test_a_cry_for_help_gets_the_lines_at_once_and_a_person_is_told(booked, staff):
    answer = text("i have the pills here and im going to take all of them tonight", "SM1").content.decode()
    assert "988" in answer
    alert = Alert.objects.get()
    staff.open("/desk/").sees("Crisis alerts")
    assert "pills" not in staff.text, "the words open only on the alert itself"
    staff.open(f"/desk/alerts/{alert.pk}/").press("I am looking after this")
    alert.refresh_from_db()
    assert alert.acknowledged_by is not None


def test_a_cry_for_help_with_a_stop_is_answered_once_and_the_stop_is_kept(booked):
    answer = text("STOP texting me. i want to kill myself", "SM2").content.decode()
    assert "988" in answer
    assert Alert.objects.count() == 1
    assert not booked.client.contact.may_be_texted


def test_after_a_stop_nothing_that_was_owed_goes_out(booked, work):
    assert Message.objects.owed().filter(channel="text").exists()
    text("stop", "SM3")
    work()
    assert not Message.objects.filter(channel="text", status__in=["accepted", "sent", "delivered"]).exists()


def test_a_c_confirms_and_the_same_delivery_again_changes_nothing(booked):
    first = text("C", "SM4").content
    booked.refresh_from_db()
    confirmed_at = booked.confirmed_at
    assert confirmed_at is not None
    assert text("C", "SM4").content == first
    booked.refresh_from_db()
    assert booked.confirmed_at == confirmed_at


def test_a_forged_text_leaves_no_trace(booked):
    assert text("C", "SM5", sign=False).status_code == 403
    booked.refresh_from_db()
    assert booked.confirmed_at is None
