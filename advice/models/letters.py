"""Letters as they came in: everything the writer wrote is encrypted, and emptied as soon as it is no longer needed."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
        MERGED = "merged", _("Answered together with another")

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
    kind_words = EncryptedTextField(blank=True, help_text="What the desk wrote in place of the fixed text")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    merged_at = models.DateTimeField(null=True, blank=True)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # The text that its writer is shown before it is published, and what they said to it.
    proposal = models.ForeignKey("advice.Revision", models.RESTRICT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    objection = EncryptedTextField(blank=True, help_text="In the writer's words, for the desk")

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
                condition=Q(state__in=["received", "claimed", "drafted", "merged"], closed_at=None)
                | Q(
                    state__in=["answered", "declined", "withdrawn"],
                    closed_at__isnull=False,
                    body="",
                    pen_name="",
                    reply_to="",
                    objection="",
                ),
            ),
            models.CheckConstraint(
                name="letter_decline_says_who_and_why",
                condition=~Q(state="declined") | Q(closed_by__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="letter_merge_says_who_and_when",
                condition=Q(merged_into=None, merged_at=None, merged_by=None) & ~Q(state="merged")
                | Q(merged_into__isnull=False, merged_at__isnull=False, merged_by__isnull=False)
                & ~Q(state__in=["received", "claimed", "drafted"]),
            ),
            models.CheckConstraint(name="letter_is_not_merged_into_itself", condition=~Q(merged_into=F("id"))),
            models.CheckConstraint(
                name="letter_proposal_says_who_and_when",
                condition=Q(proposal=None, proposed_at=None, proposed_by=None)
                | Q(proposal__isnull=False, proposed_at__isnull=False, proposed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_writer_agrees_or_objects", condition=Q(agreed_at=None) | Q(objected_at=None)
            ),
            models.CheckConstraint(
                name="letter_objection_says_when", condition=Q(objection="") | Q(objected_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["state", "received_at"], name="letter_queue")]  # the desk's queue

    class Privacy:
        personal = {"pen_name", "body", "reply_to", "objection", "kind_words"}
        plain = {
            "id", "uuid", "state", "language", "age_band", "topic", "urgency", "may_be_published", "consent_wording",
            "consent_version", "received_at", "claimed_at", "claimed_by", "closed_at", "closed_by", "reason",
            "merged_into", "merged_at", "merged_by", "proposal", "proposed_at", "proposed_by", "agreed_at",
            "objected_at",
        }  # fmt: skip
        keep_for = (
            "its words until it is answered, declined or withdrawn; then only that it came, what became of it, "
            "and what the desk wrote to its writer"
        )

    def __str__(self) -> str:
        return f"letter {self.uuid}"

    @property
    def main(self) -> "Letter":
        """The letter whose fate this one shares: itself, or the one it was joined with."""
        return self.merged_into or self

    def empty(self) -> None:
        """Forget every word of it (the caller saves)."""
        self.pen_name = self.body = self.reply_to = self.objection = ""
