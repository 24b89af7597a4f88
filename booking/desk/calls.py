"""Booking for somebody who calls: the time stands in the address, who it is for is asked, a POST books it."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from booking import clocks, labels, pickers, scheduling, taking
from booking.desk import visible
from booking.desk.booking_forms import BookForm
from booking.intake import receiving
from booking.models import Appointment, Client, SessionType
from practice.refusals import Refused
from practice.staff.doors import front_desk_only
from practice.staff.models import Clinician, User


class Wanted(NamedTuple):
    """What stands in the address."""

    clinician: Clinician
    session_type: SessionType
    starts_at: datetime
    client: Client | None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def book(request: HttpRequest) -> HttpResponse:
    """Whoever goes by this name at this number or address is the client we know; anyone else is new."""
    user = visible.user_of(request)
    wanted = _wanted(request, user)
    known = wanted.client
    form = BookForm(request.POST or None, client=known, initial={"state": known.state} if known else {})
    if request.method != "POST":
        return _page(request, wanted, form)
    if not form.is_valid():
        return _page(request, wanted, form, status=422)
    try:
        made = _book(wanted, form.cleaned_data, user)
    except Refused as refused:
        return _page(request, wanted, form, notice=refused.message, status=refused.status)
    messages.success(request, _("Booked. The client is told, where we may write to them."))
    return redirect("diary:appointment", made.pk)


def known_client(request: HttpRequest, user: User) -> Client | None:
    """The client whom the address names; none may be, but a wrong one leads nowhere."""
    raw = request.GET.get("client")
    if not raw:
        return None
    try:
        return get_object_or_404(visible.clients(user), pk=UUID(raw))
    except ValueError:
        raise Http404 from None


def _wanted(request: HttpRequest, user: User) -> Wanted:
    asked = {name: request.GET.get(name, "").replace("\0", "") for name in ("clinician", "type", "at")}
    starts_at = pickers.moment(asked["at"])
    if starts_at is None:
        raise Http404
    clinician = get_object_or_404(visible.clinicians(user), slug=asked["clinician"])
    kind = get_object_or_404(SessionType.objects.active(), slug=asked["type"])
    return Wanted(clinician, kind, starts_at, known_client(request, user))


@taking.again_after_deadlock
@transaction.atomic
def _book(wanted: Wanted, said: dict[str, Any], user: User) -> Appointment:
    client = wanted.client
    if client is None:
        answers = {key: said[key] for key in ("name", "phone", "email", "state")}
        zone = clocks.zone_for(said["state"]).key
        client = receiving.introduce(answers=answers | {"zone": zone, "consents": []}, language="en")
    return scheduling.book(
        client=client,
        session_type=wanted.session_type,
        clinician=wanted.clinician,
        starts_at=wanted.starts_at,
        state=said["state"],
        by=Appointment.By.STAFF,
        actor=user,
        override=said["reason"],
        overbook=said["beside"],
    )


def _page(
    request: HttpRequest, wanted: Wanted, form: BookForm, *, notice: object = "", status: int = 200
) -> HttpResponse:
    zone = ZoneInfo(wanted.clinician.time_zone)
    context = {
        "form": form,
        "client": wanted.client,
        "clinician": wanted.clinician,
        "when": labels.moment(wanted.starts_at, zone),
        "kind": labels.session(wanted.session_type),
        "day": wanted.starts_at.astimezone(zone).date(),
        "notice": notice,
    }
    return render(request, "booking/desk/book.html", context, status=status)
