"""Makes weights.npz from labelled lines: softmax regression over hashed n-grams and over vectors, by numpy alone.

Run `python -m practice.crisis.training lines_train.jsonl lines_tune.jsonl lines_everyday.jsonl` (all lie in
tests/practice/crisis). What the text must reach is found by cross-validation on the same lines.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from practice import embeddings
from practice.crisis import matching, normalizing, sensing, weighing
from practice.crisis.screening import KINDS

ROUNDS = 200
PENALTY = 3e-4
SCALE = 40.0  # brings rows near length one
FOLDS = 5
RECALL = 0.91  # of the hits in lines left out, by rules and learned layers together
QUIETED = 0.9  # of the quiet lines that speak of the past, of study, of a film or say no, the share to leave alone


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


def _softmax(scores: Any) -> Any:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _steepest(alike: Any) -> float:
    """A little more than the largest eigenvalue, by the power method."""
    along = np.ones(len(alike), alike.dtype)
    for _ in range(15):
        along = alike @ along
        size = float(np.linalg.norm(along))
        along /= size
    return 1.05 * size


def solve(alike: Any, wanted: Any) -> tuple[Any, Any]:
    """Softmax regression in the space of the lines: how much each counts for each kind, by Nesterov's steps."""
    counts, ahead = np.zeros_like(wanted), np.zeros_like(wanted)
    share = np.float32(1 / len(wanted))
    bias = np.log(wanted.mean(axis=0) + 1e-3)
    steep = 0.5 * _steepest(alike) * share + PENALTY
    for step in range(ROUNDS):
        errors = (_softmax(alike @ ahead + bias) - wanted) * share
        before, counts = counts, ahead - (errors + PENALTY * ahead) / steep
        ahead = counts + step / (step + 3) * (counts - before)
        bias = bias - 0.5 * errors.sum(axis=0)
    return counts, bias


class Lines:
    """The labelled lines as both layers see them."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        texts = [line["text"] for line in lines]
        self.said = [normalizing.normal(text) for text in texts]
        self.wanted = np.eye(len(KINDS), dtype=np.float32)[[KINDS.index(line["kind"]) for line in lines]]
        self.spanish = np.array([sensing.is_spanish(said) for said in self.said])
        self.rows = table(self.said)
        self.rare = rarity(self.rows)
        self.rows *= self.rare
        # A text is read as written (its vector is shared with the chatbot) or without its disguise: learn from both.
        self.vectors = sensing.SCALE * (embeddings.vectors(texts) + embeddings.vectors(self.said)) / 2

    def likenesses(self) -> tuple[Any, Any]:
        return self.rows @ self.rows.T / np.float32(SCALE), self.vectors @ self.vectors.T


def left_out(alike: Any, lines: Lines) -> Any:
    """The log odds of each line by weights made without it."""
    fold = np.random.default_rng(7).integers(0, FOLDS, len(alike))
    odds = np.zeros(len(alike), np.float32)
    for n in range(FOLDS):
        others, these = np.flatnonzero(fold != n), np.flatnonzero(fold == n)
        counts, bias = solve(np.ascontiguousarray(alike[np.ix_(others, others)]), lines.wanted[others])
        odds[these] = weighing.log_odds(alike[np.ix_(these, others)] @ counts + bias, KINDS)
    return odds


def bar(odds: Any, lines: Lines, among: Any) -> tuple[float, float]:
    """What must be reached so that RECALL of the hits among these lines are found, rules and weights together."""
    hits = lines.wanted[:, weighing.hits_of(KINDS)].sum(axis=1) > 0
    ruled = np.array([any(rule.kind != "bereaved" for rule in matching.found_in(said)) for said in lines.said])
    hit = float(np.quantile(np.where(ruled, 99.0, odds)[hits & among], 1 - RECALL))
    quieted = np.array([matching.is_quieted(said) for said in lines.said])
    return hit, max(hit, float(np.quantile(odds[quieted & ~hits & ~ruled & among], QUIETED)))


def fit(lines: Lines) -> dict[str, Any]:
    """Weights, biases and bars; the same lines give the same numbers."""
    looks, means = lines.likenesses()
    looks_odds, means_odds = left_out(looks, lines), left_out(means, lines)
    (counts, bias), (by_vector, meaning_bias) = (solve(alike, lines.wanted) for alike in (looks, means))
    return {
        "weights": ((lines.rows.T @ counts) * lines.rare[:, None] / SCALE).astype(np.float16),
        "bias": bias,
        "meaning": lines.vectors.T @ by_vector,
        "meaning_bias": meaning_bias,
        "alone": bar(looks_odds, lines, np.ones_like(lines.spanish)),
        "joined": bar(looks_odds + means_odds, lines, ~lines.spanish),
        "kinds": np.array(KINDS),
    }


def main(paths: list[str]) -> None:
    found = fit(Lines([line for path in paths for line in read(Path(path))]))
    np.savez_compressed(weighing.PATH, **found)


if __name__ == "__main__":
    main(sys.argv[1:])
