"""The diary's tables: when clinicians work, who comes, and what was promised."""

from booking.models.appointments import (
    LIVE,
    Appointment,
    AppointmentChange,
    IdempotencyKey,
)
from booking.models.diary import DateOverride, Holiday, SessionType, TimeOff, WorkingHours
from booking.models.intake import Client, Intake, Participant
from booking.models.notes import IntakeChange

__all__ = [
    "LIVE",
    "Appointment",
    "AppointmentChange",
    "Client",
    "DateOverride",
    "Holiday",
    "IdempotencyKey",
    "Intake",
    "IntakeChange",
    "Participant",
    "SessionType",
    "TimeOff",
    "WorkingHours",
]
