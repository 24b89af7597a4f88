"""Measures booking on the PostgreSQL that DATABASE_URL names (commits are durable); prints one JSON object a figure."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from statistics import median
from time import perf_counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

import django

django.setup()

import psycopg  # noqa: E402 - after the set-up
import requests  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from booking import scheduling  # noqa: E402
from booking.models import Appointment, Client  # noqa: E402
from practice.links.models import Link  # noqa: E402
from practice.messaging.models import Message  # noqa: E402
from tests import make  # noqa: E402
from tests.servers import _free_port  # noqa: E402

ROUNDS, BOOKINGS, CALLERS, SECONDS = 5, 50, 8, 6
CLINICIANS = 20
address = count(1)


def main():
    call_command("migrate", verbosity=0)
    kind = make.session_type("bench", minutes=50, step=60, horizon_days=365)
    clinicians = [make.clinician() for _ in range(CLINICIANS)]
    for clinician in clinicians:
        make.working_hours(clinician, "00:00", "00:00")
    _history(clinicians[0], kind)
    print(json.dumps(through_the_rule(kind, clinicians)), flush=True)
    with _site() as port:
        print(json.dumps(over_http(port, clinicians)), flush=True)
        print(json.dumps(one_time_for_many(port, clinicians)), flush=True)


def _moments(number):
    """Times that are open, each another."""
    first = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=3)
    return [first + timedelta(hours=n) for n in range(number)]


def _history(clinician, kind):
    """Two thousand sessions that are over."""
    client, first = make.client(), timezone.now() - timedelta(days=1)
    rows = []
    for number in range(2_000):
        start = first - number * timedelta(hours=1)
        end = start + kind.length
        times = {"starts_at": start, "ends_at": end, "blocks_from": start, "blocks_until": end}
        rows.append(
            Appointment(
                clinician=clinician, client=client, session_type=kind, state=Appointment.State.COMPLETED, **times
            )
        )
    Appointment.objects.bulk_create(rows, batch_size=1000)


# --- Through the rule ------------------------------------------------------------------------------------------------


def through_the_rule(kind, clinicians):
    """By turns, so that a slow moment of the machine meets both: the rule, then what it said, said again by psycopg."""
    ruled, bare, statements = [], [], 0
    for turn in range(ROUNDS + 1):
        clients = [make.client() for _ in range(BOOKINGS)]
        clinician = clinicians[turn]
        said = []
        started = perf_counter()
        for client, moment in zip(clients, _moments(BOOKINGS), strict=True):
            with connection.execute_wrapper(_Recorder(said)):
                scheduling.book(client=client, session_type=kind, clinician=clinician, starts_at=moment, state="NY")
            said.append(None)
        spent = perf_counter() - started
        statements = len(said) // BOOKINGS - 1
        _undo(clinician, clients)
        again = _say_again(said)
        if turn:  # the first warms both
            ruled.append(BOOKINGS / spent)
            bare.append(BOOKINGS / again)
    rule, alone = median(ruled), median(bare)
    return {
        "figure": "bookings a second through the rule, one after another",
        "rule": round(rule),
        "same_statements_bare": round(alone),
        "statements": statements,
        "ratio": round(rule / alone, 2),
        "target_ratio": 0.35,
    }


class _Recorder:
    def __init__(self, said):
        self.said = said

    def __call__(self, execute, sql, params, many, context):
        self.said.append((sql, params))
        return execute(sql, params, many, context)


def _undo(clinician, clients):
    """As if nothing had been booked, so that the very same rows can be written again."""
    mine = Appointment.objects.filter(clinician=clinician)
    Message.objects.filter(topic__in=[one.topic for one in mine]).delete()
    Link.objects.all().delete()
    mine.delete()
    Client.objects.filter(pk__in=[one.pk for one in clients]).update(clinician=None)


def _say_again(said):
    """The seconds that the same statements take in bare transactions, one a booking."""
    with psycopg.connect(os.environ["DATABASE_URL"], cursor_factory=psycopg.ClientCursor) as c:
        started = perf_counter()
        cursor = c.cursor()
        for statement in said:
            if statement is None:
                c.commit()
                continue
            cursor.execute(*statement)
            if cursor.description:
                cursor.fetchall()
        return perf_counter() - started


# --- Over HTTP -------------------------------------------------------------------------------------------------------


class _site:
    """The production web server with the settings of the container."""

    def __enter__(self):
        port = _free_port()
        options = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
        command = [sys.executable, "-m", "gunicorn", "practice.wsgi", "--bind", f"127.0.0.1:{port}", *options]
        self.server = subprocess.Popen([*command, "--log-level", "error"])
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                requests.get(f"http://127.0.0.1:{port}/api/v1/session-types/", headers=_headers(), timeout=30)
                return port
            except requests.ConnectionError:
                time.sleep(0.2)
        raise AssertionError("the web server did not become ready")

    def __exit__(self, *error):
        self.server.terminate()
        self.server.wait(20)


def _headers():
    """As our own proxy speaks of a caller, each of whom comes from somewhere else."""
    number = next(address)
    origin = f"10.{number >> 8 & 255}.{number & 255}.1"  # each in a network of its own
    known = {"Host": "office.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": origin}
    return known | {"Content-Type": "application/json"}


def _wish(clinician, moment, number):
    return {
        "session_type": "bench",
        "clinician": clinician.slug,
        "starts_at": moment.isoformat(),
        "name": "Alex",
        "phone": f"+1202{2_000_000 + number:07d}",
        "email": f"caller{number}@example.test",
        "timezone": "America/New_York",
        "state": "NY",
        "sms_consent": False,
    }


def _callers(port, wishes, seconds):
    """What 8 callers, each on one connection, are answered until the wishes or the seconds are over."""
    wishes, answers = iter(wishes), Counter()
    until = time.monotonic() + seconds

    def call(_caller):
        # As lean as a caller in Python can be: on one machine its work is taken from the server's.
        site = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for wish in wishes:
            site.request("POST", "/api/v1/appointments/", json.dumps(wish), _headers())
            answer = site.getresponse()
            answer.read()
            answers[answer.status] += 1
            if time.monotonic() > until:
                break
        site.close()

    started = perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(call, range(CALLERS)))
    return answers, perf_counter() - started


class _Shared:
    """One iterator for several threads."""

    def __init__(self, items):
        self.items = list(items)

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.items.pop()  # one step of the interpreter
        except IndexError:
            raise StopIteration from None


def over_http(port, clinicians):
    cache.clear()
    places = [(clinician, moment) for moment in _moments(1000) for clinician in clinicians[ROUNDS + 2 :]]
    wishes = [_wish(*place, number) for number, place in enumerate(places)]
    _callers(port, _Shared(wishes[:80]), SECONDS)  # warms every worker
    before = Appointment.objects.count()
    answers, spent = _callers(port, _Shared(wishes[80:]), SECONDS)
    rows = Appointment.objects.count() - before
    return {
        "figure": f"bookings a second over HTTP, {CALLERS} clients",
        "rate": round(answers[201] / spent),
        "answers": {str(status): number for status, number in answers.items()},
        "rows": rows,
        "target": 150,
        "floor": 100,
    }


def one_time_for_many(port, clinicians):
    cache.clear()
    clinician, moment = clinicians[ROUNDS + 1], _moments(1)[0]
    wishes = [_wish(clinician, moment, 500_000 + number) for number in range(50)]
    answers, spent = _callers(port, _Shared(wishes), 120)
    rows = Appointment.objects.filter(clinician=clinician).count()
    return {
        "figure": "50 rivals of one time over HTTP",
        "rows": rows,
        "answers": {str(status): number for status, number in answers.items()},
        "refusals_a_second": round(answers[409] / spent),
        "target_rows": 1,
    }


main()
