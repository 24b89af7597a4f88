"""The column's JSON door: public posts, as readers see them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import URLPattern, path
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from advice import asking_api, describing, letters_api, receiving, searching
from advice.documents import Audience, Byline, Image
from advice.models import Post, Topic
from advice.models.posts import PostQuerySet
from advice.views.reading import LONGEST_SEARCH, badge
from practice.crisis import responding

LANGUAGE = OpenApiParameter("language", str, enum=["en", "es"], description="Leave out for all languages")
AUDIENCE = OpenApiParameter("audience", str, enum=Audience.values, description="Posts with a wording for them")
CURSOR = OpenApiParameter("cursor", str, description="Which page: as `next` and `previous` of another say")
SEARCH = OpenApiParameter("q", str, description="Words to look for; misspelt ones are put right")
TOPIC = OpenApiParameter("topic", str, description="A topic's slug")


class PostSummary(serializers.ModelSerializer[Post]):
    """What a list shows. `status` is what the review means: sample, approved, update, overdue."""

    title = serializers.CharField(source="text.title")
    summary = serializers.CharField(source="text.summary")
    topics: Any = serializers.SlugRelatedField(slug_field="slug", many=True, read_only=True)
    url = serializers.CharField(source="get_absolute_url")
    status = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    image = serializers.SerializerMethodField()
    audiences = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = (
            *("slug", "language", "kind", "title", "summary", "author", "image", "topics", "audiences", "url"),
            *("status", "published_at"),
        )

    def get_author(self, post: Post) -> str | None:
        return str(Byline(**post.text.byline)) or None

    def get_image(self, post: Post) -> str | None:
        return describing.picture(Image(**post.text.image)) or None

    def get_audiences(self, post: Post) -> list[str]:
        asked = getattr(post, "has_clinical", None)  # a list asks the database, and leaves the long text there
        has_clinical = bool(post.text.clinical) if asked is None else asked
        return [audience.value for audience in Audience if audience == Audience.PLAIN or has_clinical]

    def get_status(self, post: Post) -> str:
        return str(badge(post)["status"])


class PostText(PostSummary):
    """A whole post: Markdown text with citations tied to references by key."""

    content = serializers.SerializerMethodField()
    disclosure = serializers.CharField(source="text.disclosure")
    sha256 = serializers.CharField(source="text.sha256")
    reviewer = serializers.SerializerMethodField()
    next_review_due = serializers.DateField(source="review.next_review_due", default=None)

    class Meta(PostSummary.Meta):
        own = ("content", "disclosure", "sha256", "reviewer", "next_review_due")
        fields = (*PostSummary.Meta.fields, *own)  # type: ignore[assignment]

    def get_content(self, post: Post) -> dict[str, Any]:
        return post.text.document.content

    def get_reviewer(self, post: Post) -> str | None:
        return badge(post)["reviewer"] or None


class Pages(CursorPagination):
    """Twenty at a time; the cursor stays right while new posts come in."""

    page_size, ordering = 20, ("-published_at", "-pk")

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_moment(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def page_of(self, found: Sequence[int], request: Request) -> Sequence[int]:
        """The part of posts found, best first, that the cursor stands at: for an order that is none of time."""
        self.base_url = request.build_absolute_uri()
        cursor = self.decode_cursor(request)
        start = cursor.offset if cursor else 0
        before, behind = max(0, start - self.page_size), start + self.page_size
        self.links = {
            "next": self._link_to(behind) if behind < len(found) else None,
            "previous": self._link_to(before) if start else None,
        }
        return found[start:behind]

    def _link_to(self, offset: int) -> str:
        return str(self.encode_cursor(Cursor(offset=offset, reverse=False, position=None)))


def _is_moment(text: str) -> bool:
    try:
        found = parse_datetime(text)
    except ValueError:
        return False
    return found is not None and is_aware(found)


class Listed(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    lines = asking_api.CrisisLine(many=True, required=False, help_text="Where the words sound like an emergency")
    results = PostSummary(many=True)


class Posts(ListAPIView[Post]):
    """Public posts, the newest first; with `q` those that bear on these words, the best first."""

    serializer_class = PostSummary
    pagination_class = Pages

    def get_queryset(self) -> PostQuerySet:
        posts = Post.objects.public().as_cards().select_related("shown", "review__reviewer")
        asked = self.request.query_params
        if language := asked.get("language"):
            if language not in {"en", "es"}:
                raise ValidationError({"language": ["Choose en or es."]})
            posts = posts.in_language(language)
        if topic := asked.get("topic"):
            if "\0" in topic or not Topic.objects.filter(slug=topic).exists():
                raise ValidationError({"topic": ["There is no such topic."]})
            posts = posts.filter(topics__slug=topic)
        if (audience := asked.get("audience") or Audience.PLAIN.value) not in Audience.values:
            raise ValidationError({"audience": ["Choose plain or clinical."]})
        return posts.worded_for(audience).annotate(has_clinical=~Q(shown__clinical={}))

    @extend_schema(parameters=[SEARCH, LANGUAGE, TOPIC, AUDIENCE, CURSOR], responses=forced_singular_serializer(Listed))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        words = request.query_params.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        return self._found(request, words) if words else super().get(request, *args, **kwargs)

    def _found(self, request: Request, words: str) -> Response:
        screening, pages = receiving.screen_search(words), Pages()
        language = request.query_params.get("language") or "en"
        posts = self.get_queryset()
        found = searching.among(searching.find(words, language=language).hits, posts)
        page = pages.page_of(list(found), request)
        rows = posts.in_bulk(page)
        lines = asking_api.lines_of(responding.response(screening, language)) if screening.is_hit else []
        results = self.get_serializer([rows[pk] for pk in page], many=True).data
        return Response({**pages.links, "lines": lines, "results": results})


class OnePost(RetrieveAPIView[Post]):
    """One public post in one language (English unless asked)."""

    serializer_class = PostText
    lookup_field = "slug"

    def get_queryset(self) -> QuerySet[Post]:
        language = self.request.query_params.get("language") or "en"
        if language not in {"en", "es"}:
            raise ValidationError({"language": ["Choose en or es."]})
        return Post.objects.public().in_language(language).with_text().prefetch_related("topics")

    @extend_schema(parameters=[LANGUAGE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


urlpatterns: list[URLPattern] = [
    path("ask/", asking_api.Ask.as_view(), name="ask"),
    path("letters/", letters_api.Letters.as_view(), name="letters"),
    path("posts/", Posts.as_view(), name="posts"),
    path("posts/<slug:slug>/", OnePost.as_view(), name="post"),
]
