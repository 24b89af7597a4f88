"""Promising: by when a person answers an intake that was sent, how long others waited, and which promise runs out."""

from collections.abc import Container, Iterable
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from booking.models import Holiday, Intake, IntakeChange
from practice import facts

What = IntakeChange.What
# What a person at the desk did that its writer heard of.
ANSWERS = (What.MATCHED, What.ASSIGNED, What.WROTE, What.CONTACTED, What.OFFERED, What.BOOKED, What.CLOSED)
ANSWERED_AT = Min("changes__at", filter=Q(changes__what__in=ANSWERS, changes__actor__isnull=False))
FARTHEST = timedelta(days=30)  # an office that opens on no day of these promises nothing
SOON = timedelta(hours=2)
LOOKS_BACK = timedelta(days=90)
FEWEST = 5  # fewer waits than these say nothing about the next one


def answer_by(intake: Intake, *, holidays: Container[date] | None = None) -> datetime | None:
    """The moment by which the practice promises an answer: so many hours in which the office is open after sending."""
    if intake.submitted_at is None:
        return None
    zone, left = ZoneInfo(settings.PRACTICE["time_zone"]), timedelta(hours=settings.ANSWER_WITHIN_OPEN_HOURS)
    day = first = intake.submitted_at.astimezone(zone).date()
    closed = _holidays([intake]) if holidays is None else holidays
    while day <= first + FARTHEST:
        for opens, closes in [] if day in closed else facts.opening(day):
            start = max(opens, intake.submitted_at)
            if closes - start >= left:
                return start + left
            left -= max(closes - start, timedelta(0))
        day += timedelta(days=1)
    return None


def _holidays(intakes: Iterable[Intake]) -> set[date]:
    sent = [one.submitted_at.date() for one in intakes if one.submitted_at]
    if not sent:
        return set()
    days = Holiday.objects.filter(day__range=(min(sent) - timedelta(days=1), max(sent) + FARTHEST + timedelta(days=1)))
    return set(days.values_list("day", flat=True))


def running_out(now: datetime | None = None) -> list[tuple[datetime, Intake]]:
    """The intakes nobody has answered whose promise runs out within two hours or is broken, the first first."""
    now = now or timezone.now()
    waiting = list(Intake.objects.filter(status=Intake.Status.NEW, submitted_at__isnull=False))
    holidays = _holidays(waiting)
    due = [(by, one) for one in waiting if (by := answer_by(one, holidays=holidays)) and by <= now + SOON]
    return sorted(due, key=lambda pair: pair[0])


def usual_wait(now: datetime | None = None) -> timedelta | None:
    """The median wait for an answer of the last 90 days; None where there were few, or half of them still wait.

    Whoever is not answered yet waits longer than all who are: leaving them out would flatter us. Those who booked a
    time themselves did not wait for anybody, and one person's second intake is answered with the first.
    """
    now = now or timezone.now()
    sent = Intake.objects.filter(submitted_at__gt=now - LOOKS_BACK, same_as=None)
    lost = Exists(IntakeChange.objects.filter(intake=OuterRef("pk"), what=What.CANCELED))
    rows = sent.annotate(answered_at=ANSWERED_AT, lost_time=lost).order_by()
    rows = rows.exclude(Q(status=Intake.Status.BOOKED) | Q(lost_time=True), answered_at=None)
    waits = [
        (answered_at - sent_at).total_seconds() if answered_at else float("inf")
        for sent_at, answered_at in rows.values_list("submitted_at", "answered_at")
    ]
    usual = median(waits) if len(waits) >= FEWEST else float("inf")
    return None if usual == float("inf") else timedelta(seconds=usual)
