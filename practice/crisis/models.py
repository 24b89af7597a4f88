"""Alert: someone may be in danger and can be reached. It knows where it came from by label and address only."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from practice.privacy import EncryptedTextField


class AlertQuerySet(models.QuerySet["Alert"]):
    def waiting(self) -> "AlertQuerySet":
        """Those nobody has acknowledged, the oldest first."""
        return self.filter(acknowledged_at=None).order_by("created_at")

    def acknowledged(self) -> "AlertQuerySet":
        return self.exclude(acknowledged_at=None).order_by("-acknowledged_at")


class Alert(models.Model):
    """A text that the crisis screen stopped at, from someone who can be reached."""

    class Kind(models.TextChoices):
        SELF = "self", _("May hurt themselves")
        OTHER = "other", _("Worried about someone")
        ABUSE = "abuse", _("May be hurt by someone")
        VIOLENCE = "violence", _("May hurt someone")
        MEDICAL = "medical", _("Medical emergency")

    class Tier(models.TextChoices):
        ACT_NOW = "act_now", _("Act now")
        CHECK_IN = "check_in", _("Check in")

    class Outcome(models.TextChoices):
        REACHED = "reached", _("We spoke; safe for now")
        EMERGENCY = "emergency", _("Emergency services called")
        NO_ANSWER = "no_answer", _("Tried, no answer")
        HANDED_ON = "handed_on", _("Handed on to a clinician")
        MISREAD = "misread", _("The screen misread it")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    tier = models.CharField(max_length=10, choices=Tier)
    reasons = models.JSONField(default=list, help_text="Names of rules, never words of the text")
    source_label = models.CharField(max_length=60)
    source_url = models.CharField(max_length=200, blank=True, help_text="Where on the desk the person is found")
    who = EncryptedTextField(blank=True, help_text="A masked label: initials, the end of a number")
    text = EncryptedTextField()
    created_at = models.DateTimeField(auto_now_add=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects: ClassVar = AlertQuerySet.as_manager()

    class Meta:
        ordering = ("created_at",)
        indexes = [  # the queue on the desk: the oldest nobody has acknowledged
            models.Index(fields=["created_at"], name="alert_waiting", condition=Q(acknowledged_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="alert_acknowledgement_says_who",
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_outcome_follows_acknowledgement",
                condition=Q(outcome="") | Q(acknowledged_at__isnull=False),
            ),
        ]

    class Privacy:
        personal = {"who", "text"}
        plain = {
            "id", "kind", "tier", "reasons", "source_label", "source_url", "created_at", "acknowledged_at",
            "acknowledged_by", "outcome",
        }  # fmt: skip
        keep_for = "as long as the record of the person it is about; the words are emptied with it"

    def __str__(self) -> str:
        return f"{self.kind} {self.tier} {self.created_at:%Y-%m-%d %H:%M}"
