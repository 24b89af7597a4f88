"""What an intake asks of a clinician, as its answers say it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from booking import clocks
from booking.intake import choices
from booking.models import Intake

ONE = ("state", "age", "kind", "zone", "payment")
MANY = (
    *("concerns", "styles", "modalities", "languages_needed", "languages_preferred"),
    *("genders", "cultures", "faiths", "days", "parts"),
)
# Answers that ask for nothing in particular.
NOTHING = frozenset({"", "other", choices.UNSAID})
WEEKDAYS = [slug for slug, _label in choices.DAYS]
# Each part of the day, and the hour at which it ends.
PARTS = {"morning": 12, "afternoon": 17, "evening": 24}
Cell = tuple[str, str]  # a day and a part of it: ("tue", "evening")
CELLS = frozenset((day, part) for day in WEEKDAYS for part in PARTS)


@dataclass(frozen=True)
class Wishes:
    """What an intake asks for; slugs are those of booking/intake/choices.py. `turn` draws the lot between equals."""

    state: str
    age: str = ""
    kind: str = ""
    zone: str = ""
    payment: str = ""
    concerns: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    languages_needed: tuple[str, ...] = ()
    languages_preferred: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    cultures: tuple[str, ...] = ()
    faiths: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    session_type: int | None = None
    turn: str = ""

    @classmethod
    def of(cls, intake: Intake) -> "Wishes":
        answers = intake.answers or {}
        told = answers | {"state": intake.state or answers.get("state", "")}
        return cls.read(told, session_type=intake.session_type_id, turn=str(intake.pk))

    @classmethod
    def read(cls, answers: dict[str, Any], **more: Any) -> "Wishes":
        """Wishes from answers by key; whatever has another shape counts as not answered."""
        one: dict[str, Any] = {name: value for name in ONE if isinstance(value := answers.get(name), str)}
        many = {name: _asked(value) for name in MANY if isinstance(value := answers.get(name), list)}
        return cls(**{"state": ""} | one | many | more)

    @cached_property
    def time_zone(self) -> ZoneInfo:
        return clocks.read_zone(self.zone) or clocks.zone_for(self.state)

    @cached_property
    def cells(self) -> frozenset[Cell]:
        """The days and parts of the day that were asked for; all of them where nothing was said."""
        days = [day for day in self.days if day in WEEKDAYS] or WEEKDAYS
        return frozenset((day, part) for day in days for part in [one for one in self.parts if one in PARTS] or PARTS)

    @property
    def names_times(self) -> bool:
        return self.cells != CELLS

    def suits(self, moment: datetime) -> bool:
        """Whether a session that starts then, by the clock of `moment`, is at a time that was asked for."""
        return (WEEKDAYS[moment.weekday()], part_of(moment.hour)) in self.cells


def part_of(hour: int) -> str:
    return next(part for part, ends in PARTS.items() if hour < ends)


def _asked(value: list[Any]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(map(str, value)) if one not in NOTHING)
