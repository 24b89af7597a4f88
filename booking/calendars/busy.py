"""When a calendar kept elsewhere says its owner is busy. Pure: text in, spans of seconds out.

What cannot be understood might be an hour that is taken, so it is never passed over.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event
from x_wr_timezone import to_standard

from booking import clocks
from booking.calendars.fetching import Trouble, Unread
from booking.clocks import MIDNIGHT
from booking.hours import Span, joined

MOST_ENTRIES, MOST_SPANS = 20_000, 50_000
MOST_SECONDS = 20.0  # of this thread's own work
# Of an entry, what decides when it is busy.
DECIDES = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS", "TRANSP", "FREEBUSY"}
TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID")
TOO_OFTEN = {"HOURLY", "MINUTELY", "SECONDLY"}


def spans(text: bytes, *, zone: ZoneInfo, start: datetime, end: datetime) -> list[Span]:
    """When the calendar is busy between the two, joined and in order; raises Unread.

    What repeats is expanded; what is transparent or cancelled is no one's business; whole days and times without a
    zone are those of `zone`.
    """
    until = time.thread_time() + MOST_SECONDS
    found: list[Span] = []
    try:
        for entry in _entries(text, start, end):
            found += _busy(entry, zone)
            if time.thread_time() > until or len(found) > MOST_SPANS:
                raise Unread(Trouble.TOO_LARGE)
    except Unread:
        raise
    except Exception:  # whatever contradicts itself in there; it must not end the reading of other calendars
        raise Unread(Trouble.UNCLEAR) from None
    first, last = clocks.seconds(start), clocks.seconds(end)
    return joined(
        [(max(opens, first), min(closes, last)) for opens, closes in found if closes > first and opens < last]
    )


def _entries(text: bytes, start: datetime, end: datetime) -> Iterator[Component]:
    """Each entry of each day on which it takes place."""
    for calendar in _calendars(text):
        groups: dict[str, list[Component]] = defaultdict(list)
        for entry in calendar.walk("VEVENT"):
            _check(entry)
            groups[str(entry.get("UID", id(entry)))].append(entry)
        if sum(map(len, groups.values())) > MOST_ENTRIES:
            raise Unread(Trouble.TOO_LARGE)
        for group in groups.values():
            yield from _taking_place(group, start, end)
        for free_busy in calendar.walk("VFREEBUSY"):
            _check(free_busy)
            yield free_busy


def _calendars(text: bytes) -> list[Calendar]:
    # A file that was cut off parses well and lacks the end of somebody's week.
    whole = text.strip().removeprefix(b"\xef\xbb\xbf")
    if not whole.upper().startswith(b"BEGIN:VCALENDAR") or not whole.upper().endswith(b"END:VCALENDAR"):
        raise Unread(Trouble.NOT_A_CALENDAR)
    try:
        found = Calendar.from_ical(whole.decode("utf-8"), multiple=True)
        if any(not isinstance(calendar, Calendar) or calendar.errors for calendar in found):
            raise Unread(Trouble.UNCLEAR)
        return [to_standard(calendar) for calendar in found]
    except ValueError:
        raise Unread(Trouble.NOT_A_CALENDAR) from None


def _check(entry: Component) -> None:
    """Raise where it cannot be known when this entry is busy, or where finding out would take for ever."""
    wrong = {str(name).upper() for name, _why in entry.errors}
    if wrong & DECIDES or (entry.name == "VEVENT" and "DTSTART" not in entry):
        raise Unread(Trouble.UNCLEAR)
    for name in TIMES:
        if name in entry and not _is_clear(entry[name]):
            raise Unread(Trouble.UNCLEAR)
    rules = entry.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        _check_rule(rule)


def _is_clear(value: Any) -> bool:
    """Whether it is one moment, of a zone that was found."""
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        return moment.tzinfo is not None or "TZID" not in value.params
    return isinstance(moment, date)


def _check_rule(rule: Any) -> None:
    often = {str(freq).upper() for freq in rule.get("FREQ", [])} & TOO_OFTEN
    minutes = [name for name in ("BYMINUTE", "BYSECOND") if len(rule.get(name, [])) > 1]
    if often or minutes or any(int(step) < 1 for step in rule.get("INTERVAL", [])):
        raise Unread(Trouble.UNCLEAR)


def _taking_place(group: list[Component], start: datetime, end: datetime) -> Iterable[Component]:
    """The entries of one UID: what repeats, with the days that were changed or left out."""
    if len(group) == 1 and not any(name in group[0] for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        return group
    small = Calendar()
    for entry in group:
        small.add_component(entry)
    return list(recurring_ical_events.of(small).between(start, end))


def _busy(entry: Component, zone: ZoneInfo) -> Iterator[Span]:
    if entry.name == "VFREEBUSY":
        yield from _told_busy(entry, zone)
        return
    if str(entry.get("STATUS", "")).upper() == "CANCELLED" or str(entry.get("TRANSP", "")).upper() == "TRANSPARENT":
        return
    if str(entry.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE":
        return
    assert isinstance(entry, Event)
    first, last = _second(entry.start, zone), _second(entry.end, zone)
    if last < first:
        raise Unread(Trouble.UNCLEAR)
    yield first, last


def _told_busy(entry: Component, zone: ZoneInfo) -> Iterator[Span]:
    told = entry.get("FREEBUSY", [])
    for several in told if isinstance(told, list) else [told]:
        if str(several.params.get("FBTYPE", "BUSY")).upper() == "FREE":
            continue
        for period in getattr(several, "dts", [several]):
            yield _second(period.start, zone), _second(period.end, zone)


def _second(moment: date, zone: ZoneInfo) -> int:
    if not isinstance(moment, datetime):
        return clocks.shows(zone.key, moment, MIDNIGHT)
    if moment.tzinfo is None:
        return clocks.shows(zone.key, moment.date(), moment.time())
    return clocks.seconds(moment.astimezone(UTC))
