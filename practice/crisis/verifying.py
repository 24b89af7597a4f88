"""Which of the lines we give out a person should dial again: never verified, or not for 90 days."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core import checks
from django.utils import timezone

from practice.crisis import lines

FRESH_FOR = timedelta(days=90)


def is_due(line: lines.Line, today: date) -> bool:
    """Whether nobody has verified this line, or not for FRESH_FOR; a day that is still to come verifies nothing."""
    if not line.last_verified_on:
        return True
    return not timedelta(0) <= today - date.fromisoformat(line.last_verified_on) <= FRESH_FOR


def due(today: date | None = None, among: Iterable[lines.Line] | None = None) -> tuple[lines.Line, ...]:
    """The shown lines that are due, in the order of the file."""
    day = today or timezone.localdate()
    return tuple(line for line in (lines.book().lines if among is None else among) if line.show and is_due(line, day))


def warn(**_: Any) -> list[checks.CheckMessage]:
    """For `check --deploy`: one warning that names every shown line that is due."""
    found = due()
    if not found:
        return []
    names = ", ".join(line.id for line in found)
    message = f"{len(found)} crisis lines that we give out were not verified in the last {FRESH_FOR.days} days: {names}"
    hint = "Dial each of them and record the day and your name in practice/crisis/lines.toml."
    return [checks.Warning(message, hint=hint, id="crisis.W001")]
