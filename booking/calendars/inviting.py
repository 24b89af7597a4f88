"""Inviting: an appointment as iCalendar text, for the client's own calendar. Neutral: a calendar is often shared.

One UID for life, one more in SEQUENCE with each change (RFC 5545, 5546), so that the newest word wins in whichever
order mails arrive. No clinician, no kind of session, no private link.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parseaddr
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from booking import clocks
from booking.models import Appointment
from practice import phones

MADE_BY = "-//Front office//Calendar 1.0//EN"
FIRST_EVENT = "BEGIN:VEVENT\r\n"
WORDS = {
    "en": ("{name}: appointment", "To move or cancel it, use the link in our mail or call {phone}."),
    "es": ("{name}: cita", "Para cambiarla o cancelarla, use el enlace de nuestro correo o llame al {phone}."),
}


def request(*, appointment: Appointment, to: str, zone: str, language: str) -> str:
    """Put the appointment, as it is now, into the calendar behind the mail address `to`."""
    return _mailed("REQUEST", appointment, to, zone, language)


def cancellation(*, appointment: Appointment, to: str, zone: str, language: str) -> str:
    """Take it out of that calendar again."""
    return _mailed("CANCEL", appointment, to, zone, language)


def published(*, appointments: Iterable[Appointment], zone: str, language: str) -> str:
    """Appointments to be added to a calendar by hand: nobody invites and nobody is invited."""
    return _text("PUBLISH", [_event(one, zone, language) for one in appointments], zone)


def _mailed(method: str, appointment: Appointment, to: str, zone: str, language: str) -> str:
    event = _event(appointment, zone, language)
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer, attendee = vCalAddress(f"mailto:{address}"), vCalAddress(f"mailto:{to}")
    organizer.params["CN"] = vText(name or settings.PRACTICE["short_name"])
    # Answers of calendars to this mail are read by nobody, so none is asked for: C in a text, or the link, confirms.
    attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    event.add("organizer", organizer)
    event.add("attendee", attendee, encode=False)
    return _text(method, [event], zone)


def _event(appointment: Appointment, zone: str, language: str) -> Event:
    local, is_off = ZoneInfo(zone), appointment.state == Appointment.State.CANCELED
    summary, description = WORDS.get(language, WORDS["en"])
    facts = {"name": settings.PRACTICE["short_name"], "phone": phones.readable(settings.PRACTICE["phone"])}
    event = Event()
    event.add("uid", str(appointment.pk))
    # Each move adds one to the version, and a cancellation is one change more.
    event.add("sequence", appointment.version - 1 + is_off)
    event.add("dtstamp", timezone.now().astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", appointment.starts_at.astimezone(local))
    event.add("dtend", appointment.ends_at.astimezone(local))
    event.add("summary", summary.format(**facts))
    event.add("description", description.format(**facts))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


def _text(method: str, events: list[Event], zone: str) -> str:
    calendar = started(method)
    for event in events:
        calendar.add_component(event)
    text = str(calendar.to_ical().decode())
    years = [event.start.year for event in events if "TZID" in event["dtstart"].params]  # UTC needs no explanation
    if years:
        text = text.replace(FIRST_EVENT, zone_text(zone, min(years), max(years)) + FIRST_EVENT, 1)
    return text


def started(method: str = "") -> Calendar:
    """An empty calendar of ours."""
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    return calendar


def vtimezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """What the clock of `zone` does from the year before the first to the year after the last, change by change.

    The library's own writer names the wall time after each change, where RFC 5545 (3.6.5) wants the one before it.
    """
    made = Timezone()
    made.add("tzid", zone)
    for start, before, after, name, is_summer in _changes(zone, date(first_year - 1, 1, 1), date(last_year + 2, 1, 1)):
        part = TimezoneDaylight() if is_summer else TimezoneStandard()
        part.add("dtstart", start)
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        made.add_component(part)
    return made


@lru_cache(maxsize=256)
def zone_text(zone: str, first_year: int, last_year: int) -> str:
    """The same as it is written: nine tenths of what an invitation would take to write."""
    return str(vtimezone(zone, first_year, last_year).to_ical().decode())


Change = tuple[datetime, timedelta, timedelta, str, bool]


def _changes(zone: str, first: date, last: date) -> list[Change]:
    """The offset at the beginning, and each change of it before `last`."""
    local = ZoneInfo(zone)
    start, end = (clocks.seconds(datetime.combine(day, time(), UTC)) for day in (first, last))
    moments = [start]
    for second in range(start, end, 86400):
        if _offset(second, local) != _offset(second + 86400, local):
            moments.append(clocks.jump(local, second, second + 86400))
    return [_change(moment, local, is_first=moment == start) for moment in moments]


def _change(second: int, zone: ZoneInfo, *, is_first: bool) -> Change:
    after = clocks.at(second, zone)
    before = _offset(second if is_first else second - 1, zone)
    wall = (clocks.at(second, UTC) + before).replace(tzinfo=None)
    return wall, before, _offset(second, zone), str(after.tzname()), bool(after.dst())


def _offset(second: int, zone: ZoneInfo) -> timedelta:
    offset = clocks.at(second, zone).utcoffset()
    assert offset is not None  # zones of the database always have one
    return offset
