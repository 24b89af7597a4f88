"""Respelling: what a hurried or tired hand meant, for the search alone. The crisis screen reads the words as typed."""

import json
import re
from collections.abc import Collection
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from advice import discerning, ranking
from practice import embeddings

PATH = discerning.FOLDER / "spellings.json"
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
SHORTEST = 5  # letters below which a slip is as likely another word
LONG = 8  # letters from which two slips in one word are believed
MOST_MENDED = 8  # unknown words of one text that are looked for; with more it is no slip of the finger


def respelled(text: str, vocabulary: Collection[str], *, language: str = "en") -> str:
    """`text` with short forms written out, and unknown words turned into the nearest that the posts use."""
    tries = iter(range(MOST_MENDED))

    def read(match: re.Match[str]) -> str:
        word = match.group()
        if language == "en" and (meant := _short_forms().get(word.lower())) is not None:
            return meant
        plain = ranking.folded(word)
        if len(plain) < SHORTEST or plain in vocabulary or (language == "en" and _is_english(plain)):
            return word
        return word if next(tries, None) is None else _nearest(plain, vocabulary) or word

    return WORD.sub(read, text)


def _nearest(word: str, vocabulary: Collection[str]) -> str | None:
    """The known word with the fewest slips (a letter more, less, other, or two swapped); the same first letter wins."""
    slips = 2 if len(word) >= LONG else 1
    near = process.extract(word, vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=None)
    best = min(((known[0] != word[0], distance, known) for known, distance, _place in near), default=None)
    return best[2] if best else None


def _is_english(word: str) -> bool:
    # A word the model has a piece of its own for is common enough to be meant.
    return len(embeddings.token_ids(word)) == 3


@cache
def _short_forms() -> dict[str, str]:
    return dict(json.loads(PATH.read_text(encoding="utf-8")))
