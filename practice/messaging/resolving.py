"""Resolving: of what nobody knows whether it went, the carrier is asked; the rest goes again, or to staff."""

from datetime import timedelta

from django.utils import timezone

from practice.messaging import carriers, pacing, recording, sending
from practice.messaging.models import Message

Priority = Message.Priority
Status = Message.Status

# Longer than a claimed message can wait for its thread, its turn and the carrier's whole patience.
STUCK_AFTER = timedelta(seconds=2 * pacing.FURTHEST + 4 * carriers.TIMEOUT)
ASK_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(minutes=10)
LINES_AGAIN_AFTER = timedelta(minutes=3)  # well before they are of no more use (requesting.USEFUL_FOR)


def resolve(*, most: int = 50) -> int:
    """Look after messages of which nobody knows whether they went; returns how many are settled now.

    Those still being sent long after they were claimed are unknown too. The carrier's list is asked first. Crisis lines
    that it does not have after three minutes are sent again; anything else is shown to staff after ten.
    """
    now = timezone.now()
    Message.objects.hanging(now - STUCK_AFTER).update(status=Status.UNKNOWN, reason="stuck")
    unknown = Message.objects.filter(status=Status.UNKNOWN, settled_at=None, claimed_at__lt=now - ASK_AFTER)
    return sum(
        _settle(message) for message in unknown.select_related("contact").order_by("priority", "claimed_at")[:most]
    )


def _settle(message: Message) -> bool:
    found = _ask(message)
    if found:
        bound = Message.objects.filter(pk=message.pk, status=Status.UNKNOWN)
        return bool(bound.update(status=Status.ACCEPTED, carrier_id=found, reason=""))
    is_urgent = message.priority == Priority.CRISIS and message.expires_at > timezone.now()
    patience = LINES_AGAIN_AFTER if is_urgent else GIVE_UP_AFTER
    if message.claimed_at and message.claimed_at > timezone.now() - patience:
        return False
    if is_urgent:
        recording.later(message, timezone.now())  # twice does no harm, never may
    else:
        Message.objects.filter(pk=message.pk, status=Status.UNKNOWN).update(settled_at=timezone.now())
    return True


def _ask(message: Message) -> str:
    """The carrier's id of this message if its list has one that no other row of ours is bound to."""
    since = (message.claimed_at or message.created_at) - timedelta(minutes=1)
    try:
        found = carriers.for_channel(message.channel).find(sending.parcel(message), since=since)
    except carriers.Unanswered:
        return ""
    taken = set(Message.objects.filter(carrier_id__in=found).values_list("carrier_id", flat=True))
    return next((sid for sid in found if sid not in taken), "")
