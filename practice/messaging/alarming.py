"""Alarming: what is wrong with the sending itself, shown on every page of the desk and mailed to the owners once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from practice.messaging import reasons, sending
from practice.messaging.models import Channel, Incident, Message
from practice.staff.models import User

LATE_AFTER = timedelta(minutes=5)
MOST_SHOWN = 50
LATELY, USUALLY = timedelta(hours=1), timedelta(days=7)
FEW = 5  # fewer failures than these are single cases, and stand in the list
HIGH, TIMES_USUAL = 0.2, 3
USEFUL_FOR = timedelta(hours=6)
GOES_ON_FOR = timedelta(minutes=30)
Status = Message.Status
_here = LocMemCache("alarms of this process", {})


@dataclass(frozen=True)
class Alarm:
    """One thing that somebody who looks after this software should know now."""

    name: str
    words: str | Promise


LATE = Alarm(
    "late",
    _("Texts are late: something due more than five minutes ago has not gone out. Check that worker and beat run."),
)
REFUSED = Alarm("refused", _("The carrier or the mail server refuses our account. Check its sign-in in the settings."))
FAILING = Alarm("failing", _("Far more texts and mails than usual did not arrive in the last hour."))


def alarms(*, now: datetime | None = None) -> list[Alarm]:
    """What is wrong at this moment; asked of the rows, never remembered."""
    now = now or timezone.now()
    checks = ((LATE, _is_late), (REFUSED, _is_refused), (FAILING, _is_failing))
    return [alarm for alarm, is_so in checks if is_so(now)]


def shown() -> list[Alarm]:
    """What every page of the desk shows, up to half a minute old: asked of the rows once for many pages."""
    found = _here.get("alarms") if settings.ALARMS_SHOWN_FOR else None
    if found is None:
        found = alarms()
        _here.set("alarms", found, settings.ALARMS_SHOWN_FOR)
    return list(found)


def tell_owners(*, now: datetime | None = None) -> int:
    """Owe each owner one mail for each thing that has begun to be wrong; returns how many things are wrong."""
    now = now or timezone.now()
    found = alarms(now=now)
    for alarm in found:
        incident, is_new = _incident(alarm, now)
        for owner in User.objects.filter(is_owner=True, is_active=True) if is_new else []:
            sending.queue_to_staff(
                to=owner.email,
                channel=Channel.MAIL,
                key=f"alarm:{incident.pk}:{owner.pk}",
                topic=f"alarm:{alarm.name}",
                subject=f"{settings.PRACTICE['short_name']}: {alarm.name}",
                body=f"{alarm.words}\n\n{settings.PUBLIC_URL}{reverse('texts:list')}\n",
                expires_at=now + USEFUL_FOR,
            )
    return len(found)


@transaction.atomic
def _incident(alarm: Alarm, now: datetime) -> tuple[Incident, bool]:
    """The spell this belongs to, and whether it begins now: what stops for less than half an hour goes on."""
    going_on = Incident.objects.filter(name=alarm.name, seen_at__gt=now - GOES_ON_FOR).first()
    if going_on is None:
        return Incident.objects.get_or_create(
            name=alarm.name, began_at=now.replace(second=0, microsecond=0), defaults={"seen_at": now}
        )
    going_on.seen_at = max(now, going_on.seen_at)
    going_on.save(update_fields=["seen_at"])
    return going_on, False


def late(*, now: datetime | None = None) -> list[Message]:
    """What should have gone out, the oldest first: not taken by any worker, or taken and never finished; 50 of each."""
    since = (now or timezone.now()) - LATE_AFTER
    # Alarms about lateness must not keep themselves alive.
    owed = Message.objects.late(since).exclude(topic__startswith="alarm:").order_by("send_at")
    taken = Message.objects.hanging(since).order_by("claimed_at")
    return [message for rows in (owed, taken) for message in rows.select_related("contact")[:MOST_SHOWN]]


def _is_late(now: datetime) -> bool:
    return bool(late(now=now))


def _is_refused(now: datetime) -> bool:
    settled = Message.objects.filter(settled_at__gte=now - LATELY, status=Status.FAILED)
    return settled.filter(reason__in=reasons.ACCOUNT_IS_REFUSED).exists()


def _is_failing(now: datetime) -> bool:
    bad, rate = _failures(now - LATELY, now)
    if bad < FEW or rate < HIGH:
        return False
    _bad, usual = _failures(now - USUALLY, now - LATELY)
    return rate >= TIMES_USUAL * usual


def _failures(since: datetime, until: datetime) -> tuple[int, float]:
    """How many did not arrive, and their share of all that ended in this time."""
    bad = Q(status__in=[Status.FAILED, Status.UNDELIVERED])
    ended = Message.objects.filter(
        bad | Q(status__in=[Status.DELIVERED, Status.SENT]), settled_at__gte=since, settled_at__lt=until
    )
    counts = ended.aggregate(all=Count("pk"), bad=Count("pk", filter=bad))
    return counts["bad"], counts["bad"] / (counts["all"] or 1)
