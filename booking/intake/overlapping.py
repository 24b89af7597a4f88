"""Overlapping: in which parts of the client's week a clinician's weekly hours let a session begin."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from booking import clocks
from booking.clocks import DAY, MIDNIGHT
from booking.intake.wanted import PARTS, WEEKDAYS, Cell, part_of

# Weekday from Monday 0, opens, closes (00:00: the end of the day), and the first and last day on which they are kept.
Hours = tuple[int, time, time, date | None, date | None]
HALF_AN_HOUR, NO_TIME = 1800, timedelta()
NONE: frozenset[Cell] = frozenset()
IN_ORDER = [(day, part) for day in WEEKDAYS for part in PARTS]
DAY_MINUTES, WEEK_MINUTES = 24 * 60, 7 * 24 * 60
# The minutes of the week at which each of them begins.
BEGINS = [day * DAY_MINUTES + hour * 60 for day in range(7) for hour in [0, *PARTS.values()][:-1]]


class Week:
    """Weekly hours by the clock of `zone`, for sessions of so many minutes; each as its clocks stand when next kept.

    Time off, holidays and what is booked are not looked at: that is what open times are for.
    """

    def __init__(self, *, zone: ZoneInfo, now: datetime, minutes: int, horizon_days: int) -> None:
        self.zone, self.minutes, self.horizon = zone, minutes, timedelta(days=horizon_days)
        # Many clinicians share a zone, and keep the same hours.
        self._of, self._ahead = cache(self._cells), cache(self._minutes_ahead)
        self._today = cache(lambda zone: now.astimezone(ZoneInfo(zone)).date())

    def cells(self, zone: str, hours: Iterable[Hours]) -> frozenset[Cell]:
        """Where a clinician of `zone` who keeps these hours may begin a session."""
        return NONE.union(*[self._of(zone, *row) for row in hours])

    def _cells(
        self, zone: str, weekday: int, opens: time, closes: time, first: date | None, last: date | None
    ) -> frozenset[Cell]:
        day = self._next(zone, weekday, first, last)
        if day is None:
            return NONE
        ahead = self._ahead(zone, day)
        if ahead is None:
            return self._between(clocks.shows(zone, day, opens), clocks.ends(zone, day, closes) - self.minutes * 60)
        start = weekday * DAY_MINUTES + ahead
        return _of_the_week(start + _minute(opens), start + (_minute(closes) or DAY_MINUTES) - self.minutes)

    def _next(self, zone: str, weekday: int, first: date | None, last: date | None) -> date | None:
        """The next of these weekdays on which the hours are kept, within the horizon."""
        today = self._today(zone)
        earliest = today if first is None else max(today, first)
        day = earliest + timedelta(days=(weekday - earliest.weekday()) % 7)
        return day if day <= today + self.horizon and (last is None or day <= last) else None

    def _minutes_ahead(self, zone: str, day: date) -> int | None:
        """By how much the client's clock is ahead of that of `zone`, or None on a day on which one is changed."""
        ends = clocks.shows(zone, day, MIDNIGHT), clocks.shows(zone, day + DAY, MIDNIGHT)
        ours, theirs = ({clocks.at(end, one).utcoffset() for end in ends} for one in (self.zone, ZoneInfo(zone)))
        if len(ours) > 1 or len(theirs) > 1:
            return None
        return ((ours.pop() or NO_TIME) - (theirs.pop() or NO_TIME)) // timedelta(minutes=1)

    def _between(self, start: int, end: int) -> frozenset[Cell]:
        """The parts of the week in which the seconds from `start` to `end` lie, both included."""
        found = set()
        while start <= end:
            local = clocks.at(start, self.zone)
            part = part_of(local.hour)
            found.add((WEEKDAYS[local.weekday()], part))
            following = clocks.ends(self.zone.key, local.date(), time(PARTS[part] % 24))
            # A clock set back over midnight shows the evening twice.
            start = following if following > start else start + HALF_AN_HOUR
        return frozenset(found)


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _of_the_week(start: int, end: int) -> frozenset[Cell]:
    """The same of minutes since Monday began, where no clock is changed; they may lie in the week before or after."""
    return _parts(_place(start), _place(end)) if start <= end else NONE


def _place(minute: int) -> int:
    weeks, rest = divmod(minute, WEEK_MINUTES)
    return weeks * len(BEGINS) + bisect_right(BEGINS, rest) - 1


@cache
def _parts(first: int, last: int) -> frozenset[Cell]:
    return frozenset(IN_ORDER[place % len(IN_ORDER)] for place in range(first, last + 1))
