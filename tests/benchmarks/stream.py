"""`manage.py ask --jsonl` over a long stream of questions: how fast, how much memory, and whether that grows.

The questions are put together from those of the evaluation, so that no two are the same and every kind comes up.
`STREAM_QUESTIONS` says how many.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from time import perf_counter

from tests.benchmarks._processes import megabytes, prepared

QUESTIONS = Path(__file__).parent.parent / "advice" / "chat" / "questions.jsonl"
MANY = int(os.environ.get("STREAM_QUESTIONS", "10000"))
EARLY = 1_000  # by then everything is loaded once
OPENINGS = ("", "Hi, ", "Please tell me, ", "One question: ", "I would like to know: ", "Sorry to bother you, ")
ENDINGS = ("", " please", " thanks", " today", " again", " if you can")


def asked() -> Iterator[str]:
    """As many different questions as are wanted, of all groups by turns."""
    texts = [json.loads(line)["text"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    for number, (opening, ending, text) in enumerate(product(OPENINGS, ENDINGS, texts)):
        if number == MANY:
            return
        yield f"{opening}{text}{ending}"


def figures() -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        env = prepared(Path(folder))
        yield from _streamed(env)


def _streamed(env: dict[str, str]) -> Iterator[dict[str, object]]:
    """Each question is written when the last is answered, as whoever reads line by line would."""
    command = [sys.executable, "manage.py", "ask", "--jsonl"]
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    kinds: Counter[str] = Counter()
    begun = perf_counter()
    for number, text in enumerate(asked(), start=1):
        process.stdin.write(json.dumps({"id": number, "text": text}) + "\n")
        process.stdin.flush()
        kinds[json.loads(process.stdout.readline())["kind"]] += 1
        if number in {EARLY, MANY}:
            yield {"figure": f"memory after {number:,} questions", "mb": megabytes(process.pid)}
    process.stdin.close()
    seconds = perf_counter() - begun
    yield {"figure": "questions a second", "questions": kinds.total(), "a_second": round(kinds.total() / seconds, 1)}
    yield {"figure": "what became of them", "exit": process.wait()} | dict(kinds)
