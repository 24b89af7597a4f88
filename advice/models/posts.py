"""Topics, posts, and the immutable revisions a post is made of."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from advice.documents import Audience, Document
from advice.documents import Kind as Kind
from practice.staff.models import Clinician, User

SLUG_LENGTH = 120


def in_wording(address: str, audience: str) -> str:
    """The address at which a reader goes on in the wording they chose; the plain one needs no word for it."""
    return address if audience == Audience.PLAIN else f"{address}?wording={audience}"


class Topic(models.Model):
    """What posts are about, in the words readers see."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    name_es = models.CharField(max_length=60, blank=True)
    about = models.CharField(max_length=200, blank=True)
    about_es = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "slug")

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "slug", "name", "name_es", "about", "about_es", "position"}
        keep_for = "as long as posts have this topic"

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return self.name_es if language == "es" and self.name_es else self.name

    def about_in(self, language: str) -> str:
        return self.about_es if language == "es" and self.about_es else self.about


def _shown_states() -> list[str]:
    return [Post.State.PUBLISHED, Post.State.SAMPLE] if settings.DEMO else [Post.State.PUBLISHED]


class PostQuerySet(models.QuerySet["Post"]):
    def public(self) -> "PostQuerySet":
        """The answers readers may see and the chatbot may quote. Nothing else decides this."""
        return self.filter(state__in=_shown_states()).exclude(kind=Kind.NOTICE)

    def notices(self) -> "PostQuerySet":
        """Public notices, those to come and those that are over. They are no answers, and nothing quotes them."""
        return self.filter(state__in=_shown_states(), kind=Kind.NOTICE)

    def link_ends(self) -> set[str]:
        """The slugs that a link within the column may lead to: of all posts but the retracted."""
        return set(self.exclude(state=Post.State.RETRACTED).values_list("slug", flat=True))

    def in_language(self, language: str) -> "PostQuerySet":
        return self.filter(language=language)

    def for_readers_of(self, language: str) -> "PostQuerySet":
        """The public posts in this language, the newest first, then those not yet translated into it (`is_foreign`)."""
        translated = Post.objects.public().in_language(language).filter(slug=OuterRef("slug"))
        foreign = Case(When(language=language, then=Value(0)), default=Value(1))
        posts = self.public().exclude(~Q(language=language) & Exists(translated))
        return posts.annotate(is_foreign=foreign).order_by("is_foreign", "-published_at", "-pk")

    def as_cards(self) -> "PostQuerySet":
        """With what a list prints, and without the long texts."""
        listed = {"id", "title", "summary", "byline", "image"}
        long = (field.name for field in Revision._meta.concrete_fields if field.name not in listed)
        return self.select_related("shown").defer(*(f"shown__{name}" for name in long)).prefetch_related("topics")

    def related_to(self, post: "Post") -> "PostQuerySet":
        """Public posts in the same language that share topics with this one, those that share most first."""
        topics = [topic.pk for topic in post.topics.all()]
        others = self.public().in_language(post.language).exclude(pk=post.pk).filter(topics__in=topics)
        return others.annotate(shared=Count("topics")).order_by("-shared", "-published_at", "-pk")

    def around(self, post: "Post", *, related: int) -> "PostQuerySet":
        """The public posts just before and after this one in time, and the `related` that share most topics with it.

        One query for both; `shared` counts the topics.
        """
        others = self.public().in_language(post.language)
        later = Q(published_at__gt=post.published_at) | Q(published_at=post.published_at, pk__gt=post.pk)
        earlier = Q(published_at__lt=post.published_at) | Q(published_at=post.published_at, pk__lt=post.pk)
        newer = others.filter(later).order_by("published_at", "pk").values("pk")[:1]
        older = others.filter(earlier).order_by("-published_at", "-pk").values("pk")[:1]
        like = self.related_to(post).values("pk")[:related]
        shared = Count("topics", filter=Q(topics__in=[topic.pk for topic in post.topics.all()]))
        return self.filter(Q(pk__in=newer) | Q(pk__in=older) | Q(pk__in=like)).annotate(shared=shared)

    def worded_for(self, audience: str) -> "PostQuerySet":
        """Those that have a wording for these readers; every post has a plain one."""
        return self if audience == Audience.PLAIN else self.exclude(shown__clinical={})

    def with_text(self) -> "PostQuerySet":
        """With all that a page prints of the post itself."""
        return self.select_related("shown", "review__reviewer")


class Post(models.Model):
    """One text of the column in one language.

    What it says stands in its revisions: `head` is the newest of them, `shown` the one readers see.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SAMPLE = "sample", _("Sample")
        PUBLISHED = "published", _("Published")
        RETRACTED = "retracted", _("Retracted")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=SLUG_LENGTH)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    translation_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="translations")
    topics = models.ManyToManyField(Topic, related_name="posts", blank=True)
    letter = models.ForeignKey("advice.Letter", models.SET_NULL, null=True, blank=True, related_name="posts")
    source = models.CharField(max_length=200, blank=True, help_text="Where it was imported from")
    source_key = models.CharField(max_length=100, blank=True, help_text="Which row of a table: read again, it is known")
    head = models.ForeignKey("advice.Revision", models.RESTRICT, null=True, related_name="+")
    shown = models.ForeignKey("advice.Revision", models.RESTRICT, null=True, blank=True, related_name="+")
    review = models.ForeignKey(
        "advice.Review",
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="+",
        help_text="What allowed the shown revision",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True, help_text="When readers first saw it")
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Of a public notice: when the event begins")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Of a public notice: when it is over")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    retraction_reason = models.CharField(max_length=300, blank=True, help_text="What readers are told")

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "language"], name="post_has_one_wording_a_language"),
            models.UniqueConstraint(
                fields=["source_key"], condition=~Q(source_key=""), name="post_of_a_row_is_made_once"
            ),
            models.CheckConstraint(
                name="post_shows_a_text_once_public",
                condition=Q(state="draft", shown=None)
                | ~Q(state="draft") & Q(shown__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="post_published_names_review_and_publisher",
                condition=~Q(state="published")
                | Q(published_by__isnull=False) & (Q(review__isnull=False) | Q(kind="notice")),
            ),
            models.CheckConstraint(
                name="post_notice_says_until_when",
                condition=~Q(kind="notice") | Q(state="draft") | Q(ends_at__isnull=False),
            ),
            models.CheckConstraint(
                name="post_sample_is_never_approved", condition=~Q(state="sample") | Q(review=None, published_by=None)
            ),
            models.CheckConstraint(
                name="post_retraction_says_who_and_why",
                condition=Q(retracted_at=None, retracted_by=None, retraction_reason="") & ~Q(state="retracted")
                | Q(state="retracted", retracted_at__isnull=False, retracted_by__isnull=False)
                & ~Q(retraction_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["language", "state", "-published_at"], name="post_newest")
        ]  # lists, feed, sitemap

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "uuid", "slug", "language", "kind", "state", "topics", "translation_of", "letter", "source",
            "source_key", "head", "shown", "review", "created_at", "published_at", "published_by", "starts_at",
            "ends_at", "retracted_at", "retracted_by", "retraction_reason",
        }  # fmt: skip
        keep_for = "as long as the column; a retracted post keeps its place and says so"

    def __str__(self) -> str:
        return f"{self.slug} ({self.language})"

    def get_absolute_url(self) -> str:
        with override(self.language):
            return reverse("advice:post", args=[self.slug])

    def address_for(self, audience: str) -> str:
        """Its page in this wording."""
        return in_wording(self.get_absolute_url(), audience)

    @property
    def is_public(self) -> bool:
        return self.state in _shown_states()

    @property
    def changed_at(self) -> datetime:
        """Since when readers see it as it reads now: not before it was signed."""
        moments = (self.text.created_at, self.published_at, self.review and self.review.decided_at)
        return max(moment for moment in moments if moment)

    @property
    def text(self) -> "Revision":
        """The revision to read: the one readers see, else the newest."""
        revision = self.shown or self.head
        assert revision is not None, "a post is made with its first revision"
        revision.post = self  # known already: nobody need ask the database for it
        return revision


class Frozen(Exception):
    """Something tried to change a revision. Make a new one."""


class RevisionQuerySet(models.QuerySet["Revision"]):
    def update(self, **values: Any) -> int:
        raise Frozen


class Revision(models.Model):
    """What a post said at one time: numbered, hashed, never changed. A review signs exactly one."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Over the canonical content (documents.Document.digest)")
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    takeaways = models.JSONField(default=list, blank=True)
    questions = models.JSONField(default=list, blank=True, help_text="What readers would type to find this")
    letter = models.TextField(blank=True, help_text="As published: always a new text, never the raw letter")
    signed = models.CharField(max_length=120, blank=True)
    body = models.TextField()
    faq = models.JSONField(default=list, blank=True)
    references = models.JSONField(default=list, blank=True)
    byline = models.JSONField(default=dict, blank=True, help_text="Who wrote it, with credentials, as readers see it")
    disclosure = models.CharField(max_length=300, blank=True, help_text="Commercial interests, or “none”")
    image = models.JSONField(default=dict, blank=True, help_text="A picture of ours, and what it shows in words")
    clinical = models.JSONField(default=dict, blank=True, help_text="The clinical wording, where there is one")
    occasion = models.JSONField(default=dict, blank=True, help_text="Of a notice: when, where, until when")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text="What changed")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("post", "-number")
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="revision_number_is_used_once"),
            models.CheckConstraint(name="revision_numbers_start_at_one", condition=Q(number__gte=1)),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "post", "number", "sha256", "title", "summary", "takeaways", "questions", "letter", "signed", "body",
            "faq", "references", "byline", "disclosure", "image", "clinical", "occasion", "author", "note",
            "created_at",
        }  # fmt: skip
        keep_for = "as long as its post: it is written to be published"

    def __str__(self) -> str:
        return f"{self.post_id} revision {self.number}"

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk is not None:
            raise Frozen
        super().save(*args, **options)

    def is_by(self, user: User) -> bool:
        """Whether readers are told that this person, as one of our clinicians, wrote it."""
        ours: Clinician | None = getattr(user, "clinician", None)
        return ours is not None and ours.slug == self.byline.get("clinician")

    @property
    def document(self) -> Document:
        """This text as a document; its digest is `sha256`."""
        return Document.from_content(
            {name: getattr(self, name) for name in Document.CONTENT},
            slug=self.post.slug,
            kind=self.post.kind,
            language=self.post.language,
        )
