"""Matching: who may see this client, ranked, with the reasons in plain words; and for staff, why each other may not.

First what must hold, then what is scored. No protected attribute is read. The same wishes always give the same order.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from booking import clocks, offering
from booking.intake import choices, reasons
from booking.models import Intake, SessionType
from booking.offering import OpenTime
from practice.staff.models import Clinician, Licence

# What each fulfilled wish weighs; "soon" is for a time this week, "room" shares new clients out fairly.
WEIGHTS = {"concern": 4, "style": 2, "language": 3, "payment": 3, "day": 2, "soon": 2, "room": 2}
PARTS_OF_DAY = {"morning": range(12), "afternoon": range(12, 17), "evening": range(17, 24)}
WEEKDAYS = [slug for slug, _label in choices.DAYS]
SPOKEN_BY_ALL = "en"
NOT_PAYERS = {"self_pay", "other"}
SOON_DAYS = 7
ONE = ("state", "age", "kind", "zone", "payment")
MANY = ("concerns", "styles", "languages_needed", "languages_preferred", "days", "parts")
Scored = tuple[int, str]


@dataclass(frozen=True)
class Wishes:
    """What an intake asks for; slugs are those of booking/intake/choices.py."""

    state: str
    age: str = ""
    kind: str = ""
    zone: str = ""
    concerns: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    languages_needed: tuple[str, ...] = ()
    languages_preferred: tuple[str, ...] = ()
    payment: str = ""
    days: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, intake: Intake) -> "Wishes":
        answers = intake.answers or {}
        return cls.read({**answers, "state": intake.state or answers.get("state", "")})

    @classmethod
    def read(cls, answers: dict[str, Any]) -> "Wishes":
        """Wishes from answers by key; whatever has another shape counts as not answered."""
        one: dict[str, Any] = {name: value for name in ONE if isinstance(value := answers.get(name), str)}
        many = {name: tuple(map(str, value)) for name in MANY if isinstance(value := answers.get(name), list)}
        return cls(**{"state": ""} | one | many)

    @property
    def time_zone(self) -> ZoneInfo:
        return clocks.read_zone(self.zone) or clocks.zone_for(self.state)


class Match(NamedTuple):
    """Somebody who may see this client, and why."""

    clinician: Clinician
    score: int
    reasons: list[str]
    soonest: OpenTime | None


class Refusal(NamedTuple):
    """Somebody who may not, and every rule that says so, in words for staff."""

    clinician: Clinician
    why: list[str]


@dataclass
class _Candidate:
    clinician: Clinician
    states: set[str] = field(default_factory=set)
    clients: int = 0


RULES: dict[str, str | Promise] = {
    "licence": _("No licence in that state"),
    "age": _("Does not see that age"),
    "kind": _("Does not offer that kind of care"),
    "accepting": _("Takes no new clients"),
    "capacity": _("No room left"),
    "virtual": _("Offers no virtual sessions"),
    "language": _("Does not speak the language needed"),
}


def matches(
    *, intake: Intake | None = None, wishes: Wishes | None = None, most: int | None = None, now: datetime | None = None
) -> list[Match]:
    """Everyone who may see this client, best first; the number of queries does not grow with the clinicians."""
    wishes, now = _asked(intake, wishes), now or timezone.now()
    able = [one for one in _candidates(wishes, now) if not _broken(one, wishes)]
    soonest = _soonest([one.clinician for one in able], wishes, now)
    found = [_match(one, wishes, soonest.get(one.clinician), now) for one in able]
    return sorted(found, key=lambda match: (-match.score, match.clinician.slug))[:most]


def refused(
    *, intake: Intake | None = None, wishes: Wishes | None = None, now: datetime | None = None
) -> list[Refusal]:
    """For staff: each clinician who may not see this client, with every reason."""
    wishes, now = _asked(intake, wishes), now or timezone.now()
    judged = [(one.clinician, _broken(one, wishes)) for one in _candidates(wishes, now)]
    return [Refusal(clinician, [str(RULES[rule]) for rule in broken]) for clinician, broken in judged if broken]


def _asked(intake: Intake | None, wishes: Wishes | None) -> Wishes:
    if wishes is None:
        assert intake is not None, "either an intake or wishes"
        return Wishes.of(intake)
    return wishes


def _candidates(wishes: Wishes, now: datetime) -> list[_Candidate]:
    """Every active clinician with what the rules ask of them, in two queries."""
    current = Q(clients__isnull=False, clients__closed_at=None)
    clinicians = Clinician.objects.active().annotate(load=Count("clients", filter=current)).order_by("slug")
    day = now.astimezone(clocks.zone_for(wishes.state)).date()
    licences = Licence.objects.valid_on(day).filter(state=wishes.state)
    licensed = set(licences.values_list("clinician", flat=True))
    return [_Candidate(one, {wishes.state} if one.pk in licensed else set(), one.load) for one in clinicians]


def _broken(one: _Candidate, wishes: Wishes) -> list[str]:
    """The rules that keep this clinician from this client."""
    clinician = one.clinician
    holds = {
        "licence": wishes.state in one.states,
        "age": not wishes.age or wishes.age in clinician.ages,
        "kind": not wishes.kind or wishes.kind in clinician.kinds,
        "accepting": clinician.accepts_new_clients,
        "capacity": one.clients < clinician.capacity,
        "virtual": clinician.offers_virtual,
        "language": set(wishes.languages_needed) <= set(clinician.languages),
    }
    return [rule for rule, held in holds.items() if not held]


def _soonest(clinicians: list[Clinician], wishes: Wishes, now: datetime) -> dict[Clinician, OpenTime]:
    """When each could first be met: at the free first session, else at whatever stands first."""
    kinds = SessionType.objects.active().exclude(mode=SessionType.Mode.REQUEST)
    session_type = kinds.order_by("-is_matchmaking", "position").first()
    if session_type is None or not clinicians:
        return {}
    return offering.next_open_each(
        session_type=session_type, clinicians=clinicians, zone=wishes.time_zone, state=wishes.state, now=now
    )


def _match(one: _Candidate, wishes: Wishes, soonest: OpenTime | None, now: datetime) -> Match:
    clinician, score, said = one.clinician, 0, [reasons.licensed(wishes.state)]
    for points, reason in (
        _for_concerns(clinician, wishes),
        _for_styles(clinician, wishes),
        _for_language(clinician, wishes),
        _for_payment(clinician, wishes),
        _for_times(soonest, wishes, now),
    ):
        score += points
        said += [reason] if reason else []
    share = (clinician.capacity - one.clients) / max(clinician.capacity, 1)
    return Match(clinician, score + round(WEIGHTS["room"] * share), said, soonest)


def _for_concerns(clinician: Clinician, wishes: Wishes) -> Scored:
    shared = [slug for slug in wishes.concerns if slug in clinician.specialities]
    return WEIGHTS["concern"] * len(shared), reasons.works_with(shared)


def _for_styles(clinician: Clinician, wishes: Wishes) -> Scored:
    shared = [slug for slug in wishes.styles if slug in clinician.styles]
    return WEIGHTS["style"] * len(shared), reasons.works_so(shared)


def _for_language(clinician: Clinician, wishes: Wishes) -> Scored:
    preferred = [code for code in wishes.languages_preferred if code in clinician.languages]
    spoken = [code for code in dict.fromkeys([*wishes.languages_needed, *preferred]) if code != SPOKEN_BY_ALL]
    return WEIGHTS["language"] * len(preferred), reasons.speaks(spoken)


def _for_payment(clinician: Clinician, wishes: Wishes) -> Scored:
    if not wishes.payment or wishes.payment not in clinician.payments:
        return 0, ""
    # That one may pay oneself goes without saying; a payer by name is news.
    return WEIGHTS["payment"], "" if wishes.payment in NOT_PAYERS else reasons.takes(wishes.payment)


def _for_times(soonest: OpenTime | None, wishes: Wishes, now: datetime) -> Scored:
    if soonest is None:
        return 0, ""
    starts_at = soonest.starts_at
    suits_day = not wishes.days or WEEKDAYS[starts_at.weekday()] in wishes.days
    suits_part = not wishes.parts or any(starts_at.hour in PARTS_OF_DAY.get(part, ()) for part in wishes.parts)
    is_soon = (starts_at - now).days < SOON_DAYS
    return WEIGHTS["day"] * (suits_day and suits_part) + WEIGHTS["soon"] * is_soon, reasons.free_from(starts_at)
