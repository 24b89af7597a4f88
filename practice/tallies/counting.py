"""Counting: the only thing kept of what must not be kept."""

import logging

from django.db import DatabaseError, transaction
from django.db.models import F, Sum
from django.db.models.functions import ExtractYear
from django.utils import timezone

log = logging.getLogger(__name__)


def add(name: str, amount: int = 1) -> None:
    """Add to today's count of `name`; without a database the count is lost, never the request."""
    from practice.tallies.models import Tally

    try:
        with transaction.atomic():
            tally, _made = Tally.objects.get_or_create(name=name[:80], day=timezone.now().date())
            Tally.objects.filter(pk=tally.pk).update(number=F("number") + amount)
    except DatabaseError:
        log.warning("a count was lost: %s", name)


def total(name: str) -> int:
    """How often `name` was counted since the beginning."""
    from practice.tallies.models import Tally

    return Tally.objects.filter(name=name).aggregate(total=Sum("number"))["total"] or 0


def by_year(prefix: str) -> dict[int, dict[str, int]]:
    """How often each name that begins so was counted, by year, the newest first."""
    from practice.tallies.models import Tally

    years: dict[int, dict[str, int]] = {}
    rows = Tally.objects.filter(name__startswith=prefix).annotate(year=ExtractYear("day")).values_list("year", "name")
    for year, name, total in rows.annotate(total=Sum("number")).order_by("-year", "name"):
        years.setdefault(year, {})[name] = total
    return years
