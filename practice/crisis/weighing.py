"""The second layer: how much a text looks like each kind, by its character and word n-grams.

Weights are plain numbers (weights.npz, which holds the third layer's too), made by training.py from our own lines.
Where numpy or the file cannot load, there is no model and `is_up` says so; the rules go on alone.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from practice.crisis import matching

try:
    import numpy as np
except ImportError:  # the rules must run without it
    np = None  # type: ignore[assignment]

PATH = Path(__file__).with_name("weights.npz")
BUCKETS = 1 << 16
STEPS = 400  # a landmark's numbers are kept as whole ones, this many to one
CONCEPTS = Path(__file__).with_name("concepts.toml")
CHARACTERS = (3, 4, 5)
WORDS = (1, 2)
WORD = re.compile(r"[a-z0-9~]+")
STRENGTHS = (1.0, 1.0, 1.0, 5.0)  # of the blocks of features: one sign says more than one run of letters
LENGTHY = 0.3  # log odds more asked of a text of e times as many pieces: by chance its worst one looks worse
MOST_WEIGHED = 12_000  # letters of a long text's pieces
PAIRED = 60  # sentences also weighed with the one after them
WHOLE = 400  # a text up to this long is also weighed as one


class Weighed(NamedTuple):
    """Which kind of hit the text looks most like, and whether some part of it is enough for a hit, and for haste."""

    kind: str
    is_hit: bool
    is_urgent: bool


class Bar(NamedTuple):
    """The log odds that the worst part of a text must reach to be a hit, and such a part to be urgent."""

    hit: float
    urgent: float


class Model(NamedTuple):
    """Weights have a column for each kind and one, the last, for urgency among hits."""

    weights: Any  # BUCKETS x columns
    bias: Any
    landmarks: Any  # some lines' vectors
    meaning: Any  # landmarks x columns
    meaning_bias: Any
    kinds: tuple[str, ...]
    alone: Bar  # for n-grams alone
    joined: Bar  # for n-grams and meaning added up


def _mixed(codes: Any, size: int, seed: int) -> Any:
    """A bucket for every run of `size` codes."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.empty(0, np.int64)
    runs = np.full(count, (seed * 0x9E3779B1) & 0xFFFFFFFF, np.uint32)
    for offset in range(size):
        runs = (runs ^ codes[offset : offset + count]) * np.uint32(0x01000193)
        runs ^= runs >> np.uint32(15)
    runs *= np.uint32(0x85EBCA6B)
    return ((runs ^ (runs >> np.uint32(13))) & np.uint32(BUCKETS - 1)).astype(np.int64)


@cache
def _concepts() -> dict[str, int]:
    rows = tomllib.loads(CONCEPTS.read_text(encoding="utf-8"))
    return {word: crc32(name.encode()) for name, words in rows.items() for word in words.split()}


def _meanings(words: list[str]) -> Any:
    """Runs of concepts, near and one apart, and which concepts stand together at all."""
    row = np.array([_concepts()[word] for word in words if word in _concepts()], np.uint32)
    apart = [_mixed(row[start::2], 2, 300) for start in (0, 1)]
    kinds = np.unique(row)[:12]
    pairs = (kinds[:, None] ^ (kinds * np.uint32(3)))[np.tril_indices(len(kinds), -1)]
    return np.concatenate([*(_mixed(row, size, 200 + size) for size in (1, 2, 3)), *apart, _mixed(pairs, 1, 400)])


def features(said: str) -> tuple[Any, Any, Any, Any]:
    """The buckets of a text's character runs, its word runs, what the words are about, and what the rules say."""
    words = WORD.findall(said)
    letters = np.frombuffer(f" {' '.join(words)} ".encode("ascii"), np.uint8).astype(np.uint32)
    hashes = np.array([crc32(word.encode()) for word in words], np.uint32)
    signs = np.array([crc32(sign.encode()) for sign in matching.signs(said)], np.uint32)
    characters = np.concatenate([_mixed(letters, size, size) for size in CHARACTERS])
    pairs = np.concatenate([_mixed(hashes, size, 100 + size) for size in WORDS])
    return characters, pairs, _meanings(words), _mixed(signs, 1, 500)


@cache
def model() -> Model | None:
    if np is None:
        return None
    try:
        with np.load(PATH, allow_pickle=False) as data:
            kinds = tuple(str(kind) for kind in data["kinds"])
            weights, bias = data["weights"].astype(np.float32), data["bias"].astype(np.float32)
            landmarks = data["landmarks"].astype(np.float32) / STEPS
            meaning, meaning_bias = data["meaning"].astype(np.float32), data["meaning_bias"].astype(np.float32)
            alone, joined = (Bar(*map(float, data[name])) for name in ("alone", "joined"))
            if weights.shape != (BUCKETS, len(kinds) + 1) or meaning.shape != (len(landmarks), len(kinds) + 1):
                return None
            return Model(weights, bias, landmarks, meaning, meaning_bias, kinds, alone, joined)
    except (OSError, KeyError, ValueError, TypeError):
        return None


def is_up() -> bool:
    return model() is not None


def scores(pieces: Sequence[str], learned: Model) -> Any:
    """For each piece how much it looks like each kind, and urgent; rows of scores before the softmax."""
    rows = []
    for piece in pieces:
        row = learned.bias.copy()
        for buckets, strength in zip(features(piece), STRENGTHS, strict=True):
            if len(buckets):
                row += learned.weights[buckets].sum(axis=0) * np.float32(strength / np.sqrt(len(buckets)))
        rows.append(row)
    return np.array(rows)


def likeness(vectors: Any, landmarks: Any) -> Any:
    """How near each unit vector is to each landmark, from one (the same) towards nought."""
    return np.exp(2 * vectors @ landmarks.T - 2)


def hits_of(kinds: Sequence[str]) -> list[int]:
    return [i for i, kind in enumerate(kinds) if kind not in ("none", "bereaved")]


def log_odds(scored: Any, kinds: Sequence[str]) -> Any:
    """How likely each row is a hit of any kind."""
    hits = hits_of(kinds)
    quiet = [i for i in range(len(kinds)) if i not in hits]
    return np.logaddexp.reduce(scored[:, hits], axis=1) - np.logaddexp.reduce(scored[:, quiet], axis=1)


def _most_telling(pieces: list[str]) -> list[str]:
    """Of very much text the pieces with the most words that we have a concept of; the rules have read them all."""
    if sum(map(len, pieces)) <= MOST_WEIGHED:
        return pieces
    known = _concepts().keys()
    telling = sorted(pieces, key=lambda piece: -len(known & set(WORD.findall(piece))))
    upto = [*accumulate(map(len, telling))]
    return telling[: max(1, bisect_right(upto, MOST_WEIGHED))]


def pieces_of(said: str) -> list[str]:
    """What is weighed on its own: each sentence with the one after it, each alone, and a short text as a whole."""
    sentences = matching.sentences(said)
    pairs = [f"{one} {two}" for one, two in pairwise(sentences[:PAIRED])]
    whole = [said] if len(said) <= WHOLE else []
    pieces = list(dict.fromkeys([*whole, *(pairs if len(sentences) > 2 else []), *sentences]))
    return _most_telling([piece for piece in pieces if WORD.search(piece)])
