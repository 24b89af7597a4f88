"""Letters as they came in: everything the writer wrote is encrypted, and emptied as soon as it is no longer needed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.privacy import EncryptedTextField


class LetterQuerySet(models.QuerySet["Letter"]):
    def waiting(self) -> "LetterQuerySet":
        """Those nobody has answered or declined, the urgent first, then the oldest."""
        urgent_first = models.Case(models.When(urgency="act_now", then=0), models.When(urgency="", then=2), default=1)
        open_states = [Letter.State.RECEIVED, Letter.State.CLAIMED]
        return self.filter(state__in=open_states).order_by(urgent_first, "received_at")


class Letter(models.Model):
    """What a reader wrote to the column. It is never published as it stands."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        CLAIMED = "claimed", _("Being read")
        DRAFTED = "drafted", _("An answer is being written")
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Not answered")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class AgeBand(models.TextChoices):
        UNDER_13 = "under-13", _("Under 13")
        TEEN = "13-17", _("13 to 17")
        ADULT = "18-plus", _("18 or older")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    age_band = models.CharField(max_length=8, choices=AgeBand.choices)
    topic = models.ForeignKey("advice.Topic", models.SET_NULL, null=True, blank=True, related_name="+")
    pen_name = EncryptedTextField(blank=True)
    body = EncryptedTextField(blank=True)
    reply_to = EncryptedTextField(blank=True, help_text="Only to say what became of the letter; never for advice")
    urgency = models.CharField(
        max_length=10, blank=True, help_text="The crisis screen's tier; empty where it found nothing"
    )
    may_be_published = models.BooleanField(default=False)
    consent_wording = models.TextField(blank=True)
    consent_version = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty where the writer withdrew it",
    )
    reason = models.CharField(max_length=20, blank=True, help_text="Why it is not answered")

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="letter_of_a_minor_is_never_published", condition=Q(age_band="18-plus") | Q(may_be_published=False)
            ),
            models.CheckConstraint(name="letter_of_a_child_is_never_kept", condition=~Q(age_band="under-13")),
            models.CheckConstraint(
                name="letter_publication_rests_on_a_wording",
                condition=Q(may_be_published=False) | ~Q(consent_wording="") & ~Q(consent_version=""),
            ),
            models.CheckConstraint(
                name="letter_claim_says_who_and_when",
                condition=Q(claimed_at=None, claimed_by=None) | Q(claimed_at__isnull=False, claimed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_once_closed_is_empty",
                condition=Q(state__in=["received", "claimed", "drafted"], closed_at=None)
                | Q(
                    state__in=["answered", "declined", "withdrawn"],
                    closed_at__isnull=False,
                    body="",
                    pen_name="",
                    reply_to="",
                ),
            ),
            models.CheckConstraint(
                name="letter_decline_says_who_and_why",
                condition=~Q(state="declined") | Q(closed_by__isnull=False) & ~Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["state", "received_at"], name="letter_queue")]  # the desk's queue

    class Privacy:
        personal = {"pen_name", "body", "reply_to"}
        plain = {
            "id", "uuid", "state", "language", "age_band", "topic", "urgency", "may_be_published", "consent_wording",
            "consent_version", "received_at", "claimed_at", "claimed_by", "closed_at", "closed_by", "reason",
        }  # fmt: skip
        keep_for = "its words until it is answered, declined or withdrawn; then only that it came and what became of it"

    def __str__(self) -> str:
        return f"letter {self.uuid}"

    def empty(self) -> None:
        """Forget every word of it (the caller saves)."""
        self.pen_name = self.body = self.reply_to = ""
