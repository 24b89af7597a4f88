"""The desk's door to texts: what went wrong, what came in, who ended them, and the conversation with one contact."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from practice import phones
from practice.messaging import alarming, conversing, entering, measuring, reasons, sending, texts
from practice.messaging.forms import AgreedForm, FindForm
from practice.messaging.models import Channel, Contact, InboundText, Message, OptOut
from practice.messaging.models.contacts import number_digest
from practice.refusals import Refused
from practice.staff.doors import front_desk_only

PER_PAGE = 50


@require_safe
@never_cache
@front_desk_only
def list_texts(request: HttpRequest) -> HttpResponse:
    wrong = Message.objects.needing_attention().select_related("contact").order_by("created_at")
    page = Paginator(wrong, PER_PAGE).get_page(request.GET.get("page"))
    waiting = InboundText.objects.waiting().select_related("contact")[:PER_PAGE]
    lists = {"rows": [_row(message) for message in page], "page": page, "waiting": waiting, "form": FindForm()}
    lists["late"] = [_row(message) for message in alarming.late()]
    return render(request, "messaging/desk/list.html", lists)


@require_POST
@never_cache
@front_desk_only
def find(request: HttpRequest) -> HttpResponse:
    """From a number, which must not stand in an address, to its conversation."""
    form = FindForm(request.POST)
    if form.is_valid():
        contact = Contact.objects.filter(number_digest=number_digest(form.cleaned_data["number"])).first()
        if contact:
            return redirect("texts:conversation", pk=contact.pk)
        form.add_error("number", _("We have never written to this number, and it never wrote to us."))
    return render(request, "messaging/desk/find.html", {"form": form}, status=400)


@require_safe
@never_cache
@front_desk_only
def stops(request: HttpRequest) -> HttpResponse:
    ended = OptOut.objects.current(Channel.TEXT).order_by("-opted_out_at", "-pk")
    page = Paginator(ended, PER_PAGE).get_page(request.GET.get("page"))
    digests = [row.digest for row in page]
    known = {contact.number_digest: contact for contact in Contact.objects.filter(number_digest__in=digests)}
    rows = [{"stop": row, "contact": known.get(row.digest)} for row in page]
    return render(request, "messaging/desk/stops.html", {"rows": rows, "page": page})


def _row(message: Message) -> dict[str, Any]:
    why = reasons.explain(message.reason, is_unknown=message.status == Message.Status.UNKNOWN)
    return {"message": message, "why": why, "who": _who(message), "about": reasons.about(message.topic)}


def _who(message: Message) -> str:
    if message.contact:
        return message.contact.masked
    return _("One of us") if message.priority == Message.Priority.PAGING else _("A requested text")


@require_safe
@never_cache
@front_desk_only
def figures(request: HttpRequest) -> HttpResponse:
    days = measuring.days()
    ended = [day for day in days if day.ended]
    plots = {
        "rates": [(_label(day), day.delivery_rate) for day in ended],
        "waits": [(_label(day), day.wait) for day in ended if day.wait is not None],
        "stops": [(_label(day), day.opt_outs) for day in days],
    }
    return render(request, "messaging/desk/figures.html", plots)


def _label(day: measuring.Day) -> str:
    return str(date_format(day.day, "MONTH_DAY_FORMAT"))


@require_safe
@never_cache
@front_desk_only
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.select_related("contact", "seen_by"), pk=pk)
    page = _row(message) | {"receipts": message.receipts.all(), "can_resend": sending.can_resend(message)}
    return render(request, "messaging/desk/one.html", page)


@require_POST
@front_desk_only
def resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    message = get_object_or_404(Message.objects.select_related("contact"), pk=pk)
    try:
        sending.resend(message=message, actor=request.user)  # type: ignore[arg-type]
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("texts:one", pk=pk)
    messages.success(request, _("It will go out within a minute."))
    return redirect("texts:list")


@require_POST
@front_desk_only
def seen(request: HttpRequest, pk: UUID) -> HttpResponse:
    message = get_object_or_404(Message, pk=pk)
    action = "called" if request.POST.get("do") == "called" else "seen"
    sending.dismiss(message=message, actor=request.user, action=action)  # type: ignore[arg-type]
    messages.success(request, _("Thank you. It is marked as looked after."))
    return redirect("texts:list")


@require_safe
@never_cache
@front_desk_only
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    return render(request, "messaging/desk/conversation.html", _talk(request, contact, AgreedForm()))


def _talk(request: HttpRequest, contact: Contact, form: AgreedForm) -> dict[str, Any]:
    agreed = contact.consents.current(Channel.TEXT).exists()
    return {
        "contact": contact,
        "entries": conversing.read(contact=contact, reader=request.user),  # type: ignore[arg-type]
        "waits": contact.inbound_texts.waiting().exists(),
        "stopped": contact.opted_out,
        "agreed": agreed,
        "form": form,
        "wording": "" if agreed else texts.consent_wording("opt_in", contact.language),
        "number": phones.readable(contact.number) if contact.number else "",
    }


@require_POST
@front_desk_only
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    entering.stop(contact=contact, actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Thank you. They get no more texts; what was still owed is withdrawn."))
    return redirect("texts:conversation", pk=pk)


@require_POST
@never_cache
@front_desk_only
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    form = AgreedForm(request.POST)
    if not form.is_valid():
        return render(request, "messaging/desk/conversation.html", _talk(request, contact, form), status=400)
    entering.agree(contact=contact, how=form.cleaned_data["how"], actor=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Thank you. They get texts from now on."))
    return redirect("texts:conversation", pk=pk)


@require_POST
@front_desk_only
def read(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    conversing.mark_read(contact=contact, reader=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Thank you. Their texts are marked as read."))
    return redirect("texts:list")
