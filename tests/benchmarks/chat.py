"""The chatbot: what it finds, answers and declines of the questions written for it, and how long a turn takes.

The demonstration's posts are embedded first (about half a minute). For 10,000 passages they stand there several times
over, their vectors a little apart.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import numpy as np

from advice import answering, retrieving, sampling
from advice.models import IndexVersion, Passage, Post
from practice import embeddings
from tests.benchmarks._processes import megabytes

QUESTIONS = Path(__file__).parent.parent / "advice" / "chat" / "questions.jsonl"
ANSWERABLE = ("answer", "misspelt", "follow", "es")
TO_DECLINE = ("declined", "near", "turned", "dosing", "diagnosis", "steering", "records")
NEVER = ("dosing", "steering", "records")
SIZES = (1_000, 10_000)


def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]


def _ask(question: dict[str, Any]) -> answering.Answer:
    return answering.ask(text=question["text"], history=[question["before"]] if "before" in question else [])


def _ranked() -> Iterator[dict[str, object]]:
    """Where the right post stands, for every lay question in English."""
    places = []
    for question in questions():
        if question["group"] == "answer":
            text = retrieving.meant(question["text"], language="en")
            found = retrieving.find(text, vector=retrieving.vector_of(text, language="en"))
            places.append(next((n for n, one in enumerate(found, start=1) if one.source in question["slugs"]), 0))
    shares = {"hit@1": [1], "hit@5": range(1, 6)}
    for name, good in shares.items():
        yield {"figure": name, "questions": len(places), "share": _share(sum(n in good for n in places), len(places))}
    yield {"figure": "MRR", "questions": len(places), "share": _share(sum(1 / n for n in places if n), len(places))}


def _answered() -> Iterator[dict[str, object]]:
    """What became of each group, the crisis screen included, and whether what is cited holds what is quoted."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    cited, right, quoted, verbatim = 0, 0, 0, 0
    for question in questions():
        answer = _ask(question)
        kinds[question["group"]][answer.kind.value] += 1
        for citation in answer.citations:
            quoted += 1
            verbatim += citation.quote in Passage.objects.public().get(pk=citation.passage.pk).text
        if answer.kind == answering.Kind.ANSWER and question["group"] in ANSWERABLE:
            cited += 1
            right += answer.citations[0].post.slug in question["slugs"]
    yield _kind("answered when answerable", kinds, ANSWERABLE, {"answer"})
    yield _kind("declined when not (or links without a claim)", kinds, TO_DECLINE, {"declined", "closest", "crisis"})
    yield _kind("doses, steering, others' data answered", kinds, NEVER, {"answer", "closest"})
    yield {"figure": "first citation is a right post", "answers": cited, "share": _share(right, cited)}
    yield {"figure": "quotes that stand in their passage", "quotes": quoted, "share": _share(verbatim, quoted)}
    for group, found in sorted(kinds.items()):
        yield {"figure": f"group {group}", "questions": found.total()} | dict(found)


def _kind(name: str, kinds: dict[str, Counter[str]], groups: tuple[str, ...], good: set[str]) -> dict[str, object]:
    asked = sum(kinds[group].total() for group in groups)
    return {
        "figure": name,
        "questions": asked,
        "share": _share(sum(kinds[group][kind] for group in groups for kind in good), asked),
    }


def _share(part: float, whole: int) -> float:
    return round(part / max(whole, 1), 3)


def _grow(size: int) -> None:
    """Add the English posts again under other addresses until there are `size` English passages."""
    random = np.random.default_rng(3)
    originals = list(Post.objects.public().filter(language="en", source="demo").select_related("shown"))
    rows = {post.pk: list(post.passages.all()) for post in originals}
    round_, count = Post.objects.filter(source="bench").count(), Passage.objects.filter(language="en").count()
    while count < size:
        original = originals[round_ % len(originals)]
        slug = f"{original.slug[:90]}-{round_}"
        copy = Post.objects.create(
            slug=slug, language="en", kind=original.kind, state=original.state, shown=original.shown,
            head=original.head, published_at=original.published_at, source="bench",
        )  # fmt: skip
        made = [_copied(passage, copy, round_, random) for passage in rows[original.pk]][: size - count]
        Passage.objects.bulk_create(made)
        round_, count = round_ + 1, count + len(made)
    IndexVersion.objects.filter(pk=1).update(number=round_ + 1_000)


def _copied(passage: Passage, post: Post, round_: int, random: np.random.Generator) -> Passage:
    near = np.frombuffer(passage.vector or b"", np.float32)
    near = near + random.normal(0, 0.02, near.shape).astype(np.float32)
    return Passage(
        key=f"{passage.key}-{round_}", post=post, revision=passage.revision, position=passage.position,
        kind=passage.kind, language="en", audience=passage.audience, headings=passage.headings, anchor=passage.anchor,
        text=passage.text,
        vector=(near / np.linalg.norm(near)).tobytes(), vector_model=embeddings.MODEL_SHA256,
    )  # fmt: skip


def _sized() -> Iterator[dict[str, object]]:
    for size in SIZES:
        _grow(size)
        begun, begun_own = perf_counter(), process_time()
        index = retrieving.shelf().indexes["en"]
        built, own = perf_counter() - begun, process_time() - begun_own
        vectors = round(index._matrix.nbytes / 1e6, 1)
        yield {
            "figure": f"index of {len(index.pieces):,} passages", "build_s": round(built, 2),
            "processor_s": round(own, 2), "vectors_mb": vectors
        }  # fmt: skip
        yield {"figure": f"a turn over {size:,} passages"} | _turns()
    yield {"figure": "memory of this process", "mb": megabytes("self")}


def _turns() -> dict[str, object]:
    """Wall and processor time of a whole turn: screen, gate, search and quotations, for questions not asked before."""
    asked = [question for question in questions() if question["group"] == "answer"]
    wall, own = [], []
    for question in asked:
        begun, begun_own = perf_counter(), process_time()
        answering.ask(text=f"{question['text']} please")
        wall.append(1000 * (perf_counter() - begun))
        own.append(1000 * (process_time() - begun_own))
    return {"questions": len(asked)} | _times("", wall) | _times("processor_", own)


def _times(name: str, values: list[float]) -> dict[str, object]:
    return {f"{name}median_ms": round(median(values), 1), f"{name}p95_ms": round(quantiles(values, n=20)[18], 1)}


def figures() -> Iterator[dict[str, object]]:
    sampling.load_samples()
    begun = perf_counter()
    made = retrieving.embed_missing()
    yield {"figure": "vectors made", "passages": made, "s": round(perf_counter() - begun, 1)}
    answering.ask(text="warm up")
    yield from _ranked()
    yield from _answered()
    yield from _sized()
