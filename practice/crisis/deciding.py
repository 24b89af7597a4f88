"""What staff decided about lines and regions, laid over the file and kept in each process's memory."""

import logging
import time
from dataclasses import replace

from django.db import DatabaseError, transaction
from django.utils import timezone

from practice.crisis import lines
from practice.crisis.lines import BadLine, Book, Line, Region
from practice.crisis.models import Decision

log = logging.getLogger(__name__)
REFRESHED_EVERY = 60.0  # seconds; a line taken out is gone from every process within a minute of its next ordinary page
_asked_at = float("-inf")


def refresh_if_due() -> None:
    """Ask the database again where a minute has passed; never called on the way of someone in need (see doors.py)."""
    if time.monotonic() - _asked_at >= REFRESHED_EVERY:
        refresh()


def refresh() -> None:
    """Lay the decisions over the file, now. Without a database what was known last stays, else the file."""
    global _asked_at
    _asked_at = time.monotonic()
    try:
        with transaction.atomic():
            newest = {
                _about(decision): decision for decision in Decision.objects.select_related("decided_by").order_by("pk")
            }
    except DatabaseError:
        log.warning("the decisions about crisis lines could not be read; the last known stand")
        return
    book = lines.book()
    regions = tuple(_region(region, newest.get(("region", region.id))) for region in book.regions)
    found = tuple(line_with(line, newest.get(("line", line.id))) for line in book.lines)
    lines.use(Book(regions, found))


def forget() -> None:
    """Know no decision, and ask for none until a minute has passed."""
    global _asked_at
    _asked_at = time.monotonic()
    lines.use(None)


def line_with(line: Line, decision: Decision | None) -> Line:
    """The line as this decision leaves it; one that must never be given out stays as the file has it."""
    if decision is None:
        return line
    if decision.kind == Decision.Kind.TAKEN_OUT:
        return replace(line, show=False)
    day = timezone.localdate(decision.decided_at).isoformat()
    verified = replace(line, show=True, last_verified_on=day, verified_by=str(decision.decided_by))
    try:
        lines.check([verified])
    except BadLine:
        log.error("the line %s is known as a trap and is not given out", line.id)
        return line
    return verified


def _about(decision: Decision) -> tuple[str, str]:
    is_region = decision.kind in {Decision.Kind.REGION_ON, Decision.Kind.REGION_OFF}
    return ("region" if is_region else "line", decision.subject)


def _region(region: Region, decision: Decision | None) -> Region:
    return region if decision is None else replace(region, is_on=decision.kind == Decision.Kind.REGION_ON)
