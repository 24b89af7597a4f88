"""The diary's tables: when clinicians work, who comes, and what was promised."""

from booking.models.appointments import (
    LIVE,
    Appointment,
    AppointmentChange,
    IdempotencyKey,
)
from booking.models.diary import DateOverride, Holiday, SessionType, TimeOff, WorkingHours
from booking.models.intake import Client, Intake, Participant

__all__ = [
    "LIVE",
    "Appointment",
    "AppointmentChange",
    "Client",
    "DateOverride",
    "Holiday",
    "IdempotencyKey",
    "Intake",
    "Participant",
    "SessionType",
    "TimeOff",
    "WorkingHours",
]
