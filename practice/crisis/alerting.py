"""Telling staff: raise an alert where someone can be reached, count the hit where nobody can, acknowledge, conclude."""

from datetime import date, timedelta

from django.db import DatabaseError, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice import tallies
from practice.crisis.models import Alert
from practice.crisis.screening import Screening
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Rota, User


class AlreadyAcknowledged(Refused):
    code = "already_acknowledged"
    message = _("Someone has already acknowledged this alert.")


class UnknownOutcome(Refused):
    code, status = "unknown_outcome", 422
    message = _("Choose how it went.")


class NotAcknowledged(Refused):
    code = "not_acknowledged"
    message = _("Say first that you are looking after this alert.")


class NotYours(Refused):
    code, status = "not_yours", 403
    message = _("Only clinicians and whoever is on call look after alerts. Fetch the clinician on duty.")


class NoHit(ValueError):
    """Asked to alert staff about a text that is no hit."""


@transaction.atomic
def raise_alert(
    *,
    screening: Screening,
    text: str,
    source_label: str,
    source_url: str = "",
    who: str = "",
    is_counted: bool = False,
) -> Alert:
    """Put a hit before staff, with its own encrypted copy of the text; raises NoHit for what is none.

    `who` is a masked label ("...0143", initials), `source_url` a path of the desk where the person is found;
    `is_counted`: this hit was counted before, when nobody could be reached yet.
    """
    if not screening.is_hit or screening.tier is None:
        raise NoHit
    alert = Alert.objects.create(
        kind=screening.kind,
        tier=screening.tier,
        reasons=list(screening.reasons),
        source_label=source_label[:60],
        source_url=source_url[:200],
        who=who,
        text=text,
    )
    if not is_counted:
        count_hit(screening=screening, source_label=source_label)
    return alert


def count_hit(*, screening: Screening, source_label: str) -> None:
    """Count a hit without keeping a word of it: by kind and tier, and by where it was written."""
    if screening.is_hit:
        tallies.counting.add(f"crisis {screening.kind} {screening.tier}")
        tallies.counting.add(f"crisis in {source_label}")


def watch(*, is_alerted: bool | None) -> str:
    """What to tell someone in need about who may see what they wrote, by name of the words in words.toml.

    `is_alerted`: whether an alert was raised; None where the page cannot know. Of an alert it says what the rota says.
    """
    if is_alerted is None:
        return "unknown"
    if not is_alerted:
        return "unseen"
    return "watched" if _is_somebody_on_call() else "later"


def _is_somebody_on_call() -> bool:
    try:
        with transaction.atomic():
            return Rota.objects.at(timezone.now()).exists()
    except DatabaseError:
        return False  # without a database nobody is paged


@transaction.atomic
def acknowledge(*, alert: Alert, user: User) -> Alert:
    """Say that `user` is looking after this alert, which ends its paging; raises NotYours, AlreadyAcknowledged."""
    _only_for_those_who_may_read(user)
    now = timezone.now()
    changed = Alert.objects.filter(pk=alert.pk, acknowledged_at=None).update(
        acknowledged_at=now, acknowledged_by=user, looked_at=Coalesce("looked_at", now)
    )
    if not changed:
        raise AlreadyAcknowledged
    auditing.note(actor=user, action="alert acknowledged", subject=f"alert {alert.pk}")
    alert.refresh_from_db()
    return alert


@transaction.atomic
def conclude(*, alert: Alert, user: User, outcome: str) -> Alert:
    """Say how it went with an alert that somebody looks after; raises NotYours, UnknownOutcome, NotAcknowledged.

    Said again, the newer outcome stands; the trail keeps both.
    """
    _only_for_those_who_may_read(user)
    if outcome not in Alert.Outcome.values:
        raise UnknownOutcome
    changed = Alert.objects.filter(pk=alert.pk, acknowledged_at__isnull=False).update(
        outcome=outcome, outcome_at=timezone.now(), outcome_by=user
    )
    if not changed:
        raise NotAcknowledged
    auditing.note(actor=user, action="alert concluded", subject=f"alert {alert.pk}", detail=outcome)
    alert.refresh_from_db()
    return alert


@transaction.atomic
def read(*, alert: Alert, user: User) -> str | None:
    """The words that raised the alert, for those who may read them; each reading is audited, the first one timed."""
    if not user.may_read_alerts:
        return None
    Alert.objects.filter(pk=alert.pk, looked_at=None).update(looked_at=timezone.now())
    auditing.note(actor=user, action="alert read", subject=f"alert {alert.pk}")
    return alert.text


def minutes_to_first_look(*, weeks: int = 12) -> dict[date, list[float]]:
    """How long alerts waited for the first look of somebody who may read them, by the Monday of their week.

    One that nobody has looked at yet has waited until now: to leave it out would flatter the picture.
    """
    now = timezone.now()
    this_monday = timezone.localdate(now) - timedelta(days=timezone.localdate(now).weekday())
    first = this_monday - timedelta(weeks=weeks - 1)
    waited: dict[date, list[float]] = {}
    rows = Alert.objects.filter(created_at__date__gte=first).order_by("created_at")
    for raised, looked in rows.values_list("created_at", "looked_at"):
        day = timezone.localdate(raised)
        minutes = ((looked or now) - raised).total_seconds() / 60
        waited.setdefault(day - timedelta(days=day.weekday()), []).append(minutes)
    return waited


def _only_for_those_who_may_read(user: User) -> None:
    # Whoever ends the paging has to be able to see what it was about.
    if not user.may_read_alerts:
        raise NotYours
