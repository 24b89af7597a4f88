"""Offering: which times are open, with whom, and why a time is not. Asked of all clinicians at once, in one pass."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import clocks
from booking.clocks import DAY, MIDNIGHT
from booking.hours import Hours, Piece, Span, joined, linked
from booking.models import Appointment, SessionType
from practice.refusals import Refused
from practice.staff.models import Clinician

MOST_DAYS = 31
# "The next free time" is nearly always near, so it is looked for in steps that widen.
STEPS_OF_DAYS = (5, 14, MOST_DAYS)
FAR_DAYS = 3 * 365  # as far ahead as staff may book


class TooManyDays(Refused):
    code, status = "invalid", 400
    message = _("Ask for at most 31 days at a time.")


class OpenTime(NamedTuple):
    """A time that can be booked, in the zone that was asked for."""

    starts_at: datetime
    ends_at: datetime
    clinician: Clinician


class Rule(TextChoices):
    """Why a time is not offered; the label is for staff."""

    OFFER = "offer", _("This clinician does not hold such sessions")
    PAST = "past", _("It is in the past")
    NOTICE = "notice", _("Too short notice")
    HORIZON = "horizon", _("Too far ahead")
    LICENCE = "licence", _("No licence in that state on that day")
    HOLIDAY = "holiday", _("The practice is closed that day")
    HOURS = "hours", _("Outside the working hours")
    OVERRIDE = "override", _("Taken out of the hours of that day")
    TIME_OFF = "time_off", _("Time off")
    OUTSIDE_CALENDAR = "outside_calendar", _("Busy in an outside calendar")
    STEP = "step", _("Between two starting times")
    HELD = "held", _("Someone is choosing it right now")
    REQUESTED = "requested", _("Asked for by someone else")
    BOOKED = "booked", _("Booked")
    BUFFER = "buffer", _("Too close to another session")
    LIMIT = "limit", _("The most sessions of this kind for one day")
    CLIENT = "client", _("The client has another appointment then")


TAKEN = frozenset({Rule.HELD, Rule.REQUESTED, Rule.BOOKED, Rule.BUFFER, Rule.LIMIT, Rule.OUTSIDE_CALENDAR})


def _any_time(_starts_at: datetime) -> bool:
    return True


def offered_by(session_type: SessionType) -> QuerySet[Clinician]:
    """Everyone who holds such sessions."""
    able = Clinician.objects.active()
    if session_type.is_virtual:
        able = able.filter(offers_virtual=True)
    return able.filter(does_matchmaking=True) if session_type.is_matchmaking else able


def open_times(
    *,
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    first_day: date,
    last_day: date,
    zone: ZoneInfo,
    state: str | None = None,
    now: datetime | None = None,
) -> list[OpenTime]:
    """Every time that can be booked from `first_day` to `last_day`, both included, as `zone` counts days; at most 31.

    Soonest first, then by clinician. With a `state` only clinicians licensed there on the day. At most six queries.
    Raises TooManyDays.
    """
    if (last_day - first_day).days >= MOST_DAYS:
        raise TooManyDays
    now = now or timezone.now()
    earliest, latest = _bookable(session_type, now)
    near, far = clocks.at(earliest, zone).date(), clocks.at(latest, zone).date()
    if last_day < near or first_day > far or last_day < first_day:
        return []
    start = max(earliest, clocks.shows(zone.key, max(first_day, near), MIDNIGHT))
    end = min(latest, clocks.shows(zone.key, min(last_day, far) + DAY, MIDNIGHT))
    return sorted(_times(session_type, clinicians, start, end, zone, state, now), key=_order)


def next_open_each(
    *,
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    zone: ZoneInfo,
    state: str | None = None,
    now: datetime | None = None,
    suits: Callable[[datetime], bool] = _any_time,
) -> dict[Clinician, OpenTime]:
    """The soonest open time that suits of each clinician who has one within the horizon; in the order they were given.

    `suits` judges moments as the clock of `zone` shows them.
    """
    asked = list(clinicians)
    found: dict[Clinician, OpenTime] = {}
    for start, end in _widening(session_type, now := now or timezone.now()):
        missing = [clinician for clinician in asked if clinician not in found]
        if not missing:
            break
        times = _times(session_type, missing, start, end, zone, state, now, first_only=True, suits=suits)
        found |= {time.clinician: time for time in times}
    return {clinician: found[clinician] for clinician in asked if clinician in found}


def next_open(
    *,
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    zone: ZoneInfo,
    state: str | None = None,
    now: datetime | None = None,
) -> OpenTime | None:
    """The soonest open time with any of them, or None within the horizon. Near days are looked at first."""
    asked = list(clinicians)
    for start, end in _widening(session_type, now := now or timezone.now()):
        times = _times(session_type, asked, start, end, zone, state, now, first_only=True)
        soonest = min(times, key=_order, default=None)
        if soonest is not None:
            return soonest
    return None


def nearest(
    *,
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    starts_at: datetime,
    zone: ZoneInfo,
    state: str | None = None,
    most: int = 6,
    now: datetime | None = None,
) -> list[OpenTime]:
    """The open times closest to `starts_at`, in the order of the clock."""
    day = starts_at.astimezone(zone).date()
    around = open_times(
        session_type=session_type,
        clinicians=clinicians,
        first_day=day - 3 * DAY,
        last_day=day + 7 * DAY,
        zone=zone,
        state=state,
        now=now,
    )
    closest = sorted(around, key=lambda time: abs(time.starts_at - starts_at))[:most]
    return sorted(closest, key=_order)


def fairest(
    *, session_type: SessionType, starts_at: datetime, state: str | None = None, now: datetime | None = None
) -> Clinician | None:
    """Who takes a session when any clinician will do: of those free at `starts_at`, who has least to do around it."""
    now, start = now or timezone.now(), clocks.seconds(starts_at)
    earliest, latest = _bookable(session_type, now)
    if not earliest <= start < latest or starts_at.microsecond:
        return None
    week = timedelta(days=3)
    hours = _hours(session_type, offered_by(session_type), start, start + 1, state, now)
    free = [one for one in hours.clinicians if any(hours.starts(one))]
    loads = Appointment.objects.live().around(free, starts_at - week, starts_at + week).order_by()
    load = {one.pk: 0 for one in free}
    for clinician in loads.values_list("clinician", flat=True):
        load[clinician] += 1
    return min(free, key=lambda one: (load[one.pk], one.slug), default=None)


def is_offered(
    *,
    session_type: SessionType,
    clinician: Clinician,
    starts_at: datetime,
    state: str | None = None,
    ignoring: Appointment | None = None,
    any_notice: bool = False,
    any_horizon: bool = False,
    now: datetime | None = None,
) -> bool:
    """Whether this very time can be booked; `ignoring` is the appointment or hold that is about to move."""
    now, start = now or timezone.now(), clocks.seconds(starts_at)
    earliest, latest = _bookable(session_type, now, any_notice=any_notice, any_horizon=any_horizon)
    if not earliest <= start < latest or starts_at.microsecond:
        return False
    hours = _hours(session_type, [clinician], start, start + 1, state, now, ignoring)
    return any(next(hours.starts(one), None) == start for one in hours.clinicians)


def why_not(
    *,
    session_type: SessionType,
    clinician: Clinician,
    starts_at: datetime,
    state: str | None = None,
    ignoring: Appointment | None = None,
    any_notice: bool = False,
    any_horizon: bool = False,
    now: datetime | None = None,
) -> list[Rule]:
    """Every rule that keeps this time from being offered, in the order staff would check; none where it is."""
    now, start = now or timezone.now(), clocks.seconds(starts_at)
    earliest, latest = _bookable(session_type, now, any_notice=any_notice, any_horizon=any_horizon)
    if starts_at <= now:
        return [Rule.PAST]
    if start >= latest:
        return [Rule.HORIZON]
    rules = [] if start >= earliest else [Rule.NOTICE]
    hours = _hours(session_type, [clinician], start, start + 1, state, now, ignoring)
    return rules + against(hours=hours, clinician=clinician, starts_at=starts_at)


def against(*, hours: Hours, clinician: Clinician, starts_at: datetime) -> list[Rule]:
    """What in `hours` keeps a session from starting then, whatever notice and horizon say; one query."""
    if clinician not in hours.clinicians:
        return [Rule.OFFER]
    start = clocks.seconds(starts_at)
    return Kept(hours, clinician).against(starts_at) + _against_sessions(hours, clinician, start)


def _bookable(session_type: SessionType, now: datetime, *, any_notice: bool = False, any_horizon: bool = False) -> Span:
    """From when until when starts are offered at all."""
    notice = timedelta() if any_notice else timedelta(minutes=session_type.notice)
    earliest = -(-(now + notice - clocks.EPOCH) // clocks.SECOND)  # never a moment too soon
    return earliest, clocks.seconds(now) + (FAR_DAYS if any_horizon else session_type.horizon_days) * 86400


def _widening(session_type: SessionType, now: datetime) -> Iterator[Span]:
    start, latest = _bookable(session_type, now)
    steps = iter(STEPS_OF_DAYS)
    while start < latest:
        end = min(latest, start + next(steps, MOST_DAYS) * 86400)
        yield start, end
        start = end


def _order(time: OpenTime) -> tuple[float, str]:
    # Not by the wall clock: in the night that has an hour twice, the first half past one comes before the second one.
    return time.starts_at.timestamp(), time.clinician.slug


def _hours(
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    start: int,
    end: int,
    state: str | None,
    now: datetime,
    ignoring: Appointment | None = None,
) -> Hours:
    return Hours(
        session_type=session_type,
        clinicians=clinicians,
        start=start,
        end=end,
        state=state,
        now=now,
        ignoring=[ignoring.pk] if ignoring else [],
    )


def _times(
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    start: int,
    end: int,
    zone: ZoneInfo,
    state: str | None,
    now: datetime,
    first_only: bool = False,
    suits: Callable[[datetime], bool] = _any_time,
) -> Iterator[OpenTime]:
    hours = _hours(session_type, clinicians, start, end, state, now)
    length = session_type.length
    for clinician in hours.clinicians:
        for second in hours.starts(clinician):
            starts_at = clocks.at(second, zone)
            if not suits(starts_at):
                continue
            # Added in UTC: wall arithmetic would be an hour off over a clock change.
            yield OpenTime(starts_at, (starts_at.astimezone(clocks.UTC) + length).astimezone(zone), clinician)
            if first_only:
                break


class Kept:
    """The hours one clinician keeps, worked out once for as many times as one likes to ask about."""

    def __init__(self, hours: Hours, clinician: Clinician) -> None:
        self.hours, self.clinician = hours, clinician
        self.worked = linked(hours.worked(clinician))
        self.without_holidays = linked(hours.worked(clinician, holidays=False)) if hours.holidays else self.worked

    def against(self, starts_at: datetime) -> list[Rule]:
        """What keeps a session from starting then, other sessions aside."""
        hours, who, start = self.hours, self.clinician.pk, clocks.seconds(starts_at)
        end, kind = start + hours.length, hours.session_type
        rules = []
        if hours.licensed is not None and not _covered(joined(hours.licensed.get(who, [])), start, end):
            rules.append(Rule.LICENCE)
        piece = _piece_at(self.worked, start, end)
        if piece is None:
            closed = _piece_at(self.without_holidays, start, end)
            rules.append(Rule.HOURS if closed is None else Rule.HOLIDAY)
        elif (start - piece.grid) % (kind.step * 60) or starts_at.microsecond:
            rules.append(Rule.STEP)
        if _touched(hours.less.get(who, []), start, end):
            rules.append(Rule.OVERRIDE)
        if _touched(hours.off.get(who, []), start, end):
            rules.append(Rule.TIME_OFF)
        if _touched(hours.outside.get(who, []), start - kind.buffer_before * 60, end + kind.buffer_after * 60):
            rules.append(Rule.OUTSIDE_CALENDAR)
        return rules


def _against_sessions(hours: Hours, clinician: Clinician, start: int) -> list[Rule]:
    kind, rules = hours.session_type, []
    first, last = start - kind.buffer_before * 60, start + hours.length + kind.buffer_after * 60
    around = Appointment.objects.live().around([clinician], clocks.at(first, clocks.UTC), clocks.at(last, clocks.UTC))
    for other in around.exclude(pk__in=hours.ignoring):
        if other.has_run_out(hours.now):
            continue
        overlaps = clocks.seconds(other.starts_at) < start + hours.length and clocks.seconds(other.ends_at) > start
        rules.append(Rule(other.state) if overlaps else Rule.BUFFER)
    if _touched(hours.full.get(clinician.pk, []), start, start + 1):
        rules.append(Rule.LIMIT)
    return list(dict.fromkeys(rules))


def _piece_at(pieces: list[Piece], start: int, end: int) -> Piece | None:
    fitting = (piece for piece in pieces if piece.opens <= start < piece.closes and end <= piece.until)
    return next(fitting, None)


def _covered(spans: list[Span], start: int, end: int) -> bool:
    return any(first <= start and end <= last for first, last in spans)


def _touched(spans: list[Span], start: int, end: int) -> bool:
    return any(first < end and last > start for first, last in spans)
