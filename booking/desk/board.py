"""The board: a day of every clinician side by side, or a week, by the hour: what is booked, what is free, and now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking import labels, offering
from booking.models import Appointment, Client, SessionType
from booking.offering import OpenTime
from practice.staff.models import Clinician

State = Appointment.State
OFFICE = (9, 16)  # the hours that are always shown
STATUS = {
    State.REQUESTED: "update",
    State.CANCELED: "retracted",
    State.DECLINED: "retracted",
    State.NO_SHOW: "overdue",
    State.BOOKED: "approved",
}
Column = tuple[date, Clinician | None]


class Span(NamedTuple):
    """Which days are shown, on whose clock, and of which clinicians."""

    first: date
    days: int
    zone: ZoneInfo
    clinicians: Sequence[Clinician]

    @property
    def is_week_of_several(self) -> bool:
        return self.days > 1 and len(self.clinicians) > 1

    @property
    def columns(self) -> list[Column]:
        """A day has a column for each clinician, a week one for each day."""
        if self.days == 1 and len(self.clinicians) > 1:
            return [(self.first, one) for one in self.clinicians]
        return [(self.first + timedelta(days=number), None) for number in range(self.days)]


def board(
    span: Span, rows: Iterable[Appointment], *, kind: SessionType | None, client: Client | None
) -> dict[str, Any]:
    """Columns, the hours below them, and the free times of this kind, each with where it is booked (for `client`)."""
    columns, zone = span.columns, span.zone
    by_clinician = columns[0][1] is not None
    cells: dict[tuple[int, Column], list[dict[str, Any]]] = defaultdict(list)
    free = [_free(time, kind, client, zone) for time in _free_times(span, kind)] if kind else []
    booked = [_booked(row, zone, names=span.is_week_of_several) for row in rows]
    for entry in [*booked, *free]:
        local = entry["at"].astimezone(zone)
        cells[local.hour, (local.date(), entry["clinician"] if by_clinician else None)].append(entry)
    now = timezone.now().astimezone(zone)
    shown = [*OFFICE, *(hour for hour, _where in cells)]
    hours = range(min(shown), max(shown) + 1)
    return {
        "columns": [{"label": _label(column), "is_today": column[0] == now.date()} for column in columns],
        "hours": [_row(hour, [cells.get((hour, one), []) for one in columns], columns, now) for hour in hours],
        "booked": booked,
        "free": free,
        "now": labels.clock(now, zone),
        "is_week_of_several": span.is_week_of_several,
        "label": _days(span),
    }


def _row(hour: int, cells: list[list[dict[str, Any]]], columns: list[Column], now: datetime) -> dict[str, Any]:
    is_now = [(day, hour) == (now.date(), now.hour) for day, _clinician in columns]
    return {
        "label": formatted(now.replace(hour=hour, minute=0), pgettext("an hour, a format of Django", "g A")),
        "is_now": any(is_now),
        "cells": [
            {"entries": sorted(entries, key=lambda entry: entry["at"]), "is_now": now_here}
            for entries, now_here in zip(cells, is_now, strict=True)
        ],
    }


def _free_times(span: Span, kind: SessionType) -> list[OpenTime]:
    """Nothing for a week of several clinicians: nobody could find anything in it."""
    if span.is_week_of_several:
        return []
    last = span.first + timedelta(days=span.days - 1)
    return offering.open_times(
        session_type=kind, clinicians=span.clinicians, first_day=span.first, last_day=last, zone=span.zone
    )


def _free(time: OpenTime, kind: SessionType, client: Client | None, zone: ZoneInfo) -> dict[str, Any]:
    asked = {"clinician": time.clinician.slug, "type": kind.slug, "at": time.starts_at.isoformat()}
    asked |= {"client": str(client.pk)} if client else {}
    return {
        "at": time.starts_at,
        "clinician": time.clinician,
        "day": labels.day(time.starts_at.date()),
        "time": labels.clock(time.starts_at, zone),
        "free_url": f"{reverse('diary:book')}?{urlencode(asked)}",
    }


def _days(span: Span) -> str:
    first = labels.day(span.first)
    if span.days == 1:
        return first
    last = labels.day(span.first + timedelta(days=span.days - 1))
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _label(column: Column) -> str:
    day, clinician = column
    return clinician.name if clinician else formatted(day, pgettext("short day, a format of Django", "D, M j"))


def _booked(row: Appointment, zone: ZoneInfo, *, names: bool) -> dict[str, Any]:
    begun = row.starts_at <= timezone.now()
    return {
        "at": row.starts_at,
        "clinician": row.clinician,
        "day": labels.day(row.starts_at.astimezone(zone).date()),
        "time": labels.clock(row.starts_at, zone),
        "minutes": _("%(minutes)d min") % {"minutes": (row.ends_at - row.starts_at) // timedelta(minutes=1)},
        "appointment": row,
        "who": row.clinician.name if names else "",
        "tone": STATUS.get(State(row.state), ""),
        "may_move": row.state in (State.BOOKED, State.REQUESTED) and not begun,
        "may_cancel": row.state == State.BOOKED and not begun,
        "may_miss": row.state == State.BOOKED and begun,
        "is_over": row.state in (State.CANCELED, State.DECLINED),
    }
