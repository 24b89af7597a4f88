"""Sending: queue, withdraw, deliver, note a receipt, resolve the unknown."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from practice.messaging import lengths
from practice.messaging.models import Channel, Contact, Message

Priority = Message.Priority
Status = Message.Status


@transaction.atomic
def queue(
    *,
    contact: Contact,
    channel: str = Channel.TEXT,
    key: str,
    topic: str = "",
    body: str,
    subject: str = "",
    send_at: datetime | None = None,
    expires_at: datetime,
    priority: int | None = None,
    language: str = "",
) -> Message:
    """Owe `contact` this text or mail, in the caller's transaction; asking again with the same key changes nothing.

    `send_at` (at once where it is not given) and `expires_at` are as the contact's clock tells them; the row keeps
    real time. Without a priority, what goes at once is an answer and goes at any hour, what goes later is a
    reminder and waits out the night. After `expires_at` it is never sent.
    """
    if priority is None:
        priority = Priority.ANSWER if send_at is None else Priority.REMINDER
    message, _is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "contact": contact,
            "channel": channel,
            "topic": topic,
            "language": language or contact.language,
            "subject": subject,
            "body": lengths.folded(body) if channel == Channel.TEXT else body,
            "send_at": timezone.now() if send_at is None else send_at - contact.clock_ahead,
            "expires_at": expires_at - contact.clock_ahead,
            "priority": priority,
        },
    )
    return message


def withdraw(*, topic: str, reason: str = "no_longer_true") -> int:
    """End everything still owed about `topic`; returns how many. What is on its way stays on its way."""
    return Message.objects.filter(topic=topic).withdraw(reason)
