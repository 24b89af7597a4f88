"""Candidates: every clinician as the rules of a match see them, read in as many queries for one as for a thousand."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, TextField
from django.db.models.functions import Cast

from booking import clocks
from booking.intake.overlapping import Hours
from booking.intake.wanted import Wishes
from booking.models import Client, Intake, Profile, WorkingHours
from practice.staff.models import Clinician, Licence

LISTS = ("languages", "specialities", "styles", "ages", "kinds", "payments")
# Of themselves, and read only where a client asks and the clinician shows it.
TRAITS = ("genders", "cultures", "faiths")
# Whoever booked a free talk so lately may become a client yet.
LATELY = timedelta(days=28)
NOTHING: frozenset[str] = frozenset()
_day, _clock = lru_cache(1 << 12)(date.fromisoformat), lru_cache(1 << 10)(time.fromisoformat)


class Right(NamedTuple):
    """By what a clinician may see someone in the state, and until when."""

    basis: str
    until: date


@dataclass(slots=True)
class Candidate:
    pk: int
    slug: str
    zone: str
    virtual: bool
    accepts: bool
    capacity: int
    languages: frozenset[str]
    specialities: frozenset[str]
    styles: frozenset[str]
    ages: frozenset[str]
    kinds: frozenset[str]
    payments: frozenset[str]
    clients: int = 0
    coming: int = 0
    right: Right | None = None
    modalities: frozenset[str] = NOTHING
    genders: frozenset[str] = NOTHING
    cultures: frozenset[str] = NOTHING
    faiths: frozenset[str] = NOTHING
    hours: list[Hours] = field(default_factory=list)

    @property
    def room(self) -> float:
        """The share of their capacity that is left when those who talk to them now have become clients."""
        return max(0.0, 1 - (self.clients + self.coming) / self.capacity) if self.capacity else 0.0


def read(wishes: Wishes, now: datetime) -> list[Candidate]:
    """Everyone who sees clients here, by slug; what nobody asks about is not read."""
    texts = [Cast(name, TextField()) for name in LISTS]  # as text, so that equal lists are read once
    plain = ("pk", "slug", "time_zone", "offers_virtual", "accepts_new_clients", "capacity")
    rows = Clinician.objects.active().order_by("slug").values_list(*plain, *texts)
    everyone = {row[0]: Candidate(*row[:6], *map(_slugs, row[6:])) for row in rows}
    _note_load(everyone, now)
    _note_rights(everyone, wishes.state, now)
    if wishes.names_times:
        _note_hours(everyone)
    return list(everyone.values())


def note_profiles(able: list[Candidate], wishes: Wishes) -> None:
    """Add what is asked of those who are able: methods, and of themselves what they show; at most a query for each."""
    known = {one.pk: one for one in able}
    profiles = Profile.objects.filter(clinician__in=list(known))
    if wishes.modalities:
        for pk, text in profiles.values_list("clinician", Cast("modalities", TextField())):
            known[pk].modalities = _slugs(text)
    for trait in TRAITS:
        if getattr(wishes, trait):
            for pk, slugs in profiles.filter(**{f"shows_{trait}": True}).values_list("clinician", trait):
                setattr(known[pk], trait, frozenset(map(str, slugs or ())))


@lru_cache(maxsize=1 << 12)
def _slugs(text: str | None) -> frozenset[str]:
    found = json.loads(text or "[]")
    return frozenset(map(str, found)) if isinstance(found, list) else NOTHING


def _set(everyone: dict[int, Candidate], pk: int, name: str, value: object) -> None:
    if pk in everyone:  # not for those who work here no more
        setattr(everyone[pk], name, value)


def _note_load(everyone: dict[int, Candidate], now: datetime) -> None:
    clients = Client.objects.filter(closed_at=None, clinician__isnull=False)
    met = Intake.objects.filter(status__in=[Intake.Status.BOOKED, Intake.Status.OFFERED], client__clinician=None)
    talks = met.filter(submitted_at__gt=now - LATELY)
    for name, rows in (("clients", clients), ("coming", talks.filter(clinician__isnull=False))):
        for pk, number in rows.order_by().values_list("clinician").annotate(number=Count("pk")):
            _set(everyone, pk, name, number)


def _note_rights(everyone: dict[int, Candidate], state: str, now: datetime) -> None:
    """A state's own licence before a compact's privilege; of two, the one that lasts longer."""
    day = now.astimezone(clocks.zone_for(state)).date()
    rows = Licence.objects.valid_on(day).filter(state=state).order_by("expires_on")
    best: dict[int, Right] = {}
    for pk, basis, until in rows.values_list("clinician", "basis", "expires_on"):
        if pk not in best or basis == Licence.Basis.LICENCE or best[pk].basis == basis:
            best[pk] = Right(basis, until)
    for pk, right in best.items():
        _set(everyone, pk, "right", right)


def _note_hours(everyone: dict[int, Candidate]) -> None:
    texts = [Cast(name, TextField()) for name in ("opens", "closes", "valid_from", "valid_until")]
    kept: dict[int, list[Hours]] = defaultdict(list)
    for pk, weekday, opens, closes, first, last in WorkingHours.objects.order_by().values_list(
        "clinician", "weekday", *texts
    ):
        valid = _day(first) if first else None, _day(last) if last else None
        kept[pk].append((weekday, _clock(opens), _clock(closes), *valid))
    for pk, hours in kept.items():
        _set(everyone, pk, "hours", hours)
