"""Weighing: how far a clinician fulfils each wish of a client, and what that counts in this practice."""

from datetime import datetime

from django.conf import settings

from booking.intake.candidates import Candidate
from booking.intake.wanted import Wishes
from booking.offering import OpenTime

# What is asked, and what of the clinician answers it.
WISHES = {
    "concern": ("concerns", "specialities"),
    "modality": ("modalities", "modalities"),
    "style": ("styles", "styles"),
    "language": ("languages_preferred", "languages"),
    "gender": ("genders", "genders"),
    "culture": ("cultures", "cultures"),
    "faith": ("faiths", "faiths"),
}
ONE_WILL_DO = {"gender", "faith"}
SOON_DAYS = 21  # a first time farther off than this counts nothing


def fulfilled(one: Candidate, wishes: Wishes) -> dict[str, float]:
    """The share, from 0 to 1, to which each wish that was named is fulfilled."""
    shares = {}
    for name, (asked, has) in WISHES.items():
        if wanted := getattr(wishes, asked):
            met = sum(slug in getattr(one, has) for slug in wanted)
            shares[name] = float(bool(met)) if name in ONE_WILL_DO else met / len(wanted)
    if wishes.payment and wishes.payment != "other":
        shares["payment"] = float(wishes.payment in one.payments)
    return shares


def points(one: Candidate, wishes: Wishes) -> dict[str, float]:
    """What speaks for this clinician before any open time is known."""
    shares = fulfilled(one, wishes) | {"room": one.room}
    return {name: settings.MATCH_WEIGHTS[name] * share for name, share in shares.items()}


def soon(soonest: OpenTime | None, now: datetime) -> float:
    """What the first time that suits both counts: all of it today, a little less each day, nothing in three weeks."""
    if soonest is None:
        return 0.0
    days = (soonest.starts_at - now).days
    return float(settings.MATCH_WEIGHTS["soon"] * max(0.0, 1 - days / SOON_DAYS))
