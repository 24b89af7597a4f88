"""What stands around a post: its topics, related posts, and the newer and the older one.

It is the same until something is published or retracted, so each process keeps it under the state of the column
(IndexVersion), and for no longer than a page (a topic's name may change).
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db.models import prefetch_related_objects
from django.urls import reverse

from advice import resourcing
from advice.models import IndexVersion, Post, Topic
from advice.models.posts import in_wording
from advice.views.caching import FRESH_FOR

RELATED = 4


def around(post: Post, wording: str) -> dict[str, Any]:
    """`topics`, `related`, `newer` and `older` of a post, the links in its own language and the wording chosen."""
    key = f"around:{IndexVersion.lately()}:{settings.DEMO}:{post.pk}"
    kept: dict[str, Any] = caches["parts"].get_or_set(key, lambda: _around(post), FRESH_FOR) or {}
    return kept | {
        "related": [_worded(link, wording) for link in kept["related"]],
        "newer": _worded(kept["newer"], wording),
        "older": _worded(kept["older"], wording),
    }


def _worded(link: dict[str, str] | None, wording: str) -> dict[str, str] | None:
    return link and link | {"url": in_wording(link["url"], wording)}


def _around(post: Post) -> dict[str, Any]:
    prefetch_related_objects([post], "topics")  # asked for twice
    topics, here = list(post.topics.all()), (post.published_at, post.pk)
    others: list[Any] = list(Post.objects.around(post, related=RELATED).select_related("shown").defer("shown__body"))
    others.sort(key=lambda other: (other.published_at, other.pk))
    newer = next((other for other in others if (other.published_at, other.pk) > here), None)
    older = next((other for other in reversed(others) if (other.published_at, other.pk) < here), None)
    # Sorted already by time: of those that share as much, the newest come first.
    related = sorted((other for other in reversed(others) if other.shared), key=lambda other: -other.shared)
    return {
        "topics": topics,
        "related": [_link(other) for other in related[:RELATED]],
        "newer": newer and _link(newer),
        "older": older and _link(older),
        "resources": places(topics, post.language),
    }


def _link(post: Any) -> dict[str, str]:
    return {"title": post.text.title, "url": post.get_absolute_url()}


def places(topics: Iterable[Topic], language: str) -> list[dict[str, Any]]:
    """Where to find help with these topics that is no crisis line."""
    return [
        {"name": one.name, "url": one.url, "about": one.about_in(language), "verified_on": one.verified_on}
        for one in resourcing.for_topics(topics)
    ]


def names(topics: Iterable[Topic], language: str, wording: str) -> list[dict[str, str]]:
    """These topics as links in the reader's language and the wording they chose."""
    addresses = ((topic, reverse("advice:topic", args=[topic.slug])) for topic in topics)
    return [{"name": topic.name_in(language), "url": in_wording(address, wording)} for topic, address in addresses]
