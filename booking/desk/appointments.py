"""The appointments on the desk: a day or a week of them, one of them with its history, and what may be done with it."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import labels, pickers, scheduling
from booking.desk import board, calls, deeds, visible
from booking.desk.forms import DiaryForm, ReasonForm
from booking.intake import choices, concluding
from booking.models import Appointment, SessionType
from practice import phones, places
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.doors import front_desk_only

State, By = Appointment.State, Appointment.By
SPANS = {"day": 1, "week": 7}


def zone() -> ZoneInfo:
    """The desk's own clock."""
    return ZoneInfo(settings.PRACTICE["time_zone"])


@require_safe
@never_cache
@front_desk_only
def appointments(request: HttpRequest) -> HttpResponse:
    today = timezone.now().astimezone(zone()).date()
    user = visible.user_of(request)
    client = calls.known_client(request, user)
    usual = _usual_kind()
    form = DiaryForm({"day": today, "span": "day", "type": usual.slug if usual else ""} | request.GET.dict())
    valid = form.is_valid()
    first = form.first_day(today)
    days = SPANS.get(form.cleaned_data.get("span") or "day", 1)
    rows = visible.appointments(user).exclude(state=State.EXPIRED)
    rows = rows.filter(starts_at__gte=_midnight(first), starts_at__lt=_midnight(first + timedelta(days=days)))
    chosen = form.cleaned_data.get("clinician")
    if chosen:
        rows = rows.filter(clinician=chosen)
    found = list(rows.order_by("starts_at"))
    # Who sees clients no more still has what they had.
    gone = sorted({row.clinician for row in found}, key=lambda one: one.name)
    clinicians = [one for one in visible.clinicians(user) if chosen in (None, one)]
    clinicians += [one for one in gone if one not in clinicians]
    kind = form.cleaned_data.get("type") or usual
    span = board.Span(first, days, zone(), clinicians)
    context = {
        "form": form,
        "client": client,
        "kind": kind,
        "board": board.board(span, found, kind=kind, client=client),
        "zone": labels.zone(zone()),
        "earlier_url": _turned(request, first - timedelta(days=days)),
        "later_url": _turned(request, first + timedelta(days=days)),
        "today_url": _turned(request, today),
    }
    return render(request, "booking/desk/appointments.html", context, status=200 if valid else 422)


def _usual_kind() -> SessionType | None:
    """What most calls are about: the first kind in the list that is no free talk."""
    return SessionType.objects.active().filter(is_matchmaking=False).first()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone())


def _turned(request: HttpRequest, day: date) -> str:
    kept = {
        key: value for key, value in request.GET.items() if key in ("span", "clinician", "type", "client") and value
    }
    return f"?{urlencode(kept | {'day': day.isoformat()})}"


def _tone(appointment: Appointment) -> str:
    return board.STATUS.get(State(appointment.state), "")


@require_safe
@never_cache
@front_desk_only
def appointment(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = visible.user_of(request)
    kept = get_object_or_404(visible.appointments(user), pk=pk)
    auditing.note(actor=user, action="appointment opened", subject=f"appointment {kept.pk}")
    return _page(request, kept)


def _page(
    request: HttpRequest, kept: Appointment, *, reason_form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    begun, client = kept.starts_at <= timezone.now(), kept.client
    assert client is not None  # holds are not shown
    changes = kept.changes.exclude(what="held").select_related("actor")
    theirs = ZoneInfo(client.time_zone)
    context = {
        "appointment": kept,
        "client": client,
        "phone": phones.readable(client.contact.number) if client.contact.number else "",
        "reaching": choices.reaching(client.reaching or {}),
        "tone": _tone(kept),
        "when": labels.moment(kept.starts_at, zone()),
        "when_there": labels.moment(kept.starts_at, theirs) if theirs != zone() else "",
        "kind": labels.session(kept.session_type),
        "place": places.name_of(kept.client_state),
        "changes": [{"change": change, "line": _line(change)} for change in changes],
        "reason_form": reason_form or ReasonForm(),
        "may": (may := _may(kept, begun)),
        "nothing_left": not any(may.values()),
    }
    return render(request, "booking/desk/appointment.html", context, status=status)


def _may(kept: Appointment, begun: bool) -> dict[str, bool]:
    """What can be done with it now."""
    booked, requested = kept.state == State.BOOKED, kept.state == State.REQUESTED
    settled = kept.state in (State.COMPLETED, State.NO_SHOW)
    return {
        "confirm": booked and not begun and kept.confirmed_at is None,
        "approve": requested and not begun,
        "decline": requested,
        "move": (booked or requested) and not begun,
        "cancel": booked,
        "undo": kept.state == State.CANCELED and scheduling.may_restore(kept, by=By.STAFF),
        "complete": begun and (booked or (settled and kept.state != State.COMPLETED)),
        "no_show": begun and (booked or (settled and kept.state != State.NO_SHOW)),
        "conclude": concluding.may_conclude(kept),
    }


def _line(change: Any) -> str:
    """What happened, in a line; the reason stands beside it."""
    if change.what != "moved":
        return str(change.get_what_display())
    before, after = (labels.moment(at, zone(), with_zone=False) for at in (change.from_starts_at, change.to_starts_at))
    return _("Moved from %(before)s to %(after)s") % {"before": before, "after": after}


DEEDS: dict[str, Any] = {
    "confirm": lambda kept, user, reason: scheduling.confirm(appointment=kept, by=By.STAFF, actor=user),
    "approve": lambda kept, user, reason: scheduling.approve(appointment=kept, actor=user),
    "decline": lambda kept, user, reason: scheduling.decline(appointment=kept, actor=user, reason=reason),
    "cancel": lambda kept, user, reason: scheduling.cancel(appointment=kept, by=By.STAFF, actor=user, reason=reason),
    "undo": lambda kept, user, reason: scheduling.restore(appointment=kept, by=By.STAFF, actor=user),
    "complete": lambda kept, user, reason: scheduling.complete(appointment=kept, actor=user),
    "no_show": lambda kept, user, reason: scheduling.no_show(appointment=kept, actor=user),
}
NEEDS_REASON = {"decline", "cancel"}


@require_POST
@front_desk_only
def act(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of the deeds above; declining and cancelling ask for a reason."""
    user = visible.user_of(request)
    kept, deed = get_object_or_404(visible.appointments(user), pk=pk), request.POST.get("do", "")
    form = ReasonForm(request.POST)
    if deed not in DEEDS or (deed in NEEDS_REASON and not form.is_valid()):
        return _page(request, kept, reason_form=form if deed in NEEDS_REASON else None, status=422)
    form.is_valid()
    done = partial(DEEDS[deed], kept, user, form.cleaned_data.get("reason", ""))
    deeds.carry_out(request, done, said=_("Saved."))
    return redirect("diary:appointment", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = visible.user_of(request)
    kept = get_object_or_404(visible.appointments(user), pk=pk)
    form = ReasonForm(request.POST or None)
    choice = pickers.chosen(request.POST.get("slot", ""), [kept.clinician])
    if request.method != "POST":
        return _times(request, kept, form)
    if not form.is_valid() or choice is None:
        notice = "" if form.errors else _("Choose one of the times below.")
        return _times(request, kept, form, notice=notice, status=422)
    try:
        reason = form.cleaned_data["reason"]
        scheduling.move(appointment=kept, starts_at=choice[0], by=By.STAFF, actor=user, reason=reason)
    except Refused as refused:
        return _times(request, kept, form, notice=refused.message, status=refused.status)
    messages.success(request, _("Moved. The client is told."))
    return redirect("diary:appointment", pk)


def _times(
    request: HttpRequest, kept: Appointment, form: ReasonForm, *, notice: object = "", status: int = 200
) -> HttpResponse:
    here = reverse("diary:move", args=[kept.pk])
    context = {
        "appointment": kept,
        "when": labels.moment(kept.starts_at, zone()),
        "form": form,
        "notice": notice,
        "picker": pickers.for_moving(request.GET, kept, here=here, zone=zone()),
    }
    return render(request, "booking/desk/move.html", context, status=status)
