"""Notifying: what a change of an appointment owes by text and mail, and the link that goes with it."""

from datetime import timedelta

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


def write(appointment: Appointment, kind: str, key: str, *, priority: int | None = None) -> int:
    """Queue the text and the mail of this kind, each once for `key`; returns how many ways there were."""
    client = appointment.client
    assert client is not None  # only holds have none, and nobody is written to about a hold
    ways = channels(client.contact)
    link = manage_link(appointment) if ways else ""
    for channel in ways:
        _queue(appointment, kind, f"{key}:{channel}", channel, link, priority)
    return len(ways)


def _queue(appointment: Appointment, kind: str, key: str, channel: str, link: str, priority: int | None) -> None:
    client = appointment.client
    assert client is not None
    contact, subject = client.contact, ""
    if channel == Channel.TEXT:
        body = texts.text(
            kind, language=client.language, zone=client.time_zone, starts_at=appointment.starts_at, link=link
        )
    else:
        subject, body = texts.mail(kind, appointment, link=link)
    sending.queue(
        contact=contact,
        channel=channel,
        key=key,
        topic=appointment.topic,
        body=body,
        subject=subject,
        expires_at=max(appointment.starts_at, contact.now() + AT_LEAST),
        priority=priority,
        language=client.language,
    )
