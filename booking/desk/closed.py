"""Why a time is closed: the question staff ask when a client says that nothing is free."""

from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from booking import clocks, labels, offering
from booking.desk import visible
from booking.intake import choices
from booking.intake.forms import listed
from booking.models import SessionType
from practice.staff.doors import front_desk_only
from practice.staff.models import Clinician, User

MISSING = _("Choose one from the list.")
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)  # whatever lies beyond is no moment of every zone


class WhyForm(forms.Form):
    """Whose time, of which kind, and when by that clinician's own clock."""

    clinician: Any = forms.ModelChoiceField(
        label=_("Clinician"),
        queryset=Clinician.objects.none(),
        to_field_name="slug",
        error_messages={"required": MISSING, "invalid_choice": MISSING},
    )
    session_type: Any = forms.ModelChoiceField(
        label=_("Kind of session"),
        queryset=SessionType.objects.active(),
        to_field_name="slug",
        error_messages={"required": MISSING, "invalid_choice": MISSING},
    )
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    clock = forms.TimeField(
        label=_("Start, on the clinician's clock"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    state = listed(_("Where the client will be"), choices.STATES, empty=_("Any state"))

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clinician"].queryset = visible.clinicians(user)  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if not FIRST <= day <= LAST:
            raise forms.ValidationError(_("Choose a day of this century."))
        return day


@require_safe
@never_cache
@front_desk_only
def why(request: HttpRequest) -> HttpResponse:
    """The form, and below it every rule that closes the time it names."""
    user = visible.user_of(request)
    form = WhyForm(user, request.GET) if "clinician" in request.GET else WhyForm(user)
    answer = _answer(form.cleaned_data) if form.is_bound and form.is_valid() else None
    status = 422 if form.is_bound and answer is None else 200
    return render(request, "booking/desk/why.html", {"form": form, "answer": answer}, status=status)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    clinician, wall = asked["clinician"], time(asked["clock"].hour, asked["clock"].minute)
    zone = ZoneInfo(clinician.time_zone)
    starts_at = clocks.at(clocks.shows(zone.key, asked["day"], wall), zone)
    rules = offering.why_not(
        session_type=asked["session_type"], clinician=clinician, starts_at=starts_at, state=asked["state"] or None
    )
    return {"when": labels.moment(starts_at, zone), "rules": [rule.label for rule in rules], "name": clinician.name}
