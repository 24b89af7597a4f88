"""A made-up practice and made-up intakes, of any size, the same for the same seed; for the oracle and the benchmark."""

import random
from datetime import date, time, timedelta

from booking.intake import choices
from booking.models import Client, Profile, WorkingHours
from practice.messaging import consenting
from practice.staff.models import Clinician, Licence

STATES = ("NY", "NJ", "CA", "OR", "TX", "AZ", "IL")
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles")
# Of each list of choices: how many a clinician has.
HAS = {
    "specialities": (choices.CONCERNS, 1, 6),
    "styles": (choices.STYLES, 0, 3),
    "kinds": (choices.KINDS, 1, 3),
    "payments": (choices.PAYMENTS, 1, 3),
}
SHOWN = {"genders": choices.GENDERS, "cultures": choices.CULTURES, "faiths": choices.FAITHS}
ASKS = {
    "concerns": (choices.CONCERNS, 4),
    "styles": (choices.STYLES, 2),
    "modalities": (choices.MODALITIES, 2),
    "genders": (choices.GENDERS, 2),
    "cultures": (choices.CULTURES, 2),
    "faiths": (choices.FAITHS, 1),
    "days": (choices.DAYS, 3),
    "parts": (choices.PARTS, 2),
}


def _some(draw: random.Random, options: list, least: int, most: int) -> list[str]:
    return draw.sample([slug for slug, _label in options], min(len(options), draw.randint(least, most)))


def clinicians(number: int, *, today: date, seed: int = 6) -> list[Clinician]:
    """So many, with licences (some ended, some to come, some by a compact), hours, profiles and clients."""
    draw = random.Random(seed)
    made = Clinician.objects.bulk_create(_clinician(draw, n) for n in range(number))
    Licence.objects.bulk_create(licence for one in made for licence in _licences(draw, one, today))
    WorkingHours.objects.bulk_create(hours for one in made for hours in _hours(draw, one, today))
    Profile.objects.bulk_create(_profile(draw, one) for one in made if draw.random() < 0.8)
    contact = consenting.contact_for(email=f"made-up-{seed}@example.test")
    rows = [Client(contact=contact, name_to_use="x", clinician=one) for one in made for _ in range(_load(draw, one))]
    Client.objects.bulk_create(rows, batch_size=2000)
    return made


def _clinician(draw: random.Random, n: int) -> Clinician:
    lists = {name: _some(draw, *of) for name, of in HAS.items()}
    return Clinician(
        slug=f"made-up-{draw.getrandbits(40):x}-{n}",
        name=f"Made Up {n}",
        credentials="LCSW",
        time_zone=draw.choice(ZONES),
        languages=["en", *_some(draw, choices.LANGUAGES[1:], 0, 2)] if draw.random() < 0.98 else [],
        ages=_some(draw, choices.AGES, 1, 4) if draw.random() < 0.5 else ["adult", "older"],
        offers_virtual=draw.random() < 0.95,
        accepts_new_clients=draw.random() < 0.85,
        capacity=draw.choice((0, 5, 12, 20, 20)),
        is_active=draw.random() < 0.97,
        **lists,
    )


def _licences(draw: random.Random, one: Clinician, today: date) -> list[Licence]:
    found = []
    for state in draw.sample(STATES, draw.randint(1, 4)):
        starts = today + timedelta(days=draw.choice((-900, -900, -900, -1, 0, 1, 40)))
        ends = max(starts, today + timedelta(days=draw.choice((-2, -1, 0, 1, 30, 500, 500, 500))))
        basis = Licence.Basis.COMPACT if draw.random() < 0.2 else Licence.Basis.LICENCE
        dates = {"starts_on": starts, "expires_on": ends}
        if basis == Licence.Basis.COMPACT and draw.random() < 0.8:
            dates |= {"compact_issues_from": starts, "compact_source": "Made up"}
        found.append(Licence(clinician=one, state=state, basis=basis, kind="Made up", number=f"{one.pk}", **dates))
    return found


def _hours(draw: random.Random, one: Clinician, today: date) -> list[WorkingHours]:
    found = []
    for weekday in draw.sample(range(7), draw.randint(0, 6)):
        opens = draw.randint(12, 44)
        closes = opens + draw.randint(1, 14)
        first, last = draw.choice(((None, None),) * 6 + ((10, None), (90, None), (None, 3), (None, -1), (5, 9)))
        found.append(
            WorkingHours(
                clinician=one,
                weekday=weekday,
                opens=time(opens // 2, 30 * (opens % 2)),
                closes=time(closes // 2 % 24, 30 * (closes % 2)) if closes < 48 else time(0),
                valid_from=first and today + timedelta(days=first),
                valid_until=last and today + timedelta(days=last),
            )
        )
    return found


def _profile(draw: random.Random, one: Clinician) -> Profile:
    traits = {name: _some(draw, options, 0, 2) for name, options in SHOWN.items()}
    shows = {f"shows_{name}": draw.random() < 0.5 for name in SHOWN}
    return Profile(clinician=one, modalities=_some(draw, choices.MODALITIES, 0, 3), **traits, **shows)


def _load(draw: random.Random, one: Clinician) -> int:
    return draw.randint(0, one.capacity + 1)


def answers(draw: random.Random) -> dict:
    """What one made-up person might answer; most leave most of it empty."""
    given = {key: _some(draw, options, 1, most) for key, (options, most) in ASKS.items() if draw.random() < 0.4}
    spoken = [slug for slug, _label in choices.LANGUAGES]
    return given | {
        "state": draw.choice(STATES),
        "zone": draw.choice((*ZONES, "", "Europe/Berlin")),
        "age": draw.choice(("adult", "adult", "adult", "older", "teen", "child")),
        "kind": draw.choice(("self", "self", "self", "couple", "family", "child")),
        "payment": draw.choice(["", *(slug for slug, _label in choices.PAYMENTS)]),
        "languages_needed": [draw.choice(spoken)] if draw.random() < 0.3 else [],
        "languages_preferred": [draw.choice(spoken)] if draw.random() < 0.3 else [],
    }
