"""Forgetting: what must not be kept is emptied when its time has come."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from booking import joining, unlocking
from booking.models import IdempotencyKey, Intake, IntakeChange, Outcome
from practice.links import linking

KEYS_LAST = timedelta(days=2)
CLOSED_LAST = timedelta(days=90)


@transaction.atomic
def forget() -> int:
    """Empty drafts nobody finished and intakes closed 90 days ago, drop old keys and codes; returns how many."""
    now = timezone.now()
    closed = Intake.objects.filter(status=Intake.Status.CLOSED, closed_at__lte=now - CLOSED_LAST)
    # A talk without an intake has nothing whose end could be waited for.
    Outcome.objects.filter(appointment__intake=None, at__lte=now - CLOSED_LAST).update(reason="")
    emptied = _empty(Intake.objects.abandoned(now)) + _empty(closed)
    dropped, _by_model = IdempotencyKey.objects.filter(created_at__lte=now - KEYS_LAST).delete()
    return emptied + dropped + unlocking.forget() + joining.forget()


def _empty(intakes: QuerySet[Intake]) -> int:
    keys = list(intakes.filter(emptied_at=None).values_list("pk", flat=True))
    for key in keys:
        linking.revoke(purpose="intake", subject=key)
    IntakeChange.objects.filter(intake__in=keys).update(text="")
    Outcome.objects.filter(appointment__intake__in=keys).update(reason="")
    gone = {"answers": {}, "name_digest": "", "email_digest": "", "emptied_at": timezone.now()}
    return Intake.objects.filter(pk__in=keys).update(**gone)
