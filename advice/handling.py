"""Handling: what the desk does with a letter: read it, decline it kindly, or write a post that answers it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from advice import editing, linting, merging, telling
from advice.documents import Document, tidy
from advice.merging import LetterClosed as LetterClosed
from advice.models import Letter, Post
from advice.telling import PURPOSE
from practice.links import linking
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

# What the writer reads, by the reason the desk chose.
DECLINED = {
    "not-ours": _("Thank you for trusting us with this. It needs someone who can talk with you, and a column cannot."),
    "answered": _(
        "Thank you for writing. We have answered a letter much like yours before. Search our answers for it."
    ),
    "personal": _("Thank you for writing. We could not answer without showing too much of who you are."),
    "many": _("Thank you for writing. More letters reach us than we can answer, and we are sorry that yours is one."),
    "young": _(
        "Thank you for telling us. You are under 18, so we do not answer your letter in public. What you wrote about "
        "matters. A grown-up you trust can listen, or a school counselor, or the people at the lines on this page."
    ),
    "private": _(
        "Thank you for writing. You asked us not to publish, and we advise nobody in private, so we cannot answer "
        "here. One of our clinicians can talk with you instead."
    ),
}
REASONS = [
    ("not-ours", _("Needs a conversation, not a column")),
    ("answered", _("Answered before")),
    ("personal", _("Cannot be told without pointing to its writer")),
    ("many", _("More letters than we can answer")),
    ("young", _("Its writer is under 18")),
    ("private", _("Its writer did not agree to publication")),
]
LONGEST_WORDS = 1200


class ClaimedByAnother(Refused):
    code = "claimed"
    message = _("Someone else is reading this letter already.")


class NotBeingRead(Refused):
    code = "not_being_read"
    message = _("Nobody reads this letter now, or an answer to it is being written already.")


class Joined(Refused):
    code = "joined"
    message = _("This letter is answered together with another. Work on that one, or undo the joining first.")


class WordsBlocked(Refused):
    code, status = "words_blocked", 422
    message = _("Something in these words must change before anyone reads them.")


class NoReason(Refused):
    code, status = "no_reason", 422
    message = _("Choose why it is not answered. The writer reads a kind text for each reason.")


class MayNotBePublished(Refused):
    code = "may_not_be_published"
    message = _("Its writer is under 18 or did not agree to publication, so no post is made from it.")


def by_link(token: str) -> Letter:
    """The letter behind a private link; raises LinkUnknown or LinkExpired."""
    letter = Letter.objects.filter(uuid=linking.subject_of(token, purpose=PURPOSE)).first()
    if letter is None:
        raise linking.LinkUnknown
    return letter


@transaction.atomic
def claim(*, letter: Letter, by: User) -> Letter:
    """Say that one is reading it; raises ClaimedByAnother or LetterClosed."""
    letter = _open(letter)
    if letter.claimed_by_id not in {None, by.pk}:
        raise ClaimedByAnother
    if letter.claimed_by_id is None:
        letter.state, letter.claimed_by, letter.claimed_at = Letter.State.CLAIMED, by, timezone.now()
        letter.save(update_fields=["state", "claimed_by", "claimed_at"])
        auditing.note(actor=by, action="letter claimed", subject=str(letter))
    return letter


@transaction.atomic
def put_back(*, letter: Letter, by: User) -> Letter:
    """Let it wait for anyone again, where it stood in the queue; an owner may for someone who is away.

    Raises ClaimedByAnother, NotBeingRead, Joined or LetterClosed.
    """
    letter = _open(letter)
    if letter.state != Letter.State.CLAIMED:
        raise NotBeingRead
    if letter.claimed_by_id != by.pk and not by.is_owner:
        raise ClaimedByAnother
    letter.state, letter.claimed_by, letter.claimed_at = Letter.State.RECEIVED, None, None
    letter.save(update_fields=["state", "claimed_by", "claimed_at"])
    auditing.note(actor=by, action="letter put back", subject=str(letter))
    return letter


def fixed_words(letter: Letter, reason: str) -> str:
    """What its writer would read for this reason, in the language they wrote in; raises NoReason."""
    if reason not in DECLINED:
        raise NoReason
    with override(letter.language):
        return str(DECLINED[reason])


@transaction.atomic
def decline(*, letter: Letter, by: User, reason: str, words: str = "") -> Letter:
    """Close it, and those joined with it, with a kind text for its writer, and empty it.

    `words` stand in place of the fixed text. Raises NoReason, WordsBlocked, Joined or LetterClosed.
    """
    fixed, words = fixed_words(letter, reason), tidy(words)[:LONGEST_WORDS]
    blocked = next((finding for finding in linting.lint_reply(words) if finding.blocks), None)
    if blocked:
        raise WordsBlocked(f"{WordsBlocked.message} “{blocked.text}”: {blocked.reason}")
    letter = _open(letter)
    letter.reason, letter.kind_words = reason, "" if words == fixed else words
    return _close(letter, by, Letter.State.DECLINED)


@transaction.atomic
def draft(*, letter: Letter, by: User, document: Document) -> Post:
    """A new post that answers the letter, the letter written anew; raises MayNotBePublished or LetterClosed."""
    letter = _open(letter)
    if not letter.may_be_published:
        raise MayNotBePublished
    post = editing.make_post(document=document, author=by, letter=letter)
    letter.state = Letter.State.DRAFTED
    if letter.claimed_by_id is None:
        letter.claimed_by, letter.claimed_at = by, timezone.now()
    letter.save(update_fields=["state", "claimed_by", "claimed_at"])
    return post


def close_answered(*, letter: Letter, by: User) -> None:
    """Its answer is published: its own words are no longer needed. In the caller's transaction; raises LetterClosed."""
    if letter.state != Letter.State.ANSWERED:
        _close(_open(letter), by, Letter.State.ANSWERED)


def _open(letter: Letter) -> Letter:
    letter = merging.opened(letter)
    if letter.state == Letter.State.MERGED:
        raise Joined
    return letter


def _close(letter: Letter, by: User, state: Letter.State) -> Letter:
    for one in [letter, *merging.together(letter)[1:]]:
        telling.tell_of_end(one)
        one.reason, one.kind_words = letter.reason, letter.kind_words
        one.state, one.closed_at, one.closed_by = state, timezone.now(), by
        one.empty()
        one.save()
        auditing.note(actor=by, action=f"letter {state.value}", subject=str(one), detail=one.reason)
    return letter
