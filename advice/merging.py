"""Merging: several letters about one thing share one answer; each stays as it came, and the joining can be undone."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice.models import Letter
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

State = Letter.State
WRITABLE = {State.RECEIVED, State.CLAIMED, State.DRAFTED}


class LetterClosed(Refused):
    code = "letter_closed"
    message = _("This letter has been answered, declined or withdrawn already.")


class CannotBeMerged(Refused):
    code = "cannot_be_merged"
    message = _("Only two letters that wait and may be published are joined, and neither with several others already.")


class NotMerged(Refused):
    code = "not_merged"
    message = _("This letter stands alone.")


def opened(letter: Letter) -> Letter:
    """The letter, locked, while it can still be worked on; raises LetterClosed."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.closed_at is not None:
        raise LetterClosed
    return letter


def together(letter: Letter) -> list[Letter]:
    """A letter and those joined with it, the one they were joined with first; locked."""
    main = letter.merged_into_id or letter.pk
    found = list(Letter.objects.select_for_update().filter(pk=main))
    return found + list(Letter.objects.select_for_update().filter(merged_into=main, state=State.MERGED).order_by("pk"))


@transaction.atomic
def merge(*, letter: Letter, into: Letter, by: User) -> Letter:
    """Let `letter` share the answer to `into`; a text its writers have seen must be shown anew.

    Raises LetterClosed, or CannotBeMerged: of someone under 18, or who did not agree, nothing goes into a public text.
    """
    pair = {pk: opened(Letter(pk=pk)) for pk in sorted({letter.pk, into.pk})}
    if len(pair) < 2 or not all(one.may_be_published and one.state in WRITABLE for one in pair.values()):
        raise CannotBeMerged
    letter, into = pair[letter.pk], pair[into.pk]
    if letter.merged.filter(state=State.MERGED).exists() or letter.posts.exists():
        raise CannotBeMerged
    letter.state, letter.merged_into, letter.merged_at, letter.merged_by = State.MERGED, into, timezone.now(), by
    letter.save(update_fields=["state", "merged_into", "merged_at", "merged_by"])
    take_back(into)
    auditing.note(actor=by, action="letter merged", subject=str(letter), detail=f"into {into.uuid}")
    return letter


@transaction.atomic
def unmerge(*, letter: Letter, by: User) -> Letter:
    """Let it stand alone again, as it came; raises LetterClosed or NotMerged."""
    letter = opened(letter)
    if letter.merged_into is None:
        raise NotMerged
    take_back(letter.merged_into)
    _alone(letter)
    auditing.note(actor=by, action="letter unmerged", subject=str(letter))
    return letter


def release(letter: Letter) -> None:
    """Before a letter is withdrawn: those joined with it wait again; one it was joined with must be shown anew."""
    take_back(letter)
    for other in together(letter)[1:]:
        if letter.state != State.MERGED:
            _alone(other)


def take_back(letter: Letter) -> None:
    """No text stands before the writers of these letters any more, and nothing they said to it counts."""
    for one in together(letter):
        one.proposal = one.proposed_at = one.proposed_by = one.agreed_at = one.objected_at = None
        one.objection = ""
        one.save(update_fields=list(SAID))


SAID = ("proposal", "proposed_at", "proposed_by", "agreed_at", "objected_at", "objection")


def _alone(letter: Letter) -> None:
    letter.state = State.CLAIMED if letter.claimed_at else State.RECEIVED
    letter.merged_into = letter.merged_at = letter.merged_by = None
    letter.save(update_fields=["state", "merged_into", "merged_at", "merged_by"])
