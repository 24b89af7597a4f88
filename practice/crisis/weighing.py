"""The second layer: how much a text looks like a hit, by its words, runs of letters, and what the phrases make of it.

A text is turned into keys (`features`), each a hash of a run of letters or words; every key that occurred in our own
lines has a weight for each of OUTPUTS, and what the keys of a text weigh together is its score. Weights are plain
numbers (weights.npz, which holds the other learned parts too), made by training.py. Where numpy or the file cannot
load, there is no model and `is_up` says so; the rules go on alone.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from practice.crisis import glossing, matching

try:
    import numpy as np
except ImportError:  # the rules must run without it
    np = None  # type: ignore[assignment]

PATH = Path(__file__).with_name("weights.npz")
KINDS = ("self", "other", "abuse", "violence", "medical", "bereaved")
OUTPUTS = ("hit", "now", *KINDS)  # what both learned layers score a text for
CHARACTERS = (3, 4, 5)
WORD = re.compile(r"[a-z0-9~]+")
STRENGTHS = (0.7, 1.0, 1.0, 1.0, 1.0, 0.5)  # of the blocks of features: letters, words by one, two, three, apart, signs
PART = 400  # letters of the longest part that is read as a whole
FEW = 3  # words of a text that may be plain
MOST_WEIGHED = 12_000  # letters of a long text's pieces


class Model(NamedTuple):
    """All that was learned. Of this layer: the known keys, sorted, and their weights. The rest is the next layers'."""

    keys: Any
    weights: Any  # keys x OUTPUTS
    bias: Any
    head: dict[str, Any]  # sensing.py
    verdicts: dict[str, Any]  # judging.py


def _mixed(codes: Any, size: int, seed: int) -> Any:
    """A key for every run of `size` codes."""
    count = len(codes) - size + 1
    if count <= 0:
        return np.empty(0, np.uint32)
    runs = np.full(count, (seed * 0x9E3779B1) & 0xFFFFFFFF, np.uint32)
    for offset in range(size):
        runs = (runs ^ codes[offset : offset + count]) * np.uint32(0x01000193)
        runs ^= runs >> np.uint32(15)
    runs *= np.uint32(0x85EBCA6B)
    return runs ^ (runs >> np.uint32(13))


def _apart(codes: Any) -> Any:
    """Codes of every two words with one between them."""
    return codes[:-2] ^ (codes[2:] * np.uint32(3)) if len(codes) > 2 else codes[:0]


def _coded(said: str) -> Any:
    """A code for each word, and for the start and the end."""
    return np.array([1, *(crc32(word.encode()) for word in WORD.findall(said)), 2], np.uint32)


def _of_words(codes: Any) -> list[Any]:
    """Keys of single words, of two and of three in a row, and of two with one between them."""
    inner = codes[1:-1]
    return [_mixed(inner, 1, 101), _mixed(codes, 2, 102), _mixed(codes, 3, 103), _mixed(_apart(inner), 1, 300)]


def features(said: str) -> tuple[Any, ...]:
    """The keys of a text, in the blocks that STRENGTHS names, each once; Spanish words also by their English ones."""
    letters = np.frombuffer(f" {' '.join(WORD.findall(said))} ".encode("ascii"), np.uint8).astype(np.uint32)
    characters = np.concatenate([_mixed(letters, size, size) for size in CHARACTERS])
    words = _of_words(_coded(said))
    if glossing.is_spanish(said):
        words = [np.concatenate(both) for both in zip(words, _of_words(_coded(glossing.in_english(said))), strict=True)]
    signs = np.array([crc32(sign.encode()) for sign in matching.signs(said)], np.uint32)
    return tuple(np.unique(block) for block in (characters, *words, _mixed(signs, 1, 500)))


@cache
def model() -> Model | None:
    if np is None:
        return None
    try:
        with np.load(PATH, allow_pickle=False) as data:
            keys, weights, bias = data["keys"], data["weights"].astype(np.float32), data["bias"].astype(np.float32)
            head = {
                name.removeprefix("head_"): data[name].astype(np.float32) for name in data if name.startswith("head_")
            }
            verdicts = {name: data[name].astype(np.float32) for name in ("joined", "alone")}
            if weights.shape != (len(keys), len(OUTPUTS)) or head["out"].shape[1] != len(OUTPUTS):
                return None
            return Model(keys, weights, bias, head, verdicts)
    except (OSError, KeyError, ValueError, TypeError):
        return None


def is_up() -> bool:
    return model() is not None


def _known(keys: Any, learned: Model) -> tuple[Any, Any]:
    """Which of the keys were learned, and the weights of those."""
    places = np.minimum(np.searchsorted(learned.keys, keys), len(learned.keys) - 1)
    known = learned.keys[places] == keys
    return known, learned.weights[places[known]]


def _score(piece: str, learned: Model) -> Any:
    blocks = [block for block in zip(features(piece), STRENGTHS, strict=True) if len(block[0])]
    worths = [np.full(len(block), strength / np.sqrt(len(block)), np.float32) for block, strength in blocks]
    known, weights = _known(np.concatenate([block for block, _ in blocks]), learned)
    return np.concatenate(worths)[known] @ weights + learned.bias


def is_plain(said: str, learned: Model) -> bool:
    """A name, or a word or two of which none speaks for a hit."""
    words = _coded(said[:PART])[1:-1]
    return len(words) <= FEW and not (_known(_mixed(words, 1, 101), learned)[1][:, OUTPUTS.index("hit")] > 0).any()


def scores(pieces: Sequence[str], learned: Model) -> Any:
    """For each piece its score for each of OUTPUTS."""
    return np.array([_score(piece, learned) for piece in pieces])


def parts_of(said: str) -> list[str]:
    """The text in parts of whole sentences, none longer than PART unless one sentence is; most texts are one part."""
    if len(said) <= PART:
        return [said] if WORD.search(said) else []
    parts = [""]
    for sentence in matching.sentences(said):
        if len(parts[-1]) + len(sentence) > PART:
            parts.append("")
        parts[-1] = f"{parts[-1]} {sentence}".strip()
    return [part for part in parts if WORD.search(part)]


def most_telling(parts: list[str]) -> list[str]:
    """Of very much text the parts with the most words of the phrases; the rules have read them all."""
    if sum(map(len, parts)) <= MOST_WEIGHED:
        return parts
    telling = sorted(parts, key=lambda part: -matching.anchored(part))
    return telling[: max(1, bisect_right([*accumulate(map(len, telling))], MOST_WEIGHED))]


def sentences_of(part: str) -> list[str]:
    """The part's sentences where it has several: danger in one of them must not be lost among the others."""
    found = [sentence for sentence in matching.sentences(part) if WORD.search(sentence)]
    return found if len(found) > 1 else []
