"""A recurring time: the same weekday and clock, every week or every two, in the clinician's own zone."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from booking.models.diary import SessionType
from booking.models.intake import ZONE_LENGTH, Client
from practice.places import STATE_CHOICES
from practice.staff.models import Clinician


class SeriesQuerySet(models.QuerySet["Series"]):
    def running(self) -> "SeriesQuerySet":
        return self.filter(status=Series.Status.RUNNING)

    def offered(self) -> "SeriesQuerySet":
        """Offers nobody has answered yet; one that ran out still is until it is let go."""
        return self.filter(status=Series.Status.OFFERED)

    def with_people(self) -> "SeriesQuerySet":
        return self.select_related("client__contact", "clinician", "session_type")


class Series(models.Model):
    """The rule by which dates were made. What is promised are its appointments: the rule alone takes no time."""

    class Status(models.TextChoices):
        OFFERED = "offered", "Offered"
        RUNNING = "running", "Running"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Lapsed"
        ENDED = "ended", "Ended"

    class Every(models.IntegerChoices):
        WEEK = 1, "Every week"
        TWO_WEEKS = 2, "Every two weeks"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="series")
    clinician = models.ForeignKey(Clinician, models.PROTECT, related_name="series")
    session_type = models.ForeignKey(SessionType, models.PROTECT, related_name="series")
    client_state = models.CharField(max_length=2, choices=STATE_CHOICES, help_text="Where the client will be")
    every = models.PositiveSmallIntegerField(choices=Every.choices, default=Every.WEEK, help_text="Weeks")
    first_on = models.DateField(help_text="A day of the rule: the first, or the one from which it was last changed")
    last_on = models.DateField(help_text="No date lies after this day")
    clock = models.TimeField(help_text="What the clock of its zone shows at the start")
    time_zone = models.CharField(max_length=ZONE_LENGTH, help_text="The clinician's zone when it was made")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RUNNING)
    offered_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(name="series_meets_every_week_or_two", condition=Q(every__in=[1, 2])),
            models.CheckConstraint(name="series_ends_after_it_starts", condition=Q(last_on__gte=F("first_on"))),
            models.CheckConstraint(
                name="series_offer_says_until_when", condition=~Q(status="offered") | Q(offered_until__isnull=False)
            ),
        ]
        indexes = [
            # Letting offers run out.
            models.Index(fields=["offered_until"], condition=Q(status="offered"), name="series_offered_by_end")
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "client", "clinician", "session_type", "client_state", "every", "first_on", "last_on", "clock",
            "time_zone", "status", "offered_until", "created_at", "created_by",
        }  # fmt: skip
        keep_for = "as long as the client"

    def __str__(self) -> str:
        return f"Series {str(self.id)[:8]}"

    @property
    def topic(self) -> str:
        """Under which what is said of the whole series is queued and withdrawn."""
        return f"series:{self.id}"

    def days(self) -> Iterator[date]:
        """Every day of the rule, in order."""
        day = self.first_on
        while day <= self.last_on:
            yield day
            day += timedelta(weeks=self.every)

    def keeps_to_the_rule(self, starts_at: datetime) -> bool:
        """Whether this start is the rule's own, and not that of a date which was moved by itself."""
        local = starts_at.astimezone(ZoneInfo(self.time_zone))
        return local.time() == self.clock and (local.date() - self.first_on).days % (7 * self.every) == 0
