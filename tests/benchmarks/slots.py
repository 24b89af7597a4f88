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

MOST_CLINICIANS, CLINICIANS, DAYS, SOON, ZONE = 200, 50, 28, 5, ZoneInfo("America/New_York")
OLD = (1_000, 10_000, 100_000)


def figures() -> Iterator[dict[str, object]]:
    session_type = make.session_type(slug="bench", minutes=50, step=30, horizon_days=60)
    everyone = [make.clinician() for _ in range(MOST_CLINICIANS)]
    for clinician in everyone:
        make.working_hours(clinician, weekdays=range(5))
    clinicians, client = everyone[:CLINICIANS], make.client()
    first = timezone.now().astimezone(ZONE).date() + timedelta(days=1)
    _fill_what_comes(everyone, session_type, client, first)
    asked = {
        "session_type": session_type,
        "first_day": first,
        "last_day": first + timedelta(days=DAYS - 1),
        "zone": ZONE,
    }
    taken: dict[int, tuple[float, float]] = {}
    for rows in OLD:
        _fill_what_was(clinicians, session_type, client, first, rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as the database does by itself where rows come one by one
        with CaptureQueriesContext(connection) as queries:
            offering.open_times(clinicians=clinicians, **asked)
        bare = seconds(lambda: _sweep(_busy(clinicians, first, DAYS), first, DAYS))
        measured = seconds(lambda: offering.open_times(clinicians=clinicians, **asked))
        taken[rows] = measured, measured / bare
        name = f"{CLINICIANS} clinicians x {DAYS} days, {rows} old appointments"
        yield figure(name, measured, bare, queries=len(queries), target_ratio=5)
    yield _growth(taken)
    for number in (CLINICIANS, MOST_CLINICIANS):
        yield _soonest(everyone[:number], session_type, first)


def _growth(taken: dict[int, tuple[float, float]]) -> dict[str, object]:
    """How much longer it takes with the most old appointments than with the fewest; beside the reference, whose growth
    is the machine's."""
    few, many = taken[OLD[0]], taken[OLD[-1]]
    return {
        "figure": f"from {OLD[0]} to {OLD[-1]} old appointments",
        "ratio": round(many[0] / few[0], 2),
        "beside_the_reference": round(many[1] / few[1], 2),
        "target_ratio": 1.2,
    }


def _soonest(clinicians: list, session_type: SessionType, first: object) -> dict[str, object]:
    bare = seconds(lambda: _sweep(_busy(clinicians, first, SOON), first, SOON, most=1))
    measured = seconds(lambda: offering.next_open(session_type=session_type, clinicians=clinicians, zone=ZONE))
    return figure(f"next free of {len(clinicians)} clinicians", measured, bare, target_ratio=3)


def _fill_what_comes(clinicians: list, session_type: SessionType, client: object, first: object) -> None:
    """Five of each coming day's hours."""
    days = [first + timedelta(days=day) for day in range(DAYS)]
    made = [
        _row(clinician, session_type, client, date, hour)
        for clinician in clinicians
        for date in days
        for hour in (9, 10, 12, 14, 15)
    ]
    Appointment.objects.bulk_create(made, batch_size=1000)


def _fill_what_was(clinicians: list, session_type: SessionType, client: object, first: object, rows: int) -> None:
    """Bring what is long past to so many."""
    made = []
    for number in range(Appointment.objects.filter(state="completed").count(), rows):
        date = first - timedelta(days=2 + number // (CLINICIANS * 8))
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


def _busy(clinicians: list, first: object, days: int) -> dict[int, list[tuple[int, int]]]:
    """One indexed read, in the seconds that the sweep counts in."""
    start = datetime.combine(first, time(), ZONE)
    rows = Appointment.objects.filter(
        clinician__in=clinicians, blocks_from__gte=start, blocks_from__lt=start + timedelta(days=days)
    )
    form = "strftime('%%s', {})" if connection.vendor == "sqlite" else "extract(epoch from {})"
    columns = [RawSQL(f"cast({form.format(name)} as bigint)", ()) for name in ("blocks_from", "blocks_until")]
    busy: dict[int, list[tuple[int, int]]] = {}
    read = rows.order_by("clinician", "blocks_from").annotate(since=columns[0], until=columns[1])
    for pk, since, until in read.values_list("clinician", "since", "until"):
        busy.setdefault(pk, []).append((since, until))
    return busy


def _sweep(busy: dict[int, list[tuple[int, int]]], first: object, days: int, most: int = 10_000) -> int:
    """The free starts of everyone, or so many of each, in integers, with nothing around it."""
    windows = []
    for day in range(days):
        date = first + timedelta(days=day)
        if date.weekday() < 5:
            opens = int(datetime.combine(date, time(9), ZONE).timestamp())
            windows.append((opens, opens + 8 * 3600))
    return sum(_free(windows, taken, most) for taken in busy.values())


def _free(windows: list[tuple[int, int]], taken: list[tuple[int, int]], most: int) -> int:
    found, at = 0, 0
    for opens, closes in windows:
        for start in range(opens, closes - 3000 + 1, 1800):
            while at < len(taken) and taken[at][1] <= start:
                at += 1
            found += at == len(taken) or taken[at][0] >= start + 3000
            if found >= most:
                return found
    return found
