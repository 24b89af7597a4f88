"""Codes by mail: one opens one coming time of a number that has several."""

import uuid

from django.db import models
from django.db.models import Q

from booking.models.appointments import Appointment
from practice.privacy import DigestField


class Code(models.Model):
    """Six figures that went to a client's own mail. They open that one time once, for ten minutes, in five tries."""

    MOST_TRIES = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="codes")
    figures = DigestField(help_text="Of the figures and this row: the same figures of two rows are not alike")
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["appointment", "sent_at"], name="code_by_appointment"),  # the limits
            models.Index(fields=["sent_at"], name="code_to_forget"),
        ]
        constraints = [models.CheckConstraint(name="code_is_not_guessed", condition=Q(tries__lte=5))]

    class Privacy:
        personal = {"figures"}
        plain = {"id", "appointment", "tries", "sent_at", "expires_at", "used_at"}
        keep_for = "two days"

    def __str__(self) -> str:
        return f"Code {str(self.id)[:8]}"
