"""The form at the door of a session by video: where the client is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.intake import choices
from booking.intake.forms import Line, listed, one_of
from booking.models import Arrival
from practice import phones, places

ABROAD = "abroad"
NUMBER_WRONG = _("Enter a phone number with area code, like 202 555 0143.")
MISSING = {
    "state": _("Choose where you are right now."),
    "street": _("Enter the street address and city, so that help could find you."),
}


def masked(street: str) -> str:
    """Enough for whoever lives there to know it again: “12 M…”."""
    return f"{street[:4].strip()}…"


class WhereForm(forms.Form):
    """Where somebody is now. `kept` is the place they asked us to know."""

    same = one_of(_("Where are you now?"), [], missing=_("Choose one of these."))
    state = listed(
        _("State"),
        [*choices.STATES, (ABROAD, _("Outside the United States"))],
        empty=_("Choose where you are right now"),
        help_text=_("Who may see you depends on where you are at this moment."),
    )
    street = Line(
        label=_("Street address and city"),
        max_length=200,
        required=False,
        help_text=_("Only so that help could find you in an emergency. We delete it after the session."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    number = Line(
        label=_("Phone number if the picture breaks off"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("Your clinician calls you here."),
    )
    keep = forms.BooleanField(
        label=_("Keep this place for next time, so that I need not write it again"), required=False
    )

    def __init__(self, *args: Any, kept: Arrival | None = None, own_number: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.kept, self.own_number = kept, own_number
        if kept is None:
            del self.fields["same"]
            for name in ("state", "street"):
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = MISSING[name]
        else:
            place = f"{masked(kept.street)}, {places.name_of(kept.state) or _('Outside the United States')}"
            same = _("The same place as last time: %(place)s") % {"place": place}
            self.fields["same"].choices = [("yes", same), ("no", _("Another place, which I write below"))]  # type: ignore[attr-defined]
        if own_number:
            self.fields["number"].help_text = _("Leave it empty if the number we know is right.")
        else:
            self.fields["number"].required = True
            self.fields["number"].error_messages["required"] = NUMBER_WRONG

    def clean_number(self) -> str:
        raw = self.cleaned_data["number"] or self.own_number
        try:
            return phones.normalise(raw)
        except phones.BadNumber:
            raise ValidationError(NUMBER_WRONG) from None

    def clean(self) -> None:
        """Another place than last time is written in full."""
        if self.cleaned_data.get("same") != "no":
            return
        for name, missing in MISSING.items():
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, missing)

    def place(self) -> dict[str, Any]:
        """What the rule takes."""
        data = self.cleaned_data
        if self.kept is not None and data.get("same") == "yes":
            where: dict[str, Any] = {"state": self.kept.state, "street": self.kept.street, "may_be_kept": True}
        else:
            state = "" if data["state"] == ABROAD else data["state"]
            where = {"state": state, "street": data["street"], "may_be_kept": data["keep"]}
        return where | {"number": data["number"]}
