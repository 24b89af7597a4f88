"""The newest posts as an Atom feed and as a JSON feed, in the language of the address."""

import json
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Enclosure, SyndicationFeed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from advice import describing
from advice.models import Post
from practice import facts

NEWEST = 20


class JsonFeed(SyndicationFeed):
    """JSON Feed 1.1."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "description": self.feed["subtitle"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "language": self.feed["language"],
            "items": [
                {
                    "id": item["unique_id"],
                    "url": item["link"],
                    "title": item["title"],
                    "content_text": item["description"],
                    "authors": [{"name": item["author_name"]}],
                    "tags": list(item["categories"]),
                    **({"image": item["image"]} if item["image"] else {}),
                    "date_published": item["pubdate"].isoformat(),
                    "date_modified": item["updateddate"].isoformat(),
                }
                for item in self.items
            ],
        }
        outfile.write(json.dumps(feed, ensure_ascii=False, indent=1).encode(encoding))


class NewestPosts(Feed):
    feed_type: type[SyndicationFeed] = Atom1Feed
    language: str

    def title(self) -> str:
        return _("Answers from %(practice)s") % {"practice": facts.practice().name}

    def subtitle(self) -> str:
        return _("For education only. It cannot know you, and does not replace talking to a clinician.")

    def link(self) -> str:
        return reverse("advice:list")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.language = (get_language() or "en")[:2]

    def items(self) -> list[Post]:
        newest = Post.objects.public().in_language(self.language).order_by("-published_at", "-pk")
        return list(newest.select_related("shown")[:NEWEST])

    def item_title(self, item: Any) -> str:
        return (
            _("Sample: %(title)s") % {"title": item.text.title} if item.state == Post.State.SAMPLE else item.text.title
        )

    def item_description(self, item: Post) -> str:
        return item.text.summary

    def item_author_name(self, item: Any) -> str:
        return str(item.text.document.byline) or facts.practice().name

    def item_categories(self, item: Post) -> list[str]:
        return [str(audience) for audience in item.text.document.audiences]

    def item_enclosures(self, item: Post) -> list[Enclosure]:
        image = item.text.document.image
        kind = "image/png" if image.file.endswith(".png") else "image/jpeg"
        return [Enclosure(url=describing.picture(image), length="0", mime_type=kind)] if image else []

    def item_extra_kwargs(self, item: Post) -> dict[str, str]:
        return {"image": describing.picture(item.text.document.image)}

    def item_link(self, item: Post) -> str:
        return item.get_absolute_url()

    def item_guid(self, item: Post) -> str:
        return f"urn:uuid:{item.uuid}"

    def item_pubdate(self, item: Post) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Post) -> datetime:
        return item.changed_at


class NewestPostsAsJson(NewestPosts):
    feed_type = JsonFeed
