"""Publishing: what readers see, from when, until when. Passages live and die with it, in the same transaction."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import cutting, handling
from advice.models import IndexVersion, Passage, Post, Revision
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User


class NotApproved(Refused):
    code = "not_approved"
    message = _("This wording has not been approved. A reviewer who did not write it has to sign it first.")


class NotWhileLive(Refused):
    code = "demo_only"
    message = _("Samples exist only in the demonstration.")


class NotPossible(Refused):
    code = "not_possible"
    message = _("That is not possible in the state this post is in.")


@transaction.atomic
def publish(*, post: Post, by: User) -> Post:
    """Show readers the newest revision; raises NotApproved unless another licensed person signed exactly it."""
    post = _locked(post)
    if post.state == Post.State.SAMPLE:
        raise NotPossible(_("A sample is never approved. Make a post of your own from it."))
    revision = post.head
    review = revision.reviews.approved().select_related("reviewer").first() if revision else None
    if revision is None or review is None:
        raise NotApproved
    if post.letter is not None:
        handling.close_answered(letter=post.letter, by=by)
    post.review, post.published_by = review, by
    post.retracted_at, post.retracted_by, post.retraction_reason = None, None, ""
    _show(post, Post.State.PUBLISHED)
    auditing.note(actor=by, action="post published", subject=f"post {post.uuid}", detail=f"revision {revision.number}")
    return post


@transaction.atomic
def publish_sample(*, post: Post) -> Post:
    """Show a sample in the demonstration, unapproved and saying so; raises NotWhileLive where DEMO is off."""
    if not settings.DEMO:
        raise NotWhileLive
    post = _locked(post)
    if post.state not in {Post.State.DRAFT, Post.State.SAMPLE}:
        raise NotPossible
    _show(post, Post.State.SAMPLE)
    return post


@transaction.atomic
def retract(*, post: Post, by: User, reason: str) -> Post:
    """Take a post away from readers, who from now on are told so and why; its passages can no longer be quoted."""
    post = _locked(post)
    if not post.is_public:
        raise NotPossible
    if not reason.strip():
        raise NotPossible(_("Say in a sentence why it is retracted. Readers will see it."))
    post.state, post.retracted_at, post.retracted_by, post.retraction_reason = (
        Post.State.RETRACTED,
        timezone.now(),
        by,
        reason.strip()[:300],
    )
    post.save(update_fields=["state", "retracted_at", "retracted_by", "retraction_reason"])
    post.passages.all().delete()
    IndexVersion.count_up()
    auditing.note(actor=by, action="post retracted", subject=f"post {post.uuid}")
    return post


def _locked(post: Post) -> Post:
    return Post.objects.select_for_update(of=("self",)).select_related("head", "letter").get(pk=post.pk)


def _show(post: Post, state: Post.State) -> None:
    post.state, post.shown, post.published_at = state, post.head, post.published_at or timezone.now()
    fields = [
        "state",
        "shown",
        "published_at",
        "published_by",
        "review",
        "retracted_at",
        "retracted_by",
        "retraction_reason",
    ]
    post.save(update_fields=fields)
    assert post.head is not None, "a post is made with its first revision"
    _cut(post, post.head)
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
