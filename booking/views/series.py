"""A recurring time behind its private links: its dates, leaving it, and the offer of one."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import clocks, labels, notifying
from booking.calendars import inviting
from booking.models import Appointment, Series
from booking.series import planning, proposing, recurring
from booking.views.calendars import ICALENDAR
from practice.links import linking

Status = Series.Status


def _behind(token: str, purpose: str) -> Series:
    """The series of a private link; raises LinkUnknown or LinkExpired."""
    return Series.objects.with_people().get(pk=linking.subject_of(token, purpose=purpose))


def _zone(series: Series) -> ZoneInfo:
    return clocks.read_zone(series.client.time_zone) or clocks.zone_for(series.client_state)


def _coming(series: Series) -> list[Appointment]:
    return list(series.appointments.coming(timezone.now()).select_related("clinician", "client"))


@require_http_methods(["GET", "HEAD", "POST"])
def series(request: HttpRequest, token: str) -> HttpResponse:
    """The dates; choosing one leads to its own page by a link of its own."""
    kept = _behind(token, recurring.PURPOSE)
    theirs = {str(one.pk): one for one in _coming(kept)}
    if request.method != "POST":
        return _page(request, token, kept, theirs)
    chosen = theirs.get(request.POST.get("appointment", ""))
    if chosen is None:
        notice = _("That time is not coming any more. Choose one of these.")
        return _page(request, token, kept, theirs, notice=notice, status=422)
    return redirect(urlsplit(notifying.manage_link(chosen)).path)


def _page(
    request: HttpRequest,
    token: str,
    kept: Series,
    theirs: dict[str, Appointment],
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    zone = _zone(kept)
    done = _done(request, theirs)
    context = {
        "token": token,
        "series": kept,
        "kind": labels.session(kept.session_type),
        "rule": labels.recurring(kept, zone),
        "times": [
            {
                "name": "appointment",
                "value": key,
                "label": labels.moment(one.starts_at, zone, with_zone=False),
                "detail": "" if kept.keeps_to_the_rule(one.starts_at) else _("moved"),
            }
            for key, one in theirs.items()
        ],
        "zone": labels.zone(zone),
        "notice": notice or done,
        "tone": "warn" if notice else "ok",
    }
    return render(request, "booking/series.html", context, status=status)


def _done(request: HttpRequest, theirs: dict[str, Appointment]) -> str:
    """What the reader has just done, where that is still so."""
    if "taken" in request.GET and theirs:
        return _("Thank you. These times are yours.")
    if "left" in request.GET and not theirs:
        return _("All of them are canceled. Nothing else is needed from you.")
    return ""


@require_safe
def dates(request: HttpRequest, token: str) -> HttpResponse:
    """The dates as a file that any calendar opens; its name says nothing."""
    kept = _behind(token, recurring.PURPOSE)
    booked = [one for one in _coming(kept) if one.state == Appointment.State.BOOKED]
    text = inviting.published(appointments=booked, zone=kept.client.time_zone, language=kept.client.language)
    response = HttpResponse(text, content_type=ICALENDAR)
    response["Content-Disposition"] = 'attachment; filename="appointments.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel everything that is still to come; asked once more before."""
    kept = _behind(token, recurring.PURPOSE)
    theirs = _coming(kept)
    if not theirs:
        return redirect("booking:series", token)
    if request.method == "POST":
        recurring.leave(series=kept)
        return redirect(reverse("booking:series", args=[token]) + "?left")
    zone = _zone(kept)
    context = {
        "token": token,
        "rule": labels.recurring(kept, zone),
        "number": len(theirs),
        "first": labels.moment(theirs[0].starts_at, zone),
    }
    return render(request, "booking/series_leave.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """An offer: see its dates; say yes or no by POST, since scanners open what a mail links to."""
    kept = _behind(token, proposing.PURPOSE)
    if request.method == "POST" and request.POST.get("do") == "accept":
        proposing.accept(series=kept)
        return redirect(urlsplit(recurring.series_link(kept)).path + "?taken")
    if request.method == "POST" and request.POST.get("do") == "decline":
        proposing.decline(series=kept)
        return redirect("booking:series_offer", token)
    return render(request, "booking/series_offer.html", _offered(token, kept), status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _offered(token: str, kept: Series) -> dict[str, Any]:
    zone, is_open = _zone(kept), proposing.is_open(kept)
    held = proposing.held(kept) if is_open else []
    later = len(planning.starts(kept)) - len(held)
    return {
        "token": token,
        "series": kept,
        "is_open": is_open and bool(held),
        "is_taken": kept.status in (Status.RUNNING, Status.ENDED),
        "was_declined": kept.status == Status.DECLINED,
        "kind": labels.session(kept.session_type),
        "rule": labels.recurring(kept, zone),
        "until": labels.moment(kept.offered_until, zone) if kept.offered_until else "",
        "dates": [labels.moment(one.starts_at, zone, with_zone=False) for one in held],
        "later": max(later, 0),
    }
