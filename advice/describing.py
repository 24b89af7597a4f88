"""Describing: what other readers' programs may know of a post, in schema.org's terms (JSON-LD) and as shared links do.

It says nothing that the page does not: without a signed review there is no `reviewedBy`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from advice.documents import Audience, Byline, Document, Image
from advice.models import Post, Topic
from advice.rendering import Rendered

AUDIENCES = {Audience.PLAIN: "Patient", Audience.CLINICAL: "Clinician"}  # in schema.org's words
# A closing tag in a text must not end the element.
HARMLESS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&"}


def address(post: Post) -> str:
    """Where the post stands, whatever host this request came by."""
    return settings.PUBLIC_URL + post.get_absolute_url()


def picture(image: Image) -> str:
    """Where a post's picture stands; nothing where it has none."""
    return settings.PUBLIC_URL + reverse("advice:picture", args=[image.file]) if image else ""


def structured(
    post: Post, document: Document, page: Rendered, topics: Sequence[Topic], audience: Audience
) -> SafeString:
    """The element's content: a MedicalWebPage about a BlogPosting, its breadcrumbs, and its questions if it has any.

    `document` in the wording for `audience`, which `page` was drawn from.
    """
    url = address(post)
    with override(post.language):
        nodes = [_web_page(post, url, document, audience), _posting(post, url, document, topics)]
        nodes.append(_breadcrumbs(post, url, topics))
    if page.faq:
        nodes.append(_faq(url, page))
    graph = {"@context": "https://schema.org", "@graph": nodes}
    return mark_safe(json.dumps(graph, ensure_ascii=False).translate(HARMLESS))  # noqa: S308 - harmless by the line


def event(post: Post) -> SafeString:
    """A public notice's event, in schema.org's terms."""
    occasion, url = post.text.document.occasion, address(post)
    place: dict[str, Any] = {"@type": "VirtualLocation", "url": occasion.link}
    if occasion.place:
        place = {"@type": "Place", "name": occasion.place, "address": occasion.place}
    node = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": f"{url}#event",
        "url": url,
        "name": post.text.title,
        "description": post.text.summary,
        "startDate": post.starts_at.isoformat() if post.starts_at else "",
        "endDate": post.ends_at.isoformat() if post.ends_at else "",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": f"https://schema.org/{_attendance(bool(occasion.place), bool(occasion.link))}",
        "location": place,
        "organizer": {"@type": "Organization", "name": settings.PRACTICE["name"], "url": settings.PUBLIC_URL},
        "inLanguage": post.language,
    }
    return mark_safe(json.dumps(node, ensure_ascii=False).translate(HARMLESS))  # noqa: S308 - harmless by the line


def _attendance(has_place: bool, has_link: bool) -> str:
    if has_place and has_link:
        return "MixedEventAttendanceMode"
    return "OfflineEventAttendanceMode" if has_place else "OnlineEventAttendanceMode"


def _web_page(post: Post, url: str, document: Document, audience: Audience) -> dict[str, Any]:
    review = post.review
    node: dict[str, Any] = {
        "@type": "MedicalWebPage",
        "@id": f"{url}#page",
        "url": url,
        "name": post.text.title,
        "description": document.summary,
        "inLanguage": post.language,
        "medicalAudience": {"@type": "MedicalAudience", "audienceType": AUDIENCES[audience]},
        "mainEntity": {"@id": f"{url}#post"},
        "breadcrumb": {"@id": f"{url}#path"},
    }
    if review is not None and review.reviewer is not None:
        node["lastReviewed"] = _day(review.decided_at)
        reviewer = review.reviewer
        node["reviewedBy"] = {"@type": "Person", "name": reviewer.name, "honorificSuffix": reviewer.credentials}
    return node


def _posting(post: Post, url: str, document: Document, topics: Sequence[Topic]) -> dict[str, Any]:
    practice = {"@type": "MedicalOrganization", "name": settings.PRACTICE["name"], "url": settings.PUBLIC_URL + "/"}
    node: dict[str, Any] = {
        "@type": "BlogPosting",
        "@id": f"{url}#post",
        "headline": post.text.title,
        "abstract": document.summary,
        "inLanguage": post.language,
        "datePublished": _day(post.published_at),
        "dateModified": _day(post.changed_at),
        "publisher": practice,
        "author": _author(document.byline) if document.byline else practice,
        "about": [{"@type": "Thing", "name": topic.name_in(post.language)} for topic in topics],
        "citation": [reference.title for reference in document.references],
        "isAccessibleForFree": True,
    }
    if image := document.image:
        sides = {"width": image.width, "height": image.height}
        node["image"] = {"@type": "ImageObject", "url": picture(image), "caption": image.alt} | sides
    return node


def _author(byline: Byline) -> dict[str, str]:
    person = {"@type": "Person", "name": byline.name}
    return person | {"honorificSuffix": byline.credentials} if byline.credentials else person


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
            "acceptedAnswer": {"@type": "Answer", "text": item["plain"]},
        }
        for item in page.faq
    ]
    return {"@type": "FAQPage", "@id": f"{url}#faq", "mainEntity": questions}


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
