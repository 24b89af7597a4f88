"""Replying: what C and X in a text mean for this number's next appointment."""

import re

from django.utils import timezone

from booking import notifying, scheduling, settling, texts
from booking.models import Appointment
from practice.messaging import keywords
from practice.messaging.models import Contact
from practice.refusals import Refused

CONFIRM, CHANGE = {"c", "confirm", "confirmar"}, {"x", "change", "cambiar"}
POLITE = r"(?:please|pls|thanks|thank you|ok|okay|yes|hi|hello|por favor|gracias|si|hola)"
_EDGES = re.compile(rf"^(?:{POLITE} )+|(?: {POLITE})+$")
# "C but I want to die": the letter, and a new sentence without a full stop between. "C u later" is none.
_RUN_ON = re.compile(r"^([cx]) (?:but|and|i|im|ive|id|my|nobody|because|pero|y|yo|quiero|estoy|no|me|ya|porque)\b")
LONGEST_READ = 1600


def read(body: str) -> str | None:
    """ "c" or "x" where one of the clauses of `body` is no more than that, or it begins so; both together mean "x"."""
    body = body[:LONGEST_READ]
    clauses = [_EDGES.sub("", keywords.plain(clause)) for clause in re.split(r"[.!?,;:\n/()-]+", body)]
    run_on = _RUN_ON.match(keywords.plain(body))
    said = {*clauses, run_on[1] if run_on else ""}
    return "x" if said & CHANGE else "c" if said & CONFIRM else None


def reply(*, contact: Contact, body: str, message_sid: str) -> str | None:
    """Answer C (it is confirmed) or X (the link with which to move or cancel it); None where `body` says neither.

    X changes nothing by itself. Where several appointments are coming neither does: they are listed behind a link.
    Words beside the letter do not hide it: who writes more than they were asked to is heard. One of SMS_REPLIES.
    """
    word = read(body)
    if word is None:
        return None
    if word == "c" and (held := _held(contact)) is not None:
        return _settle(held)
    coming = list(Appointment.objects.of(contact).coming(contact.now()))
    if not coming:
        return texts.text("none", language=contact.language)
    if len(coming) > 1:
        link = notifying.coming_link(contact)
        return texts.text("several", language=contact.language, number=len(coming), link=link)
    is_booked = coming[0].state == Appointment.State.BOOKED
    return _confirm(coming[0]) if word == "c" and is_booked else _say("change", coming[0])


def _held(contact: Contact) -> Appointment | None:
    """The last of this contact's first bookings that waits for their word; C says yes to that before anything else."""
    held = Appointment.objects.of(contact).held_for_someone(timezone.now()).order_by("-created_at")
    return held.first()


def _settle(held: Appointment) -> str:
    try:
        settled = settling.settle(held=held)
        return _say("confirmed" if settled.state == Appointment.State.BOOKED else "requested", settled)
    except Refused:
        return texts.text("none", language=held.client.language if held.client else "")


def _confirm(appointment: Appointment) -> str:
    scheduling.confirm(appointment=appointment)
    return _say("confirmed", appointment)


def _say(kind: str, appointment: Appointment) -> str:
    client = appointment.client
    assert client is not None  # asked for by its client's contact
    link = notifying.manage_link(appointment) if kind in {"change", "requested"} else ""
    return texts.text(kind, language=client.language, zone=client.time_zone, starts_at=appointment.starts_at, link=link)
