"""Wishes for a time where staff propose times, and contacts who may book only by speaking to us."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.diary import SessionType
from booking.models.intake import Client
from practice.places import STATE_CHOICES
from practice.privacy import DigestField, EncryptedTextField
from practice.staff.models import Clinician


class TimeRequestQuerySet(models.QuerySet["TimeRequest"]):
    def waiting(self) -> "TimeRequestQuerySet":
        """Those staff owe an answer, oldest first."""
        return self.filter(status=TimeRequest.Status.OPEN).order_by("asked_at")


class TimeRequest(models.Model):
    """What someone wishes of a session whose times staff propose. The proposed times are held appointments."""

    class Status(models.TextChoices):
        OPEN = "open", "Waits for our proposal"
        PROPOSED = "proposed", "Waits for the client's choice"
        BOOKED = "booked", "Booked"
        CLOSED = "closed", "Closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="time_requests")
    session_type = models.ForeignKey(SessionType, models.PROTECT, related_name="time_requests")
    clinician = models.ForeignKey(
        Clinician, models.SET_NULL, null=True, blank=True, related_name="time_requests", help_text="Empty: anyone"
    )
    client_state = models.CharField(max_length=2, choices=STATE_CHOICES, help_text="Where the client will be")
    words = EncryptedTextField(help_text="When they could come, in their own words")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    rounds = models.PositiveSmallIntegerField(default=0, help_text="How often times were proposed")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = TimeRequestQuerySet.as_manager()

    class Meta:
        ordering = ("asked_at",)
        # The desk's list of what waits.
        indexes = [models.Index(fields=["asked_at"], condition=Q(status="open"), name="time_request_waiting")]

    class Privacy:
        personal = {"words"}
        plain = {"id", "client", "session_type", "clinician", "client_state", "status", "rounds", "asked_at"}
        keep_for = "as long as the client"

    def __str__(self) -> str:
        return f"Request {str(self.id)[:8]}"

    @property
    def topic(self) -> str:
        """Under which its texts and mails are queued and withdrawn."""
        return f"request:{self.id}"


class BlockQuerySet(models.QuerySet["Block"]):
    def current(self) -> "BlockQuerySet":
        return self.filter(ended_at=None)


class Block(models.Model):
    """A number or an address that may not book by itself any more. Kept by its digest, so that it says nothing else."""

    digest = DigestField(help_text="Of the number or the address, as contacts keep it")
    ends_with = EncryptedTextField(help_text="Enough of it for staff to recognise")
    reason = EncryptedTextField()
    blocked_at = models.DateTimeField(auto_now_add=True)
    blocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ("-blocked_at",)
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="block_is_current_once", condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="block_that_ended_says_who",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(name="block_says_why", condition=~Q(reason="")),
        ]

    class Privacy:
        personal = {"digest", "ends_with", "reason"}
        plain = {"id", "blocked_at", "blocked_by", "ended_at", "ended_by"}
        keep_for = "as long as it holds, and two years after"

    def __str__(self) -> str:
        return f"block {self.pk}"
