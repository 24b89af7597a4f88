"""Matching: who may see this client, ranked, with the reasons in plain words; and for staff, why each other may not.

First what must hold, then what is scored (docs/matching.md). What a clinician is, and not what they do, counts only
where the client asked for it and the clinician shows it. The same wishes always give the same order.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking import offering
from booking.intake import candidates, reasons, weighing
from booking.intake.candidates import Candidate
from booking.intake.overlapping import Week
from booking.intake.wanted import Cell, Wishes
from booking.models import Intake, SessionType
from booking.offering import OpenTime
from practice.staff.models import Clinician

# What must hold, in the order in which it is asked; the label is for staff.
RULES: dict[str, str | Promise] = {
    "licence": _("No licence in that state"),
    "age": _("Does not see that age"),
    "kind": _("Does not offer that kind of care"),
    "virtual": _("Offers no virtual sessions"),
    "accepting": _("Takes no new clients"),
    "capacity": _("No room left"),
    "language": _("Does not speak the language needed"),
    "hours": _("Does not work at the times asked for"),
}
# Those the client made, and may set aside.
WISHED = ("language", "hours")
# For so many of the best the open times are looked up; the soonest of them count.
LOOKED_UP = 20
ANY_MINUTES, ANY_HORIZON = 30, 60  # where nothing can be booked at once


class Match(NamedTuple):
    """Somebody who may see this client, and why; `points` says what the score is made of."""

    clinician: Clinician
    score: float
    reasons: list[str]
    soonest: OpenTime | None
    points: dict[str, float]
    lacks: list[str]  # what was asked for, is set aside, and this clinician does not have; in words
    candidate: Candidate


class Refusal(NamedTuple):
    """Somebody who may not, and every rule that says so, in words for staff."""

    clinician: Clinician
    why: list[str]


class Obstacle(NamedTuple):
    """The first rule after which nobody is left, and how many it sent away."""

    rule: str
    number: int


@dataclass
class Judgement:
    """Each clinician, and the rules that keep them from this client."""

    wishes: Wishes
    now: datetime
    broken: list[tuple[Candidate, list[str]]]
    week: Week
    session_type: SessionType | None

    def able(self, *, aside: Collection[str] = ()) -> list[Candidate]:
        """Those whom no rule sends away but the ones set aside."""
        return [one for one, rules in self.broken if not set(rules).difference(aside)]

    def matches(self, *, aside: Collection[str] = (), most: int | None = None) -> list[Match]:
        """Everyone able, best first; the rules in `aside` (of WISHED) count for nothing."""
        able = self.able(aside=aside)
        candidates.note_profiles(able, self.wishes)
        points = {one.pk: weighing.points(one, self.wishes) for one in able}
        able.sort(key=lambda one: (-_sum(points[one.pk]), self._lot(one)))
        best, others = able[:LOOKED_UP], able[LOOKED_UP:]
        soonest = self._soonest(best, aside)
        for one in best:
            points[one.pk]["soon"] = weighing.soon(soonest.get(one.pk), self.now)
        best.sort(key=lambda one: (-_sum(points[one.pk]), self._lot(one)))
        shown = (best + others)[:most]
        clinicians = Clinician.objects.in_bulk([one.pk for one in shown])
        return [self._match(one, clinicians[one.pk], points[one.pk], soonest.get(one.pk)) for one in shown]

    def refused(self) -> list[Refusal]:
        """For staff: each clinician who may not, with every reason."""
        clinicians = Clinician.objects.in_bulk([one.pk for one, rules in self.broken if rules])
        return [
            Refusal(clinicians[one.pk], [str(RULES[rule]) for rule in rules]) for one, rules in self.broken if rules
        ]

    def obstacle(self) -> Obstacle | None:
        """What stands in the way where nobody is able."""
        left = self.broken
        for rule in RULES:
            kept = [(one, rules) for one, rules in left if rule not in rules]
            if not kept:
                return Obstacle(rule, len(left))
            left = kept
        return None

    def _lot(self, one: Candidate) -> tuple[int, str]:
        """Who of two equals comes first: drawn anew for each intake, and always the same for one."""
        return crc32(f"{self.wishes.turn} {one.slug}".encode()), one.slug

    def _soonest(self, best: list[Candidate], aside: Collection[str]) -> dict[int, OpenTime]:
        """The first open time of each that suits both; two or three queries for each stretch of days."""
        if self.session_type is None or not best:
            return {}
        suits = {} if "hours" in aside or not self.wishes.names_times else {"suits": self.wishes.suits}
        found = offering.next_open_each(
            session_type=self.session_type,
            clinicians=Clinician.objects.filter(pk__in=[one.pk for one in best]),
            zone=self.wishes.time_zone,
            state=self.wishes.state,
            now=self.now,
            **suits,
        )
        return {clinician.pk: time for clinician, time in found.items()}

    def _match(self, one: Candidate, clinician: Clinician, points: dict[str, float], soonest: OpenTime | None) -> Match:
        assert one.right is not None, "whoever is able may practise there"
        cells: frozenset[Cell] = self.week.cells(one.zone, one.hours) & self.wishes.cells
        why = reasons.why(one, one.right, self.wishes, cells, soonest)
        lacking = [reasons.lacks(rule, self.wishes) for rule in _wishes_broken(one, self.wishes, cells)]
        return Match(clinician, _sum(points), why, soonest, points, lacking, one)


def judge(*, intake: Intake | None = None, wishes: Wishes | None = None, now: datetime | None = None) -> Judgement:
    """Hold every clinician against the rules; the number of queries does not grow with them."""
    if wishes is None:
        assert intake is not None, "either an intake or wishes"
        wishes = Wishes.of(intake)
    now, kind = now or timezone.now(), _session_type(wishes)
    minutes, horizon = (kind.minutes, kind.horizon_days) if kind else (ANY_MINUTES, ANY_HORIZON)
    week = Week(zone=wishes.time_zone, now=now, minutes=minutes, horizon_days=horizon)
    broken = [(one, _broken(one, wishes, week)) for one in candidates.read(wishes, now)]
    return Judgement(wishes, now, broken, week, kind)


def matches(
    *, intake: Intake | None = None, wishes: Wishes | None = None, most: int | None = None, now: datetime | None = None
) -> list[Match]:
    """Everyone who may see this client and fits what they cannot do without, best first."""
    return judge(intake=intake, wishes=wishes, now=now).matches(most=most)


def refused(
    *, intake: Intake | None = None, wishes: Wishes | None = None, now: datetime | None = None
) -> list[Refusal]:
    """For staff: each clinician who may not see this client, with every reason."""
    return judge(intake=intake, wishes=wishes, now=now).refused()


def bookable(*, intake: Intake, chosen: Clinician | None = None) -> list[Clinician]:
    """Whose times this client may choose from: their wish for certain times does not bind them there, and whom they
    chose by name may lack the language they asked for."""
    aside = WISHED if chosen else ("hours",)
    able = {one.pk for one in judge(intake=intake).able(aside=aside)}
    return list(Clinician.objects.filter(pk__in=able & {chosen.pk} if chosen else able).order_by("slug"))


def _session_type(wishes: Wishes) -> SessionType | None:
    """What is booked first: the kind the intake is for, else the free talk, else whatever stands first."""
    kinds = list(SessionType.objects.active().exclude(mode=SessionType.Mode.REQUEST))
    wanted = [one for one in kinds if one.pk == wishes.session_type] or [one for one in kinds if one.is_matchmaking]
    return next(iter(wanted or kinds), None)


def _broken(one: Candidate, wishes: Wishes, week: Week) -> list[str]:
    """The rules that keep this clinician from this client."""
    holds = {
        "licence": one.right is not None,
        "age": not wishes.age or wishes.age in one.ages,
        "kind": not wishes.kind or wishes.kind in one.kinds,
        "virtual": one.virtual,
        "accepting": one.accepts,
        "capacity": one.clients < one.capacity,
    }
    broken = [rule for rule, held in holds.items() if not held]
    cells = week.cells(one.zone, one.hours) & wishes.cells if wishes.names_times else wishes.cells
    return broken + _wishes_broken(one, wishes, cells)


def _wishes_broken(one: Candidate, wishes: Wishes, cells: frozenset[Cell]) -> list[str]:
    holds = {
        "language": one.languages.issuperset(wishes.languages_needed),
        "hours": not wishes.names_times or bool(cells),
    }
    return [rule for rule, held in holds.items() if not held]


def _sum(points: dict[str, float]) -> float:
    return round(sum(points.values()), 3)
