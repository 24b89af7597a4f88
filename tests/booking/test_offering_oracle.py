"""Offering against a slow and obvious oracle that walks minute by minute: in every zone, in weeks of clock changes."""

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from booking import clocks, offering
from booking.models import Appointment, DateOverride, TimeOff, WorkingHours
from practice.staff.models import Clinician
from tests import make

pytestmark = pytest.mark.django_db
FULL = os.environ.get("DRILL") == "full"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHANGE_DAYS = [
    date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 4, 24), date(2026, 9, 6),
    date(2026, 10, 4), date(2026, 10, 25), date(2026, 11, 1), date(2026, 2, 15), date(2027, 3, 28),
]  # fmt: skip
# Those whose clocks do something unusual, beside all others: half an hour, at midnight, two hours, a day's edge.
ODD_ZONES = [
    "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Santiago", "Antarctica/Troll", "America/Havana",
    "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham", "America/New_York", "Europe/Berlin",
    "America/Scoresbysund",
]  # fmt: skip
zones = st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(sorted(clocks.zones())))
quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
spans = st.tuples(quarters, quarters).map(sorted).filter(lambda pair: pair[0] < pair[1] or pair[1] == time(0))
stretches = st.tuples(st.integers(-36 * 60, 60 * 60), st.integers(5, 300))


class Oracle:
    """Says of one start whether it may be offered, by looking at every minute of it."""

    def __init__(self, *, zone, kind, now, weekly, adds, removes, off, taken):
        self.zone, self.kind, self.now = ZoneInfo(zone), kind, now
        self.weekly, self.adds, self.removes, self.off, self.taken = weekly, adds, removes, off, taken
        self.minutes_of = {}

    def walk(self, start, end):
        """Sort the minutes from start to end into the clinician's own days."""
        while start < end:
            self.minutes_of.setdefault(start.astimezone(self.zone).date(), []).append(start)
            start += MINUTE

    def shown(self, day, wall):
        """The first minute of the day at which the clock shows `wall` or later; the day's end where it never does."""
        minutes = self.minutes_of[day]
        later = (minute for minute in minutes if minute.astimezone(self.zone).time() >= wall)
        return next(later, minutes[-1] + MINUTE)

    def interval(self, day, opens, closes):
        end = self.minutes_of[day][-1] + MINUTE if closes == time(0) else self.shown(day, closes)
        return self.shown(day, opens), end

    def blocks(self, day):
        """The day's hours, joined where they overlap or touch."""
        hours = [*self.weekly, *self.adds.get(day, [])]
        blocks = []
        for start, end in sorted(self.interval(day, *span) for span in hours):
            if blocks and start <= blocks[-1][1]:
                blocks[-1] = blocks[-1][0], max(end, blocks[-1][1])
            elif start < end:
                blocks.append((start, end))
        return blocks

    def starts(self, days, start, end):
        """Every start from `start` before `end`; `days` are the clinician's days that were walked completely."""
        works, grid = set(), []
        for day in days:
            for opens, closes in self.blocks(day):
                minutes = [opens + n * MINUTE for n in range((closes - opens) // MINUTE)]
                works |= set(minutes)
                grid += minutes[:: self.kind.step]
            for opens, closes in (self.interval(day, *span) for span in self.removes.get(day, [])):
                works -= {opens + n * MINUTE for n in range((closes - opens) // MINUTE)}
        return [one for one in sorted(set(grid)) if start <= one < end and self.allows(one, works)]

    def allows(self, start, works):
        kind = self.kind
        session = [start + n * MINUTE for n in range(kind.minutes)]
        first, last = start - kind.buffer_before * MINUTE, session[-1] + (1 + kind.buffer_after) * MINUTE
        return (
            self.now + kind.notice * MINUTE <= start < self.now + kind.horizon_days * DAY
            and works.issuperset(session)
            and not any(begin < session[-1] + MINUTE and finish > start for begin, finish in self.off)
            and not any(begin < last and finish > first for begin, finish in self.taken)
        )


@settings(
    max_examples=400 if FULL else 40,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(data=st.data())
def test_nothing_is_offered_that_cannot_be_booked_and_nothing_bookable_is_left_out(data):
    draw = data.draw
    zone = draw(zones, label="zone")
    asker = ZoneInfo(draw(st.one_of(st.just(zone), zones), label="asker"))
    change = draw(st.sampled_from(CHANGE_DAYS), label="change")
    now = datetime.combine(change - 3 * DAY, time(draw(st.integers(0, 23)), 17), UTC)
    kind = make.session_type(
        minutes=draw(st.sampled_from([20, 50, 90])),
        step=draw(st.sampled_from([15, 20, 30, 60])),
        buffer_before=draw(st.sampled_from([0, 10])),
        buffer_after=draw(st.sampled_from([0, 15])),
        notice=draw(st.sampled_from([0, 120, 60 * 60])),
        horizon_days=draw(st.sampled_from([3, 30])),
    )
    clinician = make.staff.clinician(time_zone=zone)
    weekly = draw(st.lists(spans, min_size=1, max_size=3), label="weekly")
    adds = draw(st.dictionaries(st.sampled_from([change, change + DAY]), st.lists(spans, max_size=1)), label="adds")
    removes = draw(
        st.dictionaries(st.sampled_from([change, change - DAY]), st.lists(spans, max_size=1)), label="removes"
    )
    midnight = datetime.combine(change, time(0), UTC)
    off = [stretch(midnight, *span) for span in draw(st.lists(stretches, max_size=2), label="off")]
    taken = apart([stretch(midnight, *span) for span in draw(st.lists(stretches, max_size=4), label="taken")])
    write_down(clinician, kind, weekly, adds, removes, off, taken)

    oracle = Oracle(zone=zone, kind=kind, now=now, weekly=weekly, adds=adds, removes=removes, off=off, taken=taken)
    start, end = (datetime.combine(day, time(0), asker).astimezone(UTC) for day in (change - DAY, change + 2 * DAY))
    oracle.walk(midnight - 4 * DAY, midnight + 6 * DAY)
    whole_days = sorted(oracle.minutes_of)[1:-1]
    times = offering.open_times(
        session_type=kind, clinicians=[clinician], first_day=change - DAY, last_day=change + DAY, zone=asker, now=now
    )

    assert [one.starts_at.astimezone(UTC) for one in times] == oracle.starts(whole_days, start, end)
    for one in times[:3]:
        asked = {"session_type": kind, "clinician": clinician, "now": now}
        assert offering.is_offered(starts_at=one.starts_at, **asked)
        assert offering.why_not(starts_at=one.starts_at, **asked) == []
    check_some_others(data, kind, clinician, now, start, {one.starts_at.astimezone(UTC) for one in times})
    Clinician.objects.filter(pk=clinician.pk).update(is_active=False)


def check_some_others(data, kind, clinician, now, start, offered):
    """What is not in the list cannot be booked either, and there is a reason for it."""
    for minutes in data.draw(st.lists(st.integers(0, 72 * 12).map(lambda n: n * 5), max_size=4), label="others"):
        asked = {"session_type": kind, "clinician": clinician, "now": now, "starts_at": start + minutes * MINUTE}
        is_open = asked["starts_at"] in offered
        assert offering.is_offered(**asked) is is_open
        assert (offering.why_not(**asked) == []) is is_open


def stretch(midnight, minutes, length):
    return midnight + minutes * MINUTE, midnight + (minutes + length) * MINUTE


def apart(spans):
    """Those of the spans that do not overlap an earlier one: the database would refuse the others."""
    kept = []
    for start, end in spans:
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end))
    return kept


def write_down(clinician, kind, weekly, adds, removes, off, taken):
    hours = [(opens, closes, day) for opens, closes in weekly for day in range(7)]
    WorkingHours.objects.bulk_create(
        WorkingHours(clinician=clinician, opens=opens, closes=closes, weekday=day) for opens, closes, day in hours
    )
    for overrides, more in ((adds, True), (removes, False)):
        for day, some in overrides.items():
            for opens, closes in some:
                DateOverride.objects.create(clinician=clinician, day=day, opens=opens, closes=closes, adds=more)
    TimeOff.objects.bulk_create(TimeOff(clinician=clinician, starts_at=start, ends_at=end) for start, end in off)
    for start, end in taken:
        times = {"starts_at": start, "ends_at": end, "blocks_from": start, "blocks_until": end}
        Appointment.objects.create(
            clinician=clinician, session_type=kind, state="held", hold_expires_at=end + 900 * DAY, **times
        )
