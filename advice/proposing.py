"""Proposing: the writers of a letter see what will be published, and have seven days to object before it is."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import copying, merging, telling
from advice.merging import LetterClosed
from advice.models import Letter, Post, Revision
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

TO_OBJECT = timedelta(days=7)
# What of a post stands for the letter. The answer itself is not shown before it is public: nobody is advised privately.
OF_THE_LETTER = ("title", "summary", "letter", "signed")


class NothingToShow(Refused):
    code = "nothing_to_show"
    message = _("This post answers no letter, or its letter is not written anew yet.")


class StillRaw(Refused):
    code = "still_raw"
    message = _("Too much of it stands word for word in the letter as it came. Write it in words of your own.")


class LookFirst(Refused):
    code = "look_first"
    message = _("Stretches of it stand word for word in the letter as it came. Change them, or say that you looked.")


class NotShown(Refused):
    code = "not_shown"
    message = _("The writer of the letter has not seen this wording of it. Show it to them first.")


class MayStillObject(Refused):
    code = "may_still_object"
    message = _("The writer of the letter may still object. Seven days are theirs, unless they say yes earlier.")


class Objected(Refused):
    code = "objected"
    message = _("The writer of the letter objects to this wording. Change it and show it to them again.")


class TakenFromALetter(Refused):
    code = "taken_from_a_letter"
    message = _("It holds words of a letter that a reader sent us. Answer that letter, so that its writer may object.")


class NothingProposed(Refused):
    code = "nothing_proposed"
    message = _("There is no text to say yes or no to. It may have changed a moment ago; look again.")


@transaction.atomic
def propose(*, post: Post, by: User, looked: bool = False) -> Letter:
    """Show the newest wording of a letter to its writers, from now for seven days; what they said before is void.

    Raises NothingToShow, StillRaw, LookFirst (unless somebody `looked` at what is copied), or LetterClosed.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("head", "letter").get(pk=post.pk)
    head = post.head
    if post.letter is None or head is None or not head.letter:
        raise NothingToShow
    letters = merging.together(merging.opened(post.letter))
    if any(copying.is_raw(head.letter, of=letter.body) for letter in letters):
        raise StillRaw
    if not looked and any(copying.runs(head.letter, of=letter.body) for letter in letters):
        raise LookFirst
    merging.take_back(post.letter)
    letter = letters[0]
    letter.proposal, letter.proposed_at, letter.proposed_by = head, timezone.now(), by
    letter.save(update_fields=["proposal", "proposed_at", "proposed_by"])
    for one in letters:
        telling.tell_of_proposal(letter=one, proposed_at=letter.proposed_at, until=until(letter))
    auditing.note(actor=by, action="letter shown to its writer", subject=str(letter), detail=f"revision {head.number}")
    return letter


def until(letter: Letter) -> datetime | None:
    """Up to when its writer may object; None while nothing is shown."""
    main = letter.main
    return main.proposed_at + TO_OBJECT if main.proposed_at else None


@transaction.atomic
def agree(*, letter: Letter) -> Letter:
    """Its writer says: this is fine. Raises LetterClosed or NothingProposed."""
    letter = answerable(letter)
    letter.agreed_at, letter.objected_at, letter.objection = timezone.now(), None, ""
    letter.save(update_fields=["agreed_at", "objected_at", "objection"])
    auditing.note(actor=None, action="letter agreed to", subject=str(letter))
    return letter


def answerable(letter: Letter) -> Letter:
    """The letter, locked, while its writer has a text to answer; raises LetterClosed or NothingProposed."""
    letter = merging.opened(letter)
    if letter.main.proposal_id is None:
        raise NothingProposed
    return letter


def check(*, post: Post, revision: Revision) -> None:
    """Whether the writers of the letter let this revision be published now, in the caller's transaction.

    Raises NotShown, Objected, MayStillObject or LetterClosed; where no letter is behind the post, TakenFromALetter.
    """
    if post.letter is None:
        _check_without(post, revision)
        return
    letters = merging.together(post.letter)
    main = letters[0]
    if main.state == Letter.State.ANSWERED:
        _check_again(main, revision)
        return
    if main.closed_at is not None:
        raise LetterClosed
    if main.proposal is None or _said(main.proposal) != _said(revision):
        raise NotShown
    if any(letter.objected_at for letter in letters):
        raise Objected
    ends = until(main)
    if not all(letter.agreed_at for letter in letters) and (ends is None or timezone.now() < ends):
        raise MayStillObject


def _check_without(post: Post, revision: Revision) -> None:
    """No one can object to a letter that nobody sent, so it may hold nothing of one that somebody did.

    Another wording of a letter's post, in another language, waits until the one its writer saw has been published.
    """
    elsewhere = Letter.objects.filter(posts__slug=post.slug).exclude(state=Letter.State.ANSWERED)
    if elsewhere.exists():
        raise NotShown
    if not revision.letter:
        return
    kept = Letter.objects.filter(closed_at=None).order_by("pk")  # a closed one has no words left
    if any(copying.runs(revision.letter, of=letter.body) for letter in kept):
        raise TakenFromALetter


def _check_again(letter: Letter, revision: Revision) -> None:
    """A later revision of an answered letter: what was published of it has stayed as its writers saw it."""
    if letter.proposal and (letter.proposal.letter, letter.proposal.signed) != (revision.letter, revision.signed):
        raise NotShown


def _said(revision: Revision) -> tuple[str, ...]:
    return (*(str(getattr(revision, name)) for name in OF_THE_LETTER), str(revision.clinical.get("summary", "")))
