"""Races that are really run: rivals on connections of their own, on whichever database the suite runs."""

import os
import random
import time
from collections import Counter
from functools import partial

import pytest
from django.db import connection

from booking import offering, scheduling, taking
from booking.models import Appointment
from booking.series import planning, recurring
from practice.messaging.models import Message
from tests import make
from tests.racing import race

State, By = Appointment.State, Appointment.By
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("a_monday_morning")]
FULL = os.environ.get("DRILL") == "full"
# Asked of the database in its own words, not through the code that is on trial.
OVERLAPS = """
    SELECT count(*) FROM booking_appointment a JOIN booking_appointment b
    ON a.id < b.id AND a.clinician_id = b.clinician_id
    AND a.blocks_from < b.blocks_until AND b.blocks_from < a.blocks_until
    AND NOT a.overbooked AND NOT b.overbooked
    WHERE a.state IN ('held', 'requested', 'booked') AND b.state IN ('held', 'requested', 'booked')
"""


def overlaps():
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return cursor.fetchone()[0]


def names(outcomes):
    return Counter(type(outcome).__name__ for outcome in outcomes)


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


class Crowd:
    """Ten clinicians, forty clients, and whatever people do with times, drawn by lot."""

    def __init__(self, seed):
        self.dice, self.actor = random.Random(seed), make.user()
        lengths = [("instant", 30), ("instant", 80), ("approve", 50)]
        self.kinds = [make.session_type(f"{m}-{n}", minutes=n, step=10, buffer_after=10, mode=m) for m, n in lengths]
        self.clinicians = [make.working_clinician("09:00", "12:00") for _ in range(10)]
        self.clients = [make.client() for _ in range(40)]

    def attempt(self, number):
        common = {
            "session_type": self.dice.choice(self.kinds),
            "clinician": self.dice.choice(self.clinicians),
            "starts_at": make.moment(
                self.dice.choice([2, 3]), f"{self.dice.randint(13, 15)}:{self.dice.randint(0, 5)}0"
            ),
            "state": "NY",
        }
        client, what = self.dice.choice(self.clients), number % 8
        if what == 0:
            return partial(scheduling.hold, visitor=f"visitor {number % 31}", **common)
        if what == 1:
            return partial(book_and_move, client, common, make.moment(3, "14:30"))
        if what == 2:
            return partial(hold_that_runs_out, f"visitor of {number}", common)
        if what == 3:
            return partial(ask_and_approve, client, common | {"session_type": self.kinds[2]}, self.actor)
        if what == 4:
            return partial(recurring.make, series=planning.wanted(client=client, times=2, **common))
        if what == 5:
            return scheduling.let_run_out
        return partial(scheduling.book, client=client, by=By.STAFF, **common)


REFUSALS = {"SlotTaken", "TwoPlaces", "NotOffered", "NotPossible", "TooMany", "Conflicts"}


def test_random_rivals_never_leave_an_overlap():
    crowd = Crowd(20261019)
    outcomes = race([crowd.attempt(number) for number in range(2000 if FULL else 96)], at_once=8)

    answers = names(outcomes)
    assert set(answers) <= REFUSALS | {"Appointment", "Series", "int"}, answers
    assert answers["Appointment"] > 10
    assert answers["Series"] > 1
    assert overlaps() == 0


def hold_that_runs_out(visitor, common):
    """Held, and so long ago that whoever comes next may have it."""
    held = scheduling.hold(visitor=visitor, **common)
    Appointment.objects.filter(pk=held.pk).update(hold_expires_at=held.created_at)
    return held


def ask_and_approve(client, common, actor):
    return scheduling.approve(appointment=scheduling.book(client=client, **common), actor=actor)


def book_and_move(client, common, starts_at):
    booked = scheduling.book(client=client, by=By.STAFF, **common)
    return scheduling.move(appointment=booked, starts_at=starts_at, by=By.STAFF, reason="test")


@pytest.fixture
def without_the_guards(monkeypatch):
    """No constraint, no queue, and a moment between looking and writing, as there is on a busy day."""
    looked, put_back = offering.is_offered, _drop_guards()

    def is_offered(**asked):
        answer = looked(**asked)
        time.sleep(0.05)
        return answer

    monkeypatch.setattr(offering, "is_offered", is_offered)
    monkeypatch.setattr(taking, "_line_up", lambda _new: None)
    yield
    Appointment.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in put_back:
            cursor.execute(statement)


def _drop_guards():
    """Take the guards away; returns the statements that bring them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'appointment_cl%'")
            rows = cursor.fetchall()
            for name, _sql in rows:
                cursor.execute(f'DROP TRIGGER "{name}"')
            return [sql for _name, sql in rows]
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'x' AND conrelid = 'booking_appointment'::regclass"
        )
        rows = cursor.fetchall()
        for name, _definition in rows:
            cursor.execute(f'ALTER TABLE booking_appointment DROP CONSTRAINT "{name}"')
        return [f'ALTER TABLE booking_appointment ADD CONSTRAINT "{name}" {definition}' for name, definition in rows]


@pytest.mark.postgres
def test_control_without_guards_the_race_happens(without_the_guards):
    assert names(race(rivals(16)))["Appointment"] > 1
    assert overlaps() > 0


def test_control_without_guards_the_database_takes_an_overlap(without_the_guards):
    """SQLite lets one writer in at a time, so there only this shows that nothing else stood in the way."""
    one, other = make.past_appointment(), make.past_appointment()
    Appointment.objects.update(state=State.BOOKED, clinician=one.clinician, starts_at=other.starts_at)
    assert overlaps() == 1
