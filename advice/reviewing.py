"""Reviewing: one revision is submitted, read by somebody who did not write it, and signed, sent back or declined."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import publishing
from advice.documents import Kind
from advice.models import Post, Review, Revision
from advice.publishing import LintBlocks as LintBlocks
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import Reviewer, User

VALID_FOR = timedelta(days=365)
READ_AGAIN_FROM = timedelta(days=60)  # so long before a review ends, the same text may be handed in again
CHECKLIST = {
    "sourced": _("Every claim rests on a source that says it"),
    "general": _("No advice to one person, no diagnosis"),
    "no_dosing": _("No dose, and no medicine with an amount"),
    "safe": _("Safe messaging: no methods, hope, and how to reach help"),
    "plain": _("Plain words that a tired reader follows"),
}


class NotReviewable(Refused):
    code = "not_reviewable"
    message = _("There is nothing here to review.")


class MayNotSign(Refused):
    code, status = "may_not_sign", 403
    message = _("Only a reviewer with a valid licence who neither wrote nor submitted this text may sign it.")


class ChecklistOpen(Refused):
    code, status = "checklist_open", 422
    message = _("Tick every point of the checklist, or send the text back.")


class NotOpen(Refused):
    code = "not_open"
    message = _("Someone has decided on this review already.")


@transaction.atomic
def submit(*, post: Post, by: User) -> Review:
    """Ask for a review of the newest revision; raises NotReviewable (a sample, or already asked) or LintBlocks.

    What is signed is asked for anew only where the signature ends soon or no longer holds.
    """
    post = Post.objects.select_for_update(of=("self",)).select_related("head").get(pk=post.pk)
    if post.head is None or not may_submit(post):
        raise NotReviewable
    if publishing.lint_blocks(post.head):
        raise LintBlocks
    # A newer wording replaces the one that still waits.
    Review.objects.open().filter(revision__post=post).exclude(revision=post.head).update(
        state=Review.State.SENT_BACK, decided_at=timezone.now(), decided_by=by
    )
    review = Review(revision=post.head, author=post.head.author, submitted_by=by)
    with (
        refusing("revision_has_one_open_review", NotReviewable),
        refusing("advice_review.revision_id", NotReviewable),
    ):
        review.save(force_insert=True)
    auditing.note(actor=by, action="review asked", subject=f"post {post.uuid}", detail=f"revision {post.head.number}")
    return review


def may_submit(post: Post) -> bool:
    """Whether a review of the newest revision may be asked for: no sample or notice, no signature that holds."""
    if post.state == Post.State.SAMPLE or post.kind == Kind.NOTICE or post.head is None:
        return False
    signed = post.head.reviews.approved().select_related("reviewer").order_by("-decided_at", "-pk").first()
    return signed is None or ends_soon(signed)


def ends_soon(review: Review) -> bool:
    """Whether a signature should be given anew: its next review is near or past, or its reviewer may not sign today."""
    today = timezone.localdate()
    if review.is_overdue_on(today + READ_AGAIN_FROM):
        return True
    return review.reviewer is not None and not review.reviewer.may_sign_on(today)


@transaction.atomic
def claim(*, review: Review, by: User) -> Review:
    """Say that one is reading it; raises MayNotSign or NotOpen."""
    review = _open(review)
    _reviewer(review, by)
    review.state, review.claimed_at, review.claimed_by = Review.State.UNDER_REVIEW, timezone.now(), by
    review.save(update_fields=["state", "claimed_at", "claimed_by"])
    _note(review, by, "review claimed")
    return review


@transaction.atomic
def sign(*, review: Review, by: User, checklist: Sequence[str], next_review_due: date | None = None) -> Review:
    """Approve exactly this revision; raises MayNotSign, ChecklistOpen, LintBlocks or NotOpen."""
    review = _open(review)
    reviewer = _reviewer(review, by)
    if set(checklist) != set(CHECKLIST):
        raise ChecklistOpen
    if publishing.lint_blocks(review.revision):
        raise LintBlocks
    review.reviewer, review.checklist = reviewer, sorted(checklist)
    review.licence = f"{reviewer.licence_kind}, {reviewer.licence_state}"
    review.next_review_due = next_review_due or timezone.localdate() + VALID_FOR
    review = _decide(review, by, Review.State.APPROVED)
    publishing.renew(review=review)
    return review


@transaction.atomic
def send_back(*, review: Review, by: User, note: str) -> Review:
    """Return it to its author with a note; raises NotOpen."""
    return _close(review, by, Review.State.SENT_BACK, note)


@transaction.atomic
def decline(*, review: Review, by: User, note: str) -> Review:
    """Say that this will not be published; raises NotOpen."""
    return _close(review, by, Review.State.DECLINED, note)


def may_sign(review: Review, user: User) -> bool:
    """Whether this person may put their name and licence under this revision today."""
    reviewer = Reviewer.objects.filter(user=user).first()  # as it stands now, whatever the caller remembers of it
    return (
        reviewer is not None
        and user.pk not in {review.author_id, review.submitted_by_id}
        and not review.revision.is_by(user)
        and reviewer.may_sign_on(timezone.localdate())
        and not _wrote_of_it(review, user)
    )


def _wrote_of_it(review: Review, user: User) -> bool:
    """Whether some of the words are theirs: they wrote a revision since the one that was signed last."""
    revisions = Revision.objects.filter(post=review.revision.post_id, number__lte=review.revision.number)
    signed = revisions.filter(reviews__state=Review.State.APPROVED).order_by("-number").values_list("number", flat=True)
    return revisions.filter(author=user, number__gt=signed.first() or 0).exists()


def _reviewer(review: Review, by: User) -> Reviewer:
    if not may_sign(review, by):
        raise MayNotSign
    return Reviewer.objects.get(user=by)


def _open(review: Review) -> Review:
    found = Review.objects.select_for_update(of=("self",)).select_related("revision__post").get(pk=review.pk)
    if not found.is_open:
        raise NotOpen
    return found


def _close(review: Review, by: User, state: Review.State, note: str) -> Review:
    review = _open(review)
    review.note = note.strip()
    return _decide(review, by, state)


def _decide(review: Review, by: User, state: Review.State) -> Review:
    review.state, review.decided_at, review.decided_by = state, timezone.now(), by
    review.save()
    _note(review, by, f"review {state.value.replace('_', ' ')}")
    return review


def _note(review: Review, by: User, action: str) -> None:
    revision = review.revision
    subject, detail = f"post {revision.post.uuid}", f"revision {revision.number}"
    auditing.note(actor=by, action=action, subject=subject, detail=detail)
