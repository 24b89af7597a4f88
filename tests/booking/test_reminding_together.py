"""Reminders owed to one number on one day become one text that names times only; and nothing is told twice."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.models import Client, Participant
from booking.reminders import gathering, reminding
from practice.messaging import consenting, lengths, sending
from practice.messaging.models import Message
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
BOOKED_AT = datetime(2026, 10, 19, 14, tzinfo=UTC)  # a Monday, 10:00 in New York
THURSDAY = datetime(2026, 10, 22, 19, tzinfo=UTC)  # 3 PM there
HOUR = timedelta(hours=1)
A_DAY_BEFORE = THURSDAY - 24 * HOUR


@pytest.fixture
def family():
    """Two children whose parent's number is the contact of both."""
    with time_machine.travel(BOOKED_AT, tick=False):
        ana = make.client(name="Ana")
        return [ana, Client.objects.create(contact=ana.contact, name_to_use="Ben", time_zone="America/New_York")]


def book(client, starts_at=THURSDAY, *, at=BOOKED_AT, **options):
    with time_machine.travel(at, tick=False):
        clinician = make.working_clinician("00:00", "00:00")
        return make.appointment(clinician=clinician, client=client, starts_at=starts_at, **options)


def owed_at(moment, *, sent=False):
    with time_machine.travel(moment, tick=False):
        number = reminding.owe()
        if sent:
            sending.deliver_due()
        return number


def at(moment, do, **arguments):
    with time_machine.travel(moment, tick=False):
        return do(**arguments)


def reminders(**fields):
    return Message.objects.filter(priority=Message.Priority.REMINDER, channel="text", **fields).order_by("created_at")


def owed():
    return reminders(status="scheduled")


def tells(message, *appointments):
    """Whether the text names exactly these times: in its key and in its words."""
    named = message.key.split(":")[3].split("+")
    clocks = [f"{one.starts_at - 4 * HOUR:%I:%M %p}".lstrip("0") for one in appointments]
    return sorted(named) == sorted(map(gathering.mark, appointments)) and all(one in message.body for one in clocks)


def test_two_times_of_one_number_are_one_text_at_the_moment_of_the_first(family):
    first, second = book(family[0]), book(family[1], THURSDAY + 2 * HOUR)
    assert owed_at(A_DAY_BEFORE - HOUR) == 0
    assert owed_at(A_DAY_BEFORE) == 1
    assert owed_at(A_DAY_BEFORE + 2 * HOUR) == 0

    text = reminders().get()
    assert tells(text, first, second)
    assert text.body.startswith("Harbor Lane: see you Thu, Oct 22, 3:00 PM and 5:00 PM Eastern time. ")
    assert "/all/" in text.body
    assert lengths.fits_one_part(text.body)
    assert text.expires_at == first.starts_at
    assert not any(name in text.body for name in ("Ana", "Ben", first.clinician.name))


def test_a_reminder_of_tomorrow_and_one_of_today_are_one_text(family):
    today, tomorrow = book(family[0]), book(family[1], THURSDAY + 25 * HOUR)
    owed_at(A_DAY_BEFORE, sent=True)
    assert owed_at(THURSDAY - 2 * HOUR) == 1  # at 1 PM, and at 4 PM it would have been the other's turn
    assert owed_at(THURSDAY + HOUR) == 0
    assert tells(owed().get(), today, tomorrow)
    assert "Thu, Oct 22, 3:00 PM; Fri, Oct 23, 4:00 PM" in owed().get().body


def test_one_time_alone_is_reminded_of_as_ever_and_once_a_day(family):
    booked = book(family[0], datetime(2026, 10, 22, 13, tzinfo=UTC))  # 9:00, so both reminders fall on Wednesday
    for hours in range(24):
        owed_at(booked.starts_at - timedelta(hours=24 - hours), sent=True)
    assert tells(reminders().get(), booked)
    assert reminders().get().body.endswith("Reply C to confirm, X to change.")


def test_other_numbers_are_told_by_themselves(family):
    book(family[0])
    book(at(BOOKED_AT, make.client), THURSDAY + HOUR)
    assert owed_at(A_DAY_BEFORE) == 1
    assert owed_at(A_DAY_BEFORE + HOUR) == 1
    assert reminders().filter(key__contains="+").count() == 0


def test_a_time_booked_while_the_text_waits_joins_it_and_is_told_once(family):
    first = book(family[0])
    owed_at(A_DAY_BEFORE)
    late = book(family[1], THURSDAY + 5 * HOUR, at=A_DAY_BEFORE + timedelta(minutes=1))

    assert owed_at(A_DAY_BEFORE + timedelta(minutes=2)) == 1

    assert tells(owed().get(), first, late)
    assert reminders(status="withdrawn").get().reason == "joined"
    assert owed_at(A_DAY_BEFORE + 5 * HOUR, sent=True) == 0
    assert reminders(status="delivered").count() == 1


def test_a_time_booked_after_the_text_has_left_is_told_alone(family):
    book(family[0])
    owed_at(A_DAY_BEFORE, sent=True)
    late = book(family[1], THURSDAY + 5 * HOUR, at=A_DAY_BEFORE + HOUR)

    assert owed_at(A_DAY_BEFORE + 4 * HOUR) == 0
    assert owed_at(A_DAY_BEFORE + 5 * HOUR) == 1
    assert tells(owed().get(), late)


@pytest.mark.parametrize("do", ["cancel", "move"])
def test_a_time_that_ends_while_the_text_waits_leaves_it_and_the_other_is_told_once(family, do):
    first, second = book(family[0]), book(family[1], THURSDAY + 2 * HOUR)
    owed_at(A_DAY_BEFORE)
    how = {"starts_at": THURSDAY + 72 * HOUR} if do == "move" else {}
    at(A_DAY_BEFORE, getattr(scheduling, do), appointment=first, by="client", **how)
    assert not owed().exists()

    assert owed_at(A_DAY_BEFORE + HOUR) == 0
    assert owed_at(A_DAY_BEFORE + 2 * HOUR, sent=True) == 1
    assert owed_at(A_DAY_BEFORE + 3 * HOUR) == 0
    assert tells(reminders(status="delivered").get(), second)


def test_what_left_a_text_and_came_back_is_told_once_under_a_key_of_its_own(family):
    """A alone, then A and B, then A alone again: the key of the first text is used up, and A is still told."""
    first = book(family[0])
    owed_at(A_DAY_BEFORE)
    second = book(family[1], THURSDAY + 5 * HOUR, at=A_DAY_BEFORE)
    owed_at(A_DAY_BEFORE)
    at(A_DAY_BEFORE, scheduling.cancel, appointment=second, by="client")

    assert owed_at(A_DAY_BEFORE, sent=True) == 1
    assert owed_at(A_DAY_BEFORE + HOUR) == 0
    told = reminders(status="delivered").get()
    assert told.key.endswith(f"{gathering.mark(first)}:2")
    assert reminders().count() == 3


def test_a_time_that_moved_to_later_the_same_day_is_told_anew(family):
    first, second = book(family[0]), book(family[1], THURSDAY + 2 * HOUR)
    owed_at(A_DAY_BEFORE, sent=True)
    moved = at(A_DAY_BEFORE, scheduling.move, appointment=first, starts_at=THURSDAY + 4 * HOUR, by="client")

    assert owed_at(A_DAY_BEFORE + 4 * HOUR) == 1
    assert tells(owed().get(), moved)
    assert (second.version, moved.version) == (1, 2)


def test_a_text_overtaken_by_its_first_time_leaves_the_second_to_be_told(family):
    book(family[0])
    second = book(family[1], THURSDAY + 2 * HOUR)
    owed_at(THURSDAY - HOUR)
    with time_machine.travel(THURSDAY + HOUR, tick=False):
        sending.deliver_due()
        assert reminders().get().reason == "stale"
        assert reminding.owe() == 1
    assert tells(owed().get(), second)


def test_stop_ends_it_and_start_brings_back_what_is_still_to_come(family):
    first, second = book(family[0]), book(family[1], THURSDAY + 2 * HOUR)
    contact = family[0].contact
    owed_at(A_DAY_BEFORE)
    consenting.opt_out(number=contact.number)
    assert owed_at(A_DAY_BEFORE + HOUR) == 0
    consenting.opt_in(contact=contact)
    assert owed_at(A_DAY_BEFORE + HOUR) == 1
    assert tells(owed().get(), first, second)


def test_more_times_than_one_text_holds_become_two_and_stay_so(family):
    booked = [book(family[n % 2], THURSDAY + n * HOUR, by="staff") for n in range(gathering.MOST + 2)]
    owed_at(A_DAY_BEFORE)
    assert tells(owed().get(), *booked[: gathering.MOST]) or "6 times" in owed().get().body
    for _beat in range(4):
        owed_at(A_DAY_BEFORE + 7 * HOUR)  # at 10 PM, so that both wait for the morning
    texts = list(owed())
    assert sorted(len(text.key.split("+")) for text in texts) == [2, gathering.MOST]
    assert all(lengths.fits_one_part(text.body) for text in texts)
    assert not reminders(status="withdrawn").exists()


def test_who_comes_along_and_is_a_client_elsewhere_gets_one_text_and_no_link_to_what_is_not_theirs(family):
    parent = at(BOOKED_AT, make.client)
    Participant.objects.create(client=family[0], contact=parent.contact, role="guardian", may_be_reminded=True)
    along, own = book(family[0]), book(parent, THURSDAY + HOUR)
    assert owed_at(A_DAY_BEFORE) == 2  # the parent's of both, and the family's number
    assert tells(owed().get(contact=parent.contact), along, own)

    scheduling_at = partial(at, A_DAY_BEFORE, scheduling.cancel, by="client")
    scheduling_at(appointment=own)
    assert owed_at(A_DAY_BEFORE) == 1
    text = owed().get(contact=parent.contact)
    assert tells(text, along)
    assert "http" not in text.body
    assert "Reply" not in text.body


def test_mails_stay_one_for_each_time(family):
    contact = family[0].contact
    type(contact).objects.update(email="a@example.test", email_digest="x" * 43)
    book(family[0])
    book(family[1], THURSDAY + HOUR)
    assert owed_at(A_DAY_BEFORE) == 2
    assert owed_at(A_DAY_BEFORE + HOUR) == 1
    assert Message.objects.filter(priority=Message.Priority.REMINDER, channel="mail").count() == 2


def test_asking_takes_as_many_questions_for_three_told_numbers_as_for_one(family):
    book(family[0])
    owed_at(A_DAY_BEFORE)
    with CaptureQueriesContext(connection) as one:
        owed_at(A_DAY_BEFORE)
    for _ in range(2):
        book(at(BOOKED_AT, make.client))
    owed_at(A_DAY_BEFORE)
    with CaptureQueriesContext(connection) as three:
        owed_at(A_DAY_BEFORE)
    assert len(three) == len(one) <= 6


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_each_time_once(family):
    book(family[0])
    book(family[1], THURSDAY + HOUR)
    with time_machine.travel(A_DAY_BEFORE, tick=False):
        outcomes = race([partial(reminding.owe)] * 4)
    assert sorted(map(str, outcomes)) == ["0", "0", "0", "1"]
    assert reminders().count() == 1
