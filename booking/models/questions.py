"""The intake's questions, as rows: the standard ones, and the practice's own; each with its history."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.diary import SessionType

OWN = "own_"  # the keys of the practice's own questions begin so; no standard key does
LONGEST_LABEL, LONGEST_HELP = 200, 400


class QuestionQuerySet(models.QuerySet["Question"]):
    def live(self) -> "QuestionQuerySet":
        """What is asked now, in order, with all that is needed to ask it: two queries."""
        return self.filter(retired_at=None).select_related("depends_on").prefetch_related("session_types")


class Question(models.Model):
    """One question of the intake. Its key never changes; its words do, and every wording is kept."""

    class Kind(models.TextChoices):
        STANDARD = "standard", "Standard"
        LINE = "line", "A short text"
        WORDS = "words", "A long text"
        ONE = "one", "One of several answers"
        SOME = "some", "Any of several answers"
        YES_NO = "yes_no", "Yes or no"

    class Page(models.TextChoices):
        """The pages, in the order they come."""

        CONCERNS = "concerns", "What brings you here?"
        WHO = "who", "Who is it for?"
        GUARDIAN = "guardian", "Who decides for them? (under 18)"
        WHERE = "where", "Where will you be?"
        PAST = "past", "Have you talked to someone before?"
        WISHES = "wishes", "How would you like to work?"
        PERSON = "person", "With whom would you feel at ease?"
        PAYMENT = "payment", "How would you pay?"
        WHEN = "when", "When could you meet?"
        MORE = "more", "A few more questions"
        REACH = "reach", "How may we reach you?"

    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    page = models.CharField(max_length=10, choices=Page.choices)
    position = models.PositiveSmallIntegerField(default=0)
    is_needed = models.BooleanField(default=False, help_text="Nobody could be matched or reached without it")
    session_types = models.ManyToManyField(
        SessionType, blank=True, related_name="+", help_text="Asked only for these; none: for all"
    )
    depends_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="dependents", help_text="Of an earlier page"
    )
    depends_value = models.CharField(max_length=60, blank=True, help_text="Asked where that answer is or contains this")
    version = models.PositiveSmallIntegerField(default=1)
    # Empty in a standard question: the words the house brings along, in each of its languages.
    label = models.CharField(max_length=LONGEST_LABEL, blank=True)
    label_es = models.CharField(max_length=LONGEST_LABEL, blank=True)
    help = models.CharField(max_length=LONGEST_HELP, blank=True)
    help_es = models.CharField(max_length=LONGEST_HELP, blank=True)
    options: "models.Field[Any, Any]" = models.JSONField(default=list, blank=True, help_text="[slug, English, Spanish]")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("page", "position", "id")
        constraints = [
            models.CheckConstraint(
                name="question_of_the_practice_has_words",
                condition=Q(kind="standard") | ~Q(label="") & ~Q(label_es=""),
            ),
            models.CheckConstraint(
                name="question_of_the_practice_is_known_by_its_key",
                condition=Q(kind="standard") & ~Q(key__startswith=OWN) | ~Q(kind="standard") & Q(key__startswith=OWN),
            ),
            models.CheckConstraint(
                name="question_that_is_needed_is_always_asked",
                condition=Q(is_needed=False) | Q(retired_at=None, depends_on=None),
            ),
            models.CheckConstraint(
                name="question_condition_is_whole",
                condition=Q(depends_on=None, depends_value="") | Q(depends_on__isnull=False) & ~Q(depends_value=""),
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "key", "kind", "page", "position", "is_needed", "session_types", "depends_on", "depends_value",
            "version", "label", "label_es", "help", "help_es", "options", "retired_at",
        }  # fmt: skip
        keep_for = "for ever: it says nothing of a person"

    def __str__(self) -> str:
        return self.label or self.key

    @property
    def is_own(self) -> bool:
        return self.kind != self.Kind.STANDARD

    def label_in(self, language: str) -> str:
        return self.label_es if language == "es" and self.label_es else self.label

    def help_in(self, language: str) -> str:
        return self.help_es if language == "es" and self.help_es else self.help

    def options_in(self, language: str) -> list[tuple[str, str]]:
        return [(slug, spanish if language == "es" else english) for slug, english, spanish in self.options]


class Wording(models.Model):
    """The words of a question from one moment on. Rows are added, never changed."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="wordings")
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="None: the house"
    )
    label = models.CharField(max_length=LONGEST_LABEL, blank=True)
    label_es = models.CharField(max_length=LONGEST_LABEL, blank=True)
    help = models.CharField(max_length=LONGEST_HELP, blank=True)
    help_es = models.CharField(max_length=LONGEST_HELP, blank=True)
    options: "models.Field[Any, Any]" = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=["question", "version"], name="wording_is_kept_once")]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "question", "version", "at", "actor", "label", "label_es", "help", "help_es", "options"}
        keep_for = "as long as the question"

    def __str__(self) -> str:
        return f"{self.question_id} v{self.version}"
