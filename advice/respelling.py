"""Respelling: what a hurried or tired hand meant, for the search alone. The crisis screen reads the words as typed."""

import difflib
import json
import re
from collections.abc import Collection
from functools import cache

from advice import discerning
from practice import embeddings

PATH = discerning.FOLDER / "spellings.json"
WORD = re.compile(r"[A-Za-z']+")
SHORTEST = 5  # letters below which a slip is as likely another word
LIKE = 0.8


def respelled(text: str, vocabulary: Collection[str]) -> str:
    """`text` with short forms written out, and unknown words turned into the nearest that the posts use."""
    return WORD.sub(lambda match: _word(match.group(), vocabulary), text)


def _word(word: str, vocabulary: Collection[str]) -> str:
    plain = word.lower()
    if (meant := _short_forms().get(plain)) is not None:
        return meant
    if len(plain) < SHORTEST or plain in vocabulary or _is_english(plain):
        return word
    near = difflib.get_close_matches(plain, [known for known in vocabulary if known[0] == plain[0]], n=1, cutoff=LIKE)
    return near[0] if near else word


def _is_english(word: str) -> bool:
    # A word the model has a piece of its own for is common enough to be meant.
    return len(embeddings.token_ids(word)) == 3


@cache
def _short_forms() -> dict[str, str]:
    return dict(json.loads(PATH.read_text(encoding="utf-8")))
