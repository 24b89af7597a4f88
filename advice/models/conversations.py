"""Conversations with the chatbot, turn by turn, and the requests that a person answers."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice.privacy import EncryptedJSONField, EncryptedTextField


class Conversation(models.Model):
    """What one reader asked, one question after the other. Nobody's name is known; whoever holds its link owns it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    started_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(default=timezone.now, help_text="When it last said that it is no person")
    hit_at = models.DateTimeField(null=True, blank=True, help_text="When the crisis screen first found something")

    class Meta:
        indexes = [models.Index(fields=["last_at"], name="conversation_last_used")]  # what is due to be forgotten

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "uuid", "language", "started_at", "last_at", "told_at", "hit_at"}
        keep_for = "30 days after its last question, or until its owner deletes it"

    def __str__(self) -> str:
        return f"conversation {self.uuid}"


class TurnQuerySet(models.QuerySet["Turn"]):
    def gaps(self) -> "TurnQuerySet":
        """Questions that our posts did not answer, or not well; never what sounded like an emergency."""
        asked = Q(kind__in=["closest", "declined"], reason__in=["ask", "language"])
        return self.filter(asked | Q(helpful="no", kind="answer"), draft=None)


class Turn(models.Model):
    """One question and what was shown for it."""

    class Helpful(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")

    class Lacking(models.TextChoices):
        OTHER_QUESTION = "other_question", _("It answers another question")
        TOO_GENERAL = "too_general", _("It is too general")
        HARD_TO_READ = "hard_to_read", _("It is hard to read")
        PERSON = "person", _("I need a person")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=timezone.now)
    question = EncryptedTextField()
    shown: "models.Field[Any, Any]" = EncryptedJSONField(
        help_text='{"words": [...], "quotes": [{"passage": key, "quote": text}]}'
    )
    vector = EncryptedTextField(blank=True, help_text="What the question is near to, for grouping what we lack")
    language = models.CharField(max_length=5)
    kind = models.CharField(max_length=10, help_text="What was answered, as advice.answering.Kind")
    reason = models.CharField(max_length=20, blank=True, help_text="What the question was taken for")
    helpful = models.CharField(max_length=3, choices=Helpful.choices, blank=True)
    lacking = models.CharField(max_length=20, choices=Lacking.choices, blank=True)
    draft = models.ForeignKey(
        "advice.Post",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The post that is being written on it",
    )

    objects = TurnQuerySet.as_manager()

    class Meta:
        ordering = ("conversation", "number")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="turn_has_its_place"),
            models.CheckConstraint(
                name="turn_lacks_something_only_where_it_did_not_help", condition=Q(lacking="") | Q(helpful="no")
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="turn_asked")]  # what is due, and the newest gaps

    class Privacy:
        personal = {"question", "shown", "vector"}
        plain = {
            "id", "conversation", "number", "asked_at", "language", "kind", "reason", "helpful", "lacking", "draft",
        }  # fmt: skip
        keep_for = "30 days, or until the conversation's owner deletes it"

    def __str__(self) -> str:
        return f"turn {self.number} of {self.conversation_id}"


class RequestQuerySet(models.QuerySet["Request"]):
    def waiting(self) -> "RequestQuerySet":
        """Those nobody has answered or closed: what sounded urgent first, then the oldest."""
        urgent_first = models.Case(models.When(urgency="act_now", then=0), models.When(urgency="", then=2), default=1)
        return self.filter(state=Request.State.WAITING).order_by(urgent_first, "asked_at")


class Request(models.Model):
    """A reader asks for a person: who they are, how to reach them, and whether staff may read what they asked."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ANSWERED = "answered", _("Answered")
        CLOSED = "closed", _("Closed without an answer")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    conversation = models.ForeignKey(
        Conversation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="requests",
        help_text="Only where its owner shows it to staff",
    )
    contact = models.ForeignKey("messaging.Contact", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=4, help_text="How they want to be answered: text or mail")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES)
    name = EncryptedTextField(blank=True)
    words = EncryptedTextField(blank=True)
    reply = EncryptedTextField(blank=True)
    urgency = models.CharField(max_length=10, blank=True, help_text="The crisis screen's tier, empty for none")
    consent_wording = models.TextField()
    consent_version = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="request_once_closed_says_who_and_when",
                condition=Q(state="waiting", closed_at=None, closed_by=None)
                | ~Q(state="waiting") & Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="request_answered_holds_a_reply_until_it_is_forgotten",
                condition=Q(reply="") | Q(state="answered"),
            ),
            models.CheckConstraint(name="request_rests_on_a_consent", condition=~Q(consent_wording="")),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="request_queue")]  # the desk's inbox

    class Privacy:
        personal = {"name", "words", "reply"}
        plain = {
            "id", "uuid", "conversation", "contact", "channel", "language", "urgency", "consent_wording",
            "consent_version", "state", "asked_at", "closed_at", "closed_by",
        }  # fmt: skip
        keep_for = "until 30 days after it is answered or closed"

    def __str__(self) -> str:
        return f"request {self.uuid}"
