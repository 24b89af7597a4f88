"""The forms of a clinician's page (room and number, feed, outside calendars) and of a door that did not open."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from booking.intake.forms import Line, one_of
from booking.models import Arrival, Feed
from practice import phones

URL_WRONG = _("Enter the whole address, beginning with https://.")


class RoomForm(forms.Form):
    room_url = forms.URLField(
        label=_("Address of the video room"),
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": URL_WRONG},
        help_text=_("The same for each session. Empty: the practice's own server, where there is one."),
    )
    number = Line(
        label=_("Mobile number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("We text it when a client waits at a door that did not open. Clients never see it."),
    )

    def clean_room_url(self) -> str:
        url = str(self.cleaned_data["room_url"])
        if url and not url.startswith("https://"):
            raise ValidationError(URL_WRONG)
        return url

    def clean_number(self) -> str:
        raw = self.cleaned_data["number"]
        if not raw:
            return ""
        try:
            number = phones.normalise(raw)
        except phones.BadNumber:
            raise ValidationError(_("Enter a phone number with area code, like 202 555 0143.")) from None
        if not phones.can_be_texted(number):
            raise ValidationError(_("We cannot send texts to this number. Enter a mobile number."))
        return number


class FeedForm(forms.Form):
    shows = one_of(_("What it shows of the client"), [], missing=_("Choose one of these."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shows"].choices = Feed.Shows.choices  # type: ignore[attr-defined]
        self.fields["shows"].initial = Feed.Shows.NOTHING


class CalendarForm(forms.Form):
    name = Line(
        label=_("What you call it"),
        max_length=60,
        error_messages={"required": _("Give it a name, such as “Family”.")},
    )
    address = Line(
        label=_("Its secret address in iCal format"),
        max_length=500,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Google: Settings, your calendar, “Secret address in iCal format”. Outlook: Publish, ICS."),
        error_messages={"required": URL_WRONG},
    )


class DecisionForm(forms.Form):
    decision = one_of(_("What will you do?"), [], missing=_("Choose one of these."))
    reason = Line(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed to open the door. It stays with the appointment; the client does not see it."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["decision"].choices = Arrival.Decision.choices  # type: ignore[attr-defined]
