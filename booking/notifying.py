"""Notifying: what a change of an appointment owes by text and mail, and the link that goes with it."""

from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from booking import texts
from booking.models import Appointment
from practice.links import linking
from practice.messaging import sending
from practice.messaging.models import Channel, Contact

PURPOSE, COMING = "appointment", "coming appointments"
COMING_LASTS = timedelta(days=3)
LINK_OUTLASTS = timedelta(days=30)
AT_LEAST = timedelta(hours=1)


def manage_link(appointment: Appointment) -> str:
    """A new whole address from which this appointment can be seen, moved and cancelled; it holds 30 days beyond it."""
    expires_at = appointment.ends_at + LINK_OUTLASTS
    token = linking.issue(purpose=PURPOSE, subject=appointment.pk, expires_at=expires_at)
    with translation.override(appointment.client.language if appointment.client else None):
        return settings.PUBLIC_URL + reverse("booking:manage", args=[token])


def coming_link(contact: Contact) -> str:
    """A new whole address that lists what this contact has coming, each with a link of its own; it holds three days."""
    expires_at = timezone.now() + COMING_LASTS
    token = linking.issue(purpose=COMING, subject=contact.pk, expires_at=expires_at)
    with translation.override(contact.language):
        return settings.PUBLIC_URL + reverse("booking:coming", args=[token])


def channels(contact: Contact) -> list[str]:
    """How this contact may be written to now."""
    may = {Channel.TEXT: contact.may_be_texted, Channel.MAIL: contact.may_be_mailed}
    return [channel for channel, allowed in may.items() if allowed]


def owe(*, appointment: Appointment, kind: str) -> None:
    """Withdraw what is no longer true of the appointment and owe its client the news, in the caller's transaction."""
    sending.withdraw(topic=appointment.topic)
    write(appointment, kind, f"{appointment.topic}:{appointment.version}:{kind}")


class Reader(NamedTuple):
    """Someone who is written to about an appointment, and how they read it."""

    contact: Contact
    name: str
    language: str
    zone: str


def write(appointment: Appointment, kind: str, key: str, *, priority: int | None = None) -> int:
    """Queue the text and the mail of this kind, each once for `key`; returns how many ways there were to the client."""
    client = appointment.client
    assert client is not None  # only holds have none, and nobody is written to about a hold
    ways = channels(client.contact)
    link = manage_link(appointment) if ways else ""
    reader = Reader(client.contact, client.name_to_use, client.language, client.time_zone)
    for channel in ways:
        _queue(appointment, kind, f"{key}:{channel}", channel, reader, link=link, priority=priority)
    _write_participants(appointment, kind, key, priority)
    return len(ways)


# What those who come along hear of it: the time, and nothing that is the client's own. Only the client has a link.
FOR_PARTICIPANTS = {"booked": "together", "moved": "together", "reminder": "together", "canceled": "canceled"}


def _write_participants(appointment: Appointment, kind: str, key: str, priority: int | None) -> None:
    assert appointment.client is not None
    if kind not in FOR_PARTICIPANTS:
        return
    for participant in appointment.client.participants.filter(may_be_reminded=True).select_related("contact"):
        contact = participant.contact
        reader = Reader(contact, participant.name_to_use, contact.language, contact.time_zone)
        for channel in channels(contact):
            theirs = f"{key}:{channel}:{participant.pk}"
            _queue(appointment, FOR_PARTICIPANTS[kind], theirs, channel, reader, priority=priority)


def _queue(
    appointment: Appointment,
    kind: str,
    key: str,
    channel: str,
    reader: Reader,
    *,
    link: str = "",
    priority: int | None = None,
) -> None:
    told: dict[str, Any] = {
        "language": reader.language,
        "zone": reader.zone,
        "starts_at": appointment.starts_at,
        "link": link,
    }
    if channel == Channel.TEXT:
        subject, body = "", texts.text(kind, **told)
    else:
        subject, body = texts.mail(kind, name=reader.name, **told)
    sending.queue(
        contact=reader.contact,
        channel=channel,
        key=key,
        topic=appointment.topic,
        body=body,
        subject=subject,
        expires_at=max(appointment.starts_at, reader.contact.now() + AT_LEAST),
        priority=priority,
        language=reader.language,
    )
