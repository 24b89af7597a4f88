"""Measuring: how many texts arrive, how fast, and how many people end them, day by day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from practice.messaging.models import Channel, Message, OptOut

DAYS = 14
Status = Message.Status


@dataclass(frozen=True)
class Day:
    """What one day, by the practice's clock, came to: percent and seconds, None where nothing ended."""

    day: date
    ended: int
    delivery_rate: int | None
    wait: int | None
    opt_outs: int


def days(*, number: int = DAYS) -> list[Day]:
    """The last `number` days, oldest first, with today; three questions to the database whatever their number."""
    zone = ZoneInfo(settings.PRACTICE["time_zone"])
    today = timezone.now().astimezone(zone).date()
    first = today - timedelta(days=number - 1)
    since = datetime.combine(first, time.min, zone)
    ended, stops = _ended(since, zone), _opt_outs(since, zone)
    return [_day(first + timedelta(days=n), ended, stops) for n in range(number)]


def _ended(since: datetime, zone: ZoneInfo) -> dict[date, Any]:
    """Texts of which we know the end: mail servers never say whether a mail arrived."""
    good, bad = Q(status=Status.DELIVERED), Q(status__in=[Status.FAILED, Status.UNDELIVERED])
    took = ExpressionWrapper(F("settled_at") - F("claimed_at"), output_field=DurationField())
    texts = Message.objects.filter(good | bad, channel=Channel.TEXT, settled_at__gte=since)
    rows = texts.annotate(day=TruncDate("settled_at", tzinfo=zone)).values("day").order_by("day")
    counted = rows.annotate(all=Count("pk"), good=Count("pk", filter=good), wait=Avg(took, filter=good))
    return {row["day"]: row for row in counted}


def _opt_outs(since: datetime, zone: ZoneInfo) -> dict[date, int]:
    stops = OptOut.objects.filter(opted_out_at__gte=since)
    rows = stops.annotate(day=TruncDate("opted_out_at", tzinfo=zone)).values("day").order_by("day")
    return {row["day"]: row["all"] for row in rows.annotate(all=Count("pk"))}


def _day(day: date, ended: dict[date, Any], stops: dict[date, int]) -> Day:
    row = ended.get(day)
    if row is None:
        return Day(day, 0, None, None, stops.get(day, 0))
    wait = None if row["wait"] is None else round(row["wait"].total_seconds())
    return Day(day, row["all"], round(100 * row["good"] / row["all"]), wait, stops.get(day, 0))
