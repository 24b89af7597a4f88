"""Paging: texts the person on call about alerts that nobody has acknowledged; off until somebody is on the rota."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from practice.crisis.models import Alert
from practice.messaging import sending
from practice.messaging.models import Channel, Message
from practice.staff.models import Rota

AFTER = timedelta(minutes=5)
AGAIN_AFTER = timedelta(minutes=10)
MOST = 6
USEFUL_FOR = timedelta(minutes=30)


def page(*, now: datetime | None = None) -> int:
    """Text whoever is on call about each alert that has waited five minutes, again every ten, six times at most.

    Pages go at any hour and before all but crisis lines; they say nothing of the person. Returns how many are owed now.
    """
    now = now or timezone.now()
    turns = list(Rota.objects.at(now).select_related("user"))
    if not turns:
        return 0
    waiting = Alert.objects.waiting().filter(created_at__lte=now - AFTER)
    return sum(_page(alert, turn, now) for alert in waiting.only("pk", "created_at") for turn in turns)


def _page(alert: Alert, turn: Rota, now: datetime) -> bool:
    topic = f"page:{alert.pk}:{turn.pk}"
    sent = list(Message.objects.filter(topic=topic).order_by("-created_at").values_list("created_at", flat=True))
    if len(sent) >= MOST or (sent and sent[0] > now - AGAIN_AFTER):
        return False
    sending.queue_to_staff(
        to=turn.number,
        channel=Channel.TEXT,
        key=f"{topic}:{len(sent)}",
        topic=topic,
        body=words(alert),
        expires_at=now + USEFUL_FOR,
    )
    return True


def words(alert: Alert) -> str:
    """The page: who reads it over a shoulder learns that somebody waits, and nothing else."""
    link = settings.PUBLIC_URL + reverse("alerts:one", args=[alert.pk])
    return f"{settings.PRACTICE['short_name']}: someone waits for you on the desk. {link}"
