"""The desk's forms."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.fields import Line, some_of
from booking.models import SessionType
from practice.staff.models import Clinician


class ReasonForm(forms.Form):
    """Why staff changed something; the client does not see it."""

    reason = Line(
        label=_("Reason"),
        max_length=200,
        help_text=_("For others at the desk. The client does not see it."),
        error_messages={"required": _("Say in a few words why, so that others can follow it later.")},
    )


class DiaryForm(forms.Form):
    """Which days and whose."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    span = forms.ChoiceField(label=_("Show"), choices=[("day", _("One day")), ("week", _("Seven days"))])
    clinician = forms.ModelChoiceField(
        label=_("Clinician"),
        queryset=Clinician.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Everyone"),
    )
    type = forms.ModelChoiceField(
        label=_("Free times for"), queryset=SessionType.objects.none(), to_field_name="slug", required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clinician"].queryset = Clinician.objects.all()  # type: ignore[attr-defined]
        self.fields["type"].queryset = SessionType.objects.active()  # type: ignore[attr-defined]

    def first_day(self, today: date) -> date:
        # The first and last days there are cannot be turned into a moment of every zone.
        day = self.cleaned_data.get("day") or today
        return day if 2000 <= day.year <= 2100 else today


class BlockForm(forms.Form):
    """Who may book only by speaking to us, and why."""

    way = Line(
        label=_("Phone number or email address"),
        max_length=200,
        error_messages={"required": _("Enter a phone number with area code, or an email address.")},
    )
    reason = Line(
        label=_("Reason"),
        max_length=200,
        help_text=_("For others at the desk. The client does not see it."),
        error_messages={"required": _("Say in a few words why, so that others can follow it later.")},
    )


class ProposeForm(forms.Form):
    """Open times of which staff propose up to three."""

    times = some_of(_("Times to propose"), [])

    def __init__(self, *args: Any, options: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["times"].choices = options  # type: ignore[attr-defined]
