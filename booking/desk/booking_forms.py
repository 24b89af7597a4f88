"""The desk's form for a session that staff book."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.fields import Line, listed
from booking.intake import choices
from booking.models import Client
from practice import phones


class BookForm(forms.Form):
    """For whom the time is; a client we know is not asked for again."""

    name = Line(label=_("Name to use"), max_length=80)
    phone = Line(label=_("Phone number"), required=False, max_length=40)
    email = forms.EmailField(label=_("Email"), required=False, max_length=200)
    state = listed(
        _("State the client will be in"), choices.STATES, empty=_("Choose a state"), missing=_("Choose a state.")
    )
    reason = Line(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("Needed at short notice, and beside another session. The client does not see it."),
    )
    beside = forms.BooleanField(label=_("Put it beside another session, on purpose"), required=False)

    def __init__(self, *args: Any, client: Client | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_known = client is not None
        if self.is_known:
            for name in ("name", "phone", "email"):
                del self.fields[name]

    def clean_phone(self) -> str:
        raw = self.cleaned_data["phone"]
        try:
            return phones.normalise(raw) if raw else ""
        except phones.BadNumber:
            raise forms.ValidationError(_("Enter a phone number with area code, like 202 555 0143.")) from None

    def clean(self) -> None:
        data = self.cleaned_data
        if not self.is_known and not self.errors.keys() & {"phone", "email"} and not (data["phone"] or data["email"]):
            self.add_error("phone", _("Enter a phone number or an email address."))
        if data.get("beside") and not data.get("reason"):
            self.add_error("reason", _("Say in a few words why it stands beside another session."))
