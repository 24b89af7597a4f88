"""Matching over a made-up practice: how long the rules and the open times take, that they hold, and three weightings.

`MATCH_CLINICIANS`, `MATCH_INTAKES` and `MATCH_SIMULATED` change the sizes; docs/matching.md says how to read it.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from statistics import mean, median
from time import process_time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking.intake import matching, weighing
from booking.intake.wanted import Wishes
from booking.models import Appointment, Client, SessionType, WorkingHours
from practice.staff.models import Clinician
from tests import make, practices
from tests.benchmarks._timing import figure, seconds
from tests.matching_oracle import Oracle

CLINICIANS = int(os.environ.get("MATCH_CLINICIANS", "1000"))
INTAKES = int(os.environ.get("MATCH_INTAKES", "500"))
SIMULATED = int(os.environ.get("MATCH_SIMULATED", "500"))
STAFF, ROOM, WEEKS, STAYS = 30, 20, 10, 6
ZONE = ZoneInfo("America/New_York")
# Someone who asks for nearly everything, in the state where most are licensed.
ALL = {"state": "NY", "zone": "America/Denver", "age": "adult", "kind": "self", "payment": "aetna"} | {
    "concerns": ["anxiety", "sleep"], "styles": ["warm"], "modalities": ["cbt"], "genders": ["woman"],
    "cultures": ["asian"], "faiths": ["none"], "days": ["tue", "thu"], "parts": ["morning", "evening"],
}  # fmt: skip
WEIGHTINGS = {
    "as delivered": {},
    "wishes alone": {"soon": 0, "room": 0},
    "soonest first": {"soon": 60, "room": 5},
    "spread first": {"soon": 0, "room": 60},
}


def figures() -> Iterator[dict[str, object]]:
    make.matchmaking()
    with transaction.atomic():
        practices.clinicians(CLINICIANS, today=timezone.now().date())
        _analyze()
        yield from _times()
        yield _holds()
        transaction.set_rollback(True)
    for name, weights in WEIGHTINGS.items():
        with transaction.atomic():
            yield {"figure": f"weighting: {name}"} | _simulate(weights)
            transaction.set_rollback(True)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself where rows come one by one


def _processor_ms(call: Callable[[], object]) -> float:
    """The median of what the processor did, the database included where it is SQLite: no one else's work is in it."""
    spent = []
    for _ in range(9):
        started = process_time()
        call()
        spent.append(process_time() - started)
    return round(median(spent) * 1000, 1)


def _times() -> Iterator[dict[str, object]]:
    """Beside the reference: every column of the clinicians and their hours, read once and not looked at."""
    bare = seconds(lambda: (list(Clinician.objects.values_list()), list(WorkingHours.objects.values_list())))
    wishes = Wishes.read(ALL)
    with CaptureQueriesContext(connection) as queries:
        matching.judge(wishes=wishes)
    rules = seconds(lambda: matching.judge(wishes=wishes))
    name = f"rules and weekly overlap, {CLINICIANS} clinicians"
    spent = _processor_ms(lambda: matching.judge(wishes=wishes))
    yield figure(name, rules, bare, processor_ms=spent, queries=len(queries), target_ms=50)
    judged = matching.judge(wishes=Wishes.read(ALL | {"days": [], "parts": ["afternoon"]}))
    able = judged.able()
    with CaptureQueriesContext(connection) as queries:
        judged.matches(most=3)
    times = seconds(lambda: judged.matches(most=3))
    name = f"scores of {len(able)}, open times of the best {min(matching.LOOKED_UP, len(able))}, reasons of three"
    spent = _processor_ms(lambda: judged.matches(most=3))
    yield figure(name, times, bare, processor_ms=spent, queries=len(queries), target_ms=50)
    yield figure("the same with reasons for each", seconds(judged.matches), bare)
    yield figure("why each other was not offered", seconds(judged.refused), bare)


def _holds() -> dict[str, object]:
    """Every rule for every pair, against the oracle; the order from shuffled input; a reason for each."""
    draw = random.Random(500)
    oracle = Oracle(timezone.now(), minutes=30, horizon_days=60)
    names = {str(label): rule for rule, label in matching.RULES.items()}
    counts: Counter[str] = Counter()
    for number in range(INTAKES):
        answers = practices.answers(draw)
        judged = matching.judge(wishes=Wishes.read(answers, turn=str(number)))
        broken = {one.slug: set(rules) for one, rules in judged.broken}
        counts["pairs"] += len(broken)
        counts["pairs_judged_otherwise"] += sum(oracle.broken(slug, answers) != rules for slug, rules in broken.items())
        found, refused = judged.matches(), judged.refused()
        counts["offered"] += len(found)
        counts["without_a_reason"] += sum(not match.reasons for match in found)
        counts["without_a_reason"] += sum(not set(one.why) <= set(names) or not one.why for one in refused)
        random.Random(number).shuffle(judged.broken)
        counts["orders_that_changed"] += [m.clinician.pk for m in judged.matches()] != [m.clinician.pk for m in found]
        counts["nobody_qualified"] += not found
    return {"figure": f"{CLINICIANS} clinicians x {INTAKES} intakes against the oracle"} | dict(counts)


# --- What a weighting does, in a practice that fills up --------------------------------------------------------------


def _simulate(weights: dict[str, int]) -> dict[str, object]:
    """Intakes come over ten weeks; each takes the first of its matches and the soonest time that suits both."""
    before, settings.MATCH_WEIGHTS = settings.MATCH_WEIGHTS, settings.MATCH_WEIGHTS | weights
    try:
        return _ten_weeks()
    finally:
        settings.MATCH_WEIGHTS = before


def _ten_weeks() -> dict[str, object]:
    draw, kind = random.Random(40), make.session_type(step=60)
    today = timezone.now().astimezone(ZONE).date()
    staff = _staff(today)
    begin = datetime.combine(today, time(9), ZONE)
    days, met, lost, new = [], [], 0, Counter({one.pk: 0 for one in staff})
    contact = make.client().contact
    for number in range(SIMULATED):
        now = begin + number * timedelta(weeks=WEEKS) / SIMULATED
        answers = practices.answers(draw) | {"state": "NY", "age": "adult", "kind": "self", "languages_needed": []}
        wishes = Wishes.read(answers, turn=str(number), session_type=kind.pk)
        match = next(iter(matching.judge(wishes=wishes, now=now).matches(most=1)), None)
        if match is None or match.soonest is None:
            lost += 1
            continue
        client = Client.objects.create(contact=contact, name_to_use="x", clinician=match.clinician)
        _take(match.soonest, client, kind, now)
        days.append((match.soonest.starts_at - now) / timedelta(days=1))
        met += weighing.fulfilled(match.candidate, wishes).values()
        new[match.clinician.pk] += 1
    return {
        "booked": len(days),
        "nobody_or_no_time": lost,
        "days_to_first_session": {"mean": round(mean(days), 1), "median": round(median(days), 1)},
        "days_of_the_slowest_tenth": round(sorted(days)[-len(days) // 10], 1),
        "gini_of_new_clients": round(_gini([new[one.pk] / one.capacity for one in staff]), 2),
        "most_new_clients_of_one": max(new.values()),
        "wishes_met": round(mean(met), 2),
    }


def _staff(today) -> list[Clinician]:
    """Thirty who see adults in New York, with room for 20 each, on three days a week for four hours."""
    made = practices.clinicians(STAFF, today=today, seed=7)
    Client.objects.filter(clinician__in=made).delete()
    WorkingHours.objects.filter(clinician__in=made).delete()
    for number, one in enumerate(made):
        one.capacity, one.ages, one.kinds = ROOM, ["adult", "older"], ["self"]
        one.is_active = one.offers_virtual = one.accepts_new_clients = one.does_matchmaking = True
        one.time_zone = "America/New_York"
        one.save()
        make.licence(one, "NY")
        opens, closes = (("09:00", "13:00"), ("13:00", "17:00"), ("16:00", "20:00"))[number % 3]
        make.working_hours(one, opens, closes, weekdays=[number % 5, (number + 1) % 5, (number + 3) % 5])
    return made


def _take(soonest, client: Client, kind: SessionType, now: datetime) -> None:
    """The first session, and the same hour in the weeks after it, so that the diary fills as it would."""
    for week in range(STAYS):
        start = soonest.starts_at + timedelta(weeks=week)
        times = {"starts_at": start, "ends_at": start + kind.length, "blocks_from": start}
        held = {"state": Appointment.State.HELD, "hold_expires_at": now + timedelta(days=90)}
        taken = Appointment.objects.live().filter(clinician=soonest.clinician, blocks_until__gt=start)
        if not taken.filter(blocks_from__lt=start + kind.length).exists():
            Appointment.objects.create(
                clinician=soonest.clinician, session_type=kind, blocks_until=start + kind.length, **times, **held
            )


def _gini(shares: list[float]) -> float:
    """0 where everybody has the same, near 1 where one has all."""
    ordered, number = sorted(shares), len(shares)
    whole = sum(ordered)
    return sum((2 * place - number - 1) * share for place, share in enumerate(ordered, 1)) / (number * whole)
