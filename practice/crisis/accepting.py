"""Accepting: a named clinician stands behind each fixed answer and an owner behind the protocol, word for word."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core import checks
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice.crisis import protocol, responding
from practice.crisis.models import Acceptance
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Licence, User

TIERS = ("act_now", "check_in", "none")
ELSEWHERE = "elsewhere"


class NotLicensed(Refused):
    code, status = "not_licensed", 403
    message = _("Only a clinician of this practice with a license valid today accepts what we answer in a crisis.")


class NotAnOwner(Refused):
    code, status = "not_an_owner", 403
    message = _("Only an owner of the practice accepts the protocol.")


class WordsChanged(Refused):
    code = "words_changed"
    message = _("These words have changed since you read them. Read them again.")


class AlreadyAccepted(Refused):
    code = "already_accepted"
    message = _("Somebody has already accepted these words.")


@dataclass(frozen=True)
class Fixed:
    """One fixed answer, as a clinician reads it."""

    kind: str
    tier: str
    region: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.kind}.{self.tier}.{self.region}.{self.language}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def answers() -> tuple[Fixed, ...]:
    """Every fixed answer there is: panels, what their question leads to, texts, and who may see what was written."""
    words = responding.words()
    found: list[Fixed] = []
    for region, book in ((responding.NUMBERS_OF, words), (ELSEWHERE, words[ELSEWHERE])):
        for kind, group in book.items():
            if kind != ELSEWHERE:
                found += _of_group(kind, group, region)
    return tuple(found)


def _of_group(kind: str, group: dict[str, Any], region: str) -> Iterator[Fixed]:
    for outer, inner in group.items():
        if outer in TIERS:
            yield from (Fixed(kind, outer, region, language, _text(own)) for language, own in inner.items())
        elif "heading" in inner or kind == "choices":
            yield Fixed(kind, "", region, outer, _text(inner))
        else:
            yield from (Fixed(kind, which, region, outer, str(text)) for which, text in inner.items())


def _text(own: dict[str, Any]) -> str:
    """All its words, each on a line of its own, in the order they are read."""
    return "\n".join("\n".join(value) if isinstance(value, list) else value for value in own.values())


def accepted() -> dict[tuple[str, str], Acceptance]:
    """Who stands behind which words: by name and digest."""
    rows = Acceptance.objects.select_related("accepted_by")
    return {(row.name, row.digest): row for row in rows}


def drafts() -> list[Fixed]:
    """The fixed answers that no clinician has accepted as they stand now."""
    signed = set(Acceptance.objects.values_list("name", "digest"))
    return [fixed for fixed in answers() if (fixed.name, fixed.digest) not in signed]


@transaction.atomic
def accept(*, name: str, digest: str, user: User) -> Acceptance:
    """Put `user`'s name under these words; raises NotLicensed, WordsChanged, AlreadyAccepted."""
    signed_as = licensed_as(user)
    if not signed_as:
        raise NotLicensed
    if (name, digest) not in {(fixed.name, fixed.digest) for fixed in answers()}:
        raise WordsChanged
    return _keep(name, digest, user, signed_as)


@transaction.atomic
def accept_protocol(*, digest: str, user: User) -> Acceptance:
    """Put an owner's name under the protocol as it stands; raises NotAnOwner, WordsChanged, AlreadyAccepted."""
    if not user.is_owner:
        raise NotAnOwner
    if digest != protocol.digest():
        raise WordsChanged
    return _keep(protocol.NAME, digest, user, str(user))


def _keep(name: str, digest: str, user: User, signed_as: str) -> Acceptance:
    signature = {"accepted_by": user, "signed_as": signed_as[:200]}
    acceptance, is_new = Acceptance.objects.get_or_create(name=name, digest=digest, defaults=signature)
    if not is_new:
        raise AlreadyAccepted
    auditing.note(actor=user, action="crisis words accepted", subject=name, detail=digest)
    return acceptance


def licensed_as(user: User) -> str:
    """Name and licence with which this person may accept today, or nothing; a sample clinician may not."""
    if not user.is_clinician or not user.clinician.is_active or user.clinician.is_sample:
        return ""
    licence = Licence.objects.valid_on(timezone.localdate()).filter(clinician=user.clinician).first()
    return f"{user.clinician}, {licence}" if licence else ""


def warn(**_: Any) -> list[checks.CheckMessage]:
    """For `check --deploy`: fixed answers that are drafts, and a protocol nobody stands behind."""
    try:
        number, is_accepted = len(drafts()), protocol.accepted() is not None
    except DatabaseError:
        number, is_accepted = len(answers()), False
    found: list[checks.CheckMessage] = []
    if number:
        hint = "A licensed clinician reads and accepts each on the desk, under Alerts, Fixed answers."
        found.append(checks.Warning(f"{number} fixed answers to a crisis are drafts", hint=hint, id="crisis.W002"))
    if not is_accepted:
        hint = "An owner reads /crisis/protocol/ and accepts it on the desk, under Alerts, Fixed answers."
        found.append(checks.Warning("nobody stands behind the crisis protocol", hint=hint, id="crisis.W003"))
    return found
