"""Shifting: telling clients in other zones when a clock change moves their recurring time by their own clock.

Nothing is remembered: each coming date is compared with the one before it, and a key made of series and date makes
asking twice harmless.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.utils import timezone

from booking import telling
from booking.models import Appointment, Series
from booking.series import recurring
from practice.messaging.models import Channel, Message

State = Appointment.State
# How long before the first date at another hour they are told, and how far back the date before it may lie.
NOTICE = timedelta(days=7)
LOOK_BACK = timedelta(days=60)
HAPPENED = [State.BOOKED, State.COMPLETED, State.NO_SHOW]


class Shift(NamedTuple):
    """The first date that the client's clock shows at another hour than the date before."""

    series: Series
    appointment: Appointment

    @property
    def key(self) -> str:
        return f"{self.series.topic}:shift:{self.appointment.pk}:{self.appointment.version}"


def tell(*, now: datetime | None = None) -> int:
    """Owe every notice that is due by its client's clock and not yet owed; returns how many messages that were."""
    due = list(shifts(now=now or timezone.now()))
    keys = [f"{shift.key}:{channel}" for shift in due for channel in Channel.values]
    owed = {key.rpartition(":")[0] for key in Message.objects.filter(key__in=keys).values_list("key", flat=True)}
    return sum(_tell(shift) for shift in due if shift.key not in owed)


def shifts(*, now: datetime) -> Iterator[Shift]:
    """The shifts that lie at most a week ahead; in two queries, whatever their number."""
    running = Series.objects.running().with_people().exclude(client__time_zone=F("time_zone"))
    soon = Q(starts_at__lte=now + NOTICE) | Q(client__contact__clock_ahead__gt=timedelta())
    rows = Appointment.objects.filter(soon, series__in=running, state__in=HAPPENED, starts_at__gt=now - LOOK_BACK)
    known = {series.pk: series for series in running}
    dates: dict[object, list[Appointment]] = {key: [] for key in known}
    for row in rows.order_by("starts_at"):
        if row.series_id in known and known[row.series_id].keeps_to_the_rule(row.starts_at):
            dates[row.series_id].append(row)
    for key, series in known.items():
        theirs, ahead = now + series.client.contact.clock_ahead, dates[key]
        for before, after in pairwise(ahead):
            is_due = theirs < after.starts_at <= theirs + NOTICE
            if is_due and _wall(series, before) != _wall(series, after):
                yield Shift(series, after)


def _wall(series: Series, appointment: Appointment) -> time:
    return appointment.starts_at.astimezone(ZoneInfo(series.client.time_zone)).time()


def _tell(shift: Shift) -> int:
    return telling.tell(
        client=shift.series.client,
        kind="shift",
        topic=shift.series.topic,
        key=shift.key,
        link=recurring.series_link(shift.series),
        starts_at=shift.appointment.starts_at,
        expires_at=shift.appointment.starts_at,
        priority=Message.Priority.REMINDER,
    )
