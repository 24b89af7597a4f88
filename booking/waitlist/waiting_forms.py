"""The form of the waitlist: when it would suit, and how to reach whoever waits."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.fields import some_of
from booking.intake import choices
from booking.intake.forms import Reach
from booking.waitlist import waiting


class Wish(forms.Form):
    """When it would suit; all of it may be left empty."""

    days = some_of(_("Days that suit you"), choices.DAYS, help_text=_("Leave it empty if any day would do."))
    parts = some_of(_("Parts of the day"), choices.PARTS)
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day like 2026-11-24.")},
        help_text=_("Leave it empty for as soon as possible."),
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day like 2026-11-24.")},
        help_text=_("After this day your place ends. Without one it ends after 90 days."),
    )

    def clean(self) -> None:
        super().clean()
        data, today = self.cleaned_data, timezone.now().date()
        since, until = data.get("since"), data.get("until")
        if since and since > today + waiting.LONGEST:
            self.add_error("since", _("Choose a day within the next 90 days."))
        if until and until < max(since or date.min, today - timedelta(days=1)):
            self.add_error("until", _("Choose a day that is not over, and not before the first."))

    def wish(self) -> dict[str, Any]:
        """What waiting.join takes."""
        return {key: self.cleaned_data.get(key) for key in ("days", "parts", "since", "until")}


class WaitForm(Wish, Reach):
    """A place for someone we may not know yet. The name is all that is written freely."""

    title = _("Join the waitlist")
    # Not needed here; None is how Django takes an inherited field out.
    channels = reach_parts = voicemail = reach = None  # type: ignore[assignment]
    field_order = ("name", "phone", "email", "days", "parts", "since", "until", "text_ok", "contact_ok")

    def reach_answers(self) -> dict[str, Any]:
        """Who they are, as receiving keeps it."""
        kept = self.answers()
        return {key: kept[key] for key in ("name", "phone", "email", "consents")}
