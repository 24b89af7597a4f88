"""What search engines should know of the column."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef
from django.urls import reverse

from advice.models import Post, Topic


class Posts(Sitemap):
    def items(self) -> list[Post]:
        rows = Post.objects.public() | Post.objects.notices()
        named = ("slug", "language", "kind", "state", "published_at", "shown__created_at", "review__decided_at")
        return list(rows.select_related("shown", "review").only(*named).order_by("pk"))

    def lastmod(self, item: Post) -> datetime:
        return item.changed_at


class Topics(Sitemap):
    def items(self) -> list[Topic]:
        return list(Topic.objects.filter(Exists(Post.objects.public().filter(topics=OuterRef("pk")))))

    def location(self, item: Topic) -> str:
        return reverse("advice:topic", args=[item.slug])


class Pages(Sitemap):
    def items(self) -> list[str]:
        return ["home", "list", "archive", "notices", "letter", "newsletter", "policy", "reviewers"]

    def location(self, item: str) -> str:
        return reverse(f"advice:{item}")


SITEMAPS: dict[str, type[Sitemap]] = {"posts": Posts, "topics": Topics, "pages": Pages}
