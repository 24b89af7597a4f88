"""The chatbot under load: 50 readers, each asking every five seconds, on the production web server with two workers.

Every reader has an address of their own (127.0.0.n), since the limit on asking is by address, and goes on in one
conversation. A turn counts from sending the question to the last byte of its answer. `LOAD_SECONDS` says how long.
"""

import http.client
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from urllib.parse import urlencode

from tests.benchmarks._processes import megabytes, prepared, processor_ms
from tests.servers import _free_port

QUESTIONS = Path(__file__).parent.parent / "advice" / "chat" / "questions.jsonl"
READERS, EVERY, PATIENCE = 50, 5.0, 30
SECONDS = float(os.environ.get("LOAD_SECONDS", "60"))
SERVER = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]
LINK = re.compile(r'name="chat" value="([^"]+)"')


@dataclass
class Reader:
    """Somebody who asks one question after the other, and what came of it."""

    number: int
    port: int
    texts: list[str]
    chat: str = ""
    times: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def read(self, until: float) -> None:
        sleep(random.Random(self.number).uniform(0, EVERY))
        for text in self.texts:
            begun = perf_counter()
            if begun >= until:
                return
            self.ask(text)
            sleep(max(0.0, EVERY - (perf_counter() - begun)))

    def ask(self, text: str) -> None:
        begun = perf_counter()
        try:
            status, page = _ask(self.port, text, self.chat, source=f"127.0.0.{self.number + 2}")
        except OSError as error:
            self.outcomes[type(error).__name__] += 1
            return
        self.times.append(1000 * (perf_counter() - begun))
        self.outcomes[str(status)] += 1
        self.chat = found[1] if (found := LINK.search(page)) else self.chat


def figures() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder, _site(Path(folder)) as (server, port, started):
        yield {"figure": "from its start to its first page", "s": round(started, 2), "target_s": 3}
        begun = perf_counter()
        _ask(port, "how do I sleep", "", source="127.0.0.1")
        yield {"figure": "the first question of all", "ms": round(1000 * (perf_counter() - begun))}
        yield _loaded(server, port)
        yield {"figure": "memory of a worker", "mb": max(map(megabytes, _workers(server.pid))), "target_mb": 400}


def _loaded(server: subprocess.Popen[bytes], port: int) -> dict[str, object]:
    texts = [json.loads(line)["text"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    readers = [Reader(n, port, random.Random(n).sample(texts, len(texts))) for n in range(READERS)]
    workers = _workers(server.pid)
    before = sum(map(processor_ms, workers))
    begun = perf_counter()
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(lambda reader: reader.read(begun + SECONDS), readers))
    times = [one for reader in readers for one in reader.times]
    outcomes = sum((reader.outcomes for reader in readers), Counter())
    return {
        "figure": f"{READERS} readers, each asking every {EVERY:g} s",
        "turns": len(times),
        "errors": outcomes.total() - outcomes["200"],
        "median_ms": round(median(times)),
        "p95_ms": round(quantiles(times, n=20)[18]),
        "slowest_ms": round(max(times)),
        "target_p95_ms": 500,
        "machine_load": round(os.getloadavg()[0], 1),
        "processor_ms_a_turn": round((sum(map(processor_ms, workers)) - before) / max(len(times), 1)),
    }


def _ask(port: int, text: str, chat: str, *, source: str) -> tuple[int, str]:
    """One question as htmx sends it, on a connection of its own."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(source, 0))
    headers = {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    try:
        client.request("POST", "/ask/", urlencode({"text": text, "chat": chat}), headers)
        response = client.getresponse()
        return response.status, response.read().decode()
    finally:
        client.close()


@contextmanager
def _site(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, float]]:
    """The site on the demonstration's posts, embedded, in SQLite; and the seconds until it answered."""
    env = prepared(folder)
    port, begun = _free_port(), perf_counter()
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks._pages_site", "--bind", f"127.0.0.1:{port}", *SERVER]
    server = subprocess.Popen(command, env=env)
    try:
        yield server, port, _answers(port, begun)
    finally:
        server.terminate()
        server.wait()


def _answers(port: int, begun: float) -> float:
    while perf_counter() - begun < PATIENCE:
        try:
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            client.request("GET", "/healthz")
            if client.getresponse().status == 200:
                return perf_counter() - begun
        except OSError:
            sleep(0.02)
    raise SystemExit("The web server did not start.")


def _workers(parent: int) -> list[str]:
    return Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
