"""Measures the outbox on the PostgreSQL that DATABASE_URL names; prints one JSON object a figure.

What arrives a second through the whole path (due row, claim, carrier, outcome) stands beside what the bare client does
in as many threads against the same server; the search for due rows is timed in a small and in a large table.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from uuid import uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - after the set-up
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from requests.adapters import HTTPAdapter  # noqa: E402
from twilio.http.http_client import TwilioHttpClient  # noqa: E402
from twilio.rest import Client  # noqa: E402

from practice.messaging import carriers, sending, texts  # noqa: E402
from practice.messaging.models import Consent, Contact, Message  # noqa: E402
from practice.messaging.models.contacts import number_digest  # noqa: E402
from tests.fakes import twilio as fake  # noqa: E402

ROUNDS = 3
HISTORY = """
    INSERT INTO messaging_message (id, recipient, recipient_digest, channel, key, topic, language, subject, body,
        calendar, send_at, expires_at, priority, status, reason, claim, claimed_at, attempts, carrier, carrier_id,
        created_at, settled_at, emptied_at)
    SELECT gen_random_uuid(), '', 'nobody', 'text', 'old:' || n, 'old:' || n, 'en', '', '',
        '', CASE WHEN mod(n, 4) = 0 THEN now() + n * interval '1 second' ELSE now() - n * interval '1 minute' END,
        now() + interval '90 days', 5, CASE WHEN mod(n, 4) = 0 THEN 'scheduled' ELSE 'delivered' END, '', NULL, NULL, 1,
        'twilio', CASE WHEN mod(n, 4) = 0 THEN '' ELSE 'SM' || n END,
        now(), CASE WHEN mod(n, 4) = 0 THEN NULL ELSE now() END, now()
    FROM generate_series(%s, %s) AS n
"""


def main():
    call_command("migrate", verbosity=0)
    for latency, threads, number, target in ((0.05, 32, 1600, 0.8), (0, 32, 1000, 0.25)):
        say(throughput(latency=latency, threads=threads, number=number) | {"target_ratio": target})
    for figure in due_scans():
        say(figure)


def say(figure):
    print(json.dumps(figure), flush=True)


# --- Throughput ------------------------------------------------------------------------------------------------------


def throughput(*, latency, threads, number):
    carriers.THREADS = threads
    sink = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks._sink", str(latency)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    url = sink.stdout.readline().decode().strip()
    ours = carriers.Twilio(account=fake.ACCOUNT, token="x", service=fake.SERVICE, base_url=url)
    carriers.twilio = lambda *settings: ours
    client = bare_client(url, threads)
    bare, whole = [], []
    for _ in range(ROUNDS):  # by turns, so that a slow moment of the machine meets both
        bare.append(number / timed(lambda: send_bare(client, threads, number)))
        owe(number)
        whole.append(number / timed(deliver_all))
    sink.stdin.close()
    sink.wait()
    delivered, alone = median(whole), median(bare)
    return {
        "figure": f"messages a second, {threads} threads, {latency * 1000:.0f} ms",
        "whole_path": round(delivered),
        "bare_client": round(alone),
        "ratio": round(delivered / alone, 2),
    }


def timed(call):
    started = perf_counter()
    call()
    return perf_counter() - started


def bare_client(url, threads):
    """The library's client with its own transport, and with as many kept connections as threads."""
    http = TwilioHttpClient(timeout=10)
    http.session.mount("http://", HTTPAdapter(pool_maxsize=threads, pool_connections=threads))
    client = Client(fake.ACCOUNT, "x", http_client=http)
    client.api.base_url = url
    return client


def send_bare(client, threads, number):
    def send(n):
        client.messages.create(
            to=f"+1312555{n:04d}", body="Hello", messaging_service_sid=fake.SERVICE, validity_period=600,
            status_callback=f"https://practice.example/sms/status/{uuid4()}/",
        )  # fmt: skip

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(send, range(number)))


def owe(number):
    """Due reminders to as many people who agreed to them, where it is noon."""
    Message.objects.all().delete()
    Contact.objects.all().delete()
    zone = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    numbers = [f"+1312555{n:04d}" for n in range(number)]
    contacts = Contact.objects.bulk_create(
        Contact(number=one, number_digest=number_digest(one), time_zone=zone) for one in numbers
    )
    Consent.objects.bulk_create(
        Consent(contact=contact, channel="text", wording="yes", version=texts.CONSENT_VERSION, source="bench")
        for contact in contacts
    )
    now = timezone.now()
    fields = {
        "channel": "text",
        "body": "See you tomorrow at 3",
        "send_at": now,
        "expires_at": now + timedelta(hours=4),
    }
    Message.objects.bulk_create(
        Message(contact=contact, key=f"bench:{contact.pk}", priority=Message.Priority.REMINDER, **fields)
        for contact in contacts
    )


def deliver_all():
    while sending.deliver_due():
        pass
    assert not Message.objects.exclude(status="accepted").exists()


# --- The search for due rows -----------------------------------------------------------------------------------------


def due_scans():
    owe(1000)
    grow(1, 9_000)
    small = scan()
    grow(9_001, 999_000)
    large = scan()
    yield {
        "figure": "claim of 100 due rows",
        "ms_at_10_000_rows": round(small * 1000, 2),
        "ms_at_1_000_000_rows": round(large * 1000, 2),
        "ratio": round(large / small, 2),
        "target_ratio": 1.3,
        "plan": plan(),
    }


def grow(first, last):
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [first, last])
        cursor.execute("VACUUM ANALYZE messaging_message")


def scan():
    def claim():
        with transaction.atomic():
            assert len(Message.objects.reserve(100)) == 100
            transaction.set_rollback(True)

    for _ in range(20):
        claim()
    return median(timed(claim) for _ in range(60))


def plan():
    due = Message.objects.due().filter(priority=Message.Priority.REMINDER).order_by("send_at").values_list("pk")[:100]
    lines = due.explain()
    assert "Seq Scan" not in lines, lines
    return lines.splitlines()[1].split("(")[0].strip(" ->")


if __name__ == "__main__":
    main()
