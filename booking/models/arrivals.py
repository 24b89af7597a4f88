"""Where a client says they are as they come to a session by video, and what follows from it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.appointments import Appointment
from practice.places import STATE_CHOICES
from practice.privacy import EncryptedTextField


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def waiting(self, now: datetime) -> "ArrivalQuerySet":
        """Those outside their clinician's licences for whom nobody has decided yet; the longest waiting first."""
        undecided = self.filter(is_licensed=False, decision="", appointment__state=Appointment.State.BOOKED)
        coming = undecided.filter(appointment__ends_at__gt=now)
        return coming.select_related("appointment__clinician", "appointment__client").order_by("at")


class Arrival(models.Model):
    """One client at the door of one session: where they are, how to reach them, and whether the door may open."""

    class Decision(models.TextChoices):
        CRISIS = "crisis", "Open it: this is a crisis"
        CONTINUITY = "continuity", "Open it: a contact that keeps care going"
        CALL = "call", "Call them instead"
        MOVE = "move", "Move the session to another time"

    OPENS = (Decision.CRISIS, Decision.CONTINUITY)

    appointment = models.OneToOneField(Appointment, models.CASCADE, related_name="arrival")
    at = models.DateTimeField()
    state = models.CharField(max_length=2, choices=STATE_CHOICES, help_text="Where the client is")
    street = EncryptedTextField(blank=True, help_text="Where help would be sent")
    number = EncryptedTextField(blank=True, help_text="Where to call when the picture breaks off")
    may_be_kept = models.BooleanField(default=False, help_text="The client asked us to know the place next time")
    is_licensed = models.BooleanField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = EncryptedTextField(blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="arrival_decision_says_who_and_when",
                condition=Q(decision="", decided_at=None, decided_by=None)
                | ~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="arrival_outside_a_licence_opens_with_a_reason",
                condition=~Q(decision__in=["crisis", "continuity"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="arrival_that_is_emptied_is_empty", condition=Q(emptied_at=None) | Q(street="", number="")
            ),
        ]
        # What is waiting at a door, and what is to be emptied.
        indexes = [models.Index(fields=["at"], condition=Q(emptied_at=None), name="arrival_not_emptied")]

    class Privacy:
        personal = {"street", "number", "reason"}
        plain = {
            "id", "appointment", "at", "state", "may_be_kept", "is_licensed", "decision", "decided_at", "decided_by",
            "emptied_at",
        }  # fmt: skip
        keep_for = (
            "street and number until an hour after the session, or 90 days where the client asked us to know the place;"
            " state and decision as long as the appointment"
        )

    def __str__(self) -> str:
        return f"Arrival {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether this client may go in."""
        return self.is_licensed or self.decision in self.OPENS
