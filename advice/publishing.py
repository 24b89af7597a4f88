"""Publishing: what readers see, from when, until when. Passages live and die with it, in the same transaction."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import cutting, handling, linting, proposing
from advice.documents import Kind, tidy
from advice.models import IndexVersion, Passage, Post, Review, Revision
from practice.messaging import sending
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User


class NotApproved(Refused):
    code = "not_approved"
    message = _("This wording has not been approved. A reviewer who did not write it has to sign it first.")


class SignatureEnded(Refused):
    code = "signature_ended"
    message = _("The signature no longer holds: its reviewer's license or the time for its next review has ended.")


class LintBlocks(Refused):
    code = "lint_blocks"
    message = _("Some wordings must change first. They are listed on the post's page.")


class Over(Refused):
    code = "over"
    message = _("What this notice tells of is over.")


class NotAnEditor(Refused):
    code, status = "not_an_editor", 403
    message = _("Only an editor signs a notice.")


class NewerIsPublic(Refused):
    code = "newer_is_public"
    message = _("Readers see a newer wording already.")


class NotWhileLive(Refused):
    code = "demo_only"
    message = _("Samples exist only in the demonstration.")


class NotPossible(Refused):
    code = "not_possible"
    message = _("That is not possible in the state this post is in.")


@transaction.atomic
def publish(*, post: Post, by: User, revision: Revision | None = None) -> Post:
    """Show readers a revision, the newest unless told; another licensed person has signed exactly it.

    A notice takes the signature of one editor, which this is. Raises NotPossible (a sample), NotApproved,
    SignatureEnded (today's licence, the next review), NewerIsPublic; of a notice LintBlocks, NotAnEditor, or Over.
    """
    post = _locked(post)
    revision = revision or post.head
    review = _signature(post, revision, by)
    assert revision is not None, "what is signed is there"
    if post.state == Post.State.PUBLISHED and post.shown and revision.number < post.shown.number:
        raise NewerIsPublic
    proposing.check(post=post, revision=revision)
    if post.letter is not None:
        handling.close_answered(letter=post.letter, by=by)
    post.review, post.published_by = review, by
    post.retracted_at, post.retracted_by, post.retraction_reason = None, None, ""
    _show(post, Post.State.PUBLISHED, revision)
    auditing.note(actor=by, action="post published", subject=f"post {post.uuid}", detail=f"revision {revision.number}")
    return post


def publishable(*, post: Post, by: User) -> Revision:
    """The newest revision, where `publish` would show it now; raises what that raises."""
    post = Post.objects.select_related("head").get(pk=post.pk)
    _signature(post, post.head, by)
    assert post.head is not None, "what is signed is there"
    return post.head


def lint_blocks(revision: Revision) -> bool:
    """Whether the lint finds anything that must change before anyone signs this."""
    return any(finding.blocks for finding in linting.lint(revision.document, slugs=Post.objects.link_ends()))


def _signature(post: Post, revision: Revision | None, by: User) -> Review | None:
    """The newest signature under this revision of this post, while it holds; none of a notice, which `by` signs."""
    if post.state == Post.State.SAMPLE:
        raise NotPossible(_("A sample is never approved. Make a post of your own from it."))
    if revision is None or revision.post_id != post.pk:
        raise NotApproved
    if post.kind == Kind.NOTICE:
        _check_notice(revision, by)
        return None
    signed = revision.reviews.approved().select_related("reviewer").order_by("-decided_at", "-pk")
    review = signed.first()
    if review is None or review.reviewer is None:
        raise NotApproved
    today = timezone.localdate()
    if not review.reviewer.may_sign_on(today) or review.is_overdue_on(today):
        raise SignatureEnded
    return review


def _check_notice(revision: Revision, by: User) -> None:
    if not by.may_edit:
        raise NotAnEditor
    if lint_blocks(revision):
        raise LintBlocks
    if revision.document.occasion.ends_in(practice_zone()) <= timezone.now():
        raise Over


def practice_zone() -> ZoneInfo:
    return ZoneInfo(settings.PRACTICE["time_zone"])


def renew(*, review: Review) -> None:
    """Where readers see the very revision that was signed anew, show the new signature. In the caller's transaction."""
    renewed = Post.objects.filter(shown=review.revision_id, state=Post.State.PUBLISHED).update(review=review)
    if renewed:
        IndexVersion.count_up()


@transaction.atomic
def publish_sample(*, post: Post) -> Post:
    """Show a sample in the demonstration, unapproved and saying so; raises NotWhileLive where DEMO is off."""
    if not settings.DEMO:
        raise NotWhileLive
    post = _locked(post)
    if post.state not in {Post.State.DRAFT, Post.State.SAMPLE}:
        raise NotPossible
    _show(post, Post.State.SAMPLE, post.head)
    return post


@transaction.atomic
def retract(*, post: Post, by: User, reason: str) -> Post:
    """Take a post away from readers, who from now on are told so and why; its passages can no longer be quoted."""
    post = _locked(post)
    if not post.is_public:
        raise NotPossible
    post.retraction_reason = sentence(reason)
    post.state, post.retracted_at, post.retracted_by = Post.State.RETRACTED, timezone.now(), by
    post.save(update_fields=["state", "retracted_at", "retracted_by", "retraction_reason"])
    post.passages.all().delete()
    sending.withdraw(topic=newsletter_topic(post))
    IndexVersion.count_up()
    auditing.note(actor=by, action="post retracted", subject=f"post {post.uuid}")
    return post


def newsletter_topic(post: Post) -> str:
    """What all mails that tell subscribers of this post have in common."""
    return f"newsletter:post:{post.uuid}"


def sentence(reason: str) -> str:
    """Why a post is retracted, as readers are told; raises NotPossible where nothing is said."""
    if not tidy(reason):
        raise NotPossible(_("Say in a sentence why it is retracted. Readers will see it."))
    return tidy(reason)[:300]


def _locked(post: Post) -> Post:
    return Post.objects.select_for_update(of=("self",)).select_related("head", "shown", "letter").get(pk=post.pk)


def _show(post: Post, state: Post.State, revision: Revision | None) -> None:
    assert revision is not None, "a post is made with its first revision"
    post.state, post.shown, post.published_at = state, revision, post.published_at or timezone.now()
    if post.kind == Kind.NOTICE:
        occasion, zone = revision.document.occasion, practice_zone()
        post.starts_at, post.ends_at = occasion.begins_in(zone), occasion.ends_in(zone)
    fields = [
        "state",
        "shown",
        "published_at",
        "starts_at",
        "ends_at",
        "published_by",
        "review",
        "retracted_at",
        "retracted_by",
        "retraction_reason",
    ]
    post.save(update_fields=fields)
    if post.kind != Kind.NOTICE:  # nothing quotes a notice
        _cut(post, revision)
    IndexVersion.count_up()


def _cut(post: Post, revision: Revision) -> None:
    """Replace the post's passages; one whose words did not change keeps its vector."""
    rows = post.passages.values_list("key", "vector", "vector_model")
    kept: dict[str, dict[str, Any]] = {key: {"vector": vector, "vector_model": model} for key, vector, model in rows}
    post.passages.all().delete()
    Passage.objects.bulk_create(
        Passage(
            key=cut.key,
            post=post,
            revision=revision,
            position=position,
            kind=cut.kind,
            language=post.language,
            audience=cut.audience,
            headings=list(cut.headings),
            anchor=cut.anchor,
            text=cut.text,
            **kept.get(cut.key, {}),
        )
        for position, cut in enumerate(cutting.cuts(revision.document), start=1)
    )
