"""Handling: what the desk does with an intake once it is sent."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models import Intake, IntakeChange
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

What = IntakeChange.What
# Where a sent intake may go by hand (booked: for what was agreed on the phone); it becomes new only by being sent.
STEPS = {
    Intake.Status.MATCHED: What.MATCHED,
    Intake.Status.CONTACTED: What.CONTACTED,
    Intake.Status.BOOKED: What.BOOKED,
    Intake.Status.CLOSED: What.CLOSED,
}


class ClaimedByAnother(Refused):
    code = "claimed"
    message = _("Someone else is looking after this one already.")


class NotSent(Refused):
    code = "not_sent"
    message = _("This intake has not been sent yet. Its writer may still change it.")


class NoReason(Refused):
    code, status = "no_reason", 422
    message = _("Say in a few words why it is closed.")


@transaction.atomic
def claim(*, intake: Intake, actor: User) -> Intake:
    """Make `actor` the one who looks after it; raises ClaimedByAnother or NotSent."""
    kept = _sent(intake)
    if kept.claimed_by not in (None, actor):
        raise ClaimedByAnother
    if kept.claimed_by is None:
        kept.claimed_by, kept.claimed_at = actor, timezone.now()
        kept.save(update_fields=["claimed_by", "claimed_at"])
        _remember(kept, actor, What.CLAIMED)
    return kept


@transaction.atomic
def release(*, intake: Intake, actor: User) -> Intake:
    """Give it back to everybody."""
    kept = _sent(intake)
    if kept.claimed_by is not None:
        kept.claimed_by = kept.claimed_at = None
        kept.save(update_fields=["claimed_by", "claimed_at"])
        _remember(kept, actor, What.RELEASED)
    return kept


@transaction.atomic
def set_status(*, intake: Intake, status: str, actor: User, reason: str = "") -> Intake:
    """Say how far it has come. Closing asks for a reason (NoReason); raises NotSent for a draft."""
    kept, step = _sent(intake), STEPS[Intake.Status(status)]
    if step == What.CLOSED and not reason:
        raise NoReason
    if kept.status == status:
        return kept
    what = What.REOPENED if kept.status == Intake.Status.CLOSED else step
    kept.status, kept.closed_at = status, timezone.now() if step == What.CLOSED else None
    kept.save(update_fields=["status", "closed_at"])
    _remember(kept, actor, what, reason)
    return kept


@transaction.atomic
def note(*, intake: Intake, actor: User, text: str) -> IntakeChange:
    """Keep a few words on logistics, beside the answers."""
    return _remember(_sent(intake), actor, What.NOTED, text)


def _sent(intake: Intake) -> Intake:
    kept = Intake.objects.select_for_update(of=("self",)).select_related("claimed_by").get(pk=intake.pk)
    if kept.status == Intake.Status.DRAFT:
        raise NotSent
    return kept


def _remember(intake: Intake, actor: User, what: str, text: str = "") -> IntakeChange:
    auditing.note(actor=actor, action=f"intake {what}", subject=f"intake {intake.pk}")
    return IntakeChange.objects.create(intake=intake, at=timezone.now(), actor=actor, what=what, text=text)
