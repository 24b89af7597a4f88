"""Which times are offered, why others are not, and in how few questions to the database."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking import clocks, offering, scheduling
from booking.models import Appointment, BusyTime, OutsideCalendar, SessionType
from booking.offering import Rule
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = date(2026, 10, 20)


def clocks_of(times):
    return [f"{time.starts_at:%H:%M}" for time in times]


def offered(clinicians, *, day=TUESDAY, until=None, kind=None, zone=NEW_YORK, **options):
    clinicians = clinicians if isinstance(clinicians, list) else [clinicians]
    return offering.open_times(
        session_type=kind or make.session_type(minutes=60, step=60),
        clinicians=clinicians,
        first_day=day,
        last_day=until or day,
        zone=zone,
        **options,
    )


def at(clock, day=TUESDAY, zone=NEW_YORK):
    return datetime.combine(day, time.fromisoformat(clock), zone)


def test_times_are_cut_from_the_working_hours_and_end_within_them():
    times = offered(make.working_clinician("09:00", "12:30"))

    assert clocks_of(times) == ["09:00", "10:00", "11:00"]
    assert times[0].ends_at - times[0].starts_at == timedelta(hours=1)


def test_times_are_in_the_zone_of_whoever_asks():
    clinician = make.working_clinician("09:00", "11:00", time_zone="America/Los_Angeles")
    assert clocks_of(offered(clinician)) == ["12:00", "13:00"]


def test_days_are_counted_in_the_zone_of_whoever_asks():
    clinician = make.working_clinician("18:00", "23:00", time_zone="America/Los_Angeles")
    times = offered(clinician)
    assert clocks_of(times) == ["00:00", "01:00", "21:00", "22:00", "23:00"]
    assert {time.starts_at.date() for time in times} == {TUESDAY}


def test_several_intervals_a_day_leave_the_break_free():
    clinician = make.working_clinician("09:00", "11:00")
    make.working_hours(clinician, "13:00", "15:00")
    assert clocks_of(offered(clinician)) == ["09:00", "10:00", "13:00", "14:00"]


def test_hours_that_touch_at_midnight_are_one_stretch():
    clinician = make.working_clinician("22:30", "00:00")
    make.working_hours(clinician, "00:00", "01:30")
    kind = make.session_type(minutes=120, step=30)
    assert clocks_of(offered(clinician, kind=kind)) == ["22:30", "23:00", "23:30"]


def test_hours_have_first_and_last_days():
    clinician = make.staff.clinician()
    make.working_hours(clinician, "09:00", "10:00", valid_until=TUESDAY)
    make.working_hours(clinician, "11:00", "12:00", valid_from=TUESDAY + make.DAY)
    times = offered(clinician, until=TUESDAY + make.DAY)
    assert clocks_of(times) == ["09:00", "11:00"]


def test_a_day_may_have_more_hours_or_less():
    clinician = make.working_clinician("09:00", "13:00")
    make.override(clinician, TUESDAY, "10:00", "11:00")
    make.override(clinician, TUESDAY, "18:00", "19:00", adds=True)
    make.override(clinician, TUESDAY + make.DAY)
    assert clocks_of(offered(clinician, until=TUESDAY + make.DAY)) == ["09:00", "11:00", "12:00", "18:00"]


def test_a_holiday_has_only_what_was_added_on_purpose():
    clinician = make.working_clinician()
    make.holiday(TUESDAY)
    make.override(clinician, TUESDAY, "10:00", "11:00", adds=True)
    assert clocks_of(offered(clinician)) == ["10:00"]


def test_time_off_is_free_of_sessions():
    clinician = make.working_clinician("09:00", "13:00")
    make.time_off(clinician, at("09:30"), at("11:00"))
    assert clocks_of(offered(clinician)) == ["11:00", "12:00"]


def test_whatever_is_live_takes_its_time_and_what_is_not_gives_it_back():
    clinician, kind = make.working_clinician("09:00", "13:00"), make.session_type(minutes=60, step=60)
    common = {"clinician": clinician, "session_type": kind}
    booked = make.appointment(starts_at=at("09:00"), **common)
    make.hold(starts_at=at("10:00"), **common)
    SessionType.objects.update(mode=SessionType.Mode.APPROVE)
    kind.refresh_from_db()
    make.appointment(starts_at=at("11:00"), clinician=clinician, session_type=kind)

    assert clocks_of(offered(clinician, kind=kind)) == ["12:00"]
    scheduling.cancel(appointment=booked, by="client")
    assert clocks_of(offered(clinician, kind=kind)) == ["09:00", "12:00"]


def test_a_hold_that_ran_out_is_offered_again():
    held = make.hold(clinician=make.working_clinician("11:00", "12:00"), starts_at=at("11:00"))
    assert offered(held.clinician, kind=held.session_type) == []
    later = held.hold_expires_at + timedelta(seconds=1)
    assert clocks_of(offered(held.clinician, kind=held.session_type, now=later)) == ["11:00"]


def test_buffers_count_on_both_sides():
    clinician = make.working_clinician("09:00", "13:00")
    kind = make.session_type(minutes=60, step=30, buffer_before=15, buffer_after=15)
    make.appointment(clinician=clinician, session_type=kind, starts_at=at("11:00"))
    # 10:00 would end at 11:00 and need half an hour of peace; buffers may reach beyond the hours.
    assert clocks_of(offered(clinician, kind=kind)) == ["09:00", "09:30"]


def test_notice_and_horizon_bound_what_is_offered():
    clinician = make.working_clinician("00:00", "00:00")
    kind = make.session_type(minutes=60, step=60, notice=90, horizon_days=1)
    times = offered(clinician, day=date(2026, 10, 19), until=date(2026, 10, 30), kind=kind)
    # It is 10:00 and some milliseconds in New York.
    assert times[0].starts_at == at("12:00", date(2026, 10, 19))
    assert times[-1].starts_at == at("09:00", date(2026, 10, 20))


def test_no_more_than_the_most_for_one_day():
    clinician = make.working_clinician("09:00", "13:00")
    kind = make.session_type(minutes=60, step=60, most_per_day=2)
    for clock in ("09:00", "12:00"):
        make.appointment(clinician=clinician, session_type=kind, starts_at=at(clock))

    times = offered(clinician, kind=kind, until=TUESDAY + make.DAY)
    assert {time.starts_at.date() for time in times} == {TUESDAY + make.DAY}
    assert offering.why_not(session_type=kind, clinician=clinician, starts_at=at("10:00")) == [Rule.LIMIT]
    other = make.session_type("other", minutes=60, step=60)
    assert clocks_of(offered(clinician, kind=other)) == ["10:00", "11:00"]


def test_only_those_licensed_where_the_client_is_on_that_day():
    here = make.working_clinician("09:00", "10:00", states=("NY", "NJ"))
    make.working_clinician("09:00", "10:00", states=("CA",))
    ending = make.working_clinician("09:00", "10:00", states=(), slug="z")
    make.licence(ending, "NJ", expires_on=TUESDAY)
    everyone = list(make.staff.Clinician.objects.all())

    times = offered(everyone, until=TUESDAY + make.DAY, state="NJ")

    assert [(time.starts_at.day, time.clinician) for time in times] == [(20, here), (20, ending), (21, here)]
    assert offered(everyone, state="") == []
    assert offered(everyone, state="WY") == []


def test_only_those_who_hold_such_sessions():
    make.working_clinician(offers_virtual=False)
    make.working_clinician(is_active=False)
    able = make.working_clinician(does_matchmaking=False)
    everyone = list(make.staff.Clinician.objects.all())

    assert {time.clinician for time in offered(everyone)} == {able}
    assert offered(everyone, kind=make.matchmaking()) == []
    assert list(offering.offered_by(make.session_type())) == [able]


def test_a_month_at_a_time_is_the_most():
    clinician = make.working_clinician()
    assert offered(clinician, until=TUESDAY + 30 * make.DAY)
    with pytest.raises(offering.TooManyDays):
        offered(clinician, until=TUESDAY + 31 * make.DAY)


@pytest.mark.parametrize("day", [date.min, date(1970, 1, 1), date(2200, 1, 1), date.max])
def test_days_far_away_are_simply_empty(day):
    assert offered(make.working_clinician(), day=day) == []
    starts_at = datetime.combine(day, time(12), UTC)
    asked = {"session_type": make.session_type(), "clinician": make.working_clinician(), "starts_at": starts_at}
    assert not offering.is_offered(**asked)
    assert offering.why_not(**asked) in ([Rule.PAST], [Rule.HORIZON])


# --- Next, nearest, fairest ------------------------------------------------------------------------------------------


def test_the_next_open_time_is_the_soonest_of_all():
    make.working_clinician("15:00", "16:00")
    soon = make.working_clinician("11:00", "12:00")
    found = offering.next_open(
        session_type=make.session_type(), clinicians=[*make.staff.Clinician.objects.all()], zone=NEW_YORK
    )
    assert (found.starts_at, found.clinician) == (at("11:00", date(2026, 10, 19)), soon)


def test_the_next_open_time_may_be_far_but_never_past_the_horizon():
    far = make.staff.clinician()
    make.override(far, TUESDAY + 40 * make.DAY, "09:00", "10:00", adds=True)
    ask = {"clinicians": [far], "zone": NEW_YORK}
    assert offering.next_open(session_type=make.session_type(), **ask).starts_at.date() == TUESDAY + 40 * make.DAY
    assert offering.next_open(session_type=make.session_type(horizon_days=30), **ask) is None
    assert offering.next_open(session_type=make.session_type(), clinicians=[], zone=NEW_YORK) is None


def test_everyones_next_open_time():
    soon, never = make.working_clinician(), make.staff.clinician()
    late = make.staff.clinician()
    make.override(late, TUESDAY + 20 * make.DAY, "09:00", "10:00", adds=True)
    found = offering.next_open_each(session_type=make.session_type(), clinicians=[never, late, soon], zone=NEW_YORK)
    assert list(found) == [late, soon]


def test_any_clinician_means_the_one_with_least_to_do():
    busy, idle = make.working_clinician(), make.working_clinician()
    make.working_clinician(states=("CA",))
    make.appointment(clinician=busy, starts_at=at("12:00"))
    asked = {"session_type": make.session_type(), "state": "NY"}

    assert offering.fairest(starts_at=at("11:00"), **asked) == idle
    make.appointment(clinician=idle, starts_at=at("11:00"))
    assert offering.fairest(starts_at=at("11:00"), **asked) == busy
    assert offering.fairest(starts_at=at("03:00"), **asked) is None


# --- Why not ---------------------------------------------------------------------------------------------------------


def test_staff_are_told_which_rule_removed_a_time():
    clinician = make.working_clinician("09:00", "17:00")
    kind = make.session_type(minutes=60, step=60, notice=60, buffer_after=30, horizon_days=20)
    make.appointment(clinician=clinician, session_type=kind, starts_at=at("10:00"))
    make.hold(clinician=clinician, session_type=kind, starts_at=at("14:00"))
    make.time_off(clinician, at("12:30"), at("12:45"))
    make.override(clinician, TUESDAY + make.DAY)
    make.holiday(TUESDAY + 2 * make.DAY)

    def why(clock, days=0, state="NY"):
        return offering.why_not(
            session_type=kind, clinician=clinician, starts_at=at(clock, TUESDAY + days * make.DAY), state=state
        )

    assert why("15:00") == [Rule.BUFFER]
    assert why("16:00") == []
    assert why("10:00") == [Rule.BOOKED]
    assert why("11:00") == [Rule.BUFFER]
    assert why("14:00") == [Rule.HELD]
    assert why("12:00") == [Rule.TIME_OFF]
    assert why("16:20") == [Rule.HOURS]
    assert why("15:45") == [Rule.STEP]
    assert why("16:00", 1) == [Rule.OVERRIDE]
    assert why("16:00", 2) == [Rule.HOLIDAY]
    assert why("16:00", 30) == [Rule.HORIZON]
    assert why("10:30", -1) == [Rule.NOTICE, Rule.STEP]
    assert why("09:00", -1) == [Rule.PAST]
    assert why("16:00", state="CA") == [Rule.LICENCE]
    assert all(str(rule.label) for rule in Rule)


def test_staff_are_told_of_limits_of_requests_of_other_calendars_and_of_who_offers_it():
    clinician = make.working_clinician()
    kind = make.session_type(minutes=60, step=60, most_per_day=1, buffer_before=30)
    asked = make.session_type("asked", mode="approve", minutes=60, step=60)
    make.appointment(clinician=clinician, session_type=kind, starts_at=at("10:00"))
    make.appointment(clinician=clinician, session_type=asked, starts_at=at("10:00", TUESDAY + make.DAY))
    calendar = OutsideCalendar.objects.create(
        clinician=clinician, name="Home", address="https://calendar.test/", tried_at=at("09:00"), read_at=at("09:00")
    )
    busy = {"starts_at": at("12:00", TUESDAY + make.DAY), "ends_at": at("12:45", TUESDAY + make.DAY)}
    BusyTime.objects.create(calendar=calendar, clinician=clinician, **busy)

    def why(clock, days=0, kind=kind):
        return offering.why_not(
            session_type=kind, clinician=clinician, starts_at=at(clock, TUESDAY + days * make.DAY), state="NY"
        )

    assert why("14:00") == [Rule.LIMIT]
    assert why("10:00", 1) == [Rule.REQUESTED]
    assert why("12:00", 1) == why("13:00", 1) == [Rule.OUTSIDE_CALENDAR]  # its own buffer is kept clear of it too
    assert why("14:00", 1) == []
    clinician.does_matchmaking = False
    assert why("14:00", 1, make.matchmaking()) == [Rule.OFFER]


# --- Clocks that change ----------------------------------------------------------------------------------------------


def test_hours_keep_their_wall_time_over_a_clock_change():
    clinician = make.working_clinician("09:00", "10:00")
    times = offered(clinician, day=date(2026, 10, 31), until=date(2026, 11, 2), zone=ZoneInfo("UTC"))
    assert clocks_of(times) == ["13:00", "14:00", "14:00"]


def test_the_hour_that_is_skipped_is_not_offered_and_the_one_that_comes_twice_is():
    clinician = make.working_clinician("01:00", "03:00")
    spring = offered(clinician, day=date(2027, 3, 14), now=datetime(2027, 3, 10, tzinfo=UTC))
    assert clocks_of(spring) == ["01:00"]
    autumn = offered(clinician, day=date(2026, 11, 1))
    assert clocks_of(autumn) == ["01:00", "01:00", "02:00"]
    assert len({clocks.seconds(time.starts_at) for time in autumn}) == 3
    halves = offered(clinician, day=date(2026, 11, 1), kind=make.session_type(minutes=60, step=30))
    assert clocks_of(halves) == ["01:00", "01:30", "01:00", "01:30", "02:00"]


# --- In how few questions --------------------------------------------------------------------------------------------


def queries(action):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        action()
    return len(asked)


@pytest.mark.parametrize("limit", [None, 5])
def test_open_times_take_at_most_six_queries_whatever_there_is(limit):
    kind = make.session_type(most_per_day=limit)
    clinicians = [make.working_clinician()]

    def ask():
        return offered(clinicians, until=TUESDAY + 27 * make.DAY, kind=kind, state="NY")

    few = queries(ask)
    clinicians += [make.working_clinician() for _ in range(5)]
    for clinician in clinicians:
        make.override(clinician, TUESDAY)
        make.time_off(clinician, at("09:00"), at("10:00"))
        for days in (3, 4, 5):
            Appointment.objects.bulk_create([past_as_booked(clinician, kind, days)])
    assert queries(ask) == few <= 6


def past_as_booked(clinician, kind, days):
    starts_at = make.moment(days)
    ends_at = starts_at + kind.length
    times = {"starts_at": starts_at, "ends_at": ends_at, "blocks_from": starts_at, "blocks_until": ends_at}
    return Appointment(clinician=clinician, session_type=kind, client=make.client(), state="booked", **times)


def test_the_next_open_time_takes_at_most_six_queries():
    clinicians = [make.working_clinician() for _ in range(4)]
    ask = {"session_type": make.session_type(), "clinicians": clinicians, "zone": NEW_YORK, "state": "NY"}
    assert queries(lambda: offering.next_open(**ask)) <= 6
    assert queries(lambda: offering.next_open_each(**ask)) <= 6
