"""Reminders: owed once, at decent hours, gone when the time moves, and at any hour somebody tries."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.reminders import reminding
from practice.messaging import consenting, lengths
from practice.messaging.models import Message
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
BOOKED_AT = datetime(2026, 10, 19, 14, tzinfo=UTC)  # a Monday, 10:00 in New York
THURSDAY_3_PM = datetime(2026, 10, 22, 19, tzinfo=UTC)


def book(starts_at=THURSDAY_3_PM, *, at=BOOKED_AT, hours=("00:00", "00:00"), **client):
    with time_machine.travel(at, tick=False):
        return make.appointment(
            clinician=make.working_clinician(*hours), client=make.client(**client), starts_at=starts_at
        )


def owed_at(moment):
    with time_machine.travel(moment, tick=False):
        return reminding.owe()


def reminders():
    return Message.objects.filter(priority=Message.Priority.REMINDER)


def days_of(message):
    """On which day of its reader's a text reminds, as its key says."""
    return message.key.split(":")[2]


def moments(appointment):
    zone = appointment.client.contact.zone
    return [(one.minutes, f"{one.at.astimezone(zone):%a %H:%M}") for one in reminding.reminders(appointment)]


def test_two_reminders_a_day_and_two_hours_before():
    booked = book()
    assert moments(booked) == [(1440, "Wed 15:00"), (120, "Thu 13:00")]
    assert owed_at(THURSDAY_3_PM - timedelta(hours=25)) == 0
    assert owed_at(THURSDAY_3_PM - timedelta(hours=24)) == 1
    assert owed_at(THURSDAY_3_PM - timedelta(hours=23)) == 0
    assert owed_at(THURSDAY_3_PM - timedelta(hours=2)) == 1
    assert [days_of(message) for message in reminders().order_by("key")] == ["20261021", "20261022"]
    assert all(lengths.fits_one_part(message.body) for message in reminders())


def test_a_reminder_is_never_sent_once_the_session_has_begun():
    book()
    assert owed_at(THURSDAY_3_PM) == 0
    owed_at(THURSDAY_3_PM - timedelta(hours=1))
    assert reminders().get().expires_at == THURSDAY_3_PM


def test_after_a_long_silence_only_the_last_reminder_goes():
    book()
    assert owed_at(THURSDAY_3_PM - timedelta(minutes=30)) == 1
    assert days_of(reminders().get()) == "20261022"


def test_text_and_mail_as_the_contact_has_them():
    book(email="alex@example.test")
    assert owed_at(THURSDAY_3_PM - timedelta(hours=24)) == 2
    assert {message.channel for message in reminders()} == {"text", "mail"}


def test_whoever_may_not_be_written_to_is_not():
    booked = book()
    consenting.opt_out(number=booked.client.contact.number)
    assert owed_at(THURSDAY_3_PM - timedelta(hours=24)) == 0


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("2026-10-22T13:00Z", [(1440, "Wed 09:00"), (120, "Wed 20:30")]),  # 9 in the morning
        ("2026-10-22T10:00Z", [(1440, "Tue 20:30"), (120, "Wed 20:30")]),  # 6 in the morning
        ("2026-10-22T07:00Z", [(1440, "Tue 20:30"), (120, "Wed 20:30")]),  # 3 at night
        ("2026-10-23T03:30Z", [(1440, "Wed 20:30"), (120, "Thu 20:30")]),  # half past eleven at night
    ],
)
def test_in_quiet_hours_reminders_come_earlier(starts, expected):
    assert moments(book(datetime.fromisoformat(starts))) == expected


def test_quiet_hours_are_those_of_the_clients_zone():
    booked = book(datetime(2026, 10, 22, 17, tzinfo=UTC), zone="Pacific/Honolulu")  # 7 in the morning there
    assert moments(booked) == [(1440, "Tue 20:30"), (120, "Wed 20:30")]


@pytest.mark.parametrize("clock", ["03:00", "23:30"])
def test_booked_at_night_for_the_morning_the_reminder_comes_when_the_morning_begins(clock):
    at = datetime.fromisoformat(f"2026-10-20T{clock}-04:00")
    starts_at = datetime(2026, 10, 20 if clock == "03:00" else 21, 13, tzinfo=UTC)
    assert moments(book(starts_at, at=at)) == [(120, "Tue 08:00" if clock == "03:00" else "Wed 08:00")]


def test_what_was_booked_after_its_reminder_gets_none():
    assert moments(book(BOOKED_AT + timedelta(hours=1))) == []
    assert moments(book(BOOKED_AT + timedelta(hours=5))) == [(120, "Mon 13:00")]


def test_moving_brings_new_reminders_and_withdraws_the_old_ones():
    booked = book()
    owed_at(THURSDAY_3_PM - timedelta(hours=24))
    with time_machine.travel(THURSDAY_3_PM - timedelta(hours=23), tick=False):
        scheduling.move(appointment=booked, starts_at=THURSDAY_3_PM + timedelta(days=2), by="client")
    assert reminders().get().status == "withdrawn"
    assert owed_at(THURSDAY_3_PM - timedelta(hours=2)) == 0
    assert owed_at(THURSDAY_3_PM + timedelta(days=1)) == 1
    assert reminders().get(status="scheduled").key.endswith(".2"), "its second time"


def test_cancelling_withdraws_what_was_owed():
    booked = book()
    owed_at(THURSDAY_3_PM - timedelta(hours=24))
    with time_machine.travel(THURSDAY_3_PM - timedelta(hours=23), tick=False):
        scheduling.cancel(appointment=booked, by="client")
    assert reminders().get().status == "withdrawn"
    assert owed_at(THURSDAY_3_PM - timedelta(hours=2)) == 0


def test_a_clock_that_was_brought_forward_brings_the_reminder_forward():
    booked = book()
    with time_machine.travel(BOOKED_AT, tick=False):
        contact = booked.client.contact
        assert reminding.owe() == 0
        due = reminding.next_moment(contact)
        consenting.bring_forward(contact=contact, by=due - contact.now())
        assert reminding.owe() == 1
        assert reminding.owe() == 0
        contact.refresh_from_db()
        assert reminding.next_moment(contact) == THURSDAY_3_PM - timedelta(hours=2)


def test_a_licence_that_ends_before_the_session_is_noted_once_for_the_desk():
    booked = book()
    booked.clinician.licences.update(expires_on=THURSDAY_3_PM.date() - timedelta(days=1))
    for hours in (24, 2):
        assert owed_at(THURSDAY_3_PM - timedelta(hours=hours)) == 1
    assert [change.what for change in booked.changes.all()] == ["booked", "outside_licence"]


def test_asking_takes_as_many_questions_for_one_appointment_as_for_three_that_are_not_due():
    book()
    with time_machine.travel(BOOKED_AT, tick=False):
        with CaptureQueriesContext(connection) as one:
            reminding.owe()
        for _ in range(2):
            make.appointment(clinician=make.working_clinician("00:00", "00:00"), starts_at=THURSDAY_3_PM)
        with CaptureQueriesContext(connection) as three:
            reminding.owe()
    assert len(three) == len(one) <= 3


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_owe_each_reminder_once():
    book()
    with time_machine.travel(THURSDAY_3_PM - timedelta(hours=24), tick=False):
        outcomes = race([partial(reminding.owe)] * 4)
    assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    assert reminders().count() == 1
