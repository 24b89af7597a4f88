"""Notifying: mails to those who work here about a post. The words say what to do; the post itself is on the desk."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from advice.models import Post
from practice.messaging import sending
from practice.messaging.models import Channel
from practice.staff.models import User

LASTS = timedelta(days=7)


def tell(*, post: Post, readers: Iterable[User | None], key: str, subject: str, words: str) -> int:
    """Owe each of these who still works here one mail under this key, else the owners; how many were asked for."""
    people = {user.email for user in readers if user is not None and user.is_active}
    people = people or set(User.objects.filter(is_owner=True, is_active=True).values_list("email", flat=True))
    address = settings.PUBLIC_URL + reverse("column:post", args=[post.uuid])
    for email in sorted(people):
        sending.queue_to_staff(
            to=email,
            channel=Channel.MAIL,
            key=f"{key}:{email}"[:160],
            topic=f"post:{post.uuid}",
            subject=subject,
            body=f"{words}\n\n{address}\n",
            expires_at=timezone.now() + LASTS,
        )
    return len(people)
