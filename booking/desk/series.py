"""Recurring times on the desk: look at every date before making one, then change this one and the following."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import clocks, labels, pickers
from booking.desk import board, deeds, visible
from booking.desk.series_forms import SeriesForm
from booking.models import Appointment, Client, Series
from booking.series import planning, proposing, recurring
from booking.series.planning import Occurrence
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.doors import front_desk_only

State, By, Status = Appointment.State, Appointment.By, Series.Status
TONES = {Status.RUNNING: "approved", Status.OFFERED: "update", Status.DECLINED: "retracted", Status.LAPSED: "retracted"}


@require_safe
@never_cache
@front_desk_only
def all_series(request: HttpRequest) -> HttpResponse:
    """Offers first, since they run out; then what runs."""
    mine = visible.series(visible.user_of(request))
    over = mine.exclude(status__in=["running", "offered"])
    tabs = {
        "running": (_("Running"), mine.running()),
        "offered": (_("Offered"), mine.offered()),
        "over": (_("Over"), over),
    }
    context = deeds.tabbed(
        request, {key: (label, rows.order_by("first_on", "pk")) for key, (label, rows) in tabs.items()}
    )
    context["rows"] = [{"series": one, "rule": _rule(one), "tone": _tone(one)} for one in context["page"]]
    return render(request, "booking/desk/all_series.html", context)


def _rule(series: Series) -> str:
    return labels.recurring(series, ZoneInfo(series.time_zone))


def _tone(series: Series) -> str:
    return TONES.get(Status(series.status), "")


@require_safe
@never_cache
@front_desk_only
def series(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = visible.user_of(request)
    kept = get_object_or_404(visible.series(user), pk=pk)
    auditing.note(actor=user, action="series opened", subject=f"series {kept.pk}")
    zone, theirs, now = ZoneInfo(kept.time_zone), ZoneInfo(kept.client.time_zone), timezone.now()
    rows = list(kept.appointments.order_by("starts_at"))
    context = {
        "series": kept,
        "client": kept.client,
        "rule": _rule(kept),
        "rule_there": labels.recurring(kept, theirs) if theirs != zone else "",
        "kind": labels.session(kept.session_type),
        "tone": _tone(kept),
        "until": labels.moment(kept.offered_until, zone) if kept.offered_until else "",
        "is_open": proposing.is_open(kept),
        "restorable": len(recurring.restorable(kept, by=By.STAFF)),
        "next": next((row for row in rows if row.state == State.BOOKED and row.starts_at > now), None),
        "dates": [
            {
                "appointment": row,
                "when": labels.moment(row.starts_at, zone, with_zone=False),
                "there": labels.clock(row.starts_at, theirs) if theirs != zone else "",
                "tone": board.STATUS.get(State(row.state), ""),
                "is_moved": not kept.keeps_to_the_rule(row.starts_at),
            }
            for row in rows
        ],
    }
    return render(request, "booking/desk/series.html", context)


@require_POST
@front_desk_only
def take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An offer that nobody has answered yet."""
    user = visible.user_of(request)
    kept = get_object_or_404(visible.series(user), pk=pk)
    deed = partial(proposing.decline, series=kept, by=By.STAFF, actor=user)
    deeds.carry_out(request, deed, said=_("Taken back. Its dates are free again."))
    return redirect("diary:series", pk)


@require_POST
@front_desk_only
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Its dates that were canceled within the minute."""
    user = visible.user_of(request)
    kept = get_object_or_404(visible.series(user), pk=pk)
    deed = partial(recurring.restore, series=kept, by=By.STAFF, actor=user)
    deeds.carry_out(request, deed, said=_("Taken back. The client is told once which dates stand."))
    return redirect("diary:series", pk)


# --- A new one --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def new(request: HttpRequest, client: UUID) -> HttpResponse:
    """The wish stands in the address; its dates are shown before a POST makes them, or offers them to the client."""
    user = visible.user_of(request)
    known = get_object_or_404(visible.clients(user), pk=client)
    if "day" not in request.GET:
        return _new(request, known, SeriesForm(initial=_proposal(request, known)))
    form = SeriesForm(request.GET)
    if not form.is_valid():
        return _new(request, known, form, status=422)
    wanted = form.wanted(known)
    if request.method != "POST":
        return _new(request, known, form, dates=planning.plan(wanted))
    try:
        if request.POST.get("do") == "offer":
            made = _offer(form, known, user)
            messages.success(request, _("Offered. The client has 48 hours to answer."))
        else:
            instead = _moments(request.POST.getlist("instead"))
            needs_all = request.POST.get("do") == "all"
            made = recurring.make(series=wanted, needs_all=needs_all, instead=instead, actor=user)
            messages.success(request, _("Booked. The client is told once."))
    except Refused as refused:
        dates = getattr(refused, "dates", None) or planning.plan(wanted)
        return _new(request, known, form, dates=dates, notice=refused.message, status=refused.status)
    return redirect("diary:series", made.pk)


def _offer(form: SeriesForm, client: Client, user: Any) -> Series:
    data = form.cleaned_data
    return proposing.offer(
        client=client,
        clinician=data["clinician"],
        session_type=data["type"],
        state=data["state"],
        starts_at=form.moment(data["clinician"].time_zone),
        every=data["every"],
        times=data["times"],
        last_on=data["last_on"],
        actor=user,
    )


def _moments(raw: list[str]) -> list[datetime]:
    """The times that were ticked; what is none is left out."""
    read = [pickers.moment(one) for one in raw[: planning.MOST_DATES]]
    return [moment for moment in read if moment is not None]


def _proposal(request: HttpRequest, client: Client) -> dict[str, Any]:
    """What the form begins with: as the last appointment was, a week on."""
    rows = client.appointments.exclude(state__in=[State.EXPIRED, State.HELD]).order_by("starts_at")
    last = rows.select_related("clinician", "session_type").last()
    proposed: dict[str, Any] = {"every": Series.Every.WEEK, "times": 12, "state": client.state}
    if client.clinician is not None:
        proposed["clinician"] = client.clinician.slug
    if last is None:
        return proposed
    local = max(last.starts_at, timezone.now()).astimezone(ZoneInfo(last.clinician.time_zone))
    wall = last.starts_at.astimezone(ZoneInfo(last.clinician.time_zone))
    ahead = (wall.weekday() - local.weekday()) % 7 or 7
    return proposed | {
        "clinician": last.clinician.slug,
        "type": last.session_type.slug,
        "state": last.client_state or client.state,
        "day": local.date() + ahead * clocks.DAY,
        "clock": wall.time(),
    }


def _new(
    request: HttpRequest,
    client: Client,
    form: SeriesForm,
    *,
    dates: Sequence[Occurrence] = (),
    notice: object = "",
    status: int = 200,
) -> HttpResponse:
    here = reverse("diary:series_new", args=[client.pk])
    kept = {key: value for key, value in request.GET.items() if key in form.fields}
    context = {
        "client": client,
        "form": form,
        "here": f"{here}?{urlencode(kept)}",
        "notice": notice,
        "dates": dates_shown(dates, client, ZoneInfo(form.cleaned_data["clinician"].time_zone)) if dates else [],
        "free": sum(date.is_free for date in dates),
        "conflicts": sum(not date.is_free for date in dates),
        "summary": summary(dates),
    }
    return render(request, "booking/desk/series_new.html", context, status=status)


def summary(dates: Sequence[Occurrence]) -> str:
    """How many of them are free, in words."""
    free, all_ = sum(date.is_free for date in dates), len(dates)
    if free == all_:
        return ngettext("The one date is free.", "All %(number)d dates are free.", all_) % {"number": all_}
    return _("%(free)d of %(all)d dates are free.") % {"free": free, "all": all_}


def dates_shown(dates: Iterable[Occurrence], client: Client, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Each date as the clinician's clock shows it, with why it is not free and what is."""
    theirs = ZoneInfo(client.time_zone)
    return [
        {
            "when": labels.moment(date.starts_at, zone, with_zone=False),
            "there": labels.clock(date.starts_at, theirs) if theirs != zone else "",
            "is_free": date.is_free,
            "why": ", ".join(str(rule.label) for rule in date.rules),
            "instead": labels.moment(date.instead.starts_at, zone, with_zone=False) if date.instead else "",
            "value": date.instead.starts_at.isoformat() if date.instead else "",
            "now": labels.moment(date.appointment.starts_at, zone, with_zone=False) if date.appointment else "",
        }
        for date in dates
    ]
