"""Replying: what the desk does with a reader who asked for a person: read, answer by text or mail, close."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice.documents import tidy
from advice.models import Request, Turn
from practice.messaging import sending
from practice.messaging.models import Channel
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

LONGEST_REPLY = 2000
LONGEST_TEXT = 480  # characters of a reply by text
TRIED_FOR = timedelta(days=2)
KEPT = timedelta(days=30)


class RequestClosed(Refused):
    code = "request_closed"
    message = _("Someone has already answered or closed this one.")


class NothingWritten(Refused):
    code, status = "nothing_written", 422
    message = _("Write the answer first.")


class TooLong(Refused):
    code, status = "too_long", 422
    message = _("A text may have 480 characters. Shorten it, or ask them to call.")


class CannotBeReached(Refused):
    code = "cannot_be_reached"
    message = _("This person cannot be reached that way any more: they said STOP, or it failed before.")


@transaction.atomic
def read(*, request: Request, by: User) -> list[Turn]:
    """What its writer had asked the chatbot when they showed it, where they did; each reading is audited."""
    auditing.note(actor=by, action="request read", subject=str(request))
    if request.conversation is None:
        return []
    # What they ask on afterwards they have shown to nobody.
    return list(request.conversation.turns.filter(asked_at__lte=request.asked_at).order_by("number"))


@transaction.atomic
def answer(*, request: Request, by: User, text: str) -> Request:
    """Write to its writer the way they chose; raises NothingWritten, TooLong, CannotBeReached or RequestClosed."""
    request, text = _waiting(request), tidy(text)[:LONGEST_REPLY]
    contact, is_text = request.contact, request.channel == Channel.TEXT
    if not text:
        raise NothingWritten
    if is_text and len(text) > LONGEST_TEXT:
        raise TooLong
    if not (contact.may_be_texted if is_text else contact.may_be_mailed):
        raise CannotBeReached
    sending.queue(
        contact=contact,
        channel=request.channel,
        key=f"request:{request.uuid}:reply",
        topic=f"request:{request.uuid}",
        subject=_subject(request.language),
        body=text,
        expires_at=timezone.now() + TRIED_FOR,
        language=request.language,
    )
    request.reply = text
    return _close(request, by, Request.State.ANSWERED)


@transaction.atomic
def close(*, request: Request, by: User) -> Request:
    """Close it without an answer from here (they were called, say); raises RequestClosed."""
    return _close(_waiting(request), by, Request.State.CLOSED)


@transaction.atomic
def forget() -> int:
    """Delete requests that were closed 30 days ago; returns how many."""
    return Request.objects.filter(closed_at__lt=timezone.now() - KEPT).delete()[0]


def _subject(language: str) -> str:
    # Says nothing of what it is about: other people may see the list of a reader's mail.
    return "Su mensaje" if language == "es" else "Your message"


def _waiting(request: Request) -> Request:
    request = Request.objects.select_for_update(of=("self",)).select_related("contact").get(pk=request.pk)
    if request.state != Request.State.WAITING:
        raise RequestClosed
    return request


def _close(request: Request, by: User, state: Request.State) -> Request:
    request.state, request.closed_at, request.closed_by = state, timezone.now(), by
    request.save(update_fields=["state", "closed_at", "closed_by", "reply"])
    auditing.note(actor=by, action=f"request {state.value}", subject=str(request))
    return request
