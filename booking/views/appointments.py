"""The page of an appointment behind its private link: see it, say one comes, move it, cancel it."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import clocks, joining, labels, notifying, pickers, scheduling
from booking.models import Appointment
from booking.offering import OpenTime
from practice import places
from practice.links import linking
from practice.refusals import Refused

State, By = Appointment.State, Appointment.By
COMING = (State.BOOKED, State.REQUESTED)


def behind(token: str) -> Appointment:
    """The appointment of a private link; raises LinkUnknown or LinkExpired."""
    return one(linking.subject_of(token, purpose=notifying.PURPOSE))


def one(pk: str) -> Appointment:
    """The appointment a link is about; raises LinkExpired where it is gone."""
    related = ("clinician", "session_type", "client__contact")
    appointment = Appointment.objects.select_related(*related).filter(pk=pk, client__isnull=False).first()
    if appointment is None:
        raise linking.LinkExpired
    return appointment


def zone_of(appointment: Appointment) -> ZoneInfo:
    zone = appointment.client.time_zone if appointment.client else ""
    return clocks.read_zone(zone) or clocks.zone_for(appointment.client_state)


def _is_coming(appointment: Appointment) -> bool:
    """Whether it still lies ahead, or is under way."""
    return appointment.state in COMING and appointment.ends_at > timezone.now()


def _may_change(appointment: Appointment) -> bool:
    return _is_coming(appointment) and appointment.starts_at > timezone.now()


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    appointment = behind(token)
    if appointment.state == State.HELD:
        return _waiting(request, appointment)
    if request.method == "POST" and request.POST.get("do") == "confirm":
        scheduling.confirm(appointment=appointment)
        return redirect(reverse("booking:manage", args=[token]) + "?confirmed")
    if request.method == "POST" and request.POST.get("do") == "undo":
        scheduling.restore(appointment=appointment, by=By.CLIENT)
        return redirect(reverse("booking:manage", args=[token]) + "?restored")
    if request.method == "POST":
        return _page(request, appointment, token, status=422)
    return _page(request, appointment, token)


def _waiting(request: HttpRequest, held: Appointment) -> HttpResponse:
    """What the booker reads until then. It says the same whether or not a message could go anywhere."""
    zone = zone_of(held)
    until = labels.clock(held.hold_expires_at.astimezone(zone), zone) if held.hold_expires_at else ""
    context = {"when": labels.moment(held.starts_at, zone), "kind": labels.session(held.session_type), "until": until}
    return render(request, "booking/held.html", context)


def _page(request: HttpRequest, appointment: Appointment, token: str, *, status: int = 200) -> HttpResponse:
    is_coming, zone = _is_coming(appointment), zone_of(appointment)
    context = {
        "appointment": appointment,
        "token": token,
        "heading": _heading(appointment),
        "notice": _notice(request, appointment),
        "when": labels.moment(appointment.starts_at, zone),
        "kind": labels.session(appointment.session_type),
        "state_name": places.name_of(appointment.client_state),
        "is_coming": is_coming,
        "may_change": _may_change(appointment),
        "may_confirm": _may_change(appointment)
        and appointment.state == State.BOOKED
        and appointment.confirmed_at is None,
        "may_undo": appointment.state == State.CANCELED and scheduling.may_restore(appointment, by=By.CLIENT),
        "ways": _ways(appointment),
        "by_video": appointment.state == State.BOOKED and joining.is_by_video(appointment),
        "door_is_open": joining.is_open(appointment, timezone.now()),
        "again_url": again(appointment),
    }
    moved_from = _moved_from(appointment) if "moved" in request.GET and is_coming else None
    if moved_from:
        was = {"was": labels.moment(moved_from, zone), "was_slot": pickers.slot(moved_from, appointment.clinician)}
        context |= was
    return render(request, "booking/appointment.html", context, status=status)


def _heading(appointment: Appointment) -> str:
    words = {
        State.REQUESTED: _("You have asked for this time"),
        State.CANCELED: _("This appointment is canceled"),
        State.DECLINED: _("This time did not work on our side"),
        State.EXPIRED: _("This request has lapsed"),
    }
    if appointment.state in words and (appointment.state != State.REQUESTED or _is_coming(appointment)):
        return words[State(appointment.state)]
    if not _is_coming(appointment):
        return _("This appointment has passed")
    return _("Your time is confirmed") if appointment.confirmed_at else _("Your time is booked")


def _notice(request: HttpRequest, appointment: Appointment) -> str:
    """What the reader has just done, where that is still so."""
    coming = _is_coming(appointment)
    if "new" in request.GET and coming:
        return _("Thank you. We look forward to meeting you.")
    if "moved" in request.GET and coming:
        return _("Your appointment has moved.")
    if "confirmed" in request.GET and coming:
        return _("Thank you. We know that you are coming.")
    if "restored" in request.GET and coming:
        return _("It is not canceled any more. Your time is yours again.")
    if "canceled" in request.GET and appointment.state == State.CANCELED:
        return _("It is canceled. Nothing else is needed from you.")
    return ""


def _ways(appointment: Appointment) -> str:
    names = {"text": _("by text"), "mail": _("by mail")}
    contact = appointment.client.contact if appointment.client else None
    return _(" and ").join(names[way] for way in notifying.channels(contact)) if contact else ""


def again(appointment: Appointment) -> str:
    wish = {
        "type": appointment.session_type.slug,
        "state": appointment.client_state,
        "clinician": appointment.clinician.slug,
    }
    return f"{reverse('booking:book')}?{urlencode(wish)}"


def _moved_from(appointment: Appointment) -> datetime | None:
    last = appointment.changes.filter(what="moved").last()
    return last.from_starts_at if last and last.from_starts_at and last.from_starts_at > timezone.now() else None


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    appointment = behind(token)
    if not _may_change(appointment):
        return redirect("booking:manage", token)
    if request.method == "POST":
        scheduling.cancel(appointment=appointment, by=By.CLIENT)
        return redirect(reverse("booking:manage", args=[token]) + "?canceled")
    notice = timedelta(minutes=appointment.session_type.cancel_notice)
    context = {
        "appointment": appointment,
        "token": token,
        "when": labels.moment(appointment.starts_at, zone_of(appointment)),
        "kind": labels.session(appointment.session_type),
        "is_late": timezone.now() > appointment.starts_at - notice,
    }
    return render(request, "booking/cancel.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, token: str) -> HttpResponse:
    appointment = behind(token)
    if not _may_change(appointment):
        return redirect("booking:manage", token)
    if request.method != "POST":
        return _times(request, appointment, token)
    choice = pickers.chosen(request.POST.get("slot", ""), [appointment.clinician])
    if choice is None:
        return _times(request, appointment, token, notice=_("Choose one of the times below."), status=422)
    try:
        scheduling.move(appointment=appointment, starts_at=choice[0], by=By.CLIENT)
    except Refused as refused:
        instead = getattr(refused, "alternatives", [])
        return _times(request, appointment, token, notice=refused.message, instead=instead, status=refused.status)
    return redirect(reverse("booking:manage", args=[token]) + "?moved")


def _times(
    request: HttpRequest,
    appointment: Appointment,
    token: str,
    *,
    notice: object = "",
    instead: list[OpenTime] | None = None,
    status: int = 200,
) -> HttpResponse:
    here = reverse("booking:move", args=[token])
    context: dict[str, Any] = {
        "appointment": appointment,
        "token": token,
        "when": labels.moment(appointment.starts_at, zone_of(appointment)),
        "notice": notice,
        "picker": pickers.for_moving(
            request.GET, appointment, here=here, zone=zone_of(appointment), instead=instead or []
        ),
    }
    return render(request, "booking/move.html", context, status=status)
