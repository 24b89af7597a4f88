"""Makes weights.npz from labelled lines: softmax regression over hashed n-grams, numpy and nothing else.

Run `python -m practice.crisis.training lines_train.jsonl lines_everyday.jsonl` (both lie in tests/practice/crisis).
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from practice.crisis import matching, normalizing, weighing
from practice.crisis.screening import KINDS

Row = tuple[str, str, float]
ROUNDS = 300
PENALTY = 3e-4
SCALE = 40.0  # brings rows near length one
THRESHOLD = 0.45
EVERYDAY = 0.25  # the share of a line that has nothing to do with a practice


def table(texts: list[str]) -> Any:
    """Each text as a row of buckets; a bucket of one of its blocks is worth 1 / sqrt(the block's length)."""
    rows = np.zeros((len(texts), weighing.BUCKETS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        for buckets in weighing.features(text):
            np.add.at(row, buckets, np.float32(1 / np.sqrt(max(len(buckets), 1))))
    return rows


def rarity(rows: Any) -> Any:
    return (np.log((1 + len(rows)) / (1 + (rows > 0).sum(axis=0))) + 0.3).astype(np.float32)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def samples(lines: list[dict[str, Any]]) -> list[Row]:
    """Each line as it is weighed: whole, and for quiet ones each sentence alone, which must be quiet too."""
    rows: list[Row] = []
    for line in lines:
        said = normalizing.normal(line["text"])
        rows.append((said, line["kind"], EVERYDAY if line["sort"] == "everyday" else 1.0))
        sentences = matching.sentences(said)
        if len(sentences) > 1 and line["kind"] in ("none", "bereaved"):
            rows.extend((sentence, "none", 0.5) for sentence in sentences if line["kind"] == "none")
    return [row for row in rows if weighing.WORD.search(row[0])]


def _softmax(scores: Any) -> Any:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def solve(alike: Any, wanted: Any, share: Any) -> tuple[Any, Any]:
    """Softmax regression in the space of the samples: how much each counts for each kind, by Nesterov's steps."""
    counts, ahead, before = (np.zeros_like(wanted) for _ in range(3))
    bias = np.log((wanted * share).sum(axis=0) + 1e-3)
    steep = 0.5 * np.linalg.norm(alike, 2) * share.max() + PENALTY
    for step in range(ROUNDS):
        errors = (_softmax(alike @ ahead + bias) - wanted) * share
        counts = ahead - (errors + PENALTY * ahead) / steep
        ahead, before = counts + step / (step + 3) * (counts - before), counts
        bias = bias - 0.5 * errors.sum(axis=0)
    return counts, bias


def fit(rows: list[Row]) -> tuple[Any, Any]:
    """Weights and bias for these rows; the same rows give the same numbers."""
    wanted = np.eye(len(KINDS))[[KINDS.index(kind) for _, kind, _ in rows]]
    share = np.array([weight for _, _, weight in rows])[:, None]
    plain = table([text for text, _, _ in rows])
    rare = rarity(plain)
    plain *= rare
    counts, bias = solve((plain @ plain.T).astype(np.float64) / SCALE, wanted, share / share.sum())
    return (plain.T @ counts.astype(np.float32)) * rare[:, None] / SCALE, bias


def save(weights: Any, bias: Any, path: Path) -> None:
    np.savez_compressed(
        path,
        weights=weights.astype(np.float16),
        bias=bias,
        kinds=np.array(KINDS),
        threshold=np.float32(THRESHOLD),
    )


def main(paths: list[str]) -> None:
    lines = [line for path in paths for line in read(Path(path))]
    save(*fit(samples(lines)), weighing.PATH)


if __name__ == "__main__":
    main(sys.argv[1:])
