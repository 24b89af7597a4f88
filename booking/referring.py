"""Referring: the list of help elsewhere that the desk keeps. The only place that changes Referral."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models import Referral
from practice.staff import auditing
from practice.staff.models import User

# Who pays there. The first two suit everybody.
PAYERS = [
    ("free", _("Free")),
    ("sliding", _("A low fee, by income")),
    ("self_pay", _("You pay yourself")),
    ("medicaid", "Medicaid"),
    ("medicare", "Medicare"),
    ("aetna", "Aetna"),
    ("bcbs", "Blue Cross Blue Shield"),
    ("kaiser", "Kaiser Permanente"),
]
SUIT_ALL = {"free", "sliding"}


@transaction.atomic
def keep(*, referral: Referral | None, actor: User, is_checked: bool, **fields: Any) -> Referral:
    """Add one, or change it. `is_checked`: `actor` called, or read their page, just now; a change without it leaves
    the entry unchecked, since nobody has seen that the new words are true. Unchecked ones are not given out.
    """
    kept = Referral() if referral is None else Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    has_changed = any(getattr(kept, name) != value for name, value in fields.items())
    for name, value in fields.items():
        setattr(kept, name, value)
    if is_checked:
        kept.verified_on, kept.verified_by = timezone.localdate(), actor
    elif has_changed:
        kept.verified_on = kept.verified_by = None
    kept.save()
    auditing.note(actor=actor, action="referral kept", subject=f"referral {kept.pk}")
    return kept


@transaction.atomic
def retire(*, referral: Referral, actor: User) -> None:
    """Give it out no more; the row stays, and can be brought back."""
    if Referral.objects.current().filter(pk=referral.pk).update(retired_at=timezone.now(), retired_by=actor):
        auditing.note(actor=actor, action="referral retired", subject=f"referral {referral.pk}")


@transaction.atomic
def bring_back(*, referral: Referral, actor: User) -> None:
    """Give it out again."""
    if Referral.objects.filter(pk=referral.pk).update(retired_at=None, retired_by=None):
        auditing.note(actor=actor, action="referral brought back", subject=f"referral {referral.pk}")


def fitting(*, state: str = "", payer: str = "", language: str = "") -> list[Referral]:
    """What is given out to someone: there, so paid and in that language, as far as each is said; one query.

    Only what a person has checked, and samples while the demonstration is on. Nearer ones come first.
    """
    shown = [one for one in Referral.objects.current() if one.verified_on or (one.is_sample and settings.DEMO)]
    found = [
        one
        for one in shown
        if _holds(state, one.states) and _holds(language, one.languages) and _pays(payer, one.payers)
    ]
    return sorted(found, key=lambda one: (not one.states, Referral.Kind.values.index(one.kind)))


def _holds(wanted: str, offered: Iterable[str]) -> bool:
    return not wanted or not offered or wanted in offered


def _pays(payer: str, payers: Iterable[str]) -> bool:
    known = payer in dict(PAYERS)  # "other" of an intake says nothing that can be looked up
    return not known or not payers or payer in payers or bool(SUIT_ALL & set(payers))
