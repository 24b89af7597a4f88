"""Who waits for which time, and what was offered to them when one became free."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from booking.intake.choices import AGES
from booking.models.appointments import Appointment, AppointmentChange
from booking.models.diary import SessionType
from booking.models.intake import Client
from practice.places import STATE_CHOICES
from practice.staff.models import Clinician


class WaitingQuerySet(models.QuerySet["Waiting"]):
    def still(self, now: datetime) -> "WaitingQuerySet":
        """Who waits now, longest first."""
        rows = self.filter(left_at=None, served_at=None).exclude(until__lt=now.date())
        return rows.order_by("created_at", "id")

    def with_people(self) -> "WaitingQuerySet":
        return self.select_related("client__contact", "clinician", "session_type")


class Waiting(models.Model):
    """A place on the waitlist: one client's wish. Days and parts of the day are by the client's own clock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="waits")
    session_type = models.ForeignKey(SessionType, models.PROTECT, related_name="+")
    clinician = models.ForeignKey(
        Clinician, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: anyone"
    )
    client_state = models.CharField(max_length=2, choices=STATE_CHOICES, help_text="Where the client will be")
    age = models.CharField(max_length=10, choices=AGES, default="adult", help_text="Who may see them depends on it")
    days = models.JSONField(default=list, blank=True, help_text="mon to sun; empty: any")
    parts = models.JSONField(default=list, blank=True, help_text="morning, afternoon, evening; empty: any")
    since = models.DateField(null=True, blank=True, help_text="The first day that would suit")
    until = models.DateField(help_text="The last day that would suit; after it the place ends")
    created_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True, help_text="When they took an offer")

    objects = WaitingQuerySet.as_manager()

    class Meta:
        ordering = ("created_at",)
        verbose_name = "place on the waitlist"
        verbose_name_plural = "waitlist"
        constraints = [
            models.CheckConstraint(
                name="waiting_ends_one_way", condition=Q(left_at__isnull=True) | Q(served_at__isnull=True)
            ),
        ]
        indexes = [
            # Who comes next, and the desk's list.
            models.Index(fields=["created_at"], condition=Q(left_at=None, served_at=None), name="waiting_in_order"),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "client", "session_type", "clinician", "client_state", "age", "days", "parts", "since", "until",
            "created_at", "left_at", "served_at",
        }  # fmt: skip
        keep_for = "as long as the client"

    def __str__(self) -> str:
        return f"Place {str(self.id)[:8]}"

    @property
    def topic(self) -> str:
        """Under which what is said of this place is queued and withdrawn."""
        return f"waiting:{self.id}"


class WaitlistOfferQuerySet(models.QuerySet["WaitlistOffer"]):
    def open(self) -> "WaitlistOfferQuerySet":
        return self.filter(answer=WaitlistOffer.Answer.NONE)


class WaitlistOffer(models.Model):
    """A freed time that is kept for someone on the waitlist until its hold runs out."""

    class Answer(models.TextChoices):
        NONE = "none", "Not answered yet"
        TAKEN = "taken", "Taken"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Lapsed"

    waiting = models.ForeignKey(Waiting, models.PROTECT, related_name="offers")
    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="waitlist_offer")
    # What freed the time. A time that lapses is freed anew, so each goes from one person to the next.
    freed_by = models.OneToOneField(AppointmentChange, models.PROTECT, related_name="waitlist_offer")
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.NONE)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = WaitlistOfferQuerySet.as_manager()

    class Meta:
        ordering = ("made_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["waiting"], condition=Q(answer="none"), name="waitlist_offers_one_time_at_a_time"
            ),
            models.CheckConstraint(
                name="waitlist_answer_says_when",
                condition=Q(answer="none", answered_at=None) | ~Q(answer="none") & Q(answered_at__isnull=False),
            ),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "waiting", "appointment", "freed_by", "answer", "made_at", "answered_at"}
        keep_for = "as long as the client"

    def __str__(self) -> str:
        return f"Offer of {self.appointment_id}"

    @property
    def topic(self) -> str:
        return f"waitlist offer:{self.pk}"
