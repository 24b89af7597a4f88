"""Holds, requests and appointments in one table, so that no two of them can take the same time."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from booking.models.diary import SessionType
from booking.models.intake import Client, Intake
from booking.models.requests import TimeRequest
from practice.constraints import NoOverlap
from practice.messaging.models import Contact
from practice.places import STATE_CHOICES
from practice.privacy import DigestField, EncryptedTextField
from practice.staff.models import Clinician

DAY = timedelta(days=1)
LIVE_STATES = ("held", "requested", "booked")
LIVE = Q(state__in=LIVE_STATES)
# What staff deliberately put beside another session is out of the promise's reach; that row says who did it and why.
ALONE = LIVE & Q(overbooked=False)


class Epoch(models.Func):
    """A moment as whole seconds since 1970, counted by the database."""

    output_field = models.BigIntegerField()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) AS bigint)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="unixepoch(%(expressions)s)", **context)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def live(self) -> "AppointmentQuerySet":
        """What takes up a time: holds, requests and bookings (a hold that ran out still does until it is let go)."""
        return self.filter(LIVE)

    def booked(self) -> "AppointmentQuerySet":
        return self.filter(state=Appointment.State.BOOKED)

    def coming(self, now: datetime) -> "AppointmentQuerySet":
        """Booked or requested, and not yet begun; soonest first."""
        states = [Appointment.State.BOOKED, Appointment.State.REQUESTED]
        return self.filter(state__in=states, starts_at__gt=now).order_by("starts_at")

    def of(self, contact: Contact) -> "AppointmentQuerySet":
        """What the clients of one number or address have."""
        return self.filter(client__contact=contact).select_related("client__contact", "clinician", "session_type")

    def held_for_someone(self, now: datetime) -> "AppointmentQuerySet":
        """First bookings whose maker has not said yes yet."""
        mine = {"request": None, "series": None, "waitlist_offer": None}
        return self.filter(state=Appointment.State.HELD, client__isnull=False, hold_expires_at__gt=now, **mine)

    def ran_out(self, now: datetime) -> "AppointmentQuerySet":
        """Holds whose minutes are over."""
        return self.filter(state=Appointment.State.HELD, hold_expires_at__lte=now)

    def around(self, clinicians: Iterable[Clinician | int], start: datetime, end: datetime) -> "AppointmentQuerySet":
        """Those of `clinicians` whose blocked time touches the window."""
        return self.touching(clinicians, start - DAY, start, end)

    def touching(self, clinicians: Any, day_before: Any, start: Any, end: Any) -> "AppointmentQuerySet":
        """The same, of values that may be given later; `day_before` is a day before `start`."""
        # No blocked time lasts a day (session_type_is_shorter_than_a_day), so the index is read from one day before.
        return self.filter(
            clinician__in=clinicians, blocks_from__gte=day_before, blocks_from__lt=end, blocks_until__gt=start
        )


class Appointment(models.Model):
    """A time that a clinician and a client have promised each other, or that is kept for someone who is about to."""

    class State(models.TextChoices):
        HELD = "held", "Held"
        REQUESTED = "requested", "Requested"
        BOOKED = "booked", "Booked"
        COMPLETED = "completed", "Completed"
        NO_SHOW = "no_show", "No-show"
        CANCELED = "canceled", "Canceled"
        DECLINED = "declined", "Declined"
        EXPIRED = "expired", "Expired"

    class By(models.TextChoices):
        CLIENT = "client", "Client"
        STAFF = "staff", "Staff"
        SYSTEM = "system", "The practice's system"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="appointments")
    clinician = models.ForeignKey(Clinician, models.PROTECT, related_name="appointments")
    session_type = models.ForeignKey(SessionType, models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocks_from = models.DateTimeField(help_text="The start less its buffer")
    blocks_until = models.DateTimeField(help_text="The end with its buffer")
    state = models.CharField(max_length=10, choices=State.choices)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    visitor = DigestField(blank=True, help_text="Who holds it, before there is a client")
    client_state = models.CharField(
        max_length=2, choices=STATE_CHOICES, blank=True, help_text="Where the client will be"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    canceled_by = models.CharField(max_length=10, choices=By.choices, blank=True)
    canceled_late = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, help_text="One more with each move")
    intake = models.ForeignKey(Intake, models.SET_NULL, null=True, blank=True, related_name="appointments")
    request = models.ForeignKey(
        TimeRequest, models.PROTECT, null=True, blank=True, related_name="proposals", help_text="Which wish it answers"
    )
    overbooked = models.BooleanField(default=False, help_text="Staff put it beside another session on purpose")
    series = models.ForeignKey("booking.Series", models.PROTECT, null=True, blank=True, related_name="appointments")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AppointmentQuerySet.as_manager()
    # Its private address, as long as this object is in hand: only a digest is kept.
    link = ""

    class Meta:
        ordering = ("starts_at",)
        constraints = [
            NoOverlap(
                name="appointment_clinician_is_free",
                scope="clinician",
                start="blocks_from",
                end="blocks_until",
                live=ALONE,
            ),
            NoOverlap(name="appointment_client_is_free", scope="client", start="starts_at", end="ends_at", live=LIVE),
            models.CheckConstraint(name="appointment_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="appointment_blocks_all_of_itself",
                condition=Q(blocks_from__lte=F("starts_at"), blocks_until__gte=F("ends_at")),
            ),
            models.CheckConstraint(
                name="appointment_hold_says_until_when", condition=~Q(state="held") | Q(hold_expires_at__isnull=False)
            ),
            models.CheckConstraint(
                name="appointment_has_a_client_unless_held",
                condition=Q(client__isnull=False) | Q(state__in=["held", "expired"]),
            ),
            models.CheckConstraint(
                name="appointment_cancellation_says_who",
                condition=Q(canceled_at=None, canceled_by="") | Q(canceled_at__isnull=False) & ~Q(canceled_by=""),
            ),
            models.CheckConstraint(
                name="appointment_cancellation_says_when",
                condition=Q(state="canceled", canceled_at__isnull=False) | ~Q(state="canceled") & Q(canceled_at=None),
            ),
        ]
        indexes = [
            # The day's view and offering; then the same of what is live, which SQLite's guard of overlaps reads.
            models.Index(fields=["clinician", "blocks_from"], name="appointment_by_clinician"),
            models.Index(fields=["clinician", "blocks_from"], condition=LIVE, name="appointment_live_by_clinician"),
            models.Index(fields=["client", "starts_at"], name="appointment_by_client"),
            # Reminders, and what has passed.
            models.Index(fields=["starts_at"], condition=Q(state="booked"), name="appointment_booked_by_start"),
            models.Index(fields=["hold_expires_at"], condition=Q(state="held"), name="appointment_held_by_end"),
        ]

    class Privacy:
        personal = {"visitor"}
        plain = {
            "id", "client", "clinician", "session_type", "starts_at", "ends_at", "blocks_from", "blocks_until", "state",
            "hold_expires_at", "client_state", "confirmed_at", "canceled_at", "canceled_by", "canceled_late", "version",
            "intake", "request", "overbooked", "series", "created_at",
        }  # fmt: skip
        keep_for = "as long as the client; nothing is deleted before"

    def __str__(self) -> str:
        return f"Appointment {str(self.id)[:8]} {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def topic(self) -> str:
        """Under which its texts and mails are queued and withdrawn."""
        return f"appointment:{self.id}"

    def has_run_out(self, now: datetime) -> bool:
        """Whether it is a hold whose minutes are over."""
        return self.state == self.State.HELD and self.hold_expires_at is not None and self.hold_expires_at <= now


class AppointmentChange(models.Model):
    """What happened to an appointment, who did it and when. Rows are added, never changed."""

    class What(models.TextChoices):
        HELD = "held", "Held"
        REQUESTED = "requested", "Requested"
        BOOKED = "booked", "Booked"
        OVERBOOKED = "overbooked", "Booked beside another session on purpose"
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        MOVED = "moved", "Moved"
        CONFIRMED = "confirmed", "Confirmed"
        CANCELED = "canceled", "Canceled"
        RESTORED = "restored", "Taken back: it is not canceled"
        NO_SHOW = "no_show", "No-show"
        COMPLETED = "completed", "Completed"
        EXPIRED = "expired", "Expired"
        OUTSIDE_LICENCE = "outside_licence", "Found outside the clinician's licence"

    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=10, choices=Appointment.By.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=20, choices=What.choices)
    from_starts_at = models.DateTimeField(null=True, blank=True)
    to_starts_at = models.DateTimeField(null=True, blank=True)
    reason = EncryptedTextField(blank=True)

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                name="appointment_move_says_from_where_to_where",
                condition=~Q(what="moved") | Q(from_starts_at__isnull=False, to_starts_at__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_overbooking_says_who_and_why",
                condition=~Q(what="overbooked") | Q(actor__isnull=False) & ~Q(reason=""),
            ),
        ]

    class Privacy:
        personal = {"reason"}
        plain = {"id", "appointment", "at", "by", "actor", "what", "from_starts_at", "to_starts_at"}
        keep_for = "as long as the appointment"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"


class IdempotencyKey(models.Model):
    """What a caller of the JSON door already asked for under its key, so that asking twice books once."""

    key = DigestField(unique=True)
    body = DigestField()
    appointment = models.ForeignKey(Appointment, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        personal = {"key", "body"}
        plain = {"id", "appointment", "created_at"}
        keep_for = "two days"

    def __str__(self) -> str:
        return f"Key of {self.appointment_id}"
