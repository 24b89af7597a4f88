"""Who comes to the practice, who comes along, and what they told us at the door."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from practice.messaging.models import Contact
from practice.places import STATE_CHOICES
from practice.privacy import DigestField, EncryptedJSONField, EncryptedTextField
from practice.staff.models import Clinician

LANGUAGES = [("en", "English"), ("es", "Español")]
ZONE_LENGTH = 60


class ClientQuerySet(models.QuerySet["Client"]):
    def person(self, contact: Contact, name: str) -> "Client | None":
        """Who goes by this name at this number or address and still comes; two names there are two people."""
        open_ones = self.filter(contact=contact, closed_at=None).order_by("created_at")
        return next((one for one in open_ones if _said(one.name_to_use) == _said(name)), None)


def _said(name: str) -> str:
    return " ".join(name.split()).casefold()


class Client(models.Model):
    """The person a session is for. One contact (a number, an address) may serve several clients, as a parent's does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey("messaging.Contact", models.PROTECT, related_name="clients")
    name_to_use = EncryptedTextField()
    email = EncryptedTextField(blank=True, help_text="Their own, where several share the contact: codes go there")
    reaching: "models.Field[Any, Any]" = EncryptedJSONField(
        default=dict, blank=True, help_text="How to reach them safely, by the keys of the intake"
    )
    state = models.CharField(
        max_length=2, choices=STATE_CHOICES, blank=True, help_text="Where they will be during sessions"
    )
    time_zone = models.CharField(max_length=ZONE_LENGTH, default="America/New_York")
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    clinician = models.ForeignKey(
        Clinician, models.SET_NULL, null=True, blank=True, related_name="clients", help_text="Who sees them"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When they stopped coming")

    objects = ClientQuerySet.as_manager()

    class Meta:
        # Counting each clinician's caseload.
        indexes = [models.Index(fields=["clinician"], condition=Q(closed_at=None), name="client_by_clinician")]

    class Privacy:
        personal = {"name_to_use", "email", "reaching"}
        plain = {"id", "contact", "state", "time_zone", "language", "clinician", "created_at", "closed_at"}
        keep_for = "as the law of the state asks after the last session, then emptied"

    def __str__(self) -> str:
        return f"Client {str(self.id)[:8]}"


class Participant(models.Model):
    """Someone who comes along or decides with the client. No participant sees another's details."""

    class Role(models.TextChoices):
        PARTNER = "partner", "Partner"
        GUARDIAN = "guardian", "Guardian"
        FAMILY = "family", "Family"
        SUPPORT = "support", "Support person"

    client = models.ForeignKey(Client, models.CASCADE, related_name="participants")
    contact = models.ForeignKey("messaging.Contact", models.PROTECT, related_name="participations")
    role = models.CharField(max_length=10, choices=Role.choices)
    name_to_use = EncryptedTextField(blank=True)
    may_be_reminded = models.BooleanField(default=False)
    may_decide = models.BooleanField(default=False, help_text="May move and cancel: a guardian")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "contact"], name="participant_is_entered_once")]

    class Privacy:
        personal = {"name_to_use"}
        plain = {"id", "client", "contact", "role", "may_be_reminded", "may_decide", "created_at"}
        keep_for = "as long as the client"

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.client_id}"


class IntakeQuerySet(models.QuerySet["Intake"]):
    def waiting(self) -> "IntakeQuerySet":
        """Sent, and nobody has closed or booked them yet."""
        open_ones = [Intake.Status.NEW, Intake.Status.MATCHED, Intake.Status.CONTACTED, Intake.Status.OFFERED]
        return self.filter(status__in=open_ones)

    def abandoned(self, now: object) -> "IntakeQuerySet":
        return self.filter(status=Intake.Status.DRAFT, expires_at__lte=now)


class Intake(models.Model):
    """What someone told us of themselves and their wishes. `answers` is keyed as docs/architecture.md says."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Being written"
        NEW = "new", "New"
        MATCHED = "matched", "Matched"
        CONTACTED = "contacted", "Contacted"
        OFFERED = "offered", "Offered a regular time"
        BOOKED = "booked", "Booked"
        CLOSED = "closed", "Closed"

    class Outcome(models.TextChoices):
        """What became of it in the end; by this the weights of matching are judged."""

        BOOKED = "booked", "Came to us"
        DECLINED = "declined", "Did not want to go on"
        REFERRED = "referred", "Referred elsewhere"
        LOST = "lost", "Not reached any more"

    class Urgency(models.TextChoices):
        USUAL = "usual", "Usual"
        SOON = "soon", "Soon"
        SAME_DAY = "same_day", "Same day"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    answers: "models.Field[Any, Any]" = EncryptedJSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    state = models.CharField(
        max_length=2, choices=STATE_CHOICES, blank=True, help_text="Where they will be during sessions"
    )
    session_type = models.ForeignKey(
        "SessionType", models.SET_NULL, null=True, blank=True, related_name="+", help_text="Empty: the free first talk"
    )
    step = models.CharField(max_length=30, blank=True, help_text="The last step reached")
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.USUAL)
    client = models.ForeignKey(Client, models.SET_NULL, null=True, blank=True, related_name="intakes")
    clinician = models.ForeignKey(
        Clinician, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Who was chosen"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="twins", help_text="The same person's, kept open"
    )
    not_same = models.ManyToManyField("self", blank=True, help_text="Alike, but another person's: somebody looked")
    email_digest = DigestField(blank=True)
    name_digest = DigestField(blank=True, help_text="Of the name, the age band and the state together")
    emptied_at = models.DateTimeField(null=True, blank=True, help_text="When its answers were thrown away")

    objects = IntakeQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                name="intake_claim_says_who_and_when",
                condition=Q(claimed_at=None, claimed_by=None) | Q(claimed_at__isnull=False, claimed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="intake_sent_says_when",
                condition=Q(status="draft") | Q(status="closed") | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="intake_outcome_is_of_what_ended", condition=Q(outcome="") | Q(status__in=["booked", "closed"])
            ),
        ]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="intake_by_status"),  # the desk's queue
            # Forgetting.
            models.Index(fields=["expires_at"], condition=Q(status="draft"), name="intake_drafts_by_expiry"),
            # Those that may be of one person.
            models.Index(fields=["email_digest"], condition=~Q(email_digest=""), name="intake_by_email"),
            models.Index(fields=["name_digest"], condition=~Q(name_digest=""), name="intake_by_name"),
        ]

    class Privacy:
        personal = {"answers"}
        plain = {
            "id", "status", "language", "state", "session_type", "step", "urgency", "client", "clinician", "created_at",
            "submitted_at", "expires_at", "claimed_at", "claimed_by", "closed_at", "outcome", "same_as", "not_same",
            "email_digest", "name_digest", "emptied_at",
        }  # fmt: skip
        keep_for = "drafts 14 days; sent ones as long as the client, or 90 days after closing"

    def __str__(self) -> str:
        return f"Intake {str(self.id)[:8]}"
