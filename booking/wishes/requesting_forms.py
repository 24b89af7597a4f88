"""The forms of a wish for a time: who wishes what, which of the proposed times, and what staff propose."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking import labels
from booking.fields import Words, listed, session_type
from booking.intake import choices
from booking.intake.forms import Reach
from booking.models import SessionType


class WishForm(Reach):
    """Which session, where, and when they could come."""

    title = _("Tell us when you could come")
    lede = _("We look for times with you and propose up to three. Nothing is booked before you choose one.")
    channels = reach_parts = voicemail = reach = None  # type: ignore[assignment]  # not needed here
    type = session_type()
    state = listed(
        _("State you will be in during the session"),
        choices.STATES,
        empty=_("Choose a state"),
        missing=_("Choose a state."),
    )
    words = Words(
        label=_("When could you come?"),
        rows=3,
        help_text=_("Days and hours that suit you, in your own words."),
    )
    field_order = ("type", "state", "words", "name", "phone", "email", "text_ok", "contact_ok")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["type"].queryset = SessionType.objects.asked_for()  # type: ignore[attr-defined]
        self.fields["type"].label_from_instance = labels.session  # type: ignore[attr-defined]
        self.fields["words"].required = True
        self.fields["words"].error_messages["required"] = _("Say in a few words when you could come.")

    def reach_answers(self) -> dict[str, Any]:
        """Who they are and what they wrote, as receiving keeps it."""
        kept = self.answers()
        return {key: kept[key] for key in ("name", "phone", "email", "consents", "words", "state")}


class AgainForm(forms.Form):
    words = Words(label=_("When would suit you better?"), rows=3, help_text=_("Leave it empty if nothing has changed."))
