"""The diary's tables: when clinicians work, who comes, and what was promised."""

from booking.models.appointments import (
    LIVE,
    Appointment,
    AppointmentChange,
    IdempotencyKey,
)
from booking.models.arrivals import Arrival
from booking.models.calendars import BusyTime, Feed, OutsideCalendar
from booking.models.codes import Code
from booking.models.diary import DateOverride, Holiday, SessionType, TimeOff, WorkingHours
from booking.models.intake import Client, Intake, Participant
from booking.models.notes import IntakeChange
from booking.models.outcomes import Outcome
from booking.models.profiles import Profile
from booking.models.questions import Question, Wording
from booking.models.referrals import Referral
from booking.models.requests import Block, TimeRequest
from booking.models.series import Series
from booking.models.waitlist import Waiting, WaitlistOffer

__all__ = [
    "LIVE",
    "Appointment",
    "AppointmentChange",
    "Arrival",
    "Block",
    "BusyTime",
    "Client",
    "Code",
    "DateOverride",
    "Feed",
    "Holiday",
    "IdempotencyKey",
    "Intake",
    "IntakeChange",
    "Outcome",
    "OutsideCalendar",
    "Participant",
    "Profile",
    "Question",
    "Referral",
    "Series",
    "SessionType",
    "TimeOff",
    "TimeRequest",
    "Waiting",
    "WaitlistOffer",
    "Wording",
    "WorkingHours",
]
