"""Races of series that are really run, on whichever database the suite runs."""

from collections import Counter
from functools import partial

import pytest
from django.db import connection

from booking import scheduling
from booking.models import Appointment, Series
from booking.series import planning, proposing, recurring
from practice.messaging.models import Message
from tests import make
from tests.booking.crowd import overlaps
from tests.booking.test_races import without_the_guards  # noqa: F401
from tests.racing import names, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("a_monday_morning")]
DATES = 6


def rivals(number, **options):
    """Calls that each want the same dates for another client."""
    clinician = make.working_clinician()
    wanted = [make.wanted_series(clinician=clinician, client=make.client(), times=DATES) for _ in range(number)]
    return [partial(recurring.make, series=one, **options) for one in wanted]


def test_of_many_series_over_the_same_dates_one_is_made_and_no_date_is_promised_twice():
    outcomes = race(rivals(12, needs_all=True))
    assert names(outcomes) == {"Series": 1, "Conflicts": 11}
    assert all(date.rules for refused in outcomes if isinstance(refused, recurring.Conflicts) for date in refused.dates)
    assert Appointment.objects.count() == DATES
    assert Series.objects.count() == Message.objects.count() == 1
    assert overlaps() == 0


def test_a_series_and_bookings_of_its_dates_share_them_without_an_overlap():
    (series_call,) = rivals(1)
    series = series_call.keywords["series"]
    common = {"session_type": series.session_type, "clinician": series.clinician, "state": "NY"}
    strangers = [
        partial(scheduling.book, client=make.client(), starts_at=moment, **common)
        for moment in planning.starts(series)
        for _ in range(3)
    ]
    outcomes = race([*strangers[:9], series_call, *strangers[9:]])
    assert set(names(outcomes)) <= {"Appointment", "SlotTaken", "Series", "Conflicts"}
    assert Appointment.objects.live().count() == DATES
    assert overlaps() == 0


def test_an_offer_accepted_many_times_is_taken_once():
    offered = make.series_offer(times=DATES)
    outcomes = race([partial(proposing.accept, series=offered) for _ in range(8)])
    assert Counter(type(outcome) for outcome in outcomes) == {list: 8}
    assert Appointment.objects.booked().count() == DATES
    assert Message.objects.filter(key__contains=":made:").count() == 1


def test_yes_and_no_at_once_leave_one_answer():
    offered = make.series_offer(times=DATES)
    race([partial(proposing.accept, series=offered), partial(proposing.decline, series=offered)] * 4)
    offered.refresh_from_db()
    states = set(offered.appointments.values_list("state", flat=True))
    assert (offered.status, states) in [("running", {"booked"}), ("declined", {"expired"})]


@pytest.mark.postgres
def test_control_without_guards_two_series_take_the_same_dates(without_the_guards, monkeypatch):  # noqa: F811
    planned = planning.plan

    def plan(series, **options):
        dates = planned(series, **options)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        return dates

    monkeypatch.setattr(planning, "plan", plan)
    assert names(race(rivals(4, needs_all=True)))["Series"] > 1
    assert overlaps() > 0
