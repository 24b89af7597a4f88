"""Vacancies: the times that were freed, read from the history of appointments, and whom each would suit."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from booking import offering, scheduling
from booking.clocks import DAY
from booking.intake.choices import DAYS
from booking.models import AppointmentChange, SessionType, Waiting, WaitlistOffer
from practice.staff.models import Clinician

What = AppointmentChange.What
WEEKDAYS = [slug for slug, _label in DAYS]
NOON, EVENING = 12, 17
Key = tuple[int, str, int, datetime]


class Vacancy(NamedTuple):
    """A start that somebody gave back."""

    change: AppointmentChange
    clinician: Clinician
    starts_at: datetime

    def key(self, place: Waiting) -> Key:
        """What must be open for this place to have it."""
        return place.session_type_id, place.client_state, self.clinician.pk, self.starts_at


def freed(*, now: datetime, since: datetime) -> list[Vacancy]:
    """What was given back after `since`, soonest first, and not offered to anybody yet; in one query.

    What people took back may still be undone for a minute; what lapsed may not. A visitor's own ten minutes are no
    vacancy: that time was open before.
    """
    undone = Q(at__lte=now - scheduling.UNDO_LASTS)
    given = Q(what__in=[What.CANCELED, What.DECLINED], appointment__starts_at__gt=now) & undone
    moved = Q(what=What.MOVED, from_starts_at__gt=now) & undone
    lapsed = Q(what=What.EXPIRED, appointment__starts_at__gt=now)
    rows = AppointmentChange.objects.filter(given | moved | lapsed, at__gt=since, waitlist_offer=None)
    rows = rows.exclude(appointment__client=None).select_related("appointment__clinician")
    found = [Vacancy(row, row.appointment.clinician, _start(row)) for row in rows]
    return sorted(found, key=lambda one: (one.starts_at, one.change.at, one.change.pk))


def _start(change: AppointmentChange) -> datetime:
    if change.what == What.MOVED:
        assert change.from_starts_at is not None  # appointment_move_says_from_where_to_where
        return change.from_starts_at
    return change.appointment.starts_at


def fit(place: Waiting, vacancy: Vacancy) -> int | None:
    """How much of what they asked for by name this is: the person, the day, the part of the day; None where it is not.

    Whoever asks narrowly comes first, because fewer times suit them.
    """
    if vacancy.change.at < place.created_at:
        return None  # it was open to them when they joined, and did not suit
    if place.clinician_id not in (None, vacancy.clinician.pk):
        return None
    if place.clinician_id is None and not _sees(vacancy.clinician, place.age):
        return None
    local = vacancy.starts_at.astimezone(ZoneInfo(place.client.time_zone))
    if not (place.since or date.min) <= local.date() <= place.until:
        return None
    if place.days and WEEKDAYS[local.weekday()] not in place.days:
        return None
    if place.parts and part(local) not in place.parts:
        return None
    return (place.clinician_id is not None) + bool(place.days) + bool(place.parts)


def _sees(clinician: Clinician, age: str) -> bool:
    """Whether someone who asked for anybody may be sent there."""
    return clinician.is_active and clinician.accepts_new_clients and age in clinician.ages


def part(local: datetime) -> str:
    """The part of the day in which it begins."""
    return "morning" if local.hour < NOON else "afternoon" if local.hour < EVENING else "evening"


def still_open(suiting: Mapping[Vacancy, Iterable[Any]], *, now: datetime) -> set[Key]:
    """Which of these can be booked now, for each kind of session and state asked for; one pass for each of those."""
    wanted: dict[tuple[SessionType, str], list[Vacancy]] = {}
    for vacancy, candidates in suiting.items():
        for kind, state in {(one.waiting.session_type, one.waiting.client_state) for one in candidates}:
            wanted.setdefault((kind, state), []).append(vacancy)
    return {key for (kind, state), some in wanted.items() for key in _open(kind, state, some, now)}


def _open(kind: SessionType, state: str, some: list[Vacancy], now: datetime) -> Iterable[Key]:
    asked = {(one.clinician.pk, one.starts_at) for one in some}
    first, last = min(one.starts_at for one in some).date(), max(one.starts_at for one in some).date()
    clinicians = {one.clinician.pk: one.clinician for one in some}.values()
    while first <= last:
        until = min(last, first + (offering.MOST_DAYS - 1) * DAY)
        times = offering.open_times(
            session_type=kind,
            clinicians=clinicians,
            first_day=first,
            last_day=until,
            zone=ZoneInfo("UTC"),
            state=state,
            now=now,
        )
        for time in times:
            if (time.clinician.pk, time.starts_at) in asked:
                yield kind.pk, state, time.clinician.pk, time.starts_at
        first = until + DAY


def offered_before(vacancy: Vacancy) -> set[int]:
    """The contacts this very time was offered to already: letting it pass is an answer."""
    rows = WaitlistOffer.objects.filter(
        appointment__clinician=vacancy.clinician, appointment__starts_at=vacancy.starts_at
    )
    return set(rows.values_list("waiting__client__contact", flat=True))
