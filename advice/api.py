"""The column's JSON door: public posts, as readers see them."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from advice import asking_api, describing, letters_api
from advice.documents import Audience, Byline, Image
from advice.models import Post, Topic
from advice.views.reading import badge

LANGUAGE = OpenApiParameter("language", str, enum=["en", "es"], description="Leave out for all languages")
AUDIENCE = OpenApiParameter("audience", str, enum=Audience.values, description="Posts with a wording for them")
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


class Pages(PageNumberPagination):
    page_size = 20


class Posts(ListAPIView[Post]):
    """Public posts, the newest first."""

    serializer_class = PostSummary
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Post]:
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
        posts = posts.worded_for(audience).annotate(has_clinical=~Q(shown__clinical={}))
        return posts.order_by("-published_at", "-pk")

    @extend_schema(parameters=[LANGUAGE, TOPIC, AUDIENCE])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


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
