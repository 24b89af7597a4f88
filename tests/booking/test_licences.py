"""A clinician sees a client only where they may practise that day: asked at every gate, from the offer to the door.

A compact counts from when it issues privileges in that state, not from when the state joined.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from booking import expiring, joining, offering, scheduling
from booking.models import AppointmentChange
from booking.offering import Rule
from booking.reminders import reminding
from practice.staff.models import Licence
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
NEW_YORK = ZoneInfo("America/New_York")
DAY = date(2026, 10, 21)  # two days after the Monday of the tests
KNOWN = {"basis": "compact", "compact_source": "the compact's own list"}
# What of a right does not hold on the day, or not where the client will be.
WRONG = {
    "ended the day before": {"expires_on": DAY - timedelta(days=1)},
    "begins the day after": {"starts_on": DAY + timedelta(days=1)},
    "is another state's: the client has moved, or travels": {"state": "NJ"},
    "comes of a compact that issues none there yet": {"basis": "compact"},
    "comes of a compact that issues from the day after": KNOWN
    | {"starts_on": DAY + timedelta(days=1), "compact_issues_from": DAY + timedelta(days=1)},
}
RIGHT = {
    "a licence": {},
    "its last day": {"expires_on": DAY},
    "its first day": {"starts_on": DAY},
    "a compact that issues": KNOWN | {"starts_on": DAY, "compact_issues_from": DAY - timedelta(days=60)},
}


@pytest.fixture
def clinician():
    """Licensed in New York as far as anybody can see."""
    return make.working_clinician(user=make.user(), room_url="https://video.example/mine", number="+13125550142")


def becomes(clinician, right):
    clinician.licences.update(**right)


def times_of_the_day(clinician):
    asked = {"session_type": make.session_type(), "clinicians": [clinician], "zone": NEW_YORK, "state": "NY"}
    return offering.open_times(first_day=DAY, last_day=DAY, **asked)


def why(clinician):
    asked = {"session_type": make.session_type(), "clinician": clinician, "starts_at": make.moment(2), "state": "NY"}
    return offering.why_not(**asked)


def is_let_in(appointment):
    with time_machine.travel(appointment.starts_at - timedelta(minutes=5)):
        place = {"state": "NY", "street": "1 Main Street, Albany", "number": "+12025550143"}
        return joining.arrive(appointment=appointment, **place)[0].is_open


def is_noted_with_the_reminder(appointment):
    with time_machine.travel(appointment.starts_at - timedelta(hours=24), tick=False):
        assert reminding.owe() == 1
    return AppointmentChange.objects.filter(appointment=appointment, what="outside_licence").exists()


@pytest.mark.parametrize("right", WRONG.values(), ids=WRONG)
def test_without_the_right_nothing_is_offered_and_nothing_can_be_booked(clinician, right):
    becomes(clinician, right)

    assert times_of_the_day(clinician) == []
    assert why(clinician) == [Rule.LICENCE]
    with pytest.raises(scheduling.NotLicensed):
        make.appointment(clinician=clinician)


@pytest.mark.parametrize("right", WRONG.values(), ids=WRONG)
def test_a_right_that_is_lost_after_booking_is_noted_before_the_reminder_and_opens_no_door(clinician, right):
    booked = make.appointment(clinician=clinician)
    becomes(clinician, right)

    assert is_noted_with_the_reminder(booked)
    assert not is_let_in(booked)


@pytest.mark.parametrize("right", RIGHT.values(), ids=RIGHT)
def test_with_it_every_gate_is_open(clinician, right):
    becomes(clinician, right)

    assert times_of_the_day(clinician)
    booked = make.appointment(clinician=clinician)
    assert not is_noted_with_the_reminder(booked)
    assert is_let_in(booked)


def test_a_client_who_travels_is_let_in_where_the_clinician_may_practise(clinician):
    booked = make.appointment(clinician=clinician)
    with time_machine.travel(booked.starts_at - timedelta(minutes=5)):
        place = {"state": "NJ", "street": "1 Main Street, Newark", "number": "+12025550143"}
        assert not joining.arrive(appointment=booked, **place)[0].is_open
        make.licence(clinician, "NJ", expires_on=DAY)
        assert joining.arrive(appointment=booked, **place)[0].is_open


def test_what_does_not_count_outlasts_nothing(clinician):
    becomes(clinician, {"expires_on": DAY})
    make.licence(clinician, "NY", basis="compact", expires_on=DAY + timedelta(days=500))

    assert [one.licence.basis for one in expiring.endings(clinicians=[clinician.pk])] == ["licence"]


def test_the_table_keeps_a_privilege_from_starting_before_its_compact(clinician):
    early = {"starts_on": DAY, "compact_issues_from": DAY + timedelta(days=1)}
    for wrong in (KNOWN | early, KNOWN | early | {"compact_issues_from": None}, KNOWN | {"compact_source": ""}):
        fields = {"starts_on": DAY, "compact_issues_from": DAY} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            make.licence(clinician, "NY", **fields)
    with pytest.raises(ValidationError, match="cannot start before"):
        Licence(clinician=clinician, state="NY", kind="x", number="1", expires_on=DAY, **KNOWN | early).full_clean()
