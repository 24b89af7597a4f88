"""Conversing: what went to and fro between us and one contact, for the staff who open it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from practice.messaging import reasons
from practice.messaging.models import Contact, InboundText, Message
from practice.staff import auditing
from practice.staff.models import User

MOST = 200


@dataclass(frozen=True)
class Entry:
    """One text or mail, whoever wrote it."""

    at: datetime
    is_theirs: bool
    body: str
    channel: str
    state: str = ""
    why: str = ""


def read(*, contact: Contact, reader: User) -> list[Entry]:
    """The latest 200 of each side, oldest first, real time; each opening is audited."""
    auditing.note(actor=reader, action="conversation read", subject=f"contact {contact.pk}")
    entries = [_sent(message) for message in contact.messages.order_by("-created_at")[:MOST]]
    for text in contact.inbound_texts.order_by("-received_at")[:MOST]:
        entries.append(_heard(text, reader))
        if text.reply:
            reply = Entry(
                text.received_at, is_theirs=False, body=text.reply, channel="text", state=_("Answered at once")
            )
            entries.append(reply)
    return sorted(entries, key=lambda entry: (entry.at, not entry.is_theirs))


def _heard(text: InboundText, reader: User) -> Entry:
    body = text.body
    if text.raised_alert and not reader.may_read_alerts:
        body = _("This text raised an alert. It opens only for clinicians and whoever is on call: fetch them.")
    return Entry(text.received_at, is_theirs=True, body=body, channel="text")


def _sent(message: Message) -> Entry:
    wrong = message.status in {"failed", "undelivered", "unknown", "suppressed", "withdrawn"}
    why = reasons.explain(message.reason, is_unknown=message.status == Message.Status.UNKNOWN).words if wrong else ""
    body = "\n".join(part for part in (message.subject, message.body) if part)
    at = message.claimed_at or message.send_at
    return Entry(at, False, body, message.channel, str(message.get_status_display()), why)


@transaction.atomic
def mark_read(*, contact: Contact, reader: User) -> int:
    """Say that `reader` has seen what this contact wrote; returns how many texts were waiting."""
    waiting = contact.inbound_texts.waiting().order_by()
    number = waiting.update(read_at=timezone.now(), read_by=reader)
    if number:
        auditing.note(actor=reader, action="texts read", subject=f"contact {contact.pk}", detail=str(number))
    return number
