"""The crisis screen: what it hears and what it alarms at on the test split, and how long it takes."""

import json
import os
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from practice.crisis import matching, normalizing, screening
from tests.benchmarks import _timing

LINES = Path(__file__).parent.parent / "practice" / "crisis" / "lines_test.jsonl"
HITS = {"self", "other", "abuse", "violence", "medical"}
ADVERSARIAL = int(os.environ.get("ADVERSARIAL_INPUTS", "1000"))  # 10000 for the figure in the docs
PIECES = [
    "kill ", "i want to ", "a", "i ", "!? ", "k.i.l.l.", "my friend said he wants ", "\n", "dont ", "é", "no ", "*",
    "i really just so ", "me voy a ", "\u200b", "💀", "1", "to do ", "he will ", "a b c ", "((", "su*c", "never ", ". ",
]  # fmt: skip


def _lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]


def _by_group() -> Iterator[dict[str, object]]:
    groups: dict[tuple[str, str], list[screening.Screening]] = defaultdict(list)
    for line in _lines():
        found, danger = screening.screen(line["text"]), "danger" if line["kind"] in HITS else "quiet"
        for group in ("all", line["language"], line["sort"]):
            groups[danger, group].append(found)
    for (danger, group), found in sorted(groups.items()):
        hits, urgent = sum(seen.is_hit for seen in found), sum(seen.is_urgent for seen in found)
        share = round(hits / len(found), 3)
        yield {"figure": f"{danger} {group}", "lines": len(found), "hits": hits, "act_now": urgent, "share": share}


def _times() -> Iterator[dict[str, object]]:
    texts = [line["text"] for line in _lines()]
    took = []
    for text in texts:
        begun = perf_counter()
        screening.screen(f"{text} ")  # not the text whose vector is remembered
        took.append(perf_counter() - begun)
    rules = _timing.seconds(lambda: [matching.found_in(normalizing.normal(text)) for text in texts], rounds=3)
    yield {"figure": "rules alone, a text", "us": round(rules / len(texts) * 1e6)}
    cuts = quantiles(took, n=20)
    yield {"figure": "all layers, a text", "median_us": round(cuts[9] * 1e6), "p95_us": round(cuts[18] * 1e6)}


def _long() -> Iterator[dict[str, object]]:
    choose = random.Random(5)
    words = [word for line in _lines() for word in line["text"].split()]
    for size in (25_000, 250_000):
        text = ""
        while len(text) < size:
            text += " ".join(choose.choices(words, k=9)) + ". "
        begun = perf_counter()
        screening.screen(text)
        yield {"figure": f"{size} letters, no two sentences alike", "ms": round((perf_counter() - begun) * 1e3)}


def _worst() -> dict[str, object]:
    choose = random.Random(4)
    worst, size = 0.0, 0
    for _ in range(ADVERSARIAL):
        text = "".join(choose.choices(PIECES, k=choose.randint(1, 5))) * choose.randint(1, 200)
        begun = perf_counter()
        screening.screen(text)
        if (took := perf_counter() - begun) > worst:
            worst, size = took, len(text)
    return {"figure": f"the worst of {ADVERSARIAL} adversarial texts", "ms": round(worst * 1e3), "letters": size}


def figures() -> Iterator[dict[str, object]]:
    screening.screen("warm up: which layers are up")
    yield {"figure": "layers"} | screening.layers()
    yield from _by_group()
    yield from _times()
    yield from _long()
    yield _worst()
