"""The form of an entry in the list of help elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from booking.fields import Line, some_of
from booking.intake import choices
from booking.models import Referral
from booking.referring import PAYERS
from practice.places import US_STATES

KEPT = ("name", "kind", "states", "payers", "languages", "phone", "url", "what")


class States(Line):
    """Two letters each, with commas or spaces; empty is the whole country."""

    def to_python(self, value: Any) -> Any:
        return sorted(set(super().to_python(value).upper().replace(",", " ").split()))

    def validate(self, value: Any) -> None:
        if unknown := [one for one in value if one not in US_STATES]:
            raise forms.ValidationError(
                _now("We know no state %(one)s. Use two letters, like NY.") % {"one": unknown[0]}
            )

    def run_validators(self, value: Any) -> None:
        """Its parts were looked at one by one."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class ReferralForm(forms.Form):
    name = Line(label=_("Name"), max_length=120, error_messages={"required": _("Give its name.")})
    kind = forms.ChoiceField(label=_("What it is"), choices=Referral.Kind.choices)
    what = Line(
        label=_("What they do and for whom"),
        max_length=300,
        required=False,
        help_text=_("One sentence that people in need can read. Say nothing that nobody has checked."),
    )
    phone = Line(label=_("Phone"), max_length=20, required=False)
    url = forms.URLField(
        label=_("Address of their page"),
        max_length=300,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("Enter the whole address, beginning with https://.")},
    )
    states = States(
        label=_("States they serve"),
        required=False,
        help_text=_("Two letters each, like NY, NJ. Empty: the whole country."),
    )
    payers = some_of(_("Who pays"), PAYERS)
    languages = some_of(_("Languages"), choices.LANGUAGES)
    is_checked = forms.BooleanField(
        label=_("I called them or read their page today, and this is right"),
        required=False,
        help_text=_("Without this it is kept here but not given out."),
    )

    @classmethod
    def filled(cls, referral: Referral) -> "ReferralForm":
        return cls(initial={name: getattr(referral, name) for name in KEPT})

    def clean(self) -> None:
        if not (self.cleaned_data.get("phone") or self.cleaned_data.get("url") or self.errors):
            self.add_error("phone", _("Give a phone number or the address of a page: one of the two."))
