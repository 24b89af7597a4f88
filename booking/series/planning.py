"""Planning: the dates of a recurring time before they are promised, each with what stands in its way.

A recurring time is a weekday and a clock of the clinician's zone, so it keeps its wall time across clock changes. Where
that clock jumps over the hour, the date starts at the jump; where it shows the hour twice, the first time.
"""

from collections.abc import Collection, Iterable
from copy import copy
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import clocks, offering
from booking.hours import Hours
from booking.models import Appointment, Client, Series, SessionType
from booking.offering import OpenTime, Rule
from practice.refusals import Refused
from practice.staff.models import Clinician

MOST_DATES = 60
# How far from a date another time is looked for. Less than half a week, so that two dates never get the same one.
REACH = timedelta(days=3)
Span = tuple[int, int]


class TooManyDates(Refused):
    code, status = "invalid", 422
    message = _("A series has at most 60 dates, and at least one.")


class Occurrence(NamedTuple):
    """One date of a series: free where no rule stands against it, else with the nearest time that is."""

    starts_at: datetime
    rules: list[Rule]
    instead: OpenTime | None = None
    appointment: Appointment | None = None  # which one would move here

    @property
    def is_free(self) -> bool:
        return not self.rules


def wanted(
    *,
    client: Client,
    clinician: Clinician,
    session_type: SessionType,
    state: str,
    starts_at: datetime,
    every: int = Series.Every.WEEK,
    times: int | None = None,
    last_on: date | None = None,
) -> Series:
    """A series that is not saved yet, with `times` dates or until `last_on`, first at `starts_at`.

    Raises TooManyDates.
    """
    local = starts_at.astimezone(ZoneInfo(clinician.time_zone))
    period = timedelta(weeks=every)
    if times is not None and not 1 <= times <= MOST_DATES:
        raise TooManyDates
    if last_on is None:
        last_on = local.date() + (times or MOST_DATES) * period - period
    if last_on < local.date() or (last_on - local.date()) // period >= MOST_DATES:
        raise TooManyDates
    return Series(
        client=client,
        clinician=clinician,
        session_type=session_type,
        client_state=state,
        every=every,
        first_on=local.date(),
        last_on=last_on,
        clock=local.time(),
        time_zone=clinician.time_zone,
    )


def starts(series: Series) -> list[datetime]:
    """When each date of the rule starts (UTC), in order."""
    return [_start(series, day) for day in series.days()]


def plan(series: Series, *, after: datetime | None = None, now: datetime | None = None) -> list[Occurrence]:
    """Every date of the rule (later than `after`), each with what stands in its way; in a fixed number of queries
    where all are free, and one more for each that is not."""
    moments = [moment for moment in starts(series) if after is None or moment > after]
    return _judged(series, moments, now or timezone.now())


def following(appointment: Appointment, *, now: datetime | None = None) -> list[Appointment]:
    """This one and the later ones of its series that keep to the rule: those moved by themselves stay as they are."""
    series, now = appointment.series, now or timezone.now()
    assert series is not None
    rows = series.appointments.booked().filter(starts_at__gte=appointment.starts_at, starts_at__gt=now)
    rows = rows.select_related("client__contact", "clinician", "session_type").order_by("starts_at")
    return [row for row in rows if row.pk == appointment.pk or series.keeps_to_the_rule(row.starts_at)]


def moves(appointment: Appointment, starts_at: datetime, *, now: datetime | None = None) -> list[Occurrence]:
    """Where this one and the following would go if this one went to `starts_at`, each with what stands in its way."""
    now, theirs = now or timezone.now(), following(appointment, now=now)
    changed = moved_rule(appointment, starts_at)
    assert appointment.series is not None
    shift = changed.first_on - _rule_day(appointment.series, appointment.starts_at)
    places = [(one, _start(changed, _day(changed, one, appointment, shift))) for one in theirs]
    staying: set[UUID] = set()
    while True:  # one that stays may stand in another's way; each round more stay, so it ends
        ignoring = [one.pk for one in theirs if one.pk not in staying]
        judged = _judged(changed, [place for _one, place in places], now, ignoring=ignoring)
        found = {one.pk for (one, _place), seen in zip(places, judged, strict=True) if seen.rules}
        if found <= staying:
            return [seen._replace(appointment=one) for (one, _place), seen in zip(places, judged, strict=True)]
        staying |= found


def moved_rule(appointment: Appointment, starts_at: datetime) -> Series:
    """The rule of the appointment's series, not saved, as it would be from `starts_at` on."""
    series = appointment.series
    assert series is not None
    local = starts_at.astimezone(ZoneInfo(series.time_zone))
    shift = local.date() - _rule_day(series, appointment.starts_at)
    changed = copy(series)
    changed.first_on, changed.clock = local.date(), local.time()
    changed.last_on = max(series.last_on + shift, local.date())
    return changed


def _rule_day(series: Series, starts_at: datetime) -> date:
    """The day of the rule that this start stands for: its own, or the nearest where it was moved by itself."""
    day, period = starts_at.astimezone(ZoneInfo(series.time_zone)).date(), 7 * series.every
    off = (day - series.first_on).days % period
    return day - timedelta(days=off if off <= period // 2 else off - period)


def _day(changed: Series, one: Appointment, chosen: Appointment, shift: timedelta) -> date:
    if one.pk == chosen.pk:
        return changed.first_on
    return one.starts_at.astimezone(ZoneInfo(changed.time_zone)).date() + shift


def _start(series: Series, day: date) -> datetime:
    return clocks.at(clocks.shows(series.time_zone, day, series.clock), clocks.UTC)


def _judged(
    series: Series, moments: list[datetime], now: datetime, *, ignoring: Collection[UUID] = ()
) -> list[Occurrence]:
    if not moments:
        return []
    first, last = clocks.seconds(min(moments) - REACH), clocks.seconds(max(moments) + REACH)
    hours = Hours(
        session_type=series.session_type,
        clinicians=[series.clinician],
        start=first,
        end=last + 1,
        state=series.client_state,
        now=now,
        ignoring=ignoring,
    )
    busy = _busy(series, first, last + hours.length, now, ignoring)
    open_ = list(_open(hours, series.clinician, busy, now))
    free = set(open_)
    return [_judge(hours, series, moment, free, open_, busy) for moment in moments]


def _open(hours: Hours, clinician: Clinician, busy: list[Span], now: datetime) -> Iterable[int]:
    earliest = clocks.seconds(now)
    for one in hours.clinicians:
        for start in hours.starts(one):
            if start > earliest and not _meets(busy, start, hours.length):
                yield start


def _judge(
    hours: Hours, series: Series, moment: datetime, free: set[int], open_: list[int], busy: list[Span]
) -> Occurrence:
    start = clocks.seconds(moment)
    if start in free:
        return Occurrence(moment, [])
    if moment <= hours.now:
        return Occurrence(moment, [Rule.PAST])
    rules = offering.against(hours=hours, clinician=series.clinician, starts_at=moment)
    rules += [Rule.CLIENT] if _meets(busy, start, hours.length) and not set(rules) & offering.TAKEN else []
    reach = int(REACH.total_seconds())
    near = [other for other in open_ if abs(other - start) <= reach]
    nearest = min(near, key=lambda other: (abs(other - start), other), default=None)
    return Occurrence(moment, rules, None if nearest is None else _open_time(series, nearest))


def _open_time(series: Series, start: int) -> OpenTime:
    starts_at = clocks.at(start, clocks.UTC)
    return OpenTime(starts_at, starts_at + series.session_type.length, series.clinician)


def _busy(series: Series, first: int, last: int, now: datetime, ignoring: Collection[UUID]) -> list[Span]:
    """When the client is elsewhere, or with this very clinician."""
    rows = Appointment.objects.live().filter(
        client=series.client, starts_at__lt=clocks.at(last, clocks.UTC), ends_at__gt=clocks.at(first, clocks.UTC)
    )
    rows = rows.exclude(state=Appointment.State.HELD, hold_expires_at__lte=now).exclude(pk__in=ignoring).order_by()
    return [(clocks.seconds(start), clocks.seconds(end)) for start, end in rows.values_list("starts_at", "ends_at")]


def _meets(busy: list[Span], start: int, length: int) -> bool:
    return any(first < start + length and last > start for first, last in busy)
