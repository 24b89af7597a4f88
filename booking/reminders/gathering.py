"""Gathering: reminders owed to one number on one day become one text, and no text of a day tells a time again.

Nothing is remembered. A text's key is made of what it says: whose phone, which day there, and each time by its
appointment and version. What has been told is read from the keys of the texts that stand. What a text that was
withdrawn, or overtaken by a time it named, would have told is owed again, under a key of its own.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import chain, count

from django.db.models import Q

from booking.models import Appointment
from practice.messaging import recording
from practice.messaging.models import Contact, Message

MOST = 6  # times in one text: more fit neither it nor its key
DAY = timedelta(days=1)
Status = Message.Status


def topic(contact: int, day: date) -> str:
    return f"reminders:{contact}:{day:%Y%m%d}"


def mark(appointment: Appointment) -> str:
    """One time of one appointment, as keys name it: 48 random bits and how often it moved."""
    return f"{_mark(appointment)}.{appointment.version}"


def _mark(appointment: Appointment) -> str:
    return appointment.id.hex[:12]


def key(contact: int, day: date, appointments: Iterable[Appointment], texts: Iterable[Message]) -> str:
    """What a text that tells of these is owed for; another one where an earlier text of the day said the same."""
    taken = {text.key for text in texts}
    first = f"{topic(contact, day)}:{'+'.join(sorted(mark(one) for one in appointments))}"
    return next(found for found in chain([first], (f"{first}:{n}" for n in count(2))) if found not in taken)


def texts_of(spans: Iterable[tuple[int, date, date]]) -> dict[int, list[Message]]:
    """The reminders there were by text, withdrawn or not, by contact, on each of these contacts' days."""
    topics = {topic(contact, first + n * DAY) for contact, first, last in spans for n in range((last - first).days + 1)}
    found = defaultdict(list)
    rows = Message.objects.filter(topic__in=topics) if topics else Message.objects.none()
    for text in rows.only("id", "contact_id", "key", "status", "reason", "expires_at"):
        found[text.contact_id or 0].append(text)
    return found


def told(texts: Iterable[Message], now: datetime) -> dict[str, date]:
    """The last day on which each time was told, or is about to be."""
    days: dict[str, date] = {}
    for text in texts:
        if not text.key.startswith("reminders:") or not _stands(text, now):
            continue  # what staff sent once more tells nothing new
        _reminders, _contact, day, marks, *_rest = text.key.split(":")
        for one in marks.split("+"):
            days[one] = max(days.get(one, date.min), datetime.strptime(day, "%Y%m%d").date())  # noqa: DTZ007 - a date
    return days


def _stands(text: Message, now: datetime) -> bool:
    was_overtaken = text.status == Status.SUPPRESSED and text.reason == "stale" and text.expires_at <= now
    return text.status != Status.WITHDRAWN and not was_overtaken


def waiting(texts: Iterable[Message]) -> list[Message]:
    """Those that have not left yet and have room, so that another time can still join them."""
    owed = [text for text in texts if text.status == Status.SCHEDULED and text.key.startswith("reminders:")]
    return [text for text in owed if text.key.count("+") + 1 < MOST and not text.key.endswith(recording.AGAIN)]


def take_back(appointment: Appointment) -> int:
    """Withdraw every text that tells one of its times, also among others: those are owed again by the next beat."""
    client = appointment.client
    if client is None:
        return 0
    readers = {client.contact_id, *client.participants.values_list("contact", flat=True)}
    texts = Message.objects.filter(contact__in=readers, topic__startswith="reminders:")
    return texts.filter(key__contains=_mark(appointment)).withdraw("no_longer_true")


def is_about(contact: Contact) -> Q:
    """The appointments that this contact is told of: their clients', and those they come along to."""
    along = Q(client__participants__contact=contact, client__participants__may_be_reminded=True)
    return Q(client__contact=contact) | along
