"""The forms of a clinician's profile: what they offer, and what they say of themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.fields import Words, some_of
from booking.intake import choices
from booking.models import Profile
from practice.staff.models import Clinician

CONCERNS = [(slug, label) for slug, label in choices.CONCERNS if slug != "other"]
KINDS = [
    ("self", _("One person")),
    ("couple", _("A couple")),
    ("family", _("A family")),
    ("child", _("A child or teenager")),
]
FAITHS: list[tuple[str, Any]] = [("none", _("Leaving religion out"))]
FAITHS += [(slug, label) for slug, label in choices.FAITHS if slug not in ("none", "other")]
PAYMENTS: list[tuple[str, Any]] = [("self_pay", _("People who pay themselves"))]
PAYMENTS += [(slug, label) for slug, label in choices.PAYMENTS if slug not in ("self_pay", "other")]
MOST_CLIENTS = 500


class OfferForm(forms.Form):
    """What must hold for a client to be shown this clinician, and what is scored."""

    accepts_new_clients = forms.BooleanField(label=_("Takes new clients"), required=False)
    capacity = forms.IntegerField(label=_("Clients at one time"), min_value=0, max_value=MOST_CLIENTS)
    offers_virtual = forms.BooleanField(label=_("Offers virtual sessions"), required=False)
    does_matchmaking = forms.BooleanField(label=_("Gives free first talks"), required=False)
    ages = some_of(_("Ages"), choices.AGES, missing=_("Tick at least one age."))
    kinds = some_of(_("Sessions for"), KINDS, missing=_("Tick at least one."))
    languages = some_of(_("Languages"), choices.LANGUAGES, missing=_("Tick at least one language."))
    specialities = some_of(_("Works with"), CONCERNS)
    styles = some_of(_("Way of working"), choices.STYLES)
    modalities = some_of(_("Kinds of therapy"), choices.MODALITIES)
    payments = some_of(_("Payment and insurance"), PAYMENTS)
    about = Words(label=_("About them, as clients read it"), rows=3)

    @classmethod
    def filled(cls, clinician: Clinician, profile: Profile) -> "OfferForm":
        kept = {name: getattr(clinician, name) for name in cls.base_fields if name != "modalities"}
        return cls(initial=kept | {"modalities": profile.modalities})


class DescriptionForm(forms.Form):
    """Only for clients who ask for it, and only what the clinician ticks to be shown."""

    genders = some_of(_("I am"), choices.GENDERS)
    shows_genders = forms.BooleanField(label=_("Clients who ask for this may find me by it"), required=False)
    cultures = some_of(_("I know this from experience or training"), choices.CULTURES)
    shows_cultures = forms.BooleanField(label=_("Clients who ask for this may find me by it"), required=False)
    faiths = some_of(_("Faith I can give a place"), FAITHS)
    shows_faiths = forms.BooleanField(label=_("Clients who ask for this may find me by it"), required=False)

    @classmethod
    def filled(cls, profile: Profile) -> "DescriptionForm":
        return cls(initial={name: getattr(profile, name) for name in cls.base_fields})


def profile_of(clinician: Clinician) -> Profile:
    """The profile as it is kept, or an empty one."""
    kept: Any = Profile.objects.filter(clinician=clinician).first()
    return kept or Profile(clinician=clinician)
