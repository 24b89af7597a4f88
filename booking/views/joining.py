"""The join page behind an appointment's link: where are you, then the way in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from booking import joining, labels
from booking.joining_forms import WhereForm
from booking.models import Appointment, Arrival
from booking.views.appointments import behind, zone_of
from practice import places
from practice.crisis.screening import Screening
from practice.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    appointment = behind(token)
    now = timezone.now()
    if not joining.is_by_video(appointment) or now >= appointment.ends_at + joining.CLOSES_AFTER:
        return redirect("booking:manage", token)
    if not joining.is_open(appointment, now):
        return _page(request, appointment, token, "early", status=409 if request.method == "POST" else 200)
    arrival = Arrival.objects.filter(appointment=appointment, emptied_at=None).first()
    if request.method == "POST":
        return _arrive(request, appointment, token)
    if arrival is None or "again" in request.GET:
        return _page(request, appointment, token, "asks", form=_form(appointment))
    return _page(request, appointment, token, stage(arrival), arrival=arrival)


def stage(arrival: Arrival) -> str:
    """What the client sees once we know where they are."""
    if arrival.is_open:
        return "open"
    return arrival.decision or "waits"


def _form(appointment: Appointment, data: Any = None) -> WhereForm:
    contact = appointment.client.contact if appointment.client else None
    own_number = contact.number if contact else ""
    return WhereForm(data, kept=joining.last_place(appointment), own_number=own_number)


def _arrive(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    form = _form(appointment, request.POST)
    if not form.is_valid():
        found = joining.hear(appointment=appointment, street=request.POST.get("street", ""))
        return _page(request, appointment, token, "asks", form=form, screening=found, status=422)
    try:
        arrival, found = joining.arrive(appointment=appointment, **form.place())
    except Refused as refused:
        return _page(request, appointment, token, "early", notice=refused.message, status=refused.status)
    if found.is_hit:
        return _page(request, appointment, token, stage(arrival), arrival=arrival, screening=found)
    return redirect("booking:join", token)


def _page(
    request: HttpRequest,
    appointment: Appointment,
    token: str,
    stage: str,
    *,
    form: WhereForm | None = None,
    arrival: Arrival | None = None,
    notice: object = "",
    screening: Screening | None = None,
    status: int = 200,
) -> HttpResponse:
    zone = zone_of(appointment)
    context = {
        "appointment": appointment,
        "token": token,
        "stage": stage,
        "form": form,
        "notice": notice,
        "screening": screening,
        "place": places.name_of(arrival.state) if arrival else "",
        "room_url": joining.room(appointment) if stage == "open" else "",
        "when": labels.moment(appointment.starts_at, zone),
        "opens_at": labels.clock(appointment.starts_at - joining.OPENS_BEFORE, zone),
    }
    return render(request, "booking/join.html", context, status=status)
