"""The desk's forms of recurring times and of the waitlist."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking import clocks
from booking.fields import Line, listed
from booking.intake import choices
from booking.models import Client, Series, SessionType
from booking.series import planning
from booking.waitlist.waiting_forms import Wish
from practice import phones
from practice.staff.models import Clinician

DAY = {"invalid": _("Enter a day like 2026-11-24."), "required": _("Enter a day like 2026-11-24.")}
CLOCK = {"invalid": _("Enter a time like 15:00."), "required": _("Enter a time like 15:00.")}


class StartForm(forms.Form):
    """A day and a clock, as the clinician's clock shows it."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}), error_messages=DAY)
    clock = forms.TimeField(
        label=_("Time, on the clinician's clock"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages=CLOCK,
    )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not 2000 <= day.year <= 2100:  # the first and last days there are have no place in every zone
            raise forms.ValidationError(_("Enter a day like 2026-11-24."))
        return day

    def moment(self, zone: str) -> datetime:
        wall: time = self.cleaned_data["clock"]
        return clocks.at(clocks.shows(zone, self.cleaned_data["day"], wall.replace(microsecond=0)), clocks.UTC)


class SeriesForm(StartForm):
    """A recurring time for a client; sent as a GET, so that its dates can be looked at before anything is made."""

    clinician = forms.ModelChoiceField(Clinician.objects.none(), to_field_name="slug", label=_("Clinician"))
    type = forms.ModelChoiceField(SessionType.objects.none(), to_field_name="slug", label=_("Session"))
    state = listed(
        _("State the client will be in"), choices.STATES, empty=_("Choose a state"), missing=_("Choose a state.")
    )
    every = forms.TypedChoiceField(label=_("How often"), choices=Series.Every.choices, coerce=int)
    times = forms.IntegerField(
        label=_("How many dates"),
        required=False,
        min_value=1,
        max_value=planning.MOST_DATES,
        help_text=_("Or a last day below."),
    )
    last_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}), error_messages=DAY
    )
    field_order = ("clinician", "type", "state", "day", "clock", "every", "times", "last_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clinician"].queryset = Clinician.objects.active()  # type: ignore[attr-defined]
        self.fields["type"].queryset = SessionType.objects.active()  # type: ignore[attr-defined]

    def clean(self) -> None:
        data = self.cleaned_data
        if not self.errors.keys() & {"times", "last_on"} and bool(data.get("times")) == bool(data.get("last_on")):
            self.add_error("times", _("Enter how many dates, or a last day: one of the two."))
        last, day = data.get("last_on"), data.get("day")
        if last and day and not 0 <= (last - day).days // (7 * int(data.get("every") or 1)) < planning.MOST_DATES:
            self.add_error("last_on", _("Choose a last day after the first, with at most 60 dates between."))

    def wanted(self, client: Client) -> Series:
        data = self.cleaned_data
        return planning.wanted(
            client=client,
            clinician=data["clinician"],
            session_type=data["type"],
            state=data["state"],
            starts_at=self.moment(data["clinician"].time_zone),
            every=data["every"],
            times=data["times"],
            last_on=data["last_on"],
        )


class PlaceForm(Wish):
    """A place on the waitlist, entered by staff. Without a client it also asks who they are."""

    name = Line(label=_("Name to use"), max_length=80)
    phone = Line(label=_("Phone number"), required=False, max_length=40)
    email = forms.EmailField(label=_("Email"), required=False, max_length=200)
    type = forms.ModelChoiceField(SessionType.objects.none(), to_field_name="slug", label=_("Session"))
    clinician = forms.ModelChoiceField(
        Clinician.objects.none(), to_field_name="slug", label=_("With"), required=False, empty_label=_("Anyone")
    )
    state = listed(_("State they will be in"), choices.STATES, empty=_("Choose a state"), missing=_("Choose a state."))
    age = forms.ChoiceField(label=_("Age"), choices=choices.AGES, initial="adult")
    field_order = ("name", "phone", "email", "type", "clinician", "state", "age", "days", "parts", "since", "until")

    def __init__(self, *args: Any, client: Client | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clinician"].queryset = Clinician.objects.active()  # type: ignore[attr-defined]
        self.fields["type"].queryset = SessionType.objects.active()  # type: ignore[attr-defined]
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
        super().clean()
        data = self.cleaned_data
        if not self.is_known and not self.errors.keys() & {"phone", "email"} and not (data["phone"] or data["email"]):
            self.add_error("phone", _("Enter a phone number or an email address."))
