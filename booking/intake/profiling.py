"""Profiling: what a clinician offers and says of themselves, which is what clients are matched by."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from booking.models import Profile
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Clinician, User

OFFERS = (
    *("about", "languages", "specialities", "styles", "ages", "kinds", "payments"),
    *("offers_virtual", "accepts_new_clients", "does_matchmaking", "capacity"),
)
OF_THEMSELVES = ("genders", "cultures", "faiths", "shows_genders", "shows_cultures", "shows_faiths")


class Theirs(Refused):
    code, status = "theirs", 403
    message = _("What a clinician says of themselves is theirs to change, or an owner's on their word.")


@transaction.atomic
def set_offers(*, clinician: Clinician, actor: User, modalities: list[str], **offers: Any) -> Clinician:
    """Keep what they offer (OFFERS, and methods by name); a client who is theirs stays theirs whatever changes."""
    kept = Clinician.objects.select_for_update().get(pk=clinician.pk)
    for name in OFFERS:
        setattr(kept, name, offers[name])
    kept.save(update_fields=OFFERS)
    Profile.objects.update_or_create(clinician=kept, defaults={"modalities": modalities})
    auditing.note(actor=actor, action="profile set", subject=f"clinician {kept.pk}")
    return kept


def may_describe(*, clinician: Clinician, actor: User) -> bool:
    return actor.is_owner or clinician.user_id == actor.pk


@transaction.atomic
def describe(*, clinician: Clinician, actor: User, **words: Any) -> Profile:
    """Keep what they say of themselves (OF_THEMSELVES); what is not shown counts in nobody's match. Raises Theirs."""
    if not may_describe(clinician=clinician, actor=actor):
        raise Theirs
    profile, _made = Profile.objects.update_or_create(
        clinician=clinician, defaults={name: words[name] for name in OF_THEMSELVES}
    )
    auditing.note(actor=actor, action="self-description set", subject=f"clinician {clinician.pk}")
    return profile
