"""Overseeing: what is booked and lies outside the working hours as they are now. Changing hours moves nothing."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone

from booking import clocks, offering
from booking.hours import Hours
from booking.models import Appointment
from booking.models.appointments import AppointmentQuerySet
from booking.offering import Rule

# A licence that ends is warned of by itself; the rest is the matter of other sessions.
OF_HOURS = frozenset({Rule.HOURS, Rule.OVERRIDE, Rule.TIME_OFF, Rule.HOLIDAY})


class Stray(NamedTuple):
    """An appointment to come that would not be offered any more, and why."""

    appointment: Appointment
    rules: list[Rule]


def strays(among: AppointmentQuerySet, *, now: datetime | None = None) -> list[Stray]:
    """Those `among` what is booked or requested, soonest first; as many queries for a thousand as for one of a kind."""
    now = now or timezone.now()
    coming = (
        among.coming(now).select_related("session_type", "clinician", "client").order_by("session_type", "starts_at")
    )
    found = [
        stray
        for _kind, rows in groupby(coming, key=lambda one: one.session_type_id)
        for stray in _of_one_kind(list(rows), now)
    ]
    return sorted(found, key=lambda stray: stray.appointment.starts_at)


def _of_one_kind(rows: list[Appointment], now: datetime) -> Iterator[Stray]:
    clinicians = {one.clinician_id: one.clinician for one in rows}
    hours = Hours(
        session_type=rows[0].session_type,
        clinicians=clinicians.values(),
        start=clocks.seconds(rows[0].starts_at),
        end=clocks.seconds(rows[-1].starts_at) + 1,
        state=None,
        now=now,
    )
    kept = {pk: offering.Kept(hours, clinician) for pk, clinician in clinicians.items()}
    for one in rows:
        rules = [rule for rule in kept[one.clinician_id].against(one.starts_at) if rule in OF_HOURS]
        if rules:
            yield Stray(one, rules)
