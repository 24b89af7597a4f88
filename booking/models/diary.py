"""What can be booked and when clinicians work: wall time in the clinician's own zone, never an offset."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from practice.staff.models import Clinician

LONGEST_SESSION = 8 * 60
LONGEST_BUFFER = 4 * 60
MIDNIGHT = "00:00"


def day_and_two_hours() -> list[int]:
    return [24 * 60, 2 * 60]


class SessionTypeQuerySet(models.QuerySet["SessionType"]):
    def active(self) -> "SessionTypeQuerySet":
        return self.filter(is_active=True)

    def from_match(self, intake_type: "SessionType | None") -> "SessionTypeQuerySet":
        """What may be booked from the people who fit: the kind the intake is for (or the free first talk), and more
        where the practice allows it.
        """
        first = Q(pk=intake_type.pk) if intake_type else Q(is_matchmaking=True)
        return self.active().exclude(mode=SessionType.Mode.REQUEST).filter(first | Q(from_match=True))

    def asked_for(self) -> "SessionTypeQuerySet":
        """Those whose times staff propose."""
        return self.active().filter(mode=SessionType.Mode.REQUEST)


class SessionType(models.Model):
    """A kind of session that can be booked, with its rules of time. All lengths are minutes unless named otherwise."""

    class Mode(models.TextChoices):
        INSTANT = "instant", "Booked at once"
        APPROVE = "approve", "The client picks an open time, staff say yes or no"
        REQUEST = "request", "The client gives wishes, staff propose times"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    name_es = models.CharField(max_length=60, blank=True)
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(LONGEST_SESSION)])
    buffer_before = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(LONGEST_BUFFER)])
    buffer_after = models.PositiveSmallIntegerField(default=10, validators=[MaxValueValidator(LONGEST_BUFFER)])
    step = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(5), MaxValueValidator(24 * 60)])
    notice = models.PositiveIntegerField(default=240, help_text="Minutes before the start until which it can be booked")
    horizon_days = models.PositiveSmallIntegerField(default=60, validators=[MaxValueValidator(730)])
    most_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="For one clinician; empty: no limit"
    )
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.INSTANT)
    is_virtual = models.BooleanField(default=True)
    price_text = models.CharField(max_length=60, blank=True)
    is_matchmaking = models.BooleanField(default=False)
    once_per_person = models.BooleanField(default=False)
    from_match = models.BooleanField(
        default=False, help_text="May be booked straight from a match, without the free first talk before it"
    )
    confirms_first = models.BooleanField(
        default=True,
        help_text="What someone books online is held for 30 minutes until they confirm it by mail or text",
    )
    move_notice = models.PositiveIntegerField(
        default=24 * 60, help_text="Minutes before the start until which the client may move it"
    )
    cancel_notice = models.PositiveIntegerField(
        default=24 * 60, help_text="Later than this a cancellation counts as late"
    )
    reminder_minutes = models.JSONField(default=day_and_two_hours, help_text="Minutes before the start: [1440, 120]")
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = SessionTypeQuerySet.as_manager()

    class Meta:
        ordering = ("position", "name")
        constraints = [
            # Together less than a day, so that one day's look back finds every appointment that reaches into a window.
            models.CheckConstraint(
                name="session_type_is_shorter_than_a_day",
                condition=Q(
                    minutes__gte=5,
                    minutes__lte=LONGEST_SESSION,
                    buffer_before__lte=LONGEST_BUFFER,
                    buffer_after__lte=LONGEST_BUFFER,
                ),
            ),
            models.CheckConstraint(name="session_type_has_a_step", condition=Q(step__gte=5)),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {
            "id", "slug", "name", "name_es", "minutes", "buffer_before", "buffer_after", "step", "notice",
            "horizon_days", "most_per_day", "mode", "is_virtual", "price_text", "is_matchmaking", "once_per_person",
            "from_match", "confirms_first", "move_notice", "cancel_notice", "reminder_minutes", "is_active", "position",
        }  # fmt: skip
        keep_for = "as long as an appointment names it"

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        return self.name_es if language == "es" and self.name_es else self.name

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class WorkingHours(models.Model):
    """One interval of one weekday, on the clock of the clinician's zone. Changing it never touches what is booked."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField(help_text="00:00 means the end of the day")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True, help_text="The last day")

    class Meta:
        ordering = ("clinician", "weekday", "opens")
        verbose_name_plural = "working hours"
        constraints = [
            models.CheckConstraint(
                name="working_hours_close_after_they_open", condition=Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT)
            ),
            models.CheckConstraint(name="working_hours_fall_on_a_weekday", condition=Q(weekday__lte=6)),
        ]

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "clinician", "weekday", "opens", "closes", "valid_from", "valid_until"}
        keep_for = "while the clinician works here"

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class DateOverride(models.Model):
    """Hours that one day has more (`adds`) or less. Without opens and closes the whole day is taken away.

    What adds also holds on a holiday; what takes away wins over everything.
    """

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="date_overrides")
    day = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True, help_text="00:00 means the end of the day")
    adds = models.BooleanField(default=False)

    class Meta:
        ordering = ("clinician", "day", "opens")
        constraints = [
            models.CheckConstraint(
                name="date_override_closes_after_it_opens",
                condition=Q(opens=None, closes=None, adds=False)
                | Q(opens__isnull=False, closes__isnull=False) & (Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT)),
            ),
        ]
        indexes = [models.Index(fields=["day", "clinician"], name="override_by_day")]  # offering reads a range of days

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "clinician", "day", "opens", "closes", "adds"}
        keep_for = "while the clinician works here"

    def __str__(self) -> str:
        return f"{self.day} {'more' if self.adds else 'less'}"


class TimeOff(models.Model):
    """A stretch in which the clinician sees nobody. Why is nobody's business."""

    clinician = models.ForeignKey(Clinician, models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("starts_at",)
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(name="time_off_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at")))
        ]
        indexes = [models.Index(fields=["ends_at"], name="time_off_by_end")]  # offering skips what is over

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "clinician", "starts_at", "ends_at"}
        keep_for = "while the clinician works here"

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M} UTC"


class Holiday(models.Model):
    """A day on which the practice keeps no weekly hours, by each clinician's own calendar."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ("day",)

    class Privacy:
        personal: set[str] = set()
        plain = {"id", "day", "name"}
        keep_for = "for ever: it says nothing of a person"

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
