"""Syncing: take in when outside calendars say their clinicians are busy. It fails closed.

A calendar that cannot be read keeps its last known busy times and says since when and why; it never means "free". What
lies beyond the last reading is closed. docs/decisions/0006-outside-calendars.md says why.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from booking import clocks
from booking.calendars import busy, fetching
from booking.calendars.fetching import OPEN, Unread, Way
from booking.hours import Span
from booking.models import BusyTime, OutsideCalendar, SessionType
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Clinician, User

MOST_CALENDARS = 5
THREADS = 8
LOOKS_BACK = timedelta(days=1)
# Read further than clients can book, so that a calendar that falls silent closes no day at once, and at least as far
# as recurring times are planned.
READS_BEYOND, READS_AT_LEAST = timedelta(days=31), timedelta(days=400)
# Where the reading ended nothing is free: the last busy time of each calendar lasts "for ever".
FOR_EVER = timedelta(days=3650)


class CannotBeRead(Refused):
    code, status = "calendar_unread", 422


class TooManyCalendars(Refused):
    code = "too_many_calendars"
    message = "Five outside calendars are the most for one clinician. Take one out first."


def add(*, clinician: Clinician, name: str, address: str, actor: User, way: Way = OPEN) -> OutsideCalendar:
    """Read the calendar at this address and close what it says is busy. Only one that can be read is taken in.

    Raises CannotBeRead, with the reason, or TooManyCalendars.
    """
    if clinician.outside_calendars.count() >= MOST_CALENDARS:
        raise TooManyCalendars
    address, now = _https(address), timezone.now()
    until = now + _horizon()
    try:
        spans = _read(address, clinician.time_zone, now, until, way)
    except Unread as unread:
        raise CannotBeRead(OutsideCalendar.Trouble(unread.trouble).label) from None
    with transaction.atomic():
        made = OutsideCalendar.objects.create(
            clinician=clinician, name=name, address=address, tried_at=now, read_at=now
        )
        _replace(made, spans, until)
        auditing.note(actor=actor, action="outside calendar added", subject=f"clinician {clinician.pk}")
    return made


@transaction.atomic
def remove(*, calendar: OutsideCalendar, actor: User) -> None:
    """Take the calendar out; what it closed is open again."""
    auditing.note(actor=actor, action="outside calendar taken out", subject=f"clinician {calendar.clinician_id}")
    calendar.delete()


def read_all(*, way: Way = OPEN) -> int:
    """Read every outside calendar of those who work here; returns how many could not be read."""
    rows = OutsideCalendar.objects.filter(clinician__is_active=True).select_related("clinician")
    return _read_each(list(rows.order_by("tried_at")), way)


def read_one(*, calendar: OutsideCalendar, way: Way = OPEN) -> bool:
    """Read it now; whether that succeeded."""
    return _read_each([calendar], way) == 0


def _read_each(calendars: list[OutsideCalendar], way: Way) -> int:
    """Threads only speak to servers and expand what repeats: no transaction is open while they do, and no query."""
    now = timezone.now()
    until = now + _horizon()

    def read(address: str, zone: str) -> list[Span] | Unread:
        try:
            return _read(address, zone, now, until, way)
        except Unread as unread:
            return unread

    asked = [(calendar.address, calendar.clinician.time_zone) for calendar in calendars]
    with ThreadPoolExecutor(THREADS, thread_name_prefix="calendars") as pool:
        found = zip(calendars, pool.map(lambda one: read(*one), asked), strict=True)
        return sum(not _keep(calendar, spans, now, until) for calendar, spans in found)


def _read(address: str, zone: str, now: datetime, until: datetime, way: Way) -> list[Span]:
    text = fetching.fetch(address, way=way)
    return busy.spans(text, zone=ZoneInfo(zone), start=now - LOOKS_BACK, end=until)


@transaction.atomic
def _keep(calendar: OutsideCalendar, found: list[Span] | Unread, now: datetime, until: datetime) -> bool:
    """Write down what was read, or why nothing was; whether it was read. One taken out meanwhile stays out."""
    kept = OutsideCalendar.objects.select_for_update().filter(pk=calendar.pk).first()
    if kept is None:
        return True
    kept.tried_at = now
    if isinstance(found, Unread):
        kept.failing_since, kept.trouble = kept.failing_since or now, found.trouble
    else:
        kept.read_at, kept.failing_since, kept.trouble = now, None, ""
        _replace(kept, found, until)
    kept.save(update_fields=["tried_at", "read_at", "failing_since", "trouble"])
    return kept.failing_since is None


def _replace(calendar: OutsideCalendar, spans: Iterable[Span], until: datetime) -> None:
    calendar.busy_times.all().delete()
    closed = [(clocks.at(first, UTC), clocks.at(last, UTC)) for first, last in spans] + [(until, until + FOR_EVER)]
    BusyTime.objects.bulk_create(
        BusyTime(calendar=calendar, clinician_id=calendar.clinician_id, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in closed
    )


def _horizon() -> timedelta:
    longest = SessionType.objects.active().aggregate(days=Max("horizon_days"))["days"] or 0
    return max(timedelta(days=longest) + READS_BEYOND, READS_AT_LEAST)


def _https(address: str) -> str:
    """Calendars hand their address out as webcal://, which is https by another name."""
    return f"https://{address[9:]}" if address.lower().startswith("webcal://") else address
