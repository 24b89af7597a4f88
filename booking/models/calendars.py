"""Calendars: a clinician's private feed, calendars kept elsewhere, and when those say the clinician is busy."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from practice.privacy import DigestField, EncryptedTextField
from practice.staff.models import Clinician


class Feed(models.Model):
    """A private address under which one clinician's diary can be subscribed to. Only its digest is kept."""

    class Shows(models.TextChoices):
        NOTHING = "nothing", "“Session” and the time, nothing of the client"
        INITIALS = "initials", "The client's initials"
        NAMES = "names", "The client's name"

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="feeds")
    digest = DigestField(unique=True)
    shows = models.CharField(max_length=10, choices=Shows.choices, default=Shows.NOTHING)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinician"], condition=Q(revoked_at=None), name="feed_has_one_address_at_a_time"
            )
        ]

    class Privacy:
        personal = {"digest"}
        plain = {"id", "clinician", "shows", "created_at", "created_by", "revoked_at"}
        keep_for = "as a record of who could read the diary"

    def __str__(self) -> str:
        return f"Feed {self.pk} of {self.clinician_id}"


class OutsideCalendarQuerySet(models.QuerySet["OutsideCalendar"]):
    def failing(self) -> "OutsideCalendarQuerySet":
        """Those whose last reading did not succeed, the longest silent first."""
        return self.exclude(failing_since=None).order_by("failing_since")


class OutsideCalendar(models.Model):
    """A calendar kept elsewhere whose busy times are closed here. It exists only once it has been read."""

    class Trouble(models.TextChoices):
        NOT_ALLOWED = "not_allowed", "Its address does not lead to a public web server over https."
        UNREACHABLE = "unreachable", "Its server could not be reached."
        REFUSED = "refused", "Its server says that it is not there, or that we may not read it."
        TOO_LARGE = "too_large", "It is larger than 5 MB, or holds more than we can take in."
        TOO_SLOW = "too_slow", "Its server takes too long to answer."
        NOT_A_CALENDAR = "not_a_calendar", "What stands there is not a whole calendar in the iCalendar format."
        UNCLEAR = "unclear", "An entry in it cannot be understood, so we cannot know when it is busy."

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="outside_calendars")
    name = EncryptedTextField(help_text="What the clinician calls it")
    address = EncryptedTextField(help_text="Its secret ICS address")
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField()
    read_at = models.DateTimeField(help_text="When it was last read from beginning to end")
    failing_since = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, choices=Trouble.choices, blank=True)

    objects = OutsideCalendarQuerySet.as_manager()

    class Meta:
        ordering = ("clinician", "pk")
        constraints = [
            models.CheckConstraint(
                name="outside_calendar_that_fails_says_since_when_and_why",
                condition=Q(failing_since=None, trouble="") | Q(failing_since__isnull=False) & ~Q(trouble=""),
            ),
        ]

    class Privacy:
        personal = {"name", "address"}
        plain = {"id", "clinician", "created_at", "tried_at", "read_at", "failing_since", "trouble"}
        keep_for = "until the clinician takes it out"

    def __str__(self) -> str:
        return f"Outside calendar {self.pk}"


class BusyTime(models.Model):
    """A stretch in which an outside calendar says its clinician is busy. With what is nobody's business.

    The last of each calendar begins where the reading ended: what has not been read is not free.
    """

    calendar = models.ForeignKey(OutsideCalendar, models.CASCADE, related_name="busy_times")
    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at",)
        constraints = [
            models.CheckConstraint(name="busy_time_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at")))
        ]
        indexes = [
            models.Index(fields=["clinician", "ends_at"], name="busy_time_by_end")
        ]  # offering skips what is over

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "calendar", "clinician", "starts_at", "ends_at"}
        keep_for = "until the calendar is read again"

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M} UTC"
