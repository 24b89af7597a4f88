"""Notifying: what a change of an appointment owes by text and mail, and the link that goes with it."""

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet, UUIDField, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone, translation

from booking import texts
from booking.calendars import inviting
from booking.models import Appointment, Client, Participant
from booking.reminders import gathering
from practice.links import linking
from practice.messaging import sending
from practice.messaging.models import Channel, Contact, Message
from practice.prepared import Given, Prepared

# By these it stood in calendars.
SETTLED = ("booked", "approved", "overbooked")
PURPOSE, COMING, SETTLE = "appointment", "coming appointments", "settling"
COMING_LASTS = timedelta(days=3)
LINK_OUTLASTS = timedelta(days=30)
AT_LEAST = timedelta(hours=1)


def manage_link(appointment: Appointment) -> str:
    """A whole address from which this appointment can be seen, moved and cancelled; it holds 30 days beyond it.

    Each time a new one, but whoever booked just now is shown the one that went out to them.
    """
    if not appointment.link:
        expires_at = appointment.ends_at + LINK_OUTLASTS
        token = linking.issue(purpose=PURPOSE, subject=appointment.pk, expires_at=expires_at)
        with translation.override(appointment.client.language if appointment.client else None):
            appointment.link = settings.PUBLIC_URL + reverse("booking:manage", args=[token])
    return appointment.link


def manage_path(appointment: Appointment) -> str:
    """The same, as it is reached from our own pages."""
    return urlsplit(manage_link(appointment)).path


def settle_link(held: Appointment) -> str:
    """A new whole address at which the client says yes to a time that is kept for them; it holds as long as that."""
    assert held.client is not None
    assert held.hold_expires_at is not None
    token = linking.issue(purpose=SETTLE, subject=held.pk, expires_at=held.hold_expires_at)
    with translation.override(held.client.language):
        return settings.PUBLIC_URL + reverse("booking:settle", args=[token])


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


def owe(*, appointment: Appointment, kind: str, tells: bool = True) -> None:
    """Withdraw what is no longer true of the appointment and owe its client the news, in the caller's transaction."""
    sending.withdraw(topic=appointment.topic)
    gathering.take_back(appointment)
    if tells:
        tell(appointment=appointment, kind=kind)


def tell(*, appointment: Appointment, kind: str) -> None:
    """Owe its client the news of an appointment about which nothing was owed before."""
    write(appointment, kind, f"{appointment.topic}:{appointment.version}:{kind}")


class Reader(NamedTuple):
    """Someone who is written to about an appointment, and how they read it."""

    contact: Contact
    name: str
    language: str
    zone: str
    participant: int | None = None  # None: the client


def readers(appointment: Appointment) -> list[Reader]:
    """The client, then those who come along and may be reminded."""
    client = appointment.client
    assert client is not None  # only holds have none, and nobody is written to about a hold
    prefetch_related_objects([client], "participants__contact")
    along = [
        Reader(one.contact, one.name_to_use, one.contact.language, one.contact.time_zone, one.pk)
        for one in client.participants.all()
        if one.may_be_reminded
    ]
    return [_first(client), *along]


def _first(client: Client) -> Reader:
    return Reader(client.contact, client.name_to_use, client.language, client.time_zone)


@Prepared
def _company() -> QuerySet[Participant, Any]:
    """Whether anybody comes along: most come alone, and this is asked at every booking."""
    return Participant.objects.filter(client=Given("client", UUIDField()), may_be_reminded=True).values_list("pk")[:1]


def write(appointment: Appointment, kind: str, key: str, *, priority: int | None = None) -> int:
    """Queue the text and the mail of this kind, each once for `key`; returns how many ways there were to the client."""
    assert appointment.client is not None
    first, along = _first(appointment.client), list[Reader]()
    if kind in FOR_PARTICIPANTS and _company.ask(client=appointment.client.pk):
        along = readers(appointment)[1:]
    ways = channels(first.contact)
    link = (settle_link if kind == "hold" else manage_link)(appointment) if ways else ""
    owed = [_owed(appointment, kind, f"{key}:{way}", way, first, link, priority) for way in ways]
    for reader in along:
        for way in channels(reader.contact):
            owed.append(_owed(appointment, kind, f"{key}:{way}:{reader.participant}", way, reader, "", priority))
    sending.queue_all(owed)
    return len(ways)


# What those who come along hear of it: the time, and nothing that is the client's own. Only the client has a link.
FOR_PARTICIPANTS = {"booked": "together", "moved": "together", "reminder": "together", "canceled": "canceled"}


def mail_reminder(appointment: Appointment, reader: Reader, *, key: str) -> None:
    """Queue the mail that reminds `reader` of the appointment, once for `key`."""
    kind, link = "reminder", manage_link(appointment) if reader.participant is None else ""
    sending.queue_all([_owed(appointment, kind, key, Channel.MAIL, reader, link, Message.Priority.REMINDER)])


def _calendar(appointment: Appointment, kind: str, reader: Reader) -> str:
    """What the mail of this kind does to its reader's calendar."""
    told = {"to": reader.contact.email, "zone": reader.zone, "language": reader.language}
    if kind in {"booked", "moved"}:
        return inviting.request(appointment=appointment, **told)
    if kind == "canceled" and appointment.changes.filter(what__in=SETTLED).exists():
        return inviting.cancellation(appointment=appointment, **told)
    return ""  # a request that was never settled has not been put into any calendar


def _owed(
    appointment: Appointment,
    kind: str,
    key: str,
    channel: str,
    reader: Reader,
    link: str,
    priority: int | None,
) -> sending.Owed:
    calendar = _calendar(appointment, kind, reader) if channel == Channel.MAIL else ""
    kind = kind if reader.participant is None else FOR_PARTICIPANTS[kind]
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
    return sending.Owed(
        contact=reader.contact,
        channel=channel,
        key=key,
        topic=appointment.topic,
        body=body,
        subject=subject,
        expires_at=max(appointment.starts_at, reader.contact.now() + AT_LEAST),
        priority=priority,
        language=reader.language,
        calendar=calendar,
    )
