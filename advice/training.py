"""Training the gate: two small softmax regressions over our own lines, and how they do on lines they have not seen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from advice import discerning
from advice.discerning import Intent
from practice import embeddings

LINES = discerning.FOLDER / "intents.jsonl"
NAMES = [str(intent) for intent in Intent]


@dataclass(frozen=True)
class Lines:
    """Training lines as matrices; `vectors` only has rows for the English ones."""

    texts: list[str]
    labels: np.ndarray
    english: np.ndarray
    vectors: np.ndarray
    bags: np.ndarray


def read(path: Path = LINES) -> Lines:
    """The lines of a JSON-lines file of {"text", "intent", "language"}; raises embeddings.Unavailable."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    texts = [row["text"] for row in rows]
    english = np.array([row["language"] == "en" for row in rows])
    vectors = np.zeros((len(rows), embeddings.DIMENSIONS), np.float32)
    vectors[english] = embeddings.vectors([row["text"] for row in rows if row["language"] == "en"])
    labels = np.array([NAMES.index(row["intent"]) for row in rows])
    return Lines(texts, labels, english, vectors, np.stack([discerning.bag(text) for text in texts]))


def train(lines: Lines, chosen: np.ndarray | None = None) -> dict[str, Any]:
    """The weights of both models from the chosen lines (all, unless told)."""
    chosen = np.ones(len(lines.texts), bool) if chosen is None else chosen
    spoken = chosen & lines.english
    vectors, vectors_bias = _fit(lines.vectors[spoken], lines.labels[spoken], decay=2e-4)
    words, words_bias = _fit(lines.bags[chosen], lines.labels[chosen], decay=1e-4)
    return {
        "names": np.array(NAMES),
        "vectors": vectors,
        "vectors_bias": vectors_bias,
        "words": words.astype(np.float16),
        "words_bias": words_bias,
    }


def _fit(rows: np.ndarray, labels: np.ndarray, *, decay: float, steps: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Softmax regression by Adam over all rows at once; every intent weighs the same however many lines it has."""
    wanted = np.eye(len(NAMES), dtype=np.float32)[labels]
    shares = 1 / np.maximum(wanted.sum(axis=0), 1)
    importance = (shares[labels] ** 0.5)[:, None]
    importance = (importance / importance.sum()).astype(np.float32)
    rows = np.hstack([rows, np.ones((len(rows), 1), np.float32)])
    weights = np.zeros((rows.shape[1], len(NAMES)), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        odds = rows @ weights
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        slope = rows.T @ ((odds - wanted) * importance) + decay * weights
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        weights -= 0.1 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return weights[:-1], weights[-1]


def judge(lines: Lines, *, folds: int = 5, share: float = 0.7) -> list[dict[str, Any]]:
    """Each line's true intent and the likelihoods given to it by models that have not seen it."""
    part = np.random.default_rng(7).permutation(len(lines.texts)) % folds
    judged: list[dict[str, Any]] = []
    for fold in range(folds):
        weights = train(lines, part != fold)
        for number in np.flatnonzero(part == fold):
            judged.append(_judged(lines, int(number), weights, share))
    return judged


def _judged(lines: Lines, number: int, weights: dict[str, Any], share: float) -> dict[str, Any]:
    bags = discerning.softmax(lines.bags[number] @ weights["words"].astype(np.float32) + weights["words_bias"])
    row = {"text": lines.texts[number], "intent": NAMES[lines.labels[number]], "words": _named(bags)}
    row["odds"] = row["words"]
    if lines.english[number]:
        odds = discerning.softmax(lines.vectors[number] @ weights["vectors"] + weights["vectors_bias"])
        row["odds"] = _named(share * odds + (1 - share) * bags)
    return row


def _named(odds: Sequence[float] | np.ndarray) -> dict[str, float]:
    return {name: float(value) for name, value in zip(NAMES, odds, strict=True)}
