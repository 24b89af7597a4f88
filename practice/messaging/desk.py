"""The desk's door to texts: what went wrong, what came in, and the conversation with one contact."""

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
from practice.messaging import conversing, measuring, reasons, sending
from practice.messaging.models import Contact, InboundText, Message
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
    rows = [_row(message) for message in page]
    lists = {"rows": rows, "page": page, "waiting": waiting}
    return render(request, "messaging/desk/list.html", lists)


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
    entries = conversing.read(contact=contact, reader=request.user)  # type: ignore[arg-type]
    waits = contact.inbound_texts.waiting().exists()
    page = {"contact": contact, "entries": entries, "waits": waits, "stopped": contact.opted_out}
    page["number"] = phones.readable(contact.number) if contact.number else ""
    return render(request, "messaging/desk/conversation.html", page)


@require_POST
@front_desk_only
def read(request: HttpRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(Contact, pk=pk)
    conversing.mark_read(contact=contact, reader=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Thank you. Their texts are marked as read."))
    return redirect("texts:list")
