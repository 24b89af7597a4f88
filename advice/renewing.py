"""Renewing: which public posts are to be read again before their review ends, and who is told of it."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from advice import notifying, reviewing
from advice.models import Post

STAGES = (60, 30, 7, 0)  # days before the next review is due; the first is when the text may be handed in again


def due() -> QuerySet[Post]:
    """Public posts whose review ends soon or has ended, the nearest first."""
    today = timezone.localdate()
    posts = Post.objects.filter(state=Post.State.PUBLISHED, review__isnull=False)
    ending = posts.filter(review__next_review_due__lte=today + reviewing.READ_AGAIN_FROM)
    return ending.select_related("shown", "review__reviewer__user").order_by("review__next_review_due", "pk")


def remind() -> int:
    """Owe the author and the reviewer of each a mail at each stage, once; returns how many were asked for."""
    return sum(_remind(post) for post in due().select_related("shown__author").iterator())


def _remind(post: Post) -> int:
    review = post.review
    assert review is not None
    assert review.reviewer is not None
    assert review.next_review_due is not None
    left = review.next_review_due - timezone.localdate()
    stage = next((days for days in reversed(STAGES) if left <= timedelta(days=days)), None)
    if stage is None or post.shown is None:
        return 0
    day = review.next_review_due.isoformat()
    late = left < timedelta(0)
    words = f"Its review ended on {day}; readers are told so." if late else f"Its review ends on {day}."
    return notifying.tell(
        post=post,
        readers=[post.shown.author, review.reviewer.user],
        # A review that is given anew has another last day, and so reminders of its own.
        key=f"review:{review.pk}:{day}:{stage}",
        subject="A post should be read again",
        words=f"{words} Hand it in again as it stands, or change it first.",
    )
