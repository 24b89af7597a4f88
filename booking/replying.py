"""Replying: what C and X in a text mean for this number's next appointment."""

from booking import notifying, scheduling, texts
from booking.models import Appointment
from practice.messaging.models import Contact

CONFIRM, CHANGE = {"c", "confirm", "confirmar"}, {"x", "change", "cambiar"}


def reply(*, contact: Contact, body: str, message_sid: str) -> str | None:
    """Answer C (it is confirmed) or X (the link with which to move or cancel it); None where `body` is neither.

    X changes nothing by itself. Where several appointments are coming neither does: they are listed behind a link.
    One of SMS_REPLIES.
    """
    word = body.strip().strip(".!\"'").casefold()
    if word not in CONFIRM | CHANGE:
        return None
    coming = list(Appointment.objects.of(contact).coming(contact.now()))
    if not coming:
        return texts.text("none", language=contact.language)
    if len(coming) > 1:
        link = notifying.coming_link(contact)
        return texts.text("several", language=contact.language, number=len(coming), link=link)
    is_booked = coming[0].state == Appointment.State.BOOKED
    return _confirm(coming[0]) if word in CONFIRM and is_booked else _say("change", coming[0])


def _confirm(appointment: Appointment) -> str:
    scheduling.confirm(appointment=appointment)
    return _say("confirmed", appointment)


def _say(kind: str, appointment: Appointment) -> str:
    client = appointment.client
    assert client is not None  # asked for by its client's contact
    link = notifying.manage_link(appointment) if kind == "change" else ""
    return texts.text(kind, language=client.language, zone=client.time_zone, starts_at=appointment.starts_at, link=link)
