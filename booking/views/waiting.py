"""The waitlist for those who wait: joining it, their place behind its link, and what is offered to them."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import clocks, labels, notifying
from booking.intake import choices, receiving
from booking.models import Client, Waiting, WaitlistOffer
from booking.search import Search
from booking.views import times
from booking.waitlist import enlisting
from booking.waitlist import waiting as waitlist
from booking.waitlist.waiting_forms import WaitForm
from practice.links import linking
from practice.messaging.views import address_of
from practice.refusals import Refused

Answer = WaitlistOffer.Answer


# --- Joining ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@times.searching
def join(request: HttpRequest, found: Search) -> HttpResponse:
    if not found.is_served:
        return times.show(request, found)
    if request.method != "POST":
        return _form(request, found, WaitForm.filled(found.intake.answers if found.intake else {}))
    form = WaitForm(request.POST)
    if not form.is_valid():
        if "shown" not in request.POST:
            receiving.screen_unsent(_written(form))
        return _form(request, found, form, status=422)
    if _is_news(request, found, form):
        return _form(request, found, form)
    try:
        place = _enlist(request, found, form)
    except Refused as refused:
        return _form(request, found, form, notice=refused.message, status=refused.status)
    return redirect(urlsplit(waitlist.place_link(place)).path + "?new")


def _is_news(request: HttpRequest, found: Search, form: WaitForm) -> bool:
    """Whether what they wrote is a hit whose lines they were not shown yet. Where there is an intake it is kept."""
    if found.intake is None:
        return "shown" not in request.POST and receiving.screen_unsent(form.reach_answers()).is_hit
    kept = {"wording": form.wording(), "answers": form.reach_answers()}
    return receiving.save_step(intake=found.intake, step="reach", **kept) is not None


def _written(form: Any) -> dict[str, Any]:
    return {"name": form["name"].value() or ""}


def _enlist(request: HttpRequest, found: Search, form: WaitForm) -> Waiting:
    known = {"state": found.state, "age": found.age, "zone": found.zone.key}
    return enlisting.enlist(
        answers=form.reach_answers() | known,
        language=get_language() or "en",
        address=address_of(request),
        session_type=found.session_type,
        state=found.state,
        age=found.age,
        clinician=found.clinician,
        intake=found.intake,
        **form.wish(),
    )


def _form(request: HttpRequest, found: Search, form: Any, *, notice: object = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "kind": labels.session(found.session_type),
        "clinician": found.clinician,
        "here": found.address("booking:waitlist"),
        "times_url": found.address("booking:times"),
        "notice": notice,
        "screening": receiving.screen(_written(form)),
    }
    return render(request, "booking/waitlist.html", context, status=status)


# --- A place ----------------------------------------------------------------------------------------------------------


def _zone(client: Client, state: str) -> ZoneInfo:
    return clocks.read_zone(client.time_zone) or clocks.zone_for(state)


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, token: str) -> HttpResponse:
    """What they wait for, what is kept for them now, and the way off the list."""
    kept = Waiting.objects.with_people().get(pk=linking.subject_of(token, purpose=waitlist.PURPOSE))
    if request.method == "POST" and request.POST.get("do") == "leave":
        waitlist.leave(waiting=kept)
        return redirect(reverse("booking:waiting", args=[token]) + "?left")
    if request.method == "POST" and request.POST.get("do") == "see" and (open_ := _open(kept)):
        return redirect(urlsplit(waitlist.offer_link(open_)).path)
    zone, offer = _zone(kept.client, kept.client_state), _open(kept)
    is_over = kept.until < timezone.now().astimezone(zone).date()
    context = {
        "token": token,
        "place": kept,
        "is_waiting": not (kept.left_at or kept.served_at or is_over),
        "kind": labels.session(kept.session_type),
        "wish": wish(kept),
        "until": labels.day(kept.until),
        "offered": labels.moment(offer.appointment.starts_at, zone) if offer else "",
        "notice": _("You are on our list. We write as soon as a time that suits you is free.")
        if "new" in request.GET
        else "",
    }
    return render(request, "booking/waiting.html", context, status=422 if request.method == "POST" else 200)


def _open(kept: Waiting) -> WaitlistOffer | None:
    offer = kept.offers.open().select_related("appointment", "waiting__client__contact").first()
    return offer if offer is not None and waitlist.is_open(offer) else None


def wish(kept: Waiting) -> str:
    """When it would suit them, in words."""
    said = [
        ", ".join(choices.labels(some, given))
        for some, given in ((choices.DAYS, kept.days), (choices.PARTS, kept.parts))
        if given
    ]
    if kept.since:
        said.append(_("from %(day)s") % {"day": labels.day(kept.since)})
    return "; ".join(said) or _("Any time")


# --- An offer ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """A time kept for them. Taking it is one POST: mail scanners open links, so opening it does nothing."""
    related = ("waiting__client__contact", "appointment__clinician", "appointment__session_type", "appointment__client")
    kept = WaitlistOffer.objects.select_related(*related).get(pk=linking.subject_of(token, purpose=waitlist.OFFER))
    if kept.answer == Answer.TAKEN:
        return redirect(notifying.manage_path(kept.appointment))
    try:
        if request.method == "POST" and request.POST.get("do") == "accept":
            return redirect(notifying.manage_path(waitlist.accept(offer=kept)) + "?new")
        if request.method == "POST" and request.POST.get("do") == "decline":
            waitlist.decline(offer=kept)
            return redirect("booking:waitlist_offer", token)
    except Refused as refused:
        kept.refresh_from_db()
        return _offered(request, token, kept, notice=refused.message, status=refused.status)
    return _offered(request, token, kept, status=422 if request.method == "POST" else 200)


def _offered(
    request: HttpRequest, token: str, kept: WaitlistOffer, *, notice: object = "", status: int = 200
) -> HttpResponse:
    held = kept.appointment
    zone = _zone(kept.waiting.client, held.client_state)
    context = {
        "token": token,
        "offer": kept,
        "is_open": waitlist.is_open(kept),
        "was_declined": kept.answer == Answer.DECLINED,
        "when": labels.moment(held.starts_at, zone),
        "kind": labels.session(held.session_type),
        "clinician": held.clinician,
        "until": labels.clock(held.hold_expires_at, zone) if held.hold_expires_at else "",
        "notice": notice,
    }
    return render(request, "booking/waitlist_offer.html", context, status=status)
