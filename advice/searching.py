"""Searching: the public posts that bear on a few words, the best first, each with the place that says so.

The same index in memory that the chatbot asks (advice/retrieving.py) answers here: words cut to stems, misspelt words
put right, and for English the meaning as well, so that "can't drop off" finds what was written about sleep.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from advice import ranking, respelling, retrieving
from advice.models import Passage
from advice.models.posts import PostQuerySet

MOST_FOUND = 60  # five pages; who needs more needs other words
# A post is shown where one passage holds this share of what the words weigh, or where its meaning is this near.
HELD, NEAR = 0.4, 0.42
MOST_WORDS = 32  # more is a letter, not a search
SNIPPET = 30  # words
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that bears on the words, and the passage of it that does so most."""

    slug: str
    language: str
    passage: str
    score: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, best first, and the words as they were read: misspelt ones put right, for the snippets too."""

    hits: list[Hit]
    read_as: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet; `is_match` where it is one of the words that were looked for."""

    text: str
    is_match: bool


def find(text: str, *, language: str) -> Result:
    """Public posts in the reader's language first, then those in others."""
    asked = " ".join(text.split()[:MOST_WORDS])
    read_as, hits = asked, []
    shelf = retrieving.shelf()
    for tongue in sorted(shelf.languages, key=lambda one: (one != language, one)):
        index = shelf.indexes[tongue]
        meant = respelling.respelled(asked, index.vocabulary, language=tongue)
        if tongue == language:
            read_as = meant
        hits += _hits(index, meant, tongue)
    return Result(hits[:MOST_FOUND], read_as)


def _hits(index: ranking.Index, text: str, language: str) -> list[Hit]:
    vector = retrieving.vector_of(text, language=language)
    found = index.search(text, vector=vector, most=MOST_FOUND)
    return [
        Hit(one.source, language, one.pieces[0][0] if one.pieces else "", one.score)
        for one in found
        if one.coverage >= HELD or one.cosine >= NEAR
    ]


def among(hits: list[Hit], posts: PostQuerySet) -> dict[int, Hit]:
    """Those of `posts` that were found, by their ids, the best first."""
    rows = posts.filter(slug__in={hit.slug for hit in hits}).values_list("pk", "slug", "language")
    keys = {(slug, language): pk for pk, slug, language in rows}
    return {keys[hit.slug, hit.language]: hit for hit in hits if (hit.slug, hit.language) in keys}


def snippets(hits: list[Hit], *, words: str) -> dict[tuple[str, str], list[Piece]]:
    """For each hit of a page, by slug and language, a few words around the first match in its best passage."""
    texts = dict(Passage.objects.public().filter(key__in=[hit.passage for hit in hits]).values_list("key", "text"))
    made = {}
    for hit in hits:
        stems = set(ranking.tokens(words, hit.language))
        made[hit.slug, hit.language] = list(_cut(texts.get(hit.passage, ""), stems, hit.language))
    return made


def _cut(text: str, stems: set[str], language: str) -> Iterator[Piece]:
    words = list(WORD.finditer(text))
    if not words:
        return
    match_at = next((n for n, word in enumerate(words) if _is_match(word.group(), stems, language)), 0)
    first = max(0, match_at - SNIPPET // 4)
    shown = words[first : first + SNIPPET]
    at = shown[0].start()
    if first:
        yield Piece("… ", False)
    for word in shown:
        if _is_match(word.group(), stems, language):
            yield Piece(text[at : word.start()], False)
            yield Piece(word.group(), True)
            at = word.end()
    yield Piece(text[at : shown[-1].end()] + (" …" if first + SNIPPET < len(words) else ""), False)


def _is_match(word: str, stems: set[str], language: str) -> bool:
    return not stems.isdisjoint(_stems(word, language))


@lru_cache(maxsize=50_000)  # a column says the same few thousand words again and again
def _stems(word: str, language: str) -> tuple[str, ...]:
    return tuple(ranking.tokens(word, language))
