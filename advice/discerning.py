"""Discerning: what a question wants, before anything is looked up. Similarity cannot tell "help me" from "dose me".

Rules decide the certain cases. For the rest there are two small linear models, trained on our own lines
(manage.py train_intents): one over the sentence vector, English only, and one over words and letters, which knows both
languages and needs nothing.
"""

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import TextChoices

from advice import ranking
from practice import embeddings

FOLDER = Path(__file__).with_name("chat_data")
WEIGHTS = FOLDER / "intents.npz"
RULES = FOLDER / "intent_rules.json"
CALIBRATION = FOLDER / "calibration.json"
BUCKETS = 8192  # of the word model; a feature's bucket is its CRC-32, the same on every machine
MOST_CHARACTERS = 2_000


class Intent(TextChoices):
    ASK = "ask"
    BOOKING = "booking"
    FACTS = "facts"
    LETTERS = "letters"
    LINES = "lines"
    SMALLTALK = "smalltalk"
    BOT = "bot"
    OUT_OF_SCOPE = "out_of_scope"
    DOSING = "dosing"
    DIAGNOSIS = "diagnosis"
    RECORDS = "records"
    STEERING = "steering"


# Never answered, however near an approved post may lie.
HARD = (Intent.DOSING, Intent.STEERING, Intent.RECORDS)


@dataclass(frozen=True)
class Discerned:
    intent: Intent
    certainty: float  # 1 where a rule decided
    is_answerable: float  # how likely this is a question for the posts


def discern(text: str, *, language: str = "en", vector: np.ndarray | None = None) -> Discerned:
    """What `text` asks for. `vector` is its embedding where there is one; without it words and letters decide."""
    text = text[:MOST_CHARACTERS]
    if (ruled := by_rules(text)) is not None:
        return Discerned(ruled, 1.0, float(ruled == Intent.ASK))
    odds = likelihoods(text, vector=vector if language == "en" else None)
    chosen = _chosen(odds)
    return Discerned(chosen, odds[chosen], odds[Intent.ASK])


def _chosen(odds: dict[Intent, float]) -> Intent:
    """The likeliest intent; what must never be answered wins at a lower likelihood than the rest."""
    limits = calibration()["hard_limits"]
    hard = max(HARD, key=lambda intent: odds[intent] / limits[intent])
    if odds[hard] >= limits[hard]:
        return hard
    if odds[Intent.DIAGNOSIS] >= limits["diagnosis"]:
        return Intent.DIAGNOSIS
    return max(odds, key=lambda intent: odds[intent])


def by_rules(text: str) -> Intent | None:
    """The intent where a phrase makes it certain, else None."""
    said = " ".join(ranking.folded(text).split())
    for intent, patterns, unless in _rules():
        cleared = unless.sub(" ", said) if unless else said
        if any(pattern.search(cleared) for pattern in patterns):
            return intent
    return None


@cache
def _rules() -> list[tuple[Intent, list[re.Pattern[str]], re.Pattern[str] | None]]:
    stored = json.loads(RULES.read_text(encoding="utf-8"))
    slots = {name: "(?:" + "|".join(words) + ")" for name, words in stored["slots"].items()}

    def read(pattern: str) -> re.Pattern[str]:
        for name, words in slots.items():
            pattern = pattern.replace(f"<{name}>", words)
        return re.compile(pattern)

    return [
        (
            Intent(rule["intent"]),
            [read(one) for one in rule["patterns"]],
            read(rule["unless"]) if rule.get("unless") else None,
        )
        for rule in stored["rules"]
    ]


def likelihoods(text: str, *, vector: np.ndarray | None = None) -> dict[Intent, float]:
    """How likely each intent is, by the models alone; adds up to 1."""
    weights = _weights()
    odds = softmax(bag(text) @ weights["words"] + weights["words_bias"])
    if vector is not None:
        share = calibration()["vector_share"]
        odds = share * softmax(vector @ weights["vectors"] + weights["vectors_bias"]) + (1 - share) * odds
    return {Intent(name): float(value) for name, value in zip(weights["names"], odds, strict=True)}


def bag(text: str) -> np.ndarray:
    """Words, pairs of words and pieces of words of a text, as one vector of length 1."""
    found = np.zeros(BUCKETS, np.float32)
    for feature in _features(text):
        found[zlib.crc32(feature.encode()) % BUCKETS] += 1
    found = np.sqrt(found)
    return found / max(float(np.linalg.norm(found)), 1e-6)


def _features(text: str) -> Iterable[str]:
    words = ranking.TOKEN.findall(ranking.folded(text[:MOST_CHARACTERS]))
    yield from (f"w {word}" for word in words)
    yield from (f"p {one} {two}" for one, two in zip(["^", *words], [*words, "$"], strict=True))
    for word in words:
        if len(word) > 3:
            padded = f"<{word}>"
            yield from (f"c {padded[n : n + 4]}" for n in range(len(padded) - 3))


def softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum())


@cache
def _weights() -> dict[str, Any]:
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return {
            name: stored[name].tolist() if name == "names" else stored[name].astype(np.float32) for name in stored.files
        }


@cache
def calibration() -> dict[str, Any]:
    """The thresholds, and with which model and data they were found (docs/chatbot.md)."""
    return dict(json.loads(CALIBRATION.read_text(encoding="utf-8")))


def model_is_the_calibrated_one() -> bool:
    return bool(calibration()["model_sha256"] == embeddings.MODEL_SHA256)
