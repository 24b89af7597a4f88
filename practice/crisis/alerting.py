"""Telling staff: raise an alert where someone can be reached, count the hit where nobody can, acknowledge."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice import tallies
from practice.crisis.models import Alert
from practice.crisis.screening import Screening
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User


class AlreadyAcknowledged(Refused):
    code = "already_acknowledged"
    message = _("Someone has already acknowledged this alert.")


class UnknownOutcome(Refused):
    code, status = "unknown_outcome", 422
    message = _("Choose how it went.")


class NoHit(ValueError):
    """Asked to alert staff about a text that is no hit."""


@transaction.atomic
def raise_alert(*, screening: Screening, text: str, source_label: str, source_url: str = "", who: str = "") -> Alert:
    """Put a hit before staff, with its own encrypted copy of the text; raises NoHit for what is none.

    `who` is a masked label ("...0143", initials), `source_url` a path of the desk where the person is found.
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
    count_hit(screening=screening, source_label=source_label)
    return alert


def count_hit(*, screening: Screening, source_label: str) -> None:
    """Count a hit without keeping a word of it: by kind and tier, and by where it was written."""
    if screening.is_hit:
        tallies.counting.add(f"crisis {screening.kind} {screening.tier}")
        tallies.counting.add(f"crisis in {source_label}")


@transaction.atomic
def acknowledge(*, alert: Alert, user: User, outcome: str = "") -> Alert:
    """Say that `user` has looked after this alert; raises AlreadyAcknowledged, UnknownOutcome."""
    if outcome and outcome not in Alert.Outcome.values:
        raise UnknownOutcome
    changed = Alert.objects.filter(pk=alert.pk, acknowledged_at=None).update(
        acknowledged_at=timezone.now(), acknowledged_by=user, outcome=outcome
    )
    if not changed:
        raise AlreadyAcknowledged
    auditing.note(actor=user, action="alert acknowledged", subject=f"alert {alert.pk}", detail=outcome)
    alert.refresh_from_db()
    return alert


def read(*, alert: Alert, user: User) -> str | None:
    """The words that raised the alert, for those who may read them; each reading is audited."""
    if not user.may_read_alerts:
        return None
    auditing.note(actor=user, action="alert read", subject=f"alert {alert.pk}")
    return alert.text
