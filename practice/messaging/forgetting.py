"""Forgetting: words and numbers are emptied when their time is over; rows stay as the record of sending."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from practice.messaging.models import InboundText, Message

WORDS_KEPT = timedelta(days=90)  # after the message was last of use
REQUESTED_KEPT = timedelta(days=1)  # a number without a contact, where no receipt ever ended its text
DIGEST_KEPT = timedelta(days=30)  # of a number without a contact
INBOUND_KEPT = timedelta(days=365)
AT_ONCE = 500
NO_WORDS = {"subject": "", "body": "", "calendar": "", "unsubscribe": ""}


def forget() -> int:
    """Empty up to 500 rows of each kind whose time is over; returns how many, 0 when nothing is left to do."""
    now = timezone.now()
    full, heard = Message.objects.filter(emptied_at=None), InboundText.objects.filter(emptied_at=None)
    requested = full.filter(contact=None, expires_at__lt=now - REQUESTED_KEPT)
    outdated = _some(Message.objects.filter(contact=None, created_at__lt=now - DIGEST_KEPT))
    return (
        _some(requested).update(recipient="", **NO_WORDS, emptied_at=now)
        + _some(full.filter(expires_at__lt=now - WORDS_KEPT)).update(**NO_WORDS, emptied_at=now)
        + outdated.delete()[1].get("messaging.Message", 0)
        + _some(heard.filter(received_at__lt=now - INBOUND_KEPT)).update(number="", body="", reply="", emptied_at=now)
    )


def _some(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True)[:AT_ONCE]))
