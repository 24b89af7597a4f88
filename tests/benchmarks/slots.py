"""Open times of 50 clinicians over 28 days, against one indexed read and a bare sweep of the same busy time."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import offering
from booking.models import Appointment, SessionType
from tests import make
from tests.benchmarks._timing import figure, seconds

CLINICIANS, DAYS, ZONE = 50, 28, ZoneInfo("America/New_York")


def figures() -> Iterator[dict[str, object]]:
    session_type = make.session_type(slug="bench", minutes=50, step=30, horizon_days=60)
    clinicians = [make.clinician() for _ in range(CLINICIANS)]
    for clinician in clinicians:
        make.working_hours(clinician, weekdays=range(5))
    client = make.client()
    first = timezone.now().astimezone(ZONE).date() + timedelta(days=1)
    last = first + timedelta(days=DAYS - 1)
    asked = {"session_type": session_type, "first_day": first, "last_day": last, "zone": ZONE}
    for rows in (10_000, 100_000):
        _fill(clinicians, session_type, client, first, rows)
        with CaptureQueriesContext(connection) as queries:
            offering.open_times(clinicians=clinicians, **asked)
        bare = seconds(lambda: _sweep(_busy(clinicians, first), first))
        measured = seconds(lambda: offering.open_times(clinicians=clinicians, **asked))
        yield figure(f"50 clinicians x 28 days, {rows} appointments", measured, bare, queries=len(queries))
        soonest = seconds(
            lambda: offering.next_open(session_type=session_type, clinicians=clinicians, state=None, zone=ZONE)
        )
        yield figure(f"next free of 50 clinicians, {rows} appointments", soonest, bare)


def _fill(clinicians: list, session_type: SessionType, client: object, first: object, rows: int) -> None:
    """Bring the table to `rows` appointments: five of each coming working day's hours, the rest long past."""
    present = Appointment.objects.count()
    made = []
    if not present:
        for clinician in clinicians:
            for day in range(DAYS):
                date = first + timedelta(days=day)
                made += [_row(clinician, session_type, client, date, hour) for hour in (9, 10, 12, 14, 15)]
    missing = rows - present - len(made)
    for number in range(missing):
        date = first - timedelta(days=2 + (present + number) // (CLINICIANS * 8))
        hour = 9 + (number // CLINICIANS) % 8
        made.append(_row(clinicians[number % CLINICIANS], session_type, client, date, hour, past=True))
    Appointment.objects.bulk_create(made, batch_size=1000)


def _row(clinician: object, session_type: SessionType, client: object, date: object, hour: int, *, past: bool = False):
    start = datetime.combine(date, time(hour), ZONE).astimezone(UTC)
    end = start + timedelta(minutes=50)
    # What is to come is held by nobody in particular, since one client cannot be in fifty places.
    what = {"state": "completed", "client": client} if past else {"state": "held", "hold_expires_at": end}
    times = {"starts_at": start, "ends_at": end, "blocks_from": start, "blocks_until": end}
    return Appointment(clinician=clinician, session_type=session_type, **times, **what)


def _busy(clinicians: list, first: object) -> dict[int, list[tuple[int, int]]]:
    """One indexed read, in the seconds that the sweep counts in."""
    start = datetime.combine(first, time(), ZONE)
    rows = Appointment.objects.filter(
        clinician__in=clinicians, blocks_from__gte=start, blocks_from__lt=start + timedelta(days=DAYS)
    )
    form = "strftime('%%s', {})" if connection.vendor == "sqlite" else "extract(epoch from {})"
    columns = [RawSQL(f"cast({form.format(name)} as bigint)", ()) for name in ("blocks_from", "blocks_until")]
    busy: dict[int, list[tuple[int, int]]] = {}
    read = rows.order_by("clinician", "blocks_from").annotate(since=columns[0], until=columns[1])
    for pk, since, until in read.values_list("clinician", "since", "until"):
        busy.setdefault(pk, []).append((since, until))
    return busy


def _sweep(busy: dict[int, list[tuple[int, int]]], first: object) -> int:
    """Every free start of everyone, in integers, with nothing around it."""
    windows = []
    for day in range(DAYS):
        date = first + timedelta(days=day)
        if date.weekday() < 5:
            opens = int(datetime.combine(date, time(9), ZONE).timestamp())
            windows.append((opens, opens + 8 * 3600))
    return sum(_free(windows, taken) for taken in busy.values())


def _free(windows: list[tuple[int, int]], taken: list[tuple[int, int]]) -> int:
    found, at = 0, 0
    for opens, closes in windows:
        for start in range(opens, closes - 3000 + 1, 1800):
            while at < len(taken) and taken[at][1] <= start:
                at += 1
            found += at == len(taken) or taken[at][0] >= start + 3000
    return found
