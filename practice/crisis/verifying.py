"""Verifying: a person dials a line and says so; which lines are due; which regions the practice looks after."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core import checks
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice.crisis import deciding, lines
from practice.crisis.models import Decision
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

FRESH_FOR = timedelta(days=90)
LONGEST = 200
# The fixed words name these: as long as they do, the lines stand beside them. The directory is also what is left
# where the practice's own region gives out no line.
NAMED_IN_WORDS = {"us-911", "us-988", "intl-findahelpline"}


class UnknownSubject(Refused):
    code, status = "unknown_line", 404
    message = _("There is no such line.")


class NothingDialed(Refused):
    code, status = "nothing_dialed", 422
    message = _("Say what you dialed or texted, and who answered.")


class NoReason(Refused):
    code, status = "no_reason", 422
    message = _("Say why.")


class KnownTrap(Refused):
    code = "known_trap"
    message = _("This number is kept only to be recognised in old texts. It is never given out.")


class StaysShown(Refused):
    code = "stays_shown"
    message = _("This one always stays: our fixed words rely on it.")


class OwnersDecide(Refused):
    code, status = "owners_decide", 403
    message = _("Only an owner of the practice decides which regions it looks after.")


def is_due(line: lines.Line, today: date) -> bool:
    """Whether nobody has verified this line, or not for FRESH_FOR; a day that is still to come verifies nothing."""
    if not line.last_verified_on:
        return True
    return not timedelta(0) <= today - date.fromisoformat(line.last_verified_on) <= FRESH_FOR


def due(today: date | None = None, among: Iterable[lines.Line] | None = None) -> tuple[lines.Line, ...]:
    """The lines we give out that are due, in the order of the file."""
    day = today or timezone.localdate()
    on = {region.id for region in lines.regions()}
    given = among if among is not None else (line for line in lines.now().lines if line.region in on)
    return tuple(line for line in given if line.show and is_due(line, day))


@transaction.atomic
def verify(*, line: str, user: User, dialed: str) -> Decision:
    """Record that `user` dialed or texted this line today and it is right: it is shown, also where it was hidden.

    Raises UnknownSubject, NothingDialed, and KnownTrap for what must never be given out.
    """
    found = _line(line)
    if not dialed.strip():
        raise NothingDialed
    decision = Decision(kind=Decision.Kind.VERIFIED, subject=line, decided_by=user, decided_at=timezone.now())
    if not deciding.line_with(found, decision).verified_by:
        raise KnownTrap
    return _decide(Decision.Kind.VERIFIED, line, user, dialed)


@transaction.atomic
def take_out(*, line: str, user: User, why: str) -> Decision:
    """Give this line out no longer; raises UnknownSubject, NoReason, StaysShown."""
    _line(line)
    if line in NAMED_IN_WORDS:
        raise StaysShown
    return _decide(Decision.Kind.TAKEN_OUT, line, user, why)


@transaction.atomic
def switch_region(*, region: str, is_on: bool, user: User, why: str) -> Decision:
    """Take a region on, with the duty to verify its lines, or let it go; raises OwnersDecide, StaysShown, NoReason."""
    if region not in {known.id for known in lines.book().regions}:
        raise UnknownSubject
    if not user.is_owner:
        raise OwnersDecide
    if not is_on and region in {lines.home(), lines.ELSEWHERE}:
        raise StaysShown
    return _decide(Decision.Kind.REGION_ON if is_on else Decision.Kind.REGION_OFF, region, user, why)


def _line(name: str) -> lines.Line:
    found = next((line for line in lines.book().lines if line.id == name), None)
    if found is None:
        raise UnknownSubject
    return found


def _decide(kind: Decision.Kind, subject: str, user: User, words: str) -> Decision:
    words = words.replace("\0", "").strip()[:LONGEST]
    if not words:
        raise NoReason
    decision = Decision.objects.create(kind=kind, subject=subject, decided_by=user, words=words)
    auditing.note(actor=user, action=f"crisis line {kind}".replace("_", " "), subject=subject, detail=words)
    transaction.on_commit(deciding.refresh)
    return decision


def warn(**_: Any) -> list[checks.CheckMessage]:
    """For `check --deploy`: one warning that names every line we give out that is due."""
    deciding.refresh()
    found = due()
    if not found:
        return []
    names = ", ".join(line.id for line in found)
    message = f"{len(found)} crisis lines that we give out were not verified in the last {FRESH_FOR.days} days: {names}"
    hint = "Dial each of them and say so on the desk, under Alerts, Crisis lines."
    return [checks.Warning(message, hint=hint, id="crisis.W001")]
