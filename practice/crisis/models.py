"""Alerts, and what staff decided about the lines we give out and the words we answer with."""

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

    def looked_after(self) -> "AlertQuerySet":
        """Those somebody has taken on and not yet said how it went, the oldest first."""
        return self.filter(acknowledged_at__isnull=False, outcome="").order_by("acknowledged_at")

    def done(self) -> "AlertQuerySet":
        return self.exclude(outcome="").order_by("-outcome_at")


class Alert(models.Model):
    """A text that the crisis screen stopped at, from someone who can be reached.

    It knows where it came from by label and address only.
    """

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
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When somebody who may read it first looked")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

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
            models.CheckConstraint(
                name="alert_outcome_says_who",
                condition=Q(outcome="", outcome_at=None, outcome_by=None)
                | ~Q(outcome="") & Q(outcome_at__isnull=False, outcome_by__isnull=False),
            ),
        ]

    class Privacy:
        personal = {"who", "text"}
        plain = {
            "id", "kind", "tier", "reasons", "source_label", "source_url", "created_at", "looked_at",
            "acknowledged_at", "acknowledged_by", "outcome", "outcome_at", "outcome_by",
        }  # fmt: skip
        keep_for = "as long as the record of the person it is about; the words are emptied with it"

    def __str__(self) -> str:
        return f"{self.kind} {self.tier} {self.created_at:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """What staff decided about one crisis line, or one region, of lines.toml; the newest counts. Never changed."""

    class Kind(models.TextChoices):
        VERIFIED = "verified", _("Dialed: it is right")
        TAKEN_OUT = "taken_out", _("Taken out")
        REGION_ON = "region_on", _("Region on")
        REGION_OFF = "region_off", _("Region off")

    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=40, help_text="The id of the line or region in lines.toml")
    words = models.CharField(max_length=200, help_text="What was dialed or texted and who answered, or why")
    decided_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("decided_at", "pk")
        constraints = [
            models.CheckConstraint(name="decision_says_what_was_done", condition=~Q(words="")),
        ]

    class Privacy:
        personal: ClassVar[set[str]] = set()
        plain = {"id", "kind", "subject", "words", "decided_at", "decided_by"}
        keep_for = "for ever: who dialed which line, and when"

    def __str__(self) -> str:
        return f"{self.subject} {self.kind} {self.decided_at:%Y-%m-%d}"


class Acceptance(models.Model):
    """A named person stands behind a fixed text of ours, in exactly these words: another digest is a draft again."""

    name = models.CharField(max_length=60, help_text="Which text: kind, tier, region and language")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the words")
    accepted_at = models.DateTimeField(auto_now_add=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_as = models.CharField(max_length=200, help_text="Name and licence as they were on that day")

    class Meta:
        ordering = ("accepted_at",)
        constraints = [
            models.UniqueConstraint(fields=["name", "digest"], name="acceptance_is_given_once"),
        ]

    class Privacy:
        personal: ClassVar[set[str]] = set()
        plain = {"id", "name", "digest", "accepted_at", "accepted_by", "signed_as"}
        keep_for = "for ever: who stood behind the words"

    def __str__(self) -> str:
        return f"{self.name} {self.accepted_at:%Y-%m-%d}"
