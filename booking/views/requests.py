"""Wishing for a time where we propose times, and choosing one of those proposed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import clocks, labels, notifying
from booking.intake import receiving
from booking.models import Appointment, TimeRequest
from booking.wishes import requesting
from booking.wishes.requesting_forms import AgainForm, WishForm
from practice.links import linking
from practice.messaging.views import address_of
from practice.refusals import Refused

Status = TimeRequest.Status


@require_http_methods(["GET", "HEAD", "POST"])
def wish(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, WishForm(initial={"type": request.GET.get("type", "")}))
    form = WishForm(request.POST)
    if not form.is_valid():
        if "shown" not in request.POST:
            receiving.screen_unsent(_written(form))
        return _form(request, form, status=422)
    answers = form.reach_answers() | {"zone": clocks.zone_for(form.cleaned_data["state"]).key}
    if "shown" not in request.POST and receiving.screen_unsent(answers).is_hit:
        return _form(request, form)
    try:
        requesting.ask(
            answers=answers,
            language=get_language() or "en",
            address=address_of(request),
            session_type=form.cleaned_data["type"],
            clinician=None,
            state=form.cleaned_data["state"],
        )
    except Refused as refused:
        return _form(request, form, notice=refused.message, status=refused.status)
    return redirect(reverse("booking:wish") + "?sent")


def _form(request: HttpRequest, form: WishForm, *, notice: object = "", status: int = 200) -> HttpResponse:
    found = receiving.screen(_written(form))
    context = {"form": form, "notice": notice, "screening": found, "is_sent": "sent" in request.GET}
    return render(request, "booking/wish.html", context, status=status)


def _written(form: WishForm) -> dict[str, Any]:
    return {key: form[key].value() or "" for key in ("name", "words")}


@require_http_methods(["GET", "HEAD", "POST"])
def proposals(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it does nothing; one POST takes a time, another asks for others."""
    rows = TimeRequest.objects.select_related("client__contact", "session_type")
    kept = rows.get(pk=linking.subject_of(token, purpose=requesting.PURPOSE))
    if request.method != "POST":
        return _proposals(request, kept, AgainForm())
    if request.POST.get("do") == "again":
        return _again(request, kept)
    chosen = next((one for one in requesting.open_proposals(kept) if str(one.pk) == request.POST.get("time")), None)
    if chosen is None:
        return _proposals(request, kept, AgainForm(), notice=_("Choose one of the times below."), status=422)
    try:
        booked = requesting.choose(proposal=chosen)
    except Refused as refused:
        return _proposals(request, kept, AgainForm(), notice=refused.message, status=refused.status)
    return redirect(notifying.manage_path(booked) + "?new")


def _again(request: HttpRequest, kept: TimeRequest) -> HttpResponse:
    form = AgainForm(request.POST)
    if not form.is_valid():
        words = request.POST.get("words", "")
        receiving.hear(words=words, contact=kept.client.contact)
        return _proposals(request, kept, form, words=words, status=422)
    try:
        requesting.ask_again(request=kept, words=form.cleaned_data["words"])
    except Refused as refused:
        return _proposals(request, kept, form, notice=refused.message, status=refused.status)
    return _proposals(request, TimeRequest.objects.get(pk=kept.pk), AgainForm(), words=form.cleaned_data["words"])


def _proposals(
    request: HttpRequest,
    kept: TimeRequest,
    form: AgainForm,
    *,
    notice: object = "",
    words: str = "",
    status: int = 200,
) -> HttpResponse:
    open_ = requesting.open_proposals(kept)
    context: dict[str, Any] = {
        "times": [_time(one, kept) for one in open_],
        "until": _time(open_[0], kept)["until"] if open_ else "",
        "kind": labels.session(kept.session_type),
        "is_open": kept.status == Status.OPEN,
        "is_booked": kept.status == Status.BOOKED,
        "form": form,
        "notice": notice,
        "screening": receiving.screen({"words": words}),
    }
    return render(request, "booking/proposals.html", context, status=status)


def _time(one: Appointment, kept: TimeRequest) -> dict[str, Any]:
    zone = clocks.read_zone(kept.client.time_zone) or clocks.zone_for(kept.client_state)
    when = labels.moment(one.starts_at, zone)
    until = labels.moment(one.hold_expires_at, zone) if one.hold_expires_at else ""
    return {"pk": one.pk, "label": f"{when}, {one.clinician.name}", "until": until}
