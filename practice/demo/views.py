"""The phone on the page. Only mounted where DEMO is on, and only with the sandbox carrier."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from practice import phones
from practice.demo import phoning
from practice.messaging.models import Contact, InboundText, Message
from practice.refusals import Refused


class TextBack(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("Text to the practice"),
        max_length=phoning.LONGEST_TEXT,
        error_messages={"required": gettext_lazy("Type something to send, for instance C.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """A handset for each demo number: read what came, answer, bring the next reminder forward."""
    if settings.TWILIO_ACCOUNT_SID:
        raise Http404
    handsets = list(phoning.handsets()[:20])
    contact = _chosen(request, handsets)
    form, notice = TextBack(), None
    if request.method == "POST" and contact is not None:
        form, notice = _act(request, contact)
        if notice is None and form.is_valid():
            return redirect(_address(contact))
    return render(request, "demo/phone.html", _context(contact, handsets, form, notice))


def _chosen(request: HttpRequest, handsets: list[Contact]) -> Contact | None:
    asked = request.GET.get("phone", "")
    if asked:
        return get_object_or_404(
            Contact, pk=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
        )
    return handsets[0] if handsets else None


def _act(request: HttpRequest, contact: Contact) -> tuple[TextBack, dict[str, Any] | None]:
    if "forward" in request.POST:
        return TextBack(), _bring_forward(contact)
    form = TextBack(request.POST)
    if form.is_valid():
        if not contact.number:
            return form, {"kind": "warn", "text": _("This contact gave no phone number, so it cannot text.")}
        return form, _text_back(contact, form.cleaned_data["body"])
    return form, None


def _text_back(contact: Contact, body: str) -> dict[str, Any] | None:
    try:
        phoning.text_back(contact=contact, body=body)
    except Refused as refusal:
        return {"kind": "warn", "text": refusal.message}
    return None


def _bring_forward(contact: Contact) -> dict[str, Any]:
    try:
        due = phoning.bring_forward(contact=contact)
    except Refused as refusal:
        return {"kind": "warn", "text": refusal.message}
    clock = due.astimezone(contact.zone)
    words = _("For this phone it is now %(clock)s (%(zone)s). Its reminder will be here in a few seconds.")
    return {"kind": "ok", "text": words % {"clock": f"{clock:%A %H:%M}", "zone": contact.time_zone}}


def _address(contact: Contact) -> str:
    return f"{reverse('demo:phone')}?phone={contact.pk}"


def _context(
    contact: Contact | None, handsets: list[Contact], form: TextBack, notice: dict[str, Any] | None
) -> dict[str, Any]:
    tabs = [{"label": _name(one), "url": _address(one), "current": one == contact} for one in handsets]
    handset = contact and {
        "name": _name(contact),
        "number": phones.readable(contact.number) if contact.number else contact.email,
        "messages": _conversation(contact),
    }
    ahead = contact and contact.clock_ahead and contact.now().astimezone(contact.zone)
    return {
        "phone": handset,
        "to_nobody": phoning.to_nobody()[:5],
        "tabs": tabs,
        "form": form,
        "notice": notice,
        "clock": ahead,
        "address": contact and _address(contact),
    }


def _name(contact: Contact) -> str:
    return contact.name or contact.masked


def _conversation(contact: Contact) -> list[dict[str, Any]]:
    """What came to this phone, what was texted back and what was answered, oldest first, by the phone's own clock."""
    entries: list[tuple[Any, dict[str, Any]]] = []
    for message in Message.objects.on_phone_of(contact):
        entries.append(
            (
                message.claimed_at or message.send_at,
                _entry(contact, message.left_at, message.body, "mail" if not message.is_text else ""),
            )
        )
    for text in InboundText.objects.filter(contact=contact).order_by("received_at"):
        when = text.received_at + contact.clock_ahead
        entries.append((text.received_at, _entry(contact, when, text.body, "", sent=True)))
        if text.reply:
            entries.append((text.received_at, _entry(contact, when, text.reply, "")))
    entries.sort(key=lambda entry: entry[0])
    return [entry for _moment, entry in entries]


def _entry(contact: Contact, moment: Any, body: str, status: str, *, sent: bool = False) -> dict[str, Any]:
    if contact.clock_ahead:  # what came before the clock was moved would stand beside what came after
        return {"body": body, "when": "", "sent": sent, "status": status}
    local = moment.astimezone(contact.zone)
    today = timezone.now().astimezone(contact.zone).date()
    when = f"{local:%H:%M}" if local.date() == today else f"{local:%a %d %b, %H:%M}"
    return {"body": body, "when": when, "sent": sent, "status": status}
