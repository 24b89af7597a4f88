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

TESTS = Path(__file__).parent.parent
LINES = TESTS / "practice" / "crisis" / "lines_test.jsonl"
CHAT = TESTS / "advice" / "chat" / "questions.jsonl"
HITS = {"self", "other", "abuse", "violence", "medical"}
ADVERSARIAL = int(os.environ.get("ADVERSARIAL_INPUTS", "1000"))  # 10000 for the figure in the docs
SHORT = 12  # words of a first turn
NAMES = [
    f"{first} {last}"
    for first in ("Siobhan", "Ravi", "Xóchitl", "Deb")
    for last in ("Weatherby", "Nguyen", "Ortiz", "Oyelaran")
]
PIECES = [
    "kill ", "i want to ", "a", "i ", "!? ", "k.i.l.l.", "my friend said he wants ", "\n", "dont ", "é", "no ", "*",
    "i really just so ", "me voy a ", "\u200b", "💀", "1", "to do ", "he will ", "a b c ", "((", "su*c", "never ", ". ",
]  # fmt: skip


def _lines() -> list[dict[str, str]]:
    return [json.loads(line) for line in LINES.read_text(encoding="utf-8").splitlines()]


def _row(name: str, found: list[screening.Screening]) -> dict[str, object]:
    hits, urgent = sum(seen.is_hit for seen in found), sum(seen.is_urgent for seen in found)
    return {"figure": name, "lines": len(found), "hits": hits, "act_now": urgent, "share": round(hits / len(found), 3)}


def _by_group() -> Iterator[dict[str, object]]:
    groups: dict[tuple[str, str], list[screening.Screening]] = defaultdict(list)
    for line in _lines():
        found, danger = screening.screen(line["text"]), "danger" if line["kind"] in HITS else "quiet"
        tier = line.get("tier", "no tier")
        for group in ("all", line["language"], f"sort {line['sort']}", f"kind {line['kind']}", f"written as {tier}"):
            groups[danger, group].append(found)
    yield from (_row(f"{danger}, {group}", found) for (danger, group), found in sorted(groups.items()))
    hits = sum(seen.is_hit for found in (groups["danger", "all"], groups["quiet", "all"]) for seen in found)
    yield {"figure": "precision", "share": round(sum(seen.is_hit for seen in groups["danger", "all"]) / hits, 3)}


def _of_the_chat() -> Iterator[dict[str, object]]:
    """Questions to the chatbot, none of them trained on: by group, which of them the screen takes for danger."""
    groups: dict[str, list[screening.Screening]] = defaultdict(list)
    for line in map(json.loads, CHAT.read_text(encoding="utf-8").splitlines()):
        groups[line["group"]].append(screening.screen(line["text"]))
    yield from (_row(f"questions to the chatbot, {group}", found) for group, found in sorted(groups.items()))
    yield _row("questions to the chatbot, all", [seen for found in groups.values() for seen in found])


def _took(texts: list[str]) -> list[float]:
    """Seconds for each text, none of them one that the model remembers."""
    took = []
    for text in texts:
        begun = perf_counter()
        screening.screen(f"{text} ")
        took.append(perf_counter() - begun)
    return took


def _times() -> Iterator[dict[str, object]]:
    texts = [line["text"] for line in _lines()]
    rules = _timing.seconds(lambda: [matching.found_in(normalizing.normal(text)) for text in texts], rounds=3)
    yield {"figure": "rules alone, a text", "us": round(rules / len(texts) * 1e6)}
    short = [text for text in texts if len(text.split()) <= SHORT]
    named = (("a text", texts), (f"up to {SHORT} words", short), ("a name", NAMES))
    for name, some in ((f"all layers, {name}", some) for name, some in named):
        cuts = quantiles(_took(some), n=20)
        yield {"figure": name, "median_us": round(cuts[9] * 1e6), "p95_us": round(cuts[18] * 1e6)}


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
    """Of texts made of a few pieces said over and over: the slowest, what it is made of, and how fast it was read."""
    choose = random.Random(4)
    worst, made_of, size = 0.0, [""], 1
    for _ in range(ADVERSARIAL):
        pieces = choose.choices(PIECES, k=choose.randint(1, 5))
        text = "".join(pieces) * choose.randint(1, 200)
        begun = perf_counter()
        screening.screen(text)
        if (took := perf_counter() - begun) > worst:
            worst, made_of, size = took, pieces, len(text)
    figure = {"figure": f"the worst of {ADVERSARIAL} adversarial texts", "ms": round(worst * 1e3), "letters": size}
    return figure | {"us_a_letter": round(worst / size * 1e6, 1), "made_of": made_of}


def figures() -> Iterator[dict[str, object]]:
    screening.screen("warm up: which layers are up")
    yield {"figure": "layers"} | screening.layers()
    yield from _by_group()
    yield from _of_the_chat()
    yield from _times()
    yield from _long()
    yield _worst()
