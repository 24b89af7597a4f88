"""A date of a series and the following, on the desk: look where they would go, then move or cancel them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from booking import labels
from booking.desk import visible
from booking.desk.forms import ReasonForm
from booking.desk.series import dates_shown, summary
from booking.desk.series_forms import StartForm
from booking.models import Appointment
from booking.series import planning, recurring
from practice.refusals import Refused
from practice.staff.doors import front_desk_only

By = Appointment.By


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def following(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where they would go stands in the address; a POST with a reason moves or cancels them."""
    kept = get_object_or_404(visible.appointments(visible.user_of(request)).select_related("series"), pk=pk)
    if kept.series is None:
        raise Http404
    start = StartForm(request.GET if "day" in request.GET else None, initial=_now(kept))
    reason = ReasonForm(request.POST or None)
    if request.method != "POST":
        return _page(request, kept, start, reason)
    is_move = request.POST.get("do") in ("move", "move_all")
    if not reason.is_valid() or (is_move and not start.is_valid()):
        return _page(request, kept, start, reason, status=422)
    try:
        done = _do(request, kept, start, reason.cleaned_data["reason"])
    except Refused as refused:
        return _page(request, kept, start, reason, notice=refused.message, status=refused.status)
    messages.success(request, done)
    return redirect("diary:series", kept.series_id)


def _do(request: HttpRequest, kept: Appointment, start: StartForm, reason: str) -> str:
    user, deed = visible.user_of(request), request.POST.get("do")
    if deed == "cancel":
        number = len(recurring.cancel_from(appointment=kept, by=By.STAFF, actor=user, reason=reason))
        return ngettext(
            "One date is canceled. The client is told.",
            "%(number)d dates are canceled. The client is told once.",
            number,
        ) % {"number": number}
    assert kept.series is not None
    if deed not in ("move", "move_all"):
        raise recurring.Conflicts
    moved = recurring.move_from(
        appointment=kept,
        starts_at=start.moment(kept.series.time_zone),
        needs_all=deed == "move_all",
        actor=user,
        reason=reason,
    )
    number = len(moved)
    return ngettext(
        "One date has moved. The client is told.", "%(number)d dates have moved. The client is told once.", number
    ) % {"number": number}


def _now(kept: Appointment) -> dict[str, Any]:
    assert kept.series is not None
    local = kept.starts_at.astimezone(ZoneInfo(kept.series.time_zone))
    return {"day": local.date(), "clock": local.time()}


def _page(
    request: HttpRequest,
    kept: Appointment,
    start: StartForm,
    reason: ReasonForm,
    *,
    notice: object = "",
    status: int = 200,
) -> HttpResponse:
    assert kept.series is not None
    assert kept.client is not None  # holds are not shown
    zone, here = ZoneInfo(kept.series.time_zone), reverse("diary:following", args=[kept.pk])
    dates = []
    if start.is_bound and start.is_valid():
        dates = planning.moves(kept, start.moment(kept.series.time_zone))
    status = 422 if start.is_bound and start.errors else status
    asked = {key: request.GET[key] for key in start.fields if key in request.GET}
    context = {
        "appointment": kept,
        "series": kept.series,
        "when": labels.moment(kept.starts_at, zone),
        "number": len(planning.following(kept)),
        "form": start,
        "reason_form": reason,
        "here": here,
        "move_here": f"{here}?{urlencode(asked)}",
        "dates": dates_shown(dates, kept.client, zone),
        "summary": summary(dates),
        "conflicts": sum(not date.is_free for date in dates),
        "free": sum(date.is_free for date in dates),
        "notice": notice,
    }
    return render(request, "booking/desk/following.html", context, status=status)
