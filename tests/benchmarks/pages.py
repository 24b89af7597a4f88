"""Pages a second under gunicorn, beside views that do next to nothing; and search over 3,000 posts."""

import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep, thread_time

import numpy as np
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from advice import documents, publishing, retrieving, sampling, searching
from advice.models import IndexVersion, Passage, Post, Revision
from practice import embeddings
from tests import make
from tests.servers import _free_port

ROUNDS, SECONDS, READERS = 7, 0.6, 2
POST = "/advice/worry-time-step-by-step/"
PAGES = {"constant": "/bench/constant/", "kept": POST, "ten items": "/bench/items/", "made anew": POST + "?new"}
POSTS, SEARCHES = 3000, 200
WORDS = [
    "worry",
    "sleep",
    "night",
    "boss",
    "work",
    "grief",
    "child",
    "divorce",
    "panic",
    "breath",
    "pain",
    "back",
    "jaw",
]


def figures() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder, _site(folder) as port:
        rates = _rates(port)
    yield _ratio("a kept post page beside a constant string", rates["kept"], rates["constant"], target=0.7)
    yield _ratio("a post page made anew beside ten items", rates["made anew"], rates["ten items"], target=0.15)
    yield from _search()


def _ratio(name: str, rates: list[float], references: list[float], *, target: float) -> dict[str, object]:
    a_second, reference = round(median(rates)), round(median(references))
    ratio = round(median(one / other for one, other in zip(rates, references, strict=True)), 2)
    return {"figure": name, "a_second": a_second, "reference": reference, "ratio": ratio, "target_ratio": target}


@contextmanager
def _site(folder: str) -> Iterator[int]:
    """The production web server, one process, on a column of samples in SQLite."""
    env = os.environ | {"DATA_DIR": folder, "DEMO": "1", "ALLOWED_HOSTS": "127.0.0.1"}
    env |= {"PUBLIC_URL": "http://127.0.0.1", "DATABASE_URL": f"sqlite:///{Path(folder) / 'pages.sqlite3'}"}
    for command in (["migrate", "-v0"], ["shell", "-v0", "-c", "from advice import sampling; sampling.load_samples()"]):
        subprocess.run([sys.executable, "manage.py", *command], env=env, check=True)
    port = _free_port()
    options = ["--worker-class", "gthread", "--threads", "2", "--keep-alive", "75", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks._pages_site", "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*command, *options], env=env)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _try in range(100):
        try:
            if _get(http.client.HTTPConnection("127.0.0.1", port), PAGES["constant"]):
                return
        except OSError:
            sleep(0.2)
    raise SystemExit("The web server did not start.")


def _rates(port: int) -> dict[str, list[float]]:
    """Requests a second of each page, by turns, so that a slow moment of the machine meets all of them."""
    rates: dict[str, list[float]] = {name: [] for name in PAGES}
    with ThreadPoolExecutor(READERS) as readers:
        for turn in range(ROUNDS + 1):
            for name, path in PAGES.items():
                counts = readers.map(lambda _reader, path=path: _read(port, path), range(READERS))
                if turn:  # the first warms the server
                    rates[name].append(sum(counts) / SECONDS)
                else:
                    list(counts)
    return rates


def _read(port: int, path: str) -> int:
    client, until, done = http.client.HTTPConnection("127.0.0.1", port), perf_counter() + SECONDS, 0
    while perf_counter() < until:
        done += _get(client, path)
    client.close()
    return done


def _get(client: http.client.HTTPConnection, path: str) -> int:
    client.request("GET", path)
    response = client.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{path} answered {response.status}")
    return 1


# --- Search ----------------------------------------------------------------------------------------------------------


def _search() -> Iterator[dict[str, object]]:
    _fill()
    started = perf_counter()
    retrieving.shelf()
    yield {"figure": f"reading the index of {POSTS} posts", "ms": round((perf_counter() - started) * 1000)}
    times, work = [], []
    for number in range(SEARCHES):
        words = (
            f"{WORDS[number % len(WORDS)]} and {WORDS[number * 7 % len(WORDS)]} {'wrory' if number % 3 else 'slepe'}"
        )
        started, began = perf_counter(), thread_time()
        result = searching.find(words, language="en")
        searching.snippets(result.hits[:12], words=result.read_as)
        times.append((perf_counter() - started) * 1000)
        work.append((thread_time() - began) * 1000)
    yield {
        "figure": f"search over {POSTS} posts",
        "median_ms": round(median(times), 1),
        "p95_ms": round(quantiles(times, n=20)[-1], 1),
        "p95_cpu_ms": round(quantiles(work, n=20)[-1], 1),  # of a machine that does nothing else
        "target_ms": 30,
    }
    client = Client()
    for name, path in {"list": "/advice/", "post": f"/advice/bench-{POSTS}/", "search": "/advice/?q=worry"}.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        yield {"figure": f"queries of the {name} page with {POSTS} posts", "queries": len(queries)}


def _fill() -> None:
    """Posts of eight passages each, in the words of the samples, with vectors of the right size but of no meaning."""
    random = np.random.default_rng(7)
    samples = [documents.from_markdown(path.read_text()) for path in sampling.FOLDER.glob("posts/*.md")]
    said = " ".join(sample.body for sample in samples if sample.language == "en").split()
    document = make.document()
    now = timezone.now()
    for first in range(1, POSTS + 1, 500):
        numbers = range(first, min(first + 500, POSTS + 1))
        posts = Post.objects.bulk_create(Post(slug=f"bench-{n}", kind="article") for n in numbers)
        heads = Revision.objects.bulk_create(
            Revision(post=post, number=1, sha256=document.digest, **document.content) for post in posts
        )
        for post, head in zip(posts, heads, strict=True):
            post.head = post.shown = head
            post.state, post.published_at = Post.State.SAMPLE, now
        Post.objects.bulk_update(posts, ["head", "shown", "state", "published_at"])
        Passage.objects.bulk_create(_passages(posts, said, random))
    IndexVersion.objects.update_or_create(pk=1, defaults={"number": 1})
    publishing.publish_sample(post=make.draft())


def _passages(posts: list[Post], said: list[str], random: np.random.Generator) -> Iterator[Passage]:
    for post in posts:
        for position in range(8):
            vector = random.normal(size=384).astype(np.float32)
            yield Passage(
                key=f"{post.slug}-{position}",
                post=post,
                revision=post.head,
                position=position,
                kind=Passage.Kind.TITLE if position == 0 else Passage.Kind.BODY,
                language="en",
                text=" ".join(random.choice(said, 60)),
                vector=(vector / np.linalg.norm(vector)).tobytes(),
                vector_model=embeddings.MODEL_SHA256,
            )
