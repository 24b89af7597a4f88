"""Weekly series: wall time, conflicts shown before anything is booked, one-off changes that do not multiply."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import scheduling
from booking.models import Appointment, AppointmentChange, Series
from booking.offering import Rule
from booking.series import planning, recurring
from practice.messaging.models import Message
from tests import make

State, By = Appointment.State, Appointment.By
NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
WEEK = timedelta(weeks=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def starts(series, state=State.BOOKED):
    return list(series.appointments.filter(state=state).order_by("starts_at").values_list("starts_at", flat=True))


def walls(series, zone=NEW_YORK):
    return [f"{at.astimezone(zone):%a %d %b %H:%M}" for at in starts(series)]


def texts_of(client):
    return list(client.contact.messages.filter(channel="text").order_by("send_at"))


# --- Wall time -------------------------------------------------------------------------------------------------------


def test_a_series_keeps_its_wall_time_across_a_clock_change():
    series = make.series(times=4)  # from Wednesday 21 October; clocks go back on 1 November
    assert walls(series) == ["Wed 21 Oct 11:00", "Wed 28 Oct 11:00", "Wed 04 Nov 11:00", "Wed 11 Nov 11:00"]
    assert {at.hour for at in starts(series)} == {15, 16}


def test_every_other_week_keeps_it_too():
    series = make.series(times=3, every=2)
    assert walls(series) == ["Wed 21 Oct 11:00", "Wed 04 Nov 11:00", "Wed 18 Nov 11:00"]


def test_where_the_clock_jumps_over_the_hour_the_date_starts_at_the_jump():
    clinician = make.working_clinician("00:00", "06:00")
    first = datetime(2027, 3, 7, 7, 30, tzinfo=UTC)  # 2:30 AM on the Sunday before the clocks go forward
    series = make.wanted_series(clinician=clinician, starts_at=first, times=3)
    assert [f"{at.astimezone(NEW_YORK):%d %b %H:%M}" for at in planning.starts(series)] == [
        "07 Mar 02:30",
        "14 Mar 03:00",
        "21 Mar 02:30",
    ]


def test_where_the_clock_shows_the_hour_twice_the_date_is_the_first_of_them():
    clinician = make.working_clinician("00:00", "06:00")
    series = make.wanted_series(clinician=clinician, starts_at=datetime(2026, 10, 25, 5, 30, tzinfo=UTC), times=2)
    assert planning.starts(series) == [
        datetime(2026, 10, 25, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # 1:30 AM in summer time, not the one an hour later
    ]


def test_a_series_ends_on_a_day_or_after_a_number_of_dates():
    by_day = make.wanted_series(times=None, last_on=date(2026, 11, 10))
    assert len(planning.starts(by_day)) == 3
    assert len(planning.starts(make.wanted_series(times=12))) == 12
    for wrong in ({"times": 0}, {"times": 61}, {"times": None, "last_on": date(2026, 10, 20)}):
        with pytest.raises(planning.TooManyDates):
            make.wanted_series(**wrong)
    with pytest.raises(planning.TooManyDates):
        make.wanted_series(times=None, last_on=date(2028, 1, 1))


# --- Conflicts -------------------------------------------------------------------------------------------------------


def test_all_conflicts_are_shown_before_anything_is_booked_with_why_and_what_is_free_near():
    clinician, client = make.working_clinician(), make.client()
    first = make.moment()
    make.holiday(date(2026, 10, 28))
    make.appointment(clinician=clinician, starts_at=first + 2 * WEEK + timedelta(hours=1))
    make.time_off(clinician, first + 3 * WEEK, first + 3 * WEEK + timedelta(days=1))
    make.appointment(client=client, starts_at=first + 4 * WEEK + timedelta(hours=1), by=By.STAFF)

    dates = planning.plan(make.wanted_series(clinician=clinician, client=client, starts_at=first, times=5))

    assert [date.rules for date in dates] == [[], [Rule.HOLIDAY], [Rule.BOOKED], [Rule.TIME_OFF], [Rule.CLIENT]]
    assert all((date.instead is None) == date.is_free for date in dates)
    assert abs(dates[2].instead.starts_at - dates[2].starts_at) <= timedelta(hours=1)
    assert Series.objects.count() == 0
    assert Appointment.objects.count() == 2


def test_what_is_near_is_really_free():
    clinician = make.working_clinician()
    for hours in range(-2, 6):
        make.appointment(clinician=clinician, starts_at=make.moment() + timedelta(hours=hours))
    (date_,) = planning.plan(make.wanted_series(clinician=clinician, times=1))
    scheduling.book(
        client=make.client(),
        clinician=clinician,
        session_type=make.session_type(),
        starts_at=date_.instead.starts_at,
        state="NY",
    )


def test_the_free_dates_are_booked_or_none_as_staff_choose():
    clinician = make.working_clinician()
    make.appointment(clinician=clinician, starts_at=make.moment() + WEEK)
    asked = {"clinician": clinician, "times": 3}

    with pytest.raises(recurring.Conflicts) as refused:
        make.series(needs_all=True, **asked)
    assert [date.is_free for date in refused.value.dates] == [True, False, True]
    assert Series.objects.count() == 0

    assert walls(make.series(**asked)) == ["Wed 21 Oct 11:00", "Wed 04 Nov 11:00"]


def test_a_date_that_is_not_free_may_be_replaced_by_the_time_near_it_and_by_no_other():
    clinician = make.working_clinician()
    make.appointment(clinician=clinician, starts_at=make.moment() + WEEK)
    wanted = make.wanted_series(clinician=clinician, times=3)
    near = planning.plan(wanted)[1].instead.starts_at

    with pytest.raises(recurring.Conflicts):
        recurring.make(series=wanted, instead=[near + timedelta(hours=1)])
    series = recurring.make(series=wanted, instead=[near], needs_all=True)

    assert near in starts(series)
    assert len(starts(series)) == 3


def test_nothing_free_makes_no_series():
    with pytest.raises(recurring.Conflicts):
        make.series(starts_at=make.moment(clock="03:00"))
    assert Series.objects.count() == 0


def test_a_plan_asks_a_fixed_number_of_questions_whatever_its_length():
    clinician = make.working_clinician()
    short, long = (make.wanted_series(clinician=clinician, times=number) for number in (2, 50))
    with CaptureQueriesContext(
        connection,
    ) as few:
        planning.plan(short)
    with CaptureQueriesContext(connection) as many:
        planning.plan(long)
    assert len(few) == len(many) <= 7


def test_the_same_wish_made_twice_does_not_overlap():
    clinician = make.working_clinician()
    make.series(clinician=clinician)
    with pytest.raises(recurring.Conflicts):
        make.series(clinician=clinician)


def test_staff_may_plan_beyond_the_horizon_and_the_limits_of_clients():
    series = make.series(session_type=make.session_type(horizon_days=20), times=30)
    assert len(starts(series)) == 30


# --- What is told ----------------------------------------------------------------------------------------------------


def test_a_series_is_confirmed_once_and_each_date_is_reminded_of_as_any_other():
    client = make.client(email="robin@example.test")
    series = make.series(client=client, actor=make.user(is_front_desk=True), times=8)
    text, mail = Message.objects.order_by("channel").reverse()
    assert (text.channel, mail.channel) == ("text", "mail")
    assert "8 times for you, the first Wed, Oct 21, 11:00 AM Eastern time" in text.body
    assert "/r/" in text.body
    assert AppointmentChange.objects.filter(what="booked", actor=series.created_by).count() == 8


def test_moving_or_canceling_several_is_told_once():
    client = make.client()
    series = make.series(client=client, times=5)
    third = series.appointments.order_by("starts_at")[2]
    recurring.move_from(
        appointment=third, starts_at=third.starts_at + timedelta(hours=2), actor=make.user(), reason="x"
    )
    third.refresh_from_db()
    recurring.cancel_from(appointment=third, by=By.STAFF, actor=make.user(), reason="x")
    _made, moved, canceled = (text.body for text in texts_of(client))
    assert "3 of your times have moved, the first to Wed, Nov 4, 1:00 PM" in moved
    assert "canceled: 3 of your times, the first Wed, Nov 4, 1:00 PM" in canceled


# --- One-off changes and this and the following ----------------------------------------------------------------------


def test_one_date_is_moved_by_itself_and_the_others_stay():
    series = make.series(times=3)
    second = series.appointments.order_by("starts_at")[1]
    scheduling.move(appointment=second, starts_at=second.starts_at + timedelta(days=1), by=By.STAFF, reason="x")
    assert walls(series) == ["Wed 21 Oct 11:00", "Thu 29 Oct 11:00", "Wed 04 Nov 11:00"]
    assert series.appointments.count() == 3


def test_this_and_the_following_get_another_weekday_and_clock_and_what_was_moved_alone_stays():
    series = make.series(times=5)
    rows = list(series.appointments.order_by("starts_at"))
    scheduling.move(appointment=rows[3], starts_at=rows[3].starts_at + timedelta(hours=3), by=By.STAFF, reason="x")

    moved = recurring.move_from(
        appointment=rows[1], starts_at=make.moment(8 + 2, "17:00"), actor=make.user(), reason="asked"
    )

    assert len(moved) == 3
    assert walls(series) == [
        "Wed 21 Oct 11:00", "Thu 29 Oct 13:00", "Thu 05 Nov 13:00", "Wed 11 Nov 14:00", "Thu 19 Nov 13:00",
    ]  # fmt: skip
    series.refresh_from_db()
    assert [series.keeps_to_the_rule(at) for at in starts(series)] == [False, True, True, False, True]


@pytest.mark.parametrize("weeks", [1, -1])
def test_a_series_may_step_into_its_own_places(weeks):
    first = make.moment(2 + 7)
    series = make.series(times=4, starts_at=first)
    chosen = series.appointments.order_by("starts_at")[0]
    recurring.move_from(appointment=chosen, starts_at=first + weeks * WEEK, actor=make.user(), reason="holiday")
    assert starts(series)[0].date() == (first + weeks * WEEK).date()
    assert len(starts(series)) == 4


def test_whoever_cannot_move_stays_and_so_does_whoever_would_step_into_their_place():
    clinician = make.working_clinician()
    series = make.series(clinician=clinician, times=3)
    first, second, third = series.appointments.order_by("starts_at")
    make.appointment(clinician=clinician, starts_at=third.starts_at + WEEK)
    asked = {"appointment": first, "starts_at": first.starts_at + WEEK, "actor": make.user(), "reason": "x"}

    dates = planning.moves(Appointment.objects.get(pk=first.pk), first.starts_at + WEEK)

    assert [date.is_free for date in dates] == [False, False, False]
    with pytest.raises(recurring.Conflicts):
        recurring.move_from(**asked)
    assert starts(series) == [first.starts_at, second.starts_at, third.starts_at]


def test_those_that_cannot_move_stay_unless_all_must():
    clinician = make.working_clinician()
    series = make.series(clinician=clinician, times=3)
    first = series.appointments.order_by("starts_at")[0]
    make.appointment(clinician=clinician, starts_at=first.starts_at + WEEK + timedelta(hours=2))
    asked = {"starts_at": first.starts_at + timedelta(hours=2), "actor": make.user(), "reason": "x"}
    with pytest.raises(recurring.Conflicts):
        recurring.move_from(appointment=first, needs_all=True, **asked)
    assert len(recurring.move_from(appointment=first, **asked)) == 2
    assert walls(series) == ["Wed 21 Oct 13:00", "Wed 28 Oct 11:00", "Wed 04 Nov 13:00"]


def test_this_and_the_following_are_canceled_and_the_earlier_ones_stay():
    series = make.series(times=4)
    second = series.appointments.order_by("starts_at")[1]
    assert len(recurring.cancel_from(appointment=second, by=By.STAFF, actor=make.user(), reason="x")) == 3
    series.refresh_from_db()
    assert walls(series) == ["Wed 21 Oct 11:00"]
    assert (series.status, series.last_on) == ("running", date(2026, 10, 27))
    assert series.appointments.filter(state=State.CANCELED).count() == 3


def test_leaving_a_series_ends_it_and_frees_its_times():
    clinician = make.working_clinician()
    series = make.series(clinician=clinician)
    recurring.leave(series=series)
    series.refresh_from_db()
    assert series.status == "ended"
    assert starts(series) == []
    with pytest.raises(scheduling.NotPossible):
        recurring.leave(series=series)
    make.series(clinician=clinician)


def test_what_stands_alone_has_no_following():
    with pytest.raises(scheduling.NotPossible):
        recurring.cancel_from(appointment=make.appointment(), by=By.STAFF)
