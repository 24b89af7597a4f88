"""Measuring: what becomes of those who wrote to us, so that waits and the weights of matching can be judged."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from statistics import mean, median

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from booking import clocks
from booking.intake import promising
from booking.models import Appointment, Intake, IntakeChange, Outcome, Series
from booking.models.intake import IntakeQuerySet

What = IntakeChange.What
LOOKS_BACK = timedelta(weeks=12)
READ = [*promising.ANSWERS, What.CLAIMED]
MATCHED = [What.MATCHED, What.ASSIGNED, What.OFFERED]
TOOK_PLACE = [Appointment.State.BOOKED, Appointment.State.COMPLETED]
TAKEN = [Series.Status.RUNNING, Series.Status.ENDED]
HOUR = timedelta(hours=1)
Weeks = list[tuple[date, float]]


def sent(now: datetime) -> IntakeQuerySet:
    """The intakes of the last twelve weeks, each person once."""
    return Intake.objects.filter(submitted_at__gt=now - LOOKS_BACK, submitted_at__lte=now, same_as=None)


def funnel(now: datetime | None = None) -> list[tuple[str, int]]:
    """How far those of the last twelve weeks came, from all that were sent to those who stayed; one query.

    Each step counts whoever reached it or one after it, whatever became of them since.
    """
    talks = Appointment.objects.filter(intake=OuterRef("pk"), state__in=[*TOOK_PLACE, Appointment.State.NO_SHOW])
    offers = Outcome.objects.filter(appointment__intake=OuterRef("pk"), what=Outcome.What.PROPOSED)
    flags = {"a": _ever(READ), "b": _ever(MATCHED), "c": Exists(talks), "d": Exists(offers)}
    rows = sent(now or timezone.now()).annotate(**flags).order_by().values_list("outcome", *flags)
    reached = [
        max(step for step, has in enumerate([True, *steps, outcome == Intake.Outcome.BOOKED]) if has)
        for outcome, *steps in rows
    ]
    names = [_("Sent"), _("Read"), _("Matched"), _("First talk booked"), _("Regular time offered"), _("Came to us")]
    return [(name, sum(far >= step for far in reached)) for step, name in enumerate(names)]


def _ever(whats: Iterable[str]) -> Exists:
    return Exists(IntakeChange.objects.filter(intake=OuterRef("pk"), what__in=list(whats)))


def waits(now: datetime | None = None) -> Weeks:
    """The median hours to an answer by a person, by the week in which they wrote; a week with none is left out."""
    now = now or timezone.now()
    rows = sent(now).annotate(answered_at=promising.ANSWERED_AT).exclude(answered_at=None).order_by()
    pairs = rows.values_list("submitted_at", "answered_at")
    return _by_week(((at, (answered_at - at) / HOUR) for at, answered_at in pairs), median)


def times_to_first(now: datetime | None = None) -> Weeks:
    """The median days from writing to the first session that took place or is booked, by the week they wrote."""
    now = now or timezone.now()
    first = Min("appointments__starts_at", filter=Q(appointments__state__in=TOOK_PLACE))
    rows = sent(now).annotate(first_at=first).exclude(first_at=None).order_by()
    pairs = rows.values_list("submitted_at", "first_at")
    return _by_week(((at, (first_at - at) / clocks.DAY) for at, first_at in pairs), median)


def acceptance(now: datetime | None = None) -> Weeks:
    """Of a hundred regular times offered and answered, how many were taken, by the week they were offered."""
    now = now or timezone.now()
    offers = Outcome.objects.filter(what=Outcome.What.PROPOSED, at__gt=now - LOOKS_BACK)
    answered = offers.exclude(series__status=Series.Status.OFFERED).order_by().values_list("at", "series__status")
    return _by_week(((at, 100.0 * (status in TAKEN)) for at, status in answered), mean)


def _by_week(rows: Iterable[tuple[datetime | None, float]], middle: Callable[[list[float]], float]) -> Weeks:
    weeks: dict[date, list[float]] = {}
    for at, value in rows:
        day = timezone.localdate(at)  # none is without, though the column may be
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(value)
    return [(week, round(middle(values), 1)) for week, values in sorted(weeks.items())]
