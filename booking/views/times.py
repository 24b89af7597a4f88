"""Choosing a time: the search, the open times of two weeks, and three of them for other pages to show."""

import secrets
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from booking import labels, offering, pickers, search
from booking.intake import choices, receiving
from booking.models import Intake, SessionType
from booking.offering import OpenTime
from booking.search import Search, SearchForm
from practice import places


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """The direct way: which session, where, with whom."""
    return _asked(request, search.blank(request))


def _asked(request: HttpRequest, form: SearchForm, *, status: int = 200) -> HttpResponse:
    asked_for = [
        {"label": labels.session(one), "url": f"{reverse('booking:wish')}?type={one.slug}"}
        for one in SessionType.objects.asked_for()
    ]
    return render(request, "booking/book.html", {"form": form, "asked_for": asked_for}, status=status)


def searching(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the search that stands in the address, or answer for it where that makes no sense."""

    @wraps(view)
    def door(request: HttpRequest, token: str | None = None) -> HttpResponse:
        intake = receiving.reopen(token) if token else None
        if intake is not None and intake.status != Intake.Status.DRAFT:
            return redirect("booking:sent", token)
        form, found = search.read(request, intake=intake, token=token)
        if found is None:
            return _not_understood(request, form, token)
        if found.age in choices.MINORS or (intake is not None and choices.is_minor(intake.answers)):
            return render(request, "booking/minor.html", {"token": token})
        return view(request, found)

    return door


def _not_understood(request: HttpRequest, form: SearchForm, token: str | None) -> HttpResponse:
    if token is None:
        return _asked(request, form, status=422)
    if form.errors.keys() & {"state", "age"}:  # a page of the intake was left out
        return redirect("booking:intake_step", token, "who")
    raise BadRequest


@require_safe
@searching
def times(request: HttpRequest, found: Search) -> HttpResponse:
    return show(request, found)


def show(
    request: HttpRequest,
    found: Search,
    *,
    notice: object = "",
    instead: Iterable[OpenTime] = (),
    status: int = 200,
) -> HttpResponse:
    """The page of open times; `instead` are those that come first when another was refused."""
    kept = {key: value for key, value in found.given.items() if key != "zone"}
    context = {
        "search": found,
        "kind": labels.session(found.session_type),
        "picker": _picker(found, instead),
        "hold_url": found.address("booking:hold"),
        "here": found.address("booking:times"),
        "anyone_url": found.address("booking:times", clinician=""),
        "waitlist_url": found.address("booking:waitlist"),
        "back_url": f"{reverse('booking:book')}?{urlencode(found.given)}",
        "notice": notice,
        "kept": kept,
        "zone_form": search.ZoneForm(initial={"zone": found.zone.key}),
        "tabs": _tabs(found),
        "unserved": "" if found.times or found.is_served else places.name_of(found.state),
        "screening": receiving.screen(found.intake.answers) if found.intake else None,
    }
    return render(request, "booking/times.html", context, status=status)


def _picker(found: Search, instead: Iterable[OpenTime]) -> dict[str, Any]:
    drawn = pickers.picker(
        found.times,
        zone=found.zone,
        first=found.first_day,
        day=found.day,
        horizon_days=found.session_type.horizon_days,
        address=partial(found.address, "booking:times"),
        instead=instead,
        names=found.clinician is None,
    )
    return drawn | {"zone_url": "#zone"}


def _tabs(found: Search) -> list[dict[str, Any]]:
    types = SessionType.objects.active().exclude(mode=SessionType.Mode.REQUEST)
    return [
        {
            "label": labels.session(one),
            "url": found.address("booking:times", type=one.slug),
            "current": one == found.session_type,
        }
        for one in types
    ]


@require_safe
def next_times(request: HttpRequest) -> HttpResponse:
    """A fragment for other pages: when the next free talks are, and once it is said for whom and where, three to take.

    Which clinician may see someone depends on where they will be; until that is said, times are shown and not held.
    """
    free = SessionType.objects.active().filter(is_matchmaking=True).first()
    if free is None:
        return render(request, "booking/next_times.html", {"more_url": reverse("booking:book")})
    form, found = search.read(request) if "state" in request.GET else (SearchForm(initial={"type": free.slug}), None)
    form.auto_id = f"next-{secrets.token_hex(4)}-%s"  # a conversation may show it under each of its answers
    is_minor = found is not None and found.age in choices.MINORS
    context = {
        "form": form,
        "here": reverse("booking:next_times"),
        "found": found,
        "is_minor": is_minor,
        "times": _three(found) if found and not is_minor else [],
        "soonest": [] if found else _soonest(free),
        "hold_url": found.address("booking:hold") if found else "",
        "more_url": found.address("booking:times") if found else reverse("booking:book"),
        "zone": labels.zone(found.zone) if found else "",
    }
    return render(request, "booking/next_times.html", context)


def _three(found: Search) -> list[dict[str, str]]:
    return [pickers.button(time, found.zone, names=True, with_day=True) for time in found.times[:3]]


def _soonest(free: SessionType) -> list[str]:
    """The next three starts at which anybody is free, by the practice's clock."""
    zone = ZoneInfo(settings.PRACTICE["time_zone"])
    today = timezone.now().astimezone(zone).date()
    times = offering.open_times(
        session_type=free,
        clinicians=offering.offered_by(free),
        first_day=today,
        last_day=today + timedelta(days=pickers.DAYS_SHOWN - 1),
        zone=zone,
    )
    starts = dict.fromkeys(time.starts_at for time in times)
    return [labels.moment(start, zone) for start in list(starts)[:3]]
