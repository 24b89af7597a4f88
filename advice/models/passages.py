"""Passages: the pieces of public posts that may be quoted, and the counter that says when they changed."""

from time import monotonic

from django.db import models, transaction

from advice.documents import Audience
from advice.models.posts import Post, Revision

A_MOMENT = 1.0  # seconds


class PassageQuerySet(models.QuerySet["Passage"]):
    def public(self) -> "PassageQuerySet":
        """Those of posts readers may see; Post.objects.public() decides."""
        return self.filter(post__in=Post.objects.public())

    def without_vector(self, model: str) -> "PassageQuerySet":
        return self.exclude(vector_model=model)


class Passage(models.Model):
    """A piece of a shown revision, 60 to 180 words where the text allows. It lives and dies with its post."""

    class Kind(models.TextChoices):
        TITLE = "title", "Title and summary"
        QUESTION = "question", "A question this post answers"
        TAKEAWAY = "takeaway", "Key takeaway"
        LETTER = "letter", "Letter"
        REPLY = "reply", "Reply"
        BODY = "body", "Text"
        FAQ = "faq", "Question and answer"

    key = models.CharField(
        max_length=40, unique=True, help_text="Its public id: the same as long as its words are the same"
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="passages")
    revision = models.ForeignKey(Revision, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    language = models.CharField(max_length=5)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.PLAIN)
    headings = models.JSONField(default=list, help_text="The headings it stands under, outermost first")
    anchor = models.CharField(max_length=60, blank=True, help_text="Where on the post's page it stands")
    text = models.TextField()
    vector = models.BinaryField(null=True)
    vector_model = models.CharField(max_length=80, blank=True)

    objects = PassageQuerySet.as_manager()

    class Meta:
        ordering = ("post", "position")
        constraints = [models.UniqueConstraint(fields=["post", "position"], name="passage_has_its_place")]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id",
            "key",
            "post",
            "revision",
            "position",
            "kind",
            "language",
            "audience",
            "headings",
            "anchor",
            "text",
            "vector",
            "vector_model",
        }
        keep_for = "as long as its post is public"

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return self.post.address_for(self.audience) + (f"#{self.anchor}" if self.anchor else "")


class IndexVersion(models.Model):
    """One row, counted up whenever the public passages change, so that who holds them knows to read again."""

    number = models.PositiveBigIntegerField(default=0)
    _looked_at, _lately = float("-inf"), 0  # of this process

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "number"}
        keep_for = "for ever: a number"

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def current(cls) -> int:
        return cls.objects.filter(pk=1).values_list("number", flat=True).first() or 0

    @classmethod
    def lately(cls) -> int:
        """The number as it was at most a second ago; at once where this process counted it up."""
        if monotonic() - cls._looked_at > A_MOMENT:
            cls._looked_at, cls._lately = monotonic(), cls.current()
        return cls._lately

    @classmethod
    def count_up(cls) -> None:
        cls.objects.get_or_create(pk=1)
        cls.objects.filter(pk=1).update(number=models.F("number") + 1)
        cls.forget()
        transaction.on_commit(cls.forget)  # whoever looked meanwhile saw what was before

    @classmethod
    def forget(cls) -> None:
        cls._looked_at = float("-inf")
