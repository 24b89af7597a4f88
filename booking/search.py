"""The search for a time, as it stands in an address: which kind of session, where, with whom, and which days."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zlib import crc32
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import clocks, labels, offering
from booking.fields import Line, listed, one_of, session_type
from booking.intake import choices, matching
from booking.models import Intake, SessionType
from booking.offering import OpenTime
from booking.pickers import DAYS_SHOWN, first_shown
from practice.staff.models import Clinician


class SearchForm(forms.Form):
    """What must be known before times can be shown. It is sent as a GET: nothing in it says who is asking."""

    type = session_type()
    state = listed(
        _("State you will be in during the session"),
        choices.STATES,
        empty=_("Choose a state"),
        missing=_("Choose a state."),
        help_text=_("A clinician needs a licence where you are, so this decides who may see you."),
    )
    age = one_of(_("Age of the person who will come"), choices.AGES, missing=_("Choose an age group."))
    clinician = forms.ModelChoiceField(
        queryset=Clinician.objects.none(),
        to_field_name="slug",
        label=_("With whom?"),
        empty_label=_("Anyone who is free"),
        required=False,
        error_messages={"invalid_choice": _("Choose a person from the list.")},
    )
    zone = Line(required=False, max_length=60, widget=forms.HiddenInput)
    day = forms.DateField(
        required=False, widget=forms.HiddenInput, error_messages={"invalid": _("Choose a day again.")}
    )
    first = forms.DateField(
        required=False, widget=forms.HiddenInput, error_messages={"invalid": _("Choose a day again.")}
    )
    visitor = Line(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        types = SessionType.objects.active().exclude(mode=SessionType.Mode.REQUEST)
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
        self.fields["type"].label_from_instance = labels.session  # type: ignore[attr-defined]
        self.fields["clinician"].queryset = Clinician.objects.active()  # type: ignore[attr-defined]

    def clean_zone(self) -> ZoneInfo | None:
        name = self.cleaned_data["zone"]
        if name and clocks.read_zone(name) is None:
            raise ValidationError(_("We do not know that time zone. Choose one from the list."))
        return clocks.read_zone(name)


class ZoneForm(forms.Form):
    """Times in another zone."""

    zone = listed(
        _("Show times in"), choices.ZONES, empty=_("The usual zone of the state"), missing=_("Choose a time zone.")
    )


def blank(request: HttpRequest) -> SearchForm:
    """The search before anything was asked, with what a link already wishes for."""
    first = SessionType.objects.active().first()
    wishes = {key: value for key, value in request.GET.items() if key in SearchForm.base_fields}
    return SearchForm(initial={"type": first.slug if first else ""} | wishes)


@dataclass(frozen=True)
class Search:
    """A search that makes sense. `intake` is set where it stands behind an intake's private link, `token`."""

    session_type: SessionType
    state: str
    age: str
    zone: ZoneInfo
    clinician: Clinician | None = None
    day: date | None = None
    first: date | None = None
    visitor: str = ""
    intake: Intake | None = None
    token: str | None = None
    given: dict[str, str] = field(default_factory=dict)

    def address(self, name: str, **changed: str) -> str:
        """The address of a page of this search, with some of it changed; what the intake knows is not repeated."""
        query = urlencode({key: value for key, value in {**self.given, **changed}.items() if value})
        return reverse(name, args=[self.token] if self.token else []) + (f"?{query}" if query else "")

    @cached_property
    def candidates(self) -> list[Clinician]:
        """Who may see this client in this kind of session: by the intake's match, or by licence and age."""
        if self.intake is not None:
            fitting = matching.bookable(intake=self.intake, chosen=self.clinician)
        else:
            fitting = by_age(self.age)
        return [one for one in fitting if self.clinician in (None, one)]

    @cached_property
    def first_day(self) -> date:
        """The first of the days shown."""
        horizon = self.session_type.horizon_days
        start = first_shown(self.first, zone=self.zone, horizon_days=horizon)
        beyond = self.first is None and self.day is not None and self.day >= start + timedelta(days=DAYS_SHOWN)
        return first_shown(self.day, zone=self.zone, horizon_days=horizon) if beyond else start

    @cached_property
    def is_served(self) -> bool:
        """Whether any of our clinicians may see someone in that state at all."""
        return Clinician.objects.active().licensed_in(self.state, timezone.now().date()).exists()

    @cached_property
    def times(self) -> list[OpenTime]:
        """Open times of the days shown, one for each start where anyone will do."""
        if not self.candidates:
            return []
        found = offering.open_times(
            session_type=self.session_type,
            clinicians=self.candidates,
            first_day=self.first_day,
            last_day=self.first_day + timedelta(days=DAYS_SHOWN - 1),
            zone=self.zone,
            state=self.state,
        )
        each: dict[datetime, OpenTime] = {}
        for time in sorted(found, key=_turn):
            each.setdefault(time.starts_at, time)
        return list(each.values())


def _turn(time: OpenTime) -> tuple[datetime, int]:
    """Whose turn it is where several are free: spread evenly over the starts, and the same each time one looks."""
    return time.starts_at, crc32(f"{time.starts_at.timestamp()} {time.clinician.slug}".encode())


def by_age(age: str) -> list[Clinician]:
    """Those who see this age; licences and kinds of session are the offering's to judge."""
    accepting = Clinician.objects.active().filter(accepts_new_clients=True)
    return [clinician for clinician in accepting if age in clinician.ages]


def read(
    request: HttpRequest, *, intake: Intake | None = None, token: str | None = None
) -> tuple[SearchForm, Search | None]:
    """The search in the request's address, completed by what the intake knows; None where its form has errors."""
    given = {key: str(value) for key, value in request.GET.items() if key in SearchForm.base_fields}
    known = _known(intake) if intake is not None else {}
    given = {key: value for key, value in given.items() if key not in ("state", "age")} if known else given
    form = SearchForm(known | given)
    if intake is not None:
        kinds = SessionType.objects.from_match(intake.session_type)
        form.fields["type"].queryset = kinds  # type: ignore[attr-defined]
    if not form.is_valid():
        return form, None
    data = dict(form.cleaned_data)
    data["session_type"] = data.pop("type")
    data["zone"] = data["zone"] or clocks.zone_for(data["state"])
    return form, Search(**data, intake=intake, token=token, given=given)


def _known(intake: Intake) -> dict[str, str]:
    kind = intake.session_type or SessionType.objects.active().filter(is_matchmaking=True).first()
    answers = {key: intake.answers.get(key) or "" for key in ("state", "age", "zone")}
    return answers | {"type": kind.slug if kind else ""}
