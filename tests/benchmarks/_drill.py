"""The fault drill: PostgreSQL, Redis, beat and two workers of its own, a careless carrier, and whatever can go wrong.

`python -m tests.benchmarks._drill --messages 2000 --kills 20` prints one JSON object: what was done, what became of it.
"""

import argparse
import json
import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.fakes import twilio as fake
from tests.servers import Servers

FAULTS = {"429": 4, "503": 2, "502_html": 2, "hang_after": 0.5, "drop_before": 2, "drop_after": 2, "empty_201": 2}


class CarelessTwilio(fake.Twilio):
    """Fails one create in seven, and loses, doubles, delays and shuffles its callbacks."""

    def __init__(self, seed, **options):
        self.dice, self.happened = random.Random(seed), Counter()
        self.posts, self.is_closed = ThreadPoolExecutor(4), False
        super().__init__(**options)

    def close(self):
        self.is_closed = True
        self.posts.shutdown(cancel_futures=True)
        super().close()

    def next_fault(self):
        names = [*FAULTS, ""]
        (fault,) = self.dice.choices(names, [*FAULTS.values(), 100 - sum(FAULTS.values())])
        self.happened[fault or "taken"] += 1
        return fault

    def accepted(self, message):
        end, code = self.dice.choices([("delivered", ""), ("undelivered", "30007")], [95, 5])[0]
        message["_end"] = end, code
        calls = self.callbacks(message, end=end, code=code, copies=2 if self.dice.random() < 0.2 else 1)
        self.dice.shuffle(calls)
        lost = [self.dice.random() < 0.15 for _call in calls]
        timer = threading.Timer(self.dice.uniform(0.05, 2), self._call_back, [message, calls, lost])
        timer.daemon = True
        timer.start()

    def _call_back(self, message, calls, lost):
        message["status"], message["error_code"] = message["_end"]
        for call, is_lost in zip(calls, lost, strict=True):
            self.happened["callback lost" if is_lost else "callback sent"] += 1
            if not is_lost and not self.is_closed:
                self.posts.submit(_post, *call)


def _post(url, fields, signature):
    data = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(url, data, {"X-Twilio-Signature": signature})
    with suppress(OSError):  # our door was shut just then: this callback is lost too
        urllib.request.urlopen(request, timeout=10).close()


class _Door(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


class Drill:
    def __init__(self, *, servers, messages, kills, seed, patience):
        self.servers, self.number, self.kills = servers, messages, kills
        self.dice, self.done = random.Random(seed), Counter()
        self.carrier = CarelessTwilio(seed, hangs_for=1.5, latency=0.05)
        self.folder = tempfile.mkdtemp(prefix="drill-beat-")
        self.door = self._open_door(patience)
        self.workers = []

    def _open_door(self, patience):
        server = make_server("127.0.0.1", 0, lambda *request: self.site(*request), _Door, _Quiet)
        os.environ.update(
            DEBUG="1", DEMO="0", SECRET_KEY="drill", FIELD_KEYS="dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
            DATABASE_URL=self.servers.database_url, DATABASE_CONNECTION_SECONDS="0", REDIS_URL=self.servers.redis_url,
            PUBLIC_URL=f"http://127.0.0.1:{server.server_port}", TWILIO_ACCOUNT_SID=fake.ACCOUNT,
            TWILIO_AUTH_TOKEN=fake.TOKEN, TWILIO_MESSAGING_SERVICE_SID=fake.SERVICE, TWILIO_API_URL=self.carrier.url,
            TEXTS_PER_SECOND="300", DRILL_PATIENCE=str(patience), DJANGO_SETTINGS_MODULE="practice.settings",
        )  # fmt: skip
        return server

    def run(self):
        import django

        django.setup()
        from django.core.management import call_command
        from django.core.wsgi import get_wsgi_application

        call_command("migrate", verbosity=0)
        self.site = get_wsgi_application()
        logging.getLogger("django.request").setLevel(logging.CRITICAL)  # while PostgreSQL is away, the door says 500
        threading.Thread(target=self.door.serve_forever, daemon=True).start()
        self._owe()
        started = time.monotonic()
        self.beat = self._celery("beat", "--schedule", f"{self.folder}/beat", "--pidfile=")
        self.workers = [self._worker(), self._worker()]
        try:
            self._go_wrong()
            self.done["seconds of trouble"] = round(time.monotonic() - started)
            self._wait_for_the_end()
            self.done["seconds in all"] = round(time.monotonic() - started)
            return self._account()
        finally:
            for process in [self.beat, *self.workers]:
                self._kill(process)
            self.carrier.close()
            self.door.shutdown()
            self._let_go()

    def _owe(self):
        """Reminders to as many numbers, due now where it is noon, and a few crisis lines among them."""
        from practice.messaging.models import Message
        from tests.make import messaging as make

        hours = 12 - datetime.now(UTC).hour
        zone = f"Etc/GMT{-hours:+d}"
        for n in range(self.number):
            kind = Message.Priority.CRISIS if n % 20 == 0 else Message.Priority.REMINDER
            make.message(make.contact(time_zone=zone), priority=kind, hours=5)

    def _celery(self, *arguments):
        command = [sys.executable, "-m", "celery", "-A", "tests.benchmarks._worker", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, start_new_session=True, **quiet)

    def _worker(self):
        return self._celery("worker", "--pool", "threads", "-c", "2", "--without-gossip", "--without-mingle", "-n",
                            f"w{self.done['workers started']}-{time.monotonic_ns()}@drill")  # fmt: skip

    def _kill(self, process):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    # --- What goes wrong ---------------------------------------------------------------------------------------------

    def _go_wrong(self):
        """Kill a worker each time some more texts have left; between the kills the servers have their turn."""
        plan = self._plan()
        share = self.number * 0.8 / max(1, self.kills)
        for kill in range(self.kills):
            self._wait_until(kill * share + self.dice.uniform(0, share))
            for trouble in plan.get(kill, ()):
                trouble()
            at = self.dice.randrange(2)
            self._kill(self.workers[at])
            self.workers[at] = self._worker()
            self.done["workers killed"] += 1

    def _plan(self):
        at = [round(part * (self.kills - 1)) for part in (0.1, 0.25, 0.5, 0.7, 0.85)]
        troubles = [self._flush, self._restart_redis, self._restart_postgres, self._flush, self._restart_redis]
        plan = {}
        for kill, trouble in zip(at, troubles, strict=True):
            plan.setdefault(kill, []).append(trouble)
        return plan

    def _wait_until(self, left, patience=20):
        until = time.monotonic() + patience
        while len(self.carrier.messages) < left and time.monotonic() < until:
            time.sleep(0.02)

    def _flush(self):
        import redis

        redis.Redis.from_url(self.servers.redis_url).flushall()
        self.done["Redis flushed"] += 1

    def _restart_redis(self):
        self.servers.redis.kill()
        self.servers.redis.wait()
        self.servers.start_redis()
        self.done["Redis restarted"] += 1

    def _restart_postgres(self):
        self.servers.postgres.send_signal(signal.SIGQUIT)  # at once, as when the power goes
        self.servers.postgres.wait()
        self._let_go()
        self.servers.start_postgres()
        self.done["PostgreSQL restarted"] += 1

    def _let_go(self):
        from django.db import connections

        with suppress(Exception):  # the other end is gone already
            connections.close_all()

    # --- What became of it -------------------------------------------------------------------------------------------

    def _wait_for_the_end(self, patience=600):
        until = time.monotonic() + patience
        while self._unsettled().exists() and time.monotonic() < until:
            if self.beat.poll() is not None:  # what watches over processes starts it again
                self.beat = self._celery("beat", "--schedule", f"{self.folder}/beat", "--pidfile=")
            time.sleep(0.3)

    def _unsettled(self):
        from practice.messaging.models import Message

        return Message.objects.filter(settled_at=None)

    def _account(self):
        """Our rows against the carrier's own ledger."""
        from practice.messaging.models import Message

        rows = list(Message.objects.select_related("contact"))
        arrived = Counter((text["to"], text["body"]) for text in self.carrier.messages)
        reminders = [row for row in rows if row.priority == Message.Priority.REMINDER]
        said_sent = [row for row in rows if row.status in {"accepted", "sent", "delivered", "undelivered"}]
        owned = set(Message.objects.needing_attention().values_list("pk", flat=True))
        return {
            "messages": len(rows),
            **self.done,
            "carrier": dict(sorted(self.carrier.happened.items())),
            "in the ledger": len(self.carrier.messages),
            "rows": dict(sorted(Counter(row.status for row in rows).items())),
            "not final": sum(row.settled_at is None for row in rows),
            "unknown without an owner": sum(row.status == "unknown" and row.pk not in owned for row in rows),
            "reminders sent twice": sum(arrived[row.to, row.body] > 1 for row in reminders),
            "crisis lines sent twice": sum(arrived[row.to, row.body] > 1 for row in rows if row not in reminders),
            "said sent, not in the ledger": sum(not arrived[row.to, row.body] for row in said_sent),
            "lost without a trace": sum(
                not arrived[row.to, row.body] and row.pk not in owned and row.status != "suppressed" for row in rows
            ),
        }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=10, help="seconds after which a row in sending is unknown")
    wanted = vars(parser.parse_args())
    servers = Servers.start()
    if servers is None:
        print(json.dumps({"skipped": "no PostgreSQL or no Redis on this machine"}))
        return
    try:
        print(json.dumps(Drill(servers=servers, **wanted).run()))
    finally:
        servers.stop()


if __name__ == "__main__":
    main()
