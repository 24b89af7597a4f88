"""Describing: what other readers' programs may know of a post, in schema.org's terms (JSON-LD) and as shared links do.

It says nothing that the page does not: without a signed review there is no `reviewedBy`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from advice.models import Post, Topic
from advice.rendering import Rendered

# A closing tag in a text must not end the element.
HARMLESS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}


def address(post: Post) -> str:
    """Where the post stands, whatever host this request came by."""
    return settings.PUBLIC_URL + post.get_absolute_url()


def structured(post: Post, page: Rendered, topics: Sequence[Topic]) -> SafeString:
    """The element's content: a MedicalWebPage about a BlogPosting, its breadcrumbs, and its questions if it has any."""
    url = address(post)
    with override(post.language):
        nodes = [_web_page(post, url), _posting(post, url, topics), _breadcrumbs(post, url, topics)]
    if page.faq:
        nodes.append(_faq(url, page))
    graph = {"@context": "https://schema.org", "@graph": nodes}
    return mark_safe(json.dumps(graph, ensure_ascii=False).translate(HARMLESS))  # noqa: S308 - harmless by the line


def _web_page(post: Post, url: str) -> dict[str, Any]:
    review = post.review
    node: dict[str, Any] = {
        "@type": "MedicalWebPage",
        "@id": f"{url}#page",
        "url": url,
        "name": post.text.title,
        "description": post.text.summary,
        "inLanguage": post.language,
        "mainEntity": {"@id": f"{url}#post"},
        "breadcrumb": {"@id": f"{url}#path"},
    }
    if review is not None and review.reviewer is not None:
        node["lastReviewed"] = _day(review.decided_at)
        reviewer = review.reviewer
        node["reviewedBy"] = {"@type": "Person", "name": reviewer.name, "honorificSuffix": reviewer.credentials}
    return node


def _posting(post: Post, url: str, topics: Sequence[Topic]) -> dict[str, Any]:
    practice = {"@type": "MedicalOrganization", "name": settings.PRACTICE["name"], "url": settings.PUBLIC_URL + "/"}
    return {
        "@type": "BlogPosting",
        "@id": f"{url}#post",
        "headline": post.text.title,
        "abstract": post.text.summary,
        "inLanguage": post.language,
        "datePublished": _day(post.published_at),
        "dateModified": _day(post.text.created_at),
        "publisher": practice,
        "author": practice,
        "about": [{"@type": "Thing", "name": topic.name_in(post.language)} for topic in topics],
        "citation": [entry["title"] for entry in post.text.references],
        "isAccessibleForFree": True,
    }


def _breadcrumbs(post: Post, url: str, topics: Sequence[Topic]) -> dict[str, Any]:
    here = settings.PUBLIC_URL
    places = [(settings.PRACTICE["name"], here + reverse("advice:home")), (_("Answers"), here + reverse("advice:list"))]
    if topics:
        places.append((topics[0].name_in(post.language), here + reverse("advice:topic", args=[topics[0].slug])))
    places.append((post.text.title, url))
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": item}
        for number, (name, item) in enumerate(places, start=1)
    ]
    return {"@type": "BreadcrumbList", "@id": f"{url}#path", "itemListElement": items}


def _faq(url: str, page: Rendered) -> dict[str, Any]:
    questions = [
        {
            "@type": "Question",
            "name": item["question"],
            "acceptedAnswer": {"@type": "Answer", "text": " ".join(strip_tags(item["answer"]).split())},
        }
        for item in page.faq
    ]
    return {"@type": "FAQPage", "@id": f"{url}#faq", "mainEntity": questions}


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
