"""Likening: which intakes may be of one person, and what somebody who looked decided."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.intake import handling
from booking.models import Appointment, Intake, IntakeChange
from practice import privacy
from practice.messaging.models.contacts import email_digest
from practice.refusals import Refused
from practice.staff.models import User

What = IntakeChange.What


class HasTimes(Refused):
    code = "has_times"
    message = gettext_lazy("A time is booked for that one. Keep it, and close this one instead.")


class IsClosed(Refused):
    code = "is_closed"
    message = gettext_lazy("This one is closed. Open it again first, or join it from the other one.")


@dataclass(frozen=True)
class Likeness:
    """Another intake that may be the same person's, and what the two share."""

    intake: Intake
    shared: str


def digests(answers: dict[str, Any]) -> dict[str, str]:
    """The fingerprints by which others of the same person are found; empty where there is nothing to go by."""
    name, mail = " ".join((answers.get("name") or "").split()).casefold(), (answers.get("email") or "").strip().lower()
    who = "|".join([name, answers.get("age") or "", answers.get("state") or ""])
    return {
        "name_digest": privacy.digest(who, purpose="intake name") if name else "",
        "email_digest": email_digest(mail) if mail else "",
    }


def alike(intake: Intake, *, among: QuerySet[Intake]) -> list[Likeness]:
    """Others `among` these that were sent and share a number, an address or the name with age and state, the latest
    first.

    Not those that somebody has looked at and told apart, nor those already joined to another.
    """
    shares = Q()
    if intake.client is not None:
        shares |= Q(client__contact=intake.client.contact)
    shares |= Q(email_digest=intake.email_digest) if intake.email_digest else Q()
    shares |= Q(name_digest=intake.name_digest) if intake.name_digest else Q()
    if not shares:
        return []
    others = among.filter(shares, submitted_at__isnull=False, same_as=None).exclude(pk=intake.pk)
    apart = intake.not_same.values_list("pk", flat=True)
    found = others.exclude(pk__in=apart).select_related("client").order_by("-submitted_at")
    return [Likeness(one, _shared(intake, one)) for one in found[:10]]


def _shared(one: Intake, other: Intake) -> str:
    if one.client and other.client and one.client.contact_id == other.client.contact_id:
        return _("the same number or address")
    if one.email_digest and one.email_digest == other.email_digest:
        return _("the same mail address")
    return _("the same name, age and state")


@transaction.atomic
def same(*, intake: Intake, other: Intake, actor: User) -> None:
    """Both are of one person: `intake` goes on, `other` is closed and points to it. Opening it again parts them.

    Raises HasTimes where a time is booked or requested for `other`, IsClosed where `intake` does not go on.
    """
    # In one order: two who join the same must not wait for each other.
    locked = {one.pk: handling.sent(one) for one in sorted([intake, other], key=lambda one: one.pk)}
    goes_on, ends = locked[intake.pk], locked[other.pk]
    if goes_on == ends or goes_on.status == Intake.Status.CLOSED:
        raise IsClosed
    if ends.appointments.filter(state__in=[Appointment.State.BOOKED, Appointment.State.REQUESTED]).exists():
        raise HasTimes
    handling.put(ends, Intake.Status.CLOSED, actor=actor, what=What.SAME, same_as=goes_on)
    handling.note_of(goes_on, actor=actor, what=What.SAME)


@transaction.atomic
def apart(*, intake: Intake, other: Intake, actor: User) -> None:
    """They are of two people: neither is shown beside the other again."""
    intake.not_same.add(other)
    for one in (intake, other):
        handling.note_of(one, actor=actor, what=What.APART)
