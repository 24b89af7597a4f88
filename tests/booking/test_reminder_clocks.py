"""No reminder is early, late, doubled or at night: every hour of both weeks in which clocks change, in many zones."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.models import Appointment, Client, SessionType
from booking.reminders import reminding
from practice.messaging import sending
from practice.messaging.models import Contact, Message
from tests import make

HOUR = timedelta(hours=1)
SPRING, AUTUMN = datetime(2027, 3, 10, tzinfo=UTC), datetime(2026, 10, 28, tzinfo=UTC)
ZONES = [
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Puerto_Rico", "America/St_Johns", "Pacific/Guam",
    "Pacific/Pago_Pago",
]  # fmt: skip
DEFAULT = [1440, 120]


def appointments(zone, first, offsets):
    """One at each half hour of eight days, long settled; nothing of it is in a database."""
    kind, client = SessionType(reminder_minutes=offsets), Client(contact=Contact(time_zone=zone))
    for half_hours in range(8 * 48):
        made = Appointment(client=client, session_type=kind, starts_at=first + half_hours * HOUR / 2)
        made.settled_at = first - 30 * 24 * HOUR
        yield made


def expected(starts_at, minutes, zone):
    """Minutes before; and where that is at night, half past eight of the evening before it, by the wall clock."""
    wanted = starts_at - timedelta(minutes=minutes)
    local = wanted.astimezone(zone)
    if time(8) <= local.time() < time(21):
        return wanted
    evening = local.date() - timedelta(days=local.time() < time(8))
    return datetime.combine(evening, time(20, 30), zone)


@pytest.mark.parametrize("first", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_a_week_of_change_has_its_reminders_on_time_and_by_day(zone, first):
    place = ZoneInfo(zone)
    for appointment in appointments(zone, first, DEFAULT):
        found = {reminder.minutes: reminder.at for reminder in reminding.reminders(appointment)}
        assert found == {minutes: expected(appointment.starts_at, minutes, place) for minutes in DEFAULT}
        for minutes, at in found.items():
            early = appointment.starts_at - timedelta(minutes=minutes) - at
            assert timedelta() <= early <= 12.5 * HOUR, "never after its time, never by more than one night before it"
            assert 8 <= at.astimezone(place).hour < 21


@pytest.mark.django_db
@pytest.mark.parametrize("first", [SPRING + 3 * 24 * HOUR, AUTUMN + 3 * 24 * HOUR], ids=["spring", "autumn"])
def test_a_beat_through_the_night_of_the_change_sends_each_reminder_once_and_by_day(first, time_machine):
    """The beat wakes every hour for a day and a half, and at half past eight; what left is held against the rule."""
    time_machine.move_to(first - 10 * 24 * HOUR, tick=False)
    owed = [booked(zone, first + 26 * HOUR + n * 5 * HOUR) for n, zone in enumerate(ZONES[::2][:3])]
    places = [ZoneInfo(appointment.client.contact.time_zone) for appointment in owed]
    for moment in (first + half_hours * HOUR / 2 for half_hours in range(74)):
        if moment.minute and not any(moment.astimezone(place).hour == 20 for place in places):
            continue
        time_machine.move_to(moment, tick=False)
        reminding.owe()
        sending.deliver_due()
    for appointment in owed:
        place = ZoneInfo(appointment.client.contact.time_zone)
        wanted = one_a_day({expected(appointment.starts_at, minutes, place) for minutes in DEFAULT}, place)
        left = sorted(text.claimed_at for text in texts(appointment))
        assert len(left) == len(wanted)
        for at, due in zip(left, wanted, strict=True):
            assert timedelta() <= at - due < HOUR, "within one beat"
            assert 8 <= at.astimezone(place).hour < 21


def booked(zone, starts_at):
    """An appointment far from every other, with a client of that zone."""
    clinician = make.working_clinician("00:00", "23:59")
    return make.appointment(clinician=clinician, client=make.client(zone=zone), starts_at=starts_at)


def texts(appointment):
    """The reminders that left for it: the only appointment of its client's number."""
    sent = Message.objects.filter(contact=appointment.client.contact, priority=Message.Priority.REMINDER)
    return list(sent.exclude(status="withdrawn"))


def one_a_day(moments, zone):
    """The first on each day there: a number is reminded of a time once a day."""
    days = {}
    for moment in sorted(moments):
        days.setdefault(moment.astimezone(zone).date(), moment)
    return list(days.values())
