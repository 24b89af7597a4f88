"""Paging: text and mail for the person on call about an alert nobody took on, then the next; off without a rota."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from practice.crisis.models import Alert
from practice.messaging import sending
from practice.messaging.models import Channel, Message
from practice.staff.models import Rota

AFTER = timedelta(minutes=5)  # since the alert was raised, and since the person before was paged
MOST = 12  # pages about one alert: an hour of trying
NEXT_WITHIN = timedelta(hours=24)  # whose turn begins later than this is not asked to stand in
USEFUL_FOR = timedelta(minutes=30)


def page(*, now: datetime | None = None) -> int:
    """Page about each alert that has waited five minutes, every five minutes the next person. Returns how many pages.

    Pages go at any hour and before all but crisis lines; they say nothing of the person.
    """
    now = now or timezone.now()
    chain = _chain(now)
    if not chain:
        return 0
    waiting = Alert.objects.waiting().filter(created_at__lte=now - AFTER)
    return sum(_page(alert, chain, now) for alert in waiting.only("pk", "created_at"))


def _chain(now: datetime) -> list[Rota]:
    """Whoever is on call now, in the order of their turns, then those whose turn comes next; each person once.

    Nobody is paged while nobody is on call, however soon a turn begins: the page told the person in need as much.
    """
    on_call = Rota.objects.at(now).select_related("user").order_by("starts_at", "pk")
    coming = Rota.objects.filter(starts_at__gt=now, starts_at__lte=now + NEXT_WITHIN, user__is_active=True)
    turns = list(on_call)
    if turns:
        turns += coming.select_related("user").order_by("starts_at", "pk")
    first_turns: dict[int, Rota] = {}
    for turn in turns:
        first_turns.setdefault(turn.user_id, turn)
    return list(first_turns.values())


def _page(alert: Alert, chain: list[Rota], now: datetime) -> bool:
    topic = f"page:{alert.pk}"
    texts = Message.objects.filter(topic=topic, channel=Channel.TEXT).order_by("-created_at")
    sent = list(texts.values_list("created_at", flat=True)[:MOST])
    if len(sent) >= MOST or (sent and sent[0] > now - AFTER):
        return False
    turn = chain[len(sent) % len(chain)]
    name = settings.PRACTICE["short_name"]
    ways = [(Channel.TEXT, turn.number, ""), (Channel.MAIL, turn.user.email, f"{name}: someone waits")]
    for channel, to, subject in ways:
        sending.queue_to_staff(
            to=to,
            channel=channel,
            key=f"{topic}:{len(sent)}:{channel}",
            topic=topic,
            subject=subject,
            body=words(alert),
            expires_at=now + USEFUL_FOR,
        )
    return True


def words(alert: Alert) -> str:
    """The page: who reads it over a shoulder learns that somebody waits, and nothing else."""
    link = settings.PUBLIC_URL + reverse("alerts:one", args=[alert.pk])
    return f"{settings.PRACTICE['short_name']}: someone waits for you on the desk. {link}"
