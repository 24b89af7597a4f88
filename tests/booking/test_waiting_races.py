"""Races of the waitlist that are really run, on whichever database the suite runs."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment, WaitlistOffer
from booking.waitlist import waiting
from practice.messaging.models import Message
from tests import make
from tests.booking.crowd import overlaps
from tests.booking.test_races import without_the_guards  # noqa: F401
from tests.racing import names, race

State = Appointment.State
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def freed():
    """A clinician whose time was given back two minutes ago, with three people who wait for it."""
    clinician = make.working_clinician()
    for _n in range(3):
        make.waits()
    make.given_back(clinician=clinician)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        yield clinician


def strangers(clinician, number):
    common = {"session_type": make.session_type(), "clinician": clinician, "starts_at": make.moment(), "state": "NY"}
    return [partial(scheduling.book, client=make.client(), **common) for _ in range(number)]


def test_several_beats_at_once_make_one_offer(freed):
    outcomes = race([waiting.offer_freed] * 6)
    assert sum(outcomes) == 1
    assert WaitlistOffer.objects.count() == 1
    assert Message.objects.filter(topic__startswith="waitlist offer:").count() == 1


def test_an_offer_and_a_stranger_never_both_have_the_time(freed):
    calls = strangers(freed, 5)
    outcomes = race([*calls[:3], waiting.offer_freed, waiting.offer_freed, *calls[3:]])
    assert {type(outcome).__name__ for outcome in outcomes} <= {"int", "Appointment", "SlotTaken"}
    assert Appointment.objects.live().count() == 1
    assert WaitlistOffer.objects.count() + names(outcomes)["Appointment"] == 1
    assert overlaps() == 0


def test_an_offer_taken_many_times_is_one_appointment(freed):
    waiting.offer_freed()
    offer = WaitlistOffer.objects.get()
    outcomes = race([partial(waiting.accept, offer=offer) for _ in range(8)])
    assert names(outcomes) == {"Appointment": 8}
    assert Appointment.objects.booked().count() == 1
    assert Message.objects.filter(key__contains=":booked:", contact=offer.waiting.client.contact).count() == 1


def test_yes_and_no_at_once_leave_one_answer(freed):
    waiting.offer_freed()
    offer = WaitlistOffer.objects.get()
    race([partial(waiting.accept, offer=offer), partial(waiting.decline, offer=offer)] * 4)
    offer.refresh_from_db()
    assert (offer.answer, offer.appointment.state) in [("taken", "booked"), ("declined", "expired")]


def test_yes_after_the_half_hour_and_a_stranger_leave_one_winner(freed):
    waiting.offer_freed()
    offer = WaitlistOffer.objects.get()
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        outcomes = race([partial(waiting.accept, offer=offer), *strangers(freed, 4), waiting.let_run_out])
    assert names(outcomes)["OfferOver"] == 1
    assert names(outcomes)["Appointment"] == 1
    assert overlaps() == 0


@pytest.mark.postgres
def test_control_without_guards_a_stranger_takes_what_is_being_offered(without_the_guards, freed):  # noqa: F811
    race([*strangers(freed, 6), *[waiting.offer_freed] * 2])
    assert overlaps() > 0
    WaitlistOffer.objects.all().delete()  # before the fixture empties the table of appointments
