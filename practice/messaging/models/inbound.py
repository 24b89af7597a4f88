"""Texts that reached us."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from practice.messaging.models.contacts import Contact
from practice.privacy import DigestField, EncryptedTextField


class InboundTextQuerySet(models.QuerySet["InboundText"]):
    def waiting(self) -> "InboundTextQuerySet":
        """Those a person here should read, oldest first."""
        return self.filter(needs_reading=True, read_at=None).order_by("received_at")


class InboundText(models.Model):
    """One text that somebody sent us. Its row is its claim: the same delivery again finds it, and the same reply."""

    class Answer(models.TextChoices):
        CRISIS = "crisis", "Crisis lines"
        RULE = "rule", "A reply rule"
        HELP_LINE = "help_line", "The help line"
        NONE = "none", "No reply"

    message_sid = models.CharField(max_length=64, unique=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="inbound_texts")
    number = EncryptedTextField(blank=True)
    number_digest = DigestField(blank=True)
    body = EncryptedTextField(blank=True)
    reply = EncryptedTextField(blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.NONE)
    needs_reading = models.BooleanField(default=False)
    raised_alert = models.BooleanField(default=False, help_text="Its words open only for clinicians and on-call")
    received_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = InboundTextQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["received_at"], name="inbound_to_forget", condition=Q(emptied_at=None)),  # forget
            models.Index(
                fields=["received_at"], name="inbound_waiting", condition=Q(needs_reading=True, read_at=None)
            ),  # the desk
            models.Index(
                fields=["number_digest", "received_at"], name="inbound_by_number"
            ),  # the help line once a day; the conversation
        ]
        constraints = [
            models.CheckConstraint(
                name="inbound_reading_says_who",
                condition=Q(read_at=None, read_by=None) | Q(read_at__isnull=False, read_by__isnull=False),
            ),
        ]

    class Privacy:
        personal = {"number", "number_digest", "body", "reply"}
        plain = {
            "id",
            "message_sid",
            "contact",
            "answer",
            "needs_reading",
            "raised_alert",
            "received_at",
            "read_at",
            "read_by",
            "emptied_at",
        }
        keep_for = "words and number a year, then emptied; the row stays so that a delivery is never answered twice"

    def __str__(self) -> str:
        return f"inbound text {self.pk}"
