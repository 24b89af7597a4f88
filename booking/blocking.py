"""Blocking: which numbers and addresses may book only by speaking to us. The only place that changes Block."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet, TextField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models import Block
from practice import phones
from practice.messaging.models.contacts import email_digest, number_digest
from practice.prepared import Among, Prepared
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import User


class NotReadable(Refused):
    code, status = "invalid", 422
    message = _("Enter a phone number with area code, or an email address.")


class AlreadyBlocked(Refused):
    code = "already_blocked"
    message = _("That is on the list already.")


@transaction.atomic
def block(*, way: str, reason: str, actor: User) -> Block:
    """Put a number or an address on the list; raises NotReadable or AlreadyBlocked."""
    digest, shown = _read(way)
    made = Block(digest=digest, ends_with=shown, reason=reason, blocked_by=actor)
    with refusing("block_is_current_once", AlreadyBlocked, **{"booking_block.digest": AlreadyBlocked}):
        made.save(force_insert=True)
    auditing.note(actor=actor, action="contact blocked", subject=f"block {made.pk}")
    return made


@transaction.atomic
def lift(*, block: Block, actor: User) -> None:
    """Take it off the list; the row stays."""
    if Block.objects.current().filter(pk=block.pk).update(ended_at=timezone.now(), ended_by=actor):
        auditing.note(actor=actor, action="contact unblocked", subject=f"block {block.pk}")


def is_blocked(*, phone: str, email: str) -> bool:
    """Whether this number (E.164) or this address is on the list."""
    digests = [number_digest(phone)] if phone else []
    digests += [email_digest(email.strip().lower())] if email else []
    return bool(digests and _listed.ask(len(digests), digests=digests))


@Prepared
def _listed(number: int) -> QuerySet[Block, Any]:
    return Block.objects.current().filter(digest__in=Among("digests", number, TextField())).values_list("pk")[:1]


def _read(way: str) -> tuple[str, str]:
    """Its digest, as contacts keep it, and enough of it to be recognised by."""
    way = way.strip().lower()
    if "@" in way:
        name, _at, domain = way.partition("@")
        return email_digest(way), f"{name[:1]}…@{domain}"
    try:
        number = phones.normalise(way)
    except phones.BadNumber:
        raise NotReadable from None
    return number_digest(number), phones.mask(number)
