"""Races that are really run: rivals on connections of their own, on whichever database the suite runs."""

import os
import random
from functools import partial

import pytest
from django.db import connection

from booking import scheduling
from booking.models import Appointment
from practice.messaging.models import Message
from tests import make
from tests.booking.crowd import Crowd, attempts, drop_guards, gather_rivals, let_the_guards_sleep, overlaps
from tests.racing import names, race, race_apart

State, By = Appointment.State, Appointment.By
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("a_monday_morning")]
FULL = os.environ.get("DRILL") == "full"


def rivals(number, **fields):
    clinician, kind = make.working_clinician(), make.session_type()
    common = {"session_type": kind, "clinician": clinician, "starts_at": make.moment(), "state": "NY"}
    return [partial(scheduling.book, client=make.client(), **common | fields) for _ in range(number)]


def test_an_hour_is_promised_only_once():
    outcomes = race(rivals(100), at_once=40)

    assert names(outcomes) == {"Appointment": 1, "SlotTaken": 99}
    assert all(outcome.alternatives for outcome in outcomes if isinstance(outcome, scheduling.SlotTaken))
    assert Appointment.objects.count() == 1
    assert Message.objects.count() == 1


def test_holds_and_bookings_race_for_the_same_hour_and_one_wins():
    calls = rivals(12)
    common = {key: value for key, value in calls[0].keywords.items() if key != "client"}
    calls += [partial(scheduling.hold, visitor=f"visitor {n}", **common) for n in range(12)]
    random.Random(7).shuffle(calls)

    assert names(race(calls)) == {"Appointment": 1, "SlotTaken": 23}


def test_one_person_who_clicks_many_times_books_once():
    clinicians = [make.working_clinician() for _ in range(6)]
    common = {"client": make.client(), "session_type": make.session_type(), "starts_at": make.moment(), "state": "NY"}

    outcomes = race([partial(scheduling.book, clinician=one, **common) for one in clinicians])

    assert names(outcomes)["Appointment"] == 1
    assert names(outcomes)["TwoPlaces"] == 5


def test_one_hold_is_turned_into_one_appointment():
    held = make.hold()
    calls = rivals(1, clinician=held.clinician, held=held) * 8
    assert names(race(calls))["Appointment"] == 1
    assert overlaps() == 0


def test_two_who_move_to_the_same_hour_do_not_both_get_it():
    clinician = make.working_clinician()
    booked = [make.appointment(clinician=clinician, starts_at=make.moment(2 + n)) for n in range(8)]
    target = make.moment(12)

    outcomes = race([partial(scheduling.move, appointment=one, starts_at=target, by=By.CLIENT) for one in booked])

    assert names(outcomes) == {"Appointment": 1, "SlotTaken": 7}
    assert overlaps() == 0


REFUSALS = {"SlotTaken", "TwoPlaces", "NotOffered", "NotPossible", "TooMany", "Conflicts"}


def test_random_rivals_never_leave_an_overlap():
    Crowd.gather()
    outcomes = race(attempts(seed=20261019, number=2000 if FULL else 96), at_once=8)

    nothing_went_wrong(names(outcomes))


def nothing_went_wrong(answers):
    assert set(answers) <= REFUSALS | {"Appointment", "Series", "int"}, answers
    assert answers["Appointment"] > 10
    assert answers["Series"] > 1
    assert overlaps() == 0


@pytest.fixture
def without_the_guards(monkeypatch):
    """Neither constraint nor queue."""
    let_the_guards_sleep(monkeypatch.setattr)
    put_back = drop_guards()
    yield
    Appointment.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in put_back:
            cursor.execute(statement)


@pytest.mark.postgres
def test_control_without_guards_the_race_happens(without_the_guards):
    assert names(race(rivals(16)))["Appointment"] > 1
    assert overlaps() > 0


def test_control_without_guards_the_database_takes_an_overlap(without_the_guards):
    """SQLite lets one writer in at a time, so there only this shows that nothing else stood in the way."""
    one, other = make.past_appointment(), make.past_appointment()
    Appointment.objects.update(state=State.BOOKED, clinician=one.clinician, starts_at=other.starts_at)
    assert overlaps() == 1


# --- In several processes, as web servers and workers are ------------------------------------------------------------


@pytest.mark.postgres
def test_an_hour_is_promised_only_once_to_a_hundred_in_four_processes():
    gather_rivals(100)
    answers = race_apart("tests.booking.crowd:rivals")

    assert answers == {"Appointment": 1, "SlotTaken": 99}
    assert Appointment.objects.count() == Message.objects.count() == 1


@pytest.mark.postgres
def test_random_rivals_in_four_processes_never_leave_an_overlap():
    Crowd.gather()
    answers = race_apart("tests.booking.crowd:attempts", seed=20261122, number=2000 if FULL else 320)

    nothing_went_wrong(answers)


@pytest.mark.postgres
def test_control_without_guards_the_race_happens_between_processes(without_the_guards):
    gather_rivals(16)
    answers = race_apart("tests.booking.crowd:rivals", processes=2, at_once=8, without_guards=True)

    assert answers["Appointment"] > 1
    assert overlaps() > 0
