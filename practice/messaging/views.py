"""Public pages about one's phone: the lines by text, a call when we open, asking for texts, choosing what one gets."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from practice import phones, tallies
from practice.crisis import alerting, responding, screening
from practice.crisis.screening import Screening
from practice.links import linking
from practice.messaging import calling, consenting, receiving, requesting, texts
from practice.messaging.forms import CallForm, OptInForm, PreferencesForm, RequestForm
from practice.messaging.models import Contact
from practice.refusals import Refused


def address_of(request: HttpRequest) -> str:
    """Where the request comes from; behind our own proxy, what that proxy says."""
    if settings.SECURE_PROXY_SSL_HEADER:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def _language() -> str:
    return (get_language() or "en").partition("-")[0]


@require_http_methods(["GET", "HEAD", "POST"])
def text_lines(request: HttpRequest) -> HttpResponse:
    """Text the crisis lines to a number. Whatever becomes of it, the page answers the same."""
    form = RequestForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "messaging/text_lines.html", _lines_page(form), status=400 if form.is_bound else 200)
    if form.is_from_a_program:
        tallies.counting.add("lines not sent: program")
    else:
        requesting.text_lines(number=form.cleaned_data["number"], language=_language(), address=address_of(request))
    return render(request, "messaging/text_lines.html", _lines_page(None))


def _lines_page(form: RequestForm | None) -> dict[str, Any]:
    return {"form": form, "preview": texts.lines(_language())}


@require_http_methods(["GET", "HEAD", "POST"])
def call_me(request: HttpRequest) -> HttpResponse:
    """Ask for a call when the practice opens, for whoever is not sure that they are safe."""
    form = CallForm(request.POST if request.method == "POST" else None)
    page: dict[str, Any] = {"form": form, "watch": "", "refusal": ""}
    if not form.is_valid():
        return render(request, "messaging/call_me.html", page, status=400 if form.is_bound else 200)
    if form.is_from_a_program:
        tallies.counting.add("call not noted: program")
        return render(request, "messaging/call_me.html", page | {"watch": "later"})
    try:
        calling.call_me(number=form.cleaned_data["number"], language=_language(), address=address_of(request))
    except Refused as refusal:
        return render(request, "messaging/call_me.html", page | {"refusal": refusal.message}, status=refusal.status)
    return render(request, "messaging/call_me.html", page | {"watch": alerting.watch(is_alerted=True)})


@require_http_methods(["GET", "HEAD", "POST"])
def opt_in(request: HttpRequest) -> HttpResponse:
    """Ask for texts about one's appointments, in the wording carriers ask for."""
    wording = texts.consent_wording("opt_in", _language())
    form = OptInForm(request.POST if request.method == "POST" else None, wording=wording)
    if not form.is_valid():
        found = screening.screen(request.POST.get("name", ""))
        alerting.count_hit(screening=found, source_label="opt-in page")
        page = {"form": form, "crisis": _crisis(found)}
        return render(request, "messaging/opt_in.html", page, status=400 if form.is_bound else 200)
    if form.is_from_a_program:
        tallies.counting.add("opt-in not kept: program")
        return render(request, "messaging/opt_in.html", {"form": None, "crisis": None})
    crisis = _crisis(_opt_in(form, address=address_of(request)))
    return render(request, "messaging/opt_in.html", {"form": None, "crisis": crisis})


def _opt_in(form: OptInForm, *, address: str) -> Screening:
    """Do what was asked, and say what the screen found in the name; that is never kept as one."""
    name = form.cleaned_data["name"]
    found = screening.screen(name)
    contact = requesting.opt_in(
        number=form.cleaned_data["number"],
        name="" if found.is_hit else name,
        language=_language(),
        address=address,
    )
    if contact:
        return receiving.heed_name(name=name, contact=contact, source_label="opt-in page")
    alerting.count_hit(screening=found, source_label="opt-in page")
    return found


def _crisis(found: Screening) -> responding.Response | None:
    return responding.response(found, _language()) if found.kind != "none" else None


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What the holder of the link gets from us, and how."""
    try:
        contact = get_object_or_404(Contact, pk=linking.subject_of(token, purpose=consenting.PREFERENCES))
    except Refused as refusal:
        template = "410.html" if refusal.status == 410 else "404.html"
        return render(request, template, {"message": refusal.message}, status=refusal.status)
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=_chosen(contact))
    saved, crisis = form.is_valid(), None
    if form.is_bound:
        name = request.POST.get("name", "")
        found = receiving.heed_name(name=name, contact=contact, source_label="preferences page")
        crisis = _crisis(found)
    if saved:
        kept = {name: form.cleaned_data[name] for name in ("language", "name", "safe_from", "safe_until")}
        if found.is_hit:
            kept["name"] = contact.name
        contact = consenting.prefer(contact=contact, **form.wishes | kept)
    page = {
        "form": form,
        "saved": saved,
        "crisis": crisis,
        "masked": contact.masked,
        "stopped": contact.opted_out,
        "number": phones.readable(settings.TWILIO_FROM) if settings.TWILIO_FROM else "",
    }
    return render(request, "messaging/preferences.html", page, status=400 if form.is_bound and not saved else 200)


def _chosen(contact: Contact) -> dict[str, Any]:
    texts_on = contact.wants_texts and bool(contact.number)
    mail_on = contact.wants_mail and bool(contact.email)
    reach = {(True, True): "both", (True, False): "texts", (False, True): "mail", (False, False): "none"}
    return {
        "reach": reach[texts_on, mail_on],
        "language": contact.language,
        "name": contact.name,
        "safe_from": contact.safe_from,
        "safe_until": contact.safe_until,
    }
