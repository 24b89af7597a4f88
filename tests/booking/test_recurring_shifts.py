"""Clients in other zones hear of it before a clock change moves their recurring time by their own clock."""

import pytest
import time_machine

from booking import scheduling
from booking.series import recurring, shifting
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
# American clocks go back on 1 November 2026. The series: Wednesdays, 11:00 in New York, from 21 October.
A_WEEK_BEFORE, THE_DAY_BEFORE_THAT = "2026-10-28T16:30:00Z", "2026-10-28T14:00:00Z"


def shifted(client, at=A_WEEK_BEFORE):
    with time_machine.travel(at, tick=False):
        shifting.tell()
    return list(client.contact.messages.filter(key__contains=":shift:", channel="text"))


def test_arizona_keeps_its_clock_so_the_hour_moves_there_and_is_told_a_week_before():
    client = make.client(zone="America/Phoenix")
    make.series(client=client)
    assert shifted(client, at=THE_DAY_BEFORE_THAT) == []
    (told,) = shifted(client)
    assert "clocks change, so by your clock the next time is Wed, Nov 4, 9:00 AM Arizona time" in told.body
    assert told.priority == Message.Priority.REMINDER


def test_it_is_told_once_and_only_of_the_first_date_at_the_new_hour():
    client = make.client(zone="America/Phoenix")
    make.series(client=client)
    first = shifted(client)
    assert shifted(client) == shifted(client, at="2026-11-05T12:00:00Z") == first


@pytest.mark.parametrize("zone", ["America/New_York", "America/Chicago"])
def test_where_the_clocks_change_together_nothing_is_said(zone):
    client = make.client(zone=zone)
    make.series(client=client)
    assert shifted(client) == []


def test_europe_changes_a_week_earlier_and_is_told_both_times():
    client = make.client(zone="Europe/Madrid")
    make.series(client=client)
    (there,) = shifted(client, at="2026-10-22T12:00:00Z")  # Madrid: 25 October
    assert "Wed, Oct 28, 4:00 PM" in there.body
    (here,) = set(shifted(client)) - {there}
    assert "Wed, Nov 4, 5:00 PM" in here.body


def test_it_is_derived_from_what_is_booked_so_a_canceled_date_is_not_told_of_and_the_next_is():
    client = make.client(zone="America/Phoenix")
    series = make.series(client=client)
    third = series.appointments.order_by("starts_at")[2]
    scheduling.cancel(appointment=third, by="staff")
    assert shifted(client) == []
    (told,) = shifted(client, at="2026-11-05T12:00:00Z")
    assert "Wed, Nov 11, 9:00 AM" in told.body


def test_a_date_moved_by_itself_is_no_shift():
    client = make.client(zone="America/New_York")
    series = make.series(client=client)
    second = series.appointments.order_by("starts_at")[1]
    moved = scheduling.move(appointment=second, starts_at=make.moment(9, "18:00"), by="staff", reason="x")
    assert not series.keeps_to_the_rule(moved.starts_at)
    assert shifted(client) == []


def test_whoever_left_hears_nothing():
    client = make.client(zone="America/Phoenix")
    recurring.leave(series=make.series(client=client))
    assert shifted(client) == []


def test_looking_takes_two_queries_whatever_there_is(django_assert_num_queries):
    for number in (1, 3):
        for _n in range(number):
            make.series(client=make.client(zone="America/Denver"))
        with time_machine.travel(A_WEEK_BEFORE), django_assert_num_queries(2):
            shifting.tell()
