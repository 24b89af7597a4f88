"""What is read of a window of time: two prepared queries, whatever the number of clinicians, days and appointments."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    DateField,
    DateTimeField,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast

from booking.clocks import DAY
from booking.models import Appointment, BusyTime, DateOverride, Holiday, SessionType, TimeOff, WorkingHours
from booking.models.appointments import LIVE_STATES, Epoch
from practice.prepared import Among, Given, Prepared
from practice.staff.models import Licence

NAMED = 12
ZERO, NOTHING = Value(0), Value("", TextField())
OVER = ("completed", "no_show")


def calendar(
    *,
    clinicians: Collection[int],
    session_type: SessionType,
    since: datetime,
    until: datetime,
    days: tuple[date, date],
    state: str | None,
) -> list[tuple[Any, ...]]:
    """Everything but sessions that opens or closes the window: (what, clinician, number, up to four texts)."""
    if not clinicians:
        return []
    # Beyond a few it is quicker to read everybody's calendar than to name each in every part.
    named = len(clinicians) if len(clinicians) < NAMED else 0
    return _calendar.ask(
        named,
        state is not None,
        clinicians=list(clinicians),
        since=since,
        until=until,
        busy_since=since - timedelta(minutes=session_type.buffer_before),
        busy_until=until + timedelta(minutes=session_type.buffer_after),
        first_day=days[0],
        last_day=days[1],
        state=state,
    )


@Prepared
def _calendar(named: int, with_licences: bool) -> QuerySet[Any, Any]:
    whose = {"clinician__in": Among("clinicians", named, BigIntegerField())} if named else {}
    since, until = _moment("since"), _moment("until")
    first, last = Given("first_day", DateField()), Given("last_day", DateField())
    off = TimeOff.objects.filter(**whose, ends_at__gt=since, starts_at__lt=until)
    busy = BusyTime.objects.filter(**whose, ends_at__gt=_moment("busy_since"), starts_at__lt=_moment("busy_until"))
    overrides = DateOverride.objects.filter(**whose, day__gte=first, day__lte=last)
    holidays = Holiday.objects.filter(day__gte=first, day__lte=last)
    weekly = WorkingHours.objects.filter(**whose)
    parts = [
        _columns("weekly", weekly, "weekday", "opens", "closes", "valid_from", "valid_until"),
        _columns("override", overrides, Cast("adds", IntegerField()), "day", "opens", "closes"),
        _columns("off", off, ZERO, Epoch("starts_at"), Epoch("ends_at")),
        _columns("outside", busy, ZERO, Epoch("starts_at"), Epoch("ends_at")),
        _columns("holiday", holidays, ZERO, "day"),
    ]
    if with_licences:
        held = Licence.objects.counting().filter(**whose, state=Given("state", TextField()))
        held = held.filter(starts_on__lte=last, expires_on__gte=first)
        parts.append(_columns("licence", held, ZERO, "starts_on", "expires_on"))
    return parts[0].union(*parts[1:], all=True)


def _columns(what: str, rows: QuerySet[Any], number: Any, *texts: Any) -> QuerySet[Any, tuple[Any, ...]]:
    """The rows of one table in the shape that all of them share."""
    who = "clinician_id" if what != "holiday" else ZERO
    columns = [Cast(text, TextField()) for text in texts] + [NOTHING] * (4 - len(texts))
    return rows.order_by().values_list(Value(what, TextField()), who, number, *columns)


def busy(
    *,
    clinicians: Collection[int],
    start: datetime,
    end: datetime,
    now: datetime,
    ignoring: Collection[UUID],
    with_limits: bool,
) -> list[tuple[int, int, int, int, int]]:
    """What sessions block of the window: (clinician, from, until, start, session type), in seconds since 1970.

    With limits what is over is read too, for it counts among the day's sessions.
    """
    if not clinicians:
        return []
    given = {"start": start, "end": end, "day_before": start - DAY, "now": now, "ignoring": list(ignoring)}
    return _busy.ask(len(clinicians), len(ignoring), with_limits, clinicians=list(clinicians), **given)


@Prepared
def _busy(clinicians: int, ignoring: int, with_limits: bool) -> QuerySet[Any, Any]:
    whose = Among("clinicians", clinicians, BigIntegerField())
    rows = Appointment.objects.touching(whose, _moment("day_before"), _moment("start"), _moment("end"))
    rows = rows.filter(state__in=[*LIVE_STATES, *(OVER if with_limits else ())])
    rows = rows.exclude(Q(state=Appointment.State.HELD, hold_expires_at__lte=_moment("now")))
    if ignoring:
        rows = rows.exclude(pk__in=Among("ignoring", ignoring, UUIDField()))
    times = [Epoch(name) for name in ("blocks_from", "blocks_until", "starts_at")]
    return rows.order_by().values_list("clinician", *times, "session_type")


def _moment(name: str) -> Given:
    return Given(name, DateTimeField())
