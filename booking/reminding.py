"""Reminding: which reminders are due and not yet owed. Nothing is remembered; all of it is derived from appointments.

A reminder's key is made of the appointment, its version, the minutes before and the way it goes, so that asking twice
owes nothing twice. In quiet hours it moves earlier; it is dropped when the client booked after that moment.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from booking import clocks, notifying
from booking.models import Appointment, AppointmentChange, SessionType
from practice.messaging import consenting
from practice.messaging.models import Channel, Contact, Message
from practice.staff.models import Licence

What = AppointmentChange.What
# Where it cannot go before the night, it goes in the morning, if that is still so long before.
AT_LEAST_BEFORE = timedelta(minutes=30)


class Reminder(NamedTuple):
    """One reminder of one appointment; `at` is as the contact's clock tells it."""

    appointment: Appointment
    minutes: int
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.appointment.topic}:{self.appointment.version}:{self.minutes}"


def owe(*, now: datetime | None = None) -> int:
    """Queue every reminder that is due by its contact's clock and not yet owed; returns how many messages that were.

    Where several of one appointment are due at once, only the last of them goes.
    """
    now = now or timezone.now()
    due = [reminder for appointment in _coming(now) if (reminder := _due(appointment, now)) is not None]
    if not due:
        return 0
    owed = _owed(due)
    fresh = [reminder for reminder in due if reminder.key not in owed]
    _check_licences(reminder.appointment for reminder in fresh)
    return sum(_write(reminder) for reminder in fresh)


def reminders(appointment: Appointment) -> list[Reminder]:
    """When each reminder of this appointment goes, soonest first; those that come to nothing are left out."""
    client = appointment.client
    assert client is not None  # only holds have none, and they are not reminded of
    moments = {}
    for minutes in sorted(appointment.session_type.reminder_minutes, reverse=True):
        moment = _moment(appointment, client.contact, minutes)
        if moment is not None:
            moments[minutes] = moment
    return sorted((Reminder(appointment, *item) for item in moments.items()), key=lambda one: one.at)


def next_moment(contact: Contact) -> datetime | None:
    """When this contact's next reminder goes, by their own clock; None where none will."""
    coming = Appointment.objects.booked().filter(client__contact=contact, starts_at__gt=contact.now())
    loaded = _with_settled_at(coming)
    moments = [one.at for appointment in loaded for one in reminders(appointment) if one.at > contact.now()]
    return min(moments, default=None)


def _moment(appointment: Appointment, contact: Contact, minutes: int) -> datetime | None:
    """When the reminder goes: earlier where that is in quiet hours; None where the time was only settled after that."""
    wanted, settled_at = appointment.starts_at - timedelta(minutes=minutes), _settled_at(appointment)
    moment = consenting.not_after(wanted, contact=contact)
    if moment > settled_at:
        return moment
    if moment == wanted:
        return None
    morning = consenting.not_before(wanted, contact=contact)
    return morning if settled_at < morning <= appointment.starts_at - AT_LEAST_BEFORE else None


def _settled_at(appointment: Appointment) -> datetime:
    """When the client last heard of this time."""
    known = vars(appointment).get("settled_at")
    return known or _with_settled_at(Appointment.objects.filter(pk=appointment.pk)).get().settled_at


def _with_settled_at(appointments: QuerySet[Appointment]) -> QuerySet[Any]:
    heard = Q(changes__what__in=[What.BOOKED, What.APPROVED, What.MOVED])
    loaded = appointments.select_related("client__contact", "session_type", "clinician")
    return loaded.annotate(settled_at=Coalesce(Max("changes__at", filter=heard), "created_at"))


def _coming(now: datetime) -> QuerySet[Any]:
    """What may have a reminder due: by the longest offset, or by a contact's clock that was brought forward."""
    offsets = SessionType.objects.values_list("reminder_minutes", flat=True)
    longest = timedelta(minutes=max((minutes for some in offsets for minutes in some), default=0))
    soon = Q(starts_at__lte=now + longest + clocks.DAY) | Q(client__contact__clock_ahead__gt=timedelta())
    return _with_settled_at(Appointment.objects.booked().filter(soon, starts_at__gt=now))


def _due(appointment: Appointment, now: datetime) -> Reminder | None:
    assert appointment.client is not None
    theirs = now + appointment.client.contact.clock_ahead
    if appointment.starts_at <= theirs:
        return None
    due = [reminder for reminder in reminders(appointment) if reminder.at <= theirs]
    return due[-1] if due else None


def _owed(due: list[Reminder]) -> set[str]:
    """The keys of those that are queued already, whichever way."""
    keys = {f"{reminder.key}:{channel}": reminder.key for reminder in due for channel in Channel.values}
    return {keys[key] for key in Message.objects.filter(key__in=keys).values_list("key", flat=True)}


@transaction.atomic
def _write(reminder: Reminder) -> int:
    # Whoever moves or cancels it locks the row too, and withdraws what is queued here before.
    same = {"pk": reminder.appointment.pk, "version": reminder.appointment.version}
    if not Appointment.objects.booked().select_for_update().filter(**same).exists():
        return 0
    return notifying.write(reminder.appointment, "reminder", reminder.key, priority=Message.Priority.REMINDER)


def _check_licences(appointments: Iterable[Appointment]) -> None:
    """Note for the desk where the clinician may no longer practise in the client's state on the day of the session."""
    asked = {one.pk: one for one in appointments if one.client_state}
    states = {one.client_state for one in asked.values()}
    rows = Licence.objects.filter(clinician__in={one.clinician_id for one in asked.values()}, state__in=states)
    licences = list(rows.values_list("clinician_id", "state", "starts_on", "expires_on"))
    notes = AppointmentChange.objects.filter(appointment__in=asked, what=What.OUTSIDE_LICENCE)
    noted = set(notes.values_list("appointment", flat=True))
    outside = [one for one in asked.values() if one.pk not in noted and not _is_licensed(one, licences)]
    AppointmentChange.objects.bulk_create(
        AppointmentChange(appointment=one, at=timezone.now(), by=Appointment.By.SYSTEM, what=What.OUTSIDE_LICENCE)
        for one in outside
    )


def _is_licensed(appointment: Appointment, licences: list[tuple[int, str, date, date]]) -> bool:
    day = appointment.starts_at.astimezone(clocks.zone_for(appointment.client_state)).date()
    holder = (appointment.clinician_id, appointment.client_state)
    return any((clinician, state) == holder and first <= day <= last for clinician, state, first, last in licences)
