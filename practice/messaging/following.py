"""Following: asks the carrier what became of the texts it took and never spoke of again."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from practice.messaging import carriers, recording
from practice.messaging.models import Channel, Message

AFTER = timedelta(hours=1)  # by then a receipt has come, or it never will
GIVE_UP_AFTER = timedelta(hours=26)  # the carrier's own queue holds texts for ten hours, phones may be off for a day
Status = Message.Status


def follow(*, most: int = 50) -> int:
    """Ask after texts without a receipt of their end, hour by hour for a day; returns how many are settled now.

    What the carrier still calls sent after that stays sent: some routes never say more.
    """
    now = timezone.now()
    open_ones = Message.objects.filter(status__in=[Status.ACCEPTED, Status.SENT], settled_at=None)
    silent = open_ones.filter(Q(asked_at__lt=now - AFTER) | Q(asked_at=None, claimed_at__lt=now - AFTER))
    return sum(_ask(message) for message in silent.filter(channel=Channel.TEXT).order_by("asked_at")[:most])


def _ask(message: Message) -> bool:
    now, carrier = timezone.now(), carriers.for_channel(message.channel)
    Message.objects.filter(pk=message.pk).update(asked_at=now)
    try:
        status, code = carrier.state(message.carrier_id)
    except carriers.Unanswered:
        status = code = ""
    if status:
        recording.note_receipt(message_id=message.pk, carrier_id=message.carrier_id, status=status, code=code)
    if message.claimed_at and message.claimed_at < now - GIVE_UP_AFTER:
        left = Message.objects.filter(pk=message.pk, status__in=[Status.ACCEPTED, Status.SENT], settled_at=None)
        left.update(settled_at=now)
    return Message.objects.filter(pk=message.pk, settled_at__isnull=False).exists()
