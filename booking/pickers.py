"""What components/time_picker.html draws: two weeks as a strip of days, and one day's times by part of the day."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking import clocks, labels, offering
from booking.models import Appointment
from booking.offering import OpenTime
from practice.staff.models import Clinician

DAYS_SHOWN = 14
NOON, EVENING = 12, 17
EARLIEST = 3


def first_shown(wished: date | None, *, zone: ZoneInfo, horizon_days: int) -> date:
    """The first of the days shown: never before today, never past the horizon."""
    today = timezone.now().astimezone(zone).date()
    return min(max(wished or today, today), today + timedelta(days=horizon_days))


def read_day(raw: str | None) -> date | None:
    """The day an address names; None for whatever else stands there."""
    try:
        return parse_date(raw or "")
    except ValueError:
        return None


def picker(
    times: Sequence[OpenTime],
    *,
    zone: ZoneInfo,
    first: date,
    day: date | None,
    horizon_days: int,
    address: Callable[..., str],
    instead: Iterable[OpenTime] = (),
    names: bool = False,
) -> dict[str, Any]:
    """The picker for `times`; `address(day=..., first=...)` is the page with another day, `names` adds with whom."""
    by_day: dict[date, list[OpenTime]] = {}
    for time in times:
        by_day.setdefault(time.starts_at.astimezone(zone).date(), []).append(time)
    shown = day if day in by_day else min(by_day, default=None)
    days = [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
    before, after = (_turned(first, days, zone, horizon_days) for days in (-DAYS_SHOWN, DAYS_SHOWN))
    return {
        "zone": labels.zone(zone),
        "earliest": [button(time, zone, names=names, with_day=True) for time in instead or times[:EARLIEST]],
        "days": [
            {
                "date": one,
                "count": len(by_day.get(one, [])),
                "url": address(day=one.isoformat()) + "#day",
                "current": one == shown,
            }
            for one in days
        ],
        "earlier_url": address(first=before.isoformat(), day="") if before else "",
        "later_url": address(first=after.isoformat(), day="") if after else "",
        "groups": _groups(by_day[shown] if shown else [], zone, names),
    }


def _turned(first: date, days: int, zone: ZoneInfo, horizon_days: int) -> date | None:
    turned = first_shown(first + timedelta(days=days), zone=zone, horizon_days=horizon_days)
    return None if turned == first else turned


def _groups(times: list[OpenTime], zone: ZoneInfo, names: bool) -> list[dict[str, Any]]:
    parts = [
        (pgettext("part of the day", "Morning"), range(NOON)),
        (pgettext("part of the day", "Afternoon"), range(NOON, EVENING)),
        (pgettext("part of the day", "Evening"), range(EVENING, 24)),
    ]
    groups = [
        (part, [time for time in times if time.starts_at.astimezone(zone).hour in hours]) for part, hours in parts
    ]
    return [
        {"name": part, "times": [button(time, zone, names=names) for time in some]} for part, some in groups if some
    ]


def button(time: OpenTime, zone: ZoneInfo, *, names: bool = False, with_day: bool = False) -> dict[str, str]:
    label = labels.moment(time.starts_at, zone, with_zone=False) if with_day else labels.clock(time.starts_at, zone)
    detail = _("with %(name)s") % {"name": time.clinician.name} if names else ""
    return {"label": label, "detail": detail, "name": "slot", "value": slot(time.starts_at, time.clinician)}


def slot(starts_at: datetime, clinician: Clinician) -> str:
    """A time and its clinician as a button sends them."""
    return f"{starts_at.astimezone(clocks.UTC).isoformat()} {clinician.slug}"


def chosen(raw: str, candidates: Iterable[Clinician]) -> tuple[datetime, Clinician] | None:
    """What such a button sent (UTC); None for anything else, also for a clinician who was not offered."""
    at, _space, slug = raw.partition(" ")
    clinician = next((one for one in candidates if one.slug == slug), None)
    starts_at = moment(at)
    return None if starts_at is None or clinician is None else (starts_at, clinician)


def moment(raw: str) -> datetime | None:
    """A moment of these years with its offset, in UTC; None for whatever else was sent."""
    try:
        read = parse_datetime(raw)
    except ValueError:
        return None
    # The first and last hours there are cannot be turned into every zone, nor be followed by a session.
    if read is None or read.tzinfo is None or not 2000 <= read.year <= 2100:
        return None
    return read.astimezone(clocks.UTC)


def for_moving(
    asked: QueryDict, appointment: Appointment, *, here: str, zone: ZoneInfo, instead: Iterable[OpenTime] = ()
) -> dict[str, Any]:
    """Two weeks of times to which `appointment` could move; `asked` is the query of the page at `here`."""
    kind, wished = appointment.session_type, read_day(asked.get("first"))
    first = first_shown(wished, zone=zone, horizon_days=kind.horizon_days)
    times = offering.open_times(
        session_type=kind,
        clinicians=[appointment.clinician],
        first_day=first,
        last_day=first + timedelta(days=DAYS_SHOWN - 1),
        zone=zone,
        state=appointment.client_state,
    )

    def address(**changed: str) -> str:
        query = {"first": first.isoformat() if wished else ""} | changed
        return f"{here}?{urlencode({key: value for key, value in query.items() if value})}"

    return picker(
        times,
        zone=zone,
        first=first,
        day=read_day(asked.get("day")),
        horizon_days=kind.horizon_days,
        address=address,
        instead=instead,
    )
