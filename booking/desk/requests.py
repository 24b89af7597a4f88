"""Wishes for a time on the desk, what lies outside the hours, and who books only by phone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import blocking, clocks, labels, offering, overseeing, pickers
from booking.desk import visible
from booking.desk.appointments import zone
from booking.desk.forms import BlockForm, ProposeForm
from booking.models import Block, TimeRequest
from booking.wishes import requesting
from practice.refusals import Refused
from practice.staff.doors import front_desk_only
from practice.staff.models import Clinician

DAYS_AHEAD = 14
MOST_SHOWN = 60


@require_safe
@never_cache
@front_desk_only
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for our proposal, longest first, then what waits for the client."""
    rows = TimeRequest.objects.select_related("client", "session_type")
    waiting = rows.filter(status=TimeRequest.Status.OPEN).order_by("asked_at")
    proposed = rows.filter(status=TimeRequest.Status.PROPOSED).order_by("asked_at")
    return render(request, "booking/desk/requests.html", {"waiting": waiting, "proposed": proposed})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    related = ("client__contact", "session_type", "clinician")
    kept = get_object_or_404(TimeRequest.objects.select_related(*related), pk=pk)
    options = _options(kept, request.GET.get("clinician", ""))
    form = ProposeForm(request.POST if request.method == "POST" else None, options=options)
    if request.method != "POST" or not form.is_valid():
        return _page(request, kept, form, status=422 if form.errors else 200)
    everyone = list(Clinician.objects.active())
    chosen = [pickers.chosen(raw, everyone) for raw in form.cleaned_data["times"]]
    times = [(clinician, starts_at) for starts_at, clinician in filter(None, chosen)]
    try:
        requesting.propose(request=kept, times=times, actor=visible.user_of(request))
    except Refused as refused:
        return _page(request, kept, form, notice=refused.message, status=refused.status)
    messages.success(request, _("Proposed. The client is told, and the times are kept for 48 hours."))
    return redirect("diary:requests")


def _options(kept: TimeRequest, clinician: str) -> list[tuple[str, str]]:
    who = [one for one in offering.offered_by(kept.session_type) if clinician in ("", one.slug)]
    today = timezone.now().astimezone(zone()).date()
    times = offering.open_times(
        session_type=kept.session_type,
        clinicians=who,
        first_day=today,
        last_day=today + timedelta(days=DAYS_AHEAD),
        zone=zone(),
        state=kept.client_state,
    )
    return [
        (pickers.slot(time.starts_at, time.clinician), f"{_when(time.starts_at)}, {time.clinician.name}")
        for time in times[:MOST_SHOWN]
    ]


def _when(moment: datetime) -> str:
    return labels.moment(moment, zone(), with_zone=False)


def _page(
    request: HttpRequest, kept: TimeRequest, form: ProposeForm, *, notice: object = "", status: int = 200
) -> HttpResponse:
    theirs = clocks.read_zone(kept.client.time_zone) or zone()
    context: dict[str, Any] = {
        "kept": kept,
        "form": form,
        "notice": notice,
        "is_open": kept.status in (TimeRequest.Status.OPEN, TimeRequest.Status.PROPOSED),
        "proposals": [_when(one.starts_at) + ", " + one.clinician.name for one in requesting.open_proposals(kept)],
        "zone": labels.zone(zone()),
        "their_zone": labels.zone(theirs),
        "clinicians": offering.offered_by(kept.session_type),
        "shown": request.GET.get("clinician", ""),
    }
    return render(request, "booking/desk/request.html", context, status=status)


@require_POST
@front_desk_only
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept = get_object_or_404(TimeRequest, pk=pk)
    requesting.close(request=kept, actor=visible.user_of(request))
    messages.success(request, _("Closed. They are not told."))
    return redirect("diary:requests")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def blocks(request: HttpRequest) -> HttpResponse:
    """Who may book only by speaking to us."""
    form, notice, status = BlockForm(request.POST if request.method == "POST" else None), "", 200
    if request.method == "POST" and form.is_valid():
        try:
            blocking.block(**form.cleaned_data, actor=visible.user_of(request))
            messages.success(request, _("On the list. They are not told."))
            return redirect("diary:blocks")
        except Refused as refused:
            notice, status = str(refused.message), refused.status
    rows = Block.objects.current().select_related("blocked_by")
    context = {"form": form, "rows": rows, "notice": notice}
    return render(request, "booking/desk/blocks.html", context, status=422 if form.errors else status)


@require_POST
@front_desk_only
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    blocking.lift(block=get_object_or_404(Block, pk=pk), actor=visible.user_of(request))
    messages.success(request, _("Taken off the list."))
    return redirect("diary:blocks")


@require_safe
@never_cache
@front_desk_only
def outside(request: HttpRequest) -> HttpResponse:
    """What is booked and lies outside the hours as they are now."""
    rows = [
        {"appointment": stray.appointment, "when": _when(stray.appointment.starts_at), "rules": stray.rules}
        for stray in overseeing.strays(visible.appointments(visible.user_of(request)))
    ]
    return render(request, "booking/desk/outside.html", {"rows": rows})
