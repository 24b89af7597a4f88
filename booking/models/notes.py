"""What the desk did with an intake."""

from django.conf import settings
from django.db import models

from booking.models.intake import Intake
from practice.privacy import EncryptedTextField


class IntakeChange(models.Model):
    """Who did what with an intake, and a few words on logistics. Rows are added, never changed."""

    class What(models.TextChoices):
        CLAIMED = "claimed", "Claimed"
        RELEASED = "released", "Given back"
        MATCHED = "matched", "Matched"
        ASSIGNED = "assigned", "Given to a clinician"
        WROTE = "wrote", "Written to"
        CONTACTED = "contacted", "Contacted"
        OFFERED = "offered", "Offered a regular time"
        DECLINED = "declined", "Said no to the offer"
        LAPSED = "lapsed", "The offer ran out"
        MISSED = "missed", "Did not come"
        BOOKED = "booked", "Booked"
        CANCELED = "canceled", "Their time was canceled"
        CLOSED = "closed", "Closed"
        REOPENED = "reopened", "Opened again"
        SAME = "same", "Same person as another"
        APART = "apart", "Not the same person as another"
        NOTED = "noted", "Note"

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the client"
    )
    what = models.CharField(max_length=10, choices=What.choices)
    text = EncryptedTextField(blank=True, help_text="Logistics only: clinical notes do not belong here")

    class Meta:
        ordering = ("at", "id")

    class Privacy:
        personal = {"text"}
        plain = {"id", "intake", "at", "actor", "what"}
        keep_for = "emptied with the intake's answers"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"
