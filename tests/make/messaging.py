"""Contacts who agreed to texts, and what is owed to them."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from practice.messaging import consenting, sending, texts

_sequence = count(1)


def mobile():
    """A number of Chicago's, and never the same twice."""
    return f"+1312{5550000 + next(_sequence):07d}"


def contact(*, phone=None, agrees=True, **fields):
    """Someone with a number who agreed to texts, unless told otherwise."""
    made = consenting.contact_for(phone=mobile() if phone is None else phone, **fields)
    if agrees and made.number:
        agree(made)
    return made


def agree(contact):
    wording = texts.consent_wording("opt_in", contact.language)
    return consenting.consent(
        contact=contact, channel="text", wording=wording, version=texts.CONSENT_VERSION, source="test"
    )


def message(to=None, *, hours=4, **fields):
    """Something owed to `to`, at once unless told otherwise."""
    to = to or contact()
    n = next(_sequence)
    expires_at = fields.pop("expires_at", None) or to.now() + timedelta(hours=hours)
    return sending.queue(
        contact=to, expires_at=expires_at, **{"key": f"made:{n}", "topic": f"topic:{n}", "body": f"Text {n}"} | fields
    )


def due_messages(number, **fields):
    return [message(contact(), **fields) for _ in range(number)]


def aged(message, **fields):
    """The same message as if it had been written some time ago."""
    type(message).objects.filter(pk=message.pk).update(**fields)
    message.refresh_from_db()
    return message


def ago(**span):
    return timezone.now() - timedelta(**span)
