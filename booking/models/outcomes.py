"""How a free first talk ended."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from booking.models.appointments import Appointment
from booking.models.referrals import Referral
from booking.models.series import Series
from practice.privacy import EncryptedTextField
from practice.staff.models import Clinician


class Outcome(models.Model):
    """What a clinician says of a free first talk. Rows are added, never changed: the latest counts."""

    class What(models.TextChoices):
        PROPOSED = "proposed", "A match: a regular time was offered"
        DECLINED = "declined", "The client does not want to go on"
        REFERRED = "referred", "Referred elsewhere"
        ABSENT = "absent", "The client did not come"

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="outcomes")
    what = models.CharField(max_length=10, choices=What.choices)
    clinician = models.ForeignKey(
        Clinician, models.PROTECT, null=True, blank=True, related_name="+", help_text="Whom the client was offered"
    )
    series = models.OneToOneField(Series, models.PROTECT, null=True, blank=True, related_name="outcome")
    referrals = models.ManyToManyField(Referral, blank=True, related_name="+", help_text="What the client was given")
    reason = EncryptedTextField(blank=True, help_text="Logistics only: clinical notes do not belong here")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                name="outcome_proposal_says_whom_and_when",
                condition=Q(what="proposed", clinician__isnull=False, series__isnull=False)
                | ~Q(what="proposed") & Q(clinician=None, series=None),
            ),
        ]

    class Privacy:
        personal = {"reason"}
        plain = {"id", "appointment", "what", "clinician", "series", "referrals", "at", "actor"}
        keep_for = "as long as the client; the reason is emptied with the intake's answers, or after 90 days"

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.what}"
