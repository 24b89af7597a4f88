"""Ranking: which pieces of text bear on a question. Pure: vectors and words in memory, no database, no request."""

import logging
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import bm25s
import numpy as np
from bm25s import stopwords

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it reports each index it builds

# Measured on counsel-chat and lay paraphrases: 0.10 to 0.20 is flat, 0.30 already hurts (docs/chatbot.md).
DENSE = 0.85
# Pieces of a post that vote, beside the label nearest to the question. On the demo's posts and 143 lay questions hit@1
# is .89 so, .84 with the best piece in the label's place and .76 by the best piece alone. 4 to 8 voters are flat.
VOTERS = 6
LOOKED_AT = 40  # sources, the likeliest by their best piece, whose pieces vote
TOKEN = re.compile(r"[^\W_]+")
STOPWORDS = {"en": stopwords.STOPWORDS_EN_PLUS, "es": stopwords.STOPWORDS_SPANISH}
ENGLISH_ENDINGS = ("ingly", "fulness", "ness", "ings", "ing", "edly", "ed", "ly", "es", "s")


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to be found. A label (a title, a question readers ask) leads to its source and is never quoted."""

    key: str
    source: str
    text: str
    is_label: bool = False
    vector: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A source with the pieces of it that may be quoted, best first."""

    source: str
    score: float
    cosine: float  # of the best piece or label; 0 without vectors
    label_cosine: float  # of the best label alone: how nearly the question was foreseen
    support: float  # the mean cosine of its best pieces: one lucky sentence is no post on the matter
    lacks: frozenset[str]  # words of the question that stand nowhere in it
    coverage: float  # how much of the question's weight in words its best piece holds
    pieces: tuple[tuple[str, float], ...]


def tokens(text: str, language: str) -> list[str]:
    """The words of a text that bear meaning, cut to stems: enough that "worrying" finds "worry"."""
    skipped = _folded_stopwords(language)
    words = [word for word in TOKEN.findall(folded(text)) if word not in skipped and len(word) > 1]
    return [_stem(word, language) for word in words]


def folded(text: str) -> str:
    """Small letters without accents, apostrophes closed up."""
    plain = text.lower().replace("’", "'").replace("'", "")
    if plain.isascii():
        return plain
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))


_folded: dict[str, frozenset[str]] = {}


def _folded_stopwords(language: str) -> frozenset[str]:
    if language not in _folded:
        _folded[language] = frozenset(folded(word) for word in STOPWORDS.get(language, ()))
    return _folded[language]


@lru_cache(maxsize=50_000)  # a column says the same few thousand words again and again
def _stem(word: str, language: str) -> str:
    if language == "es":  # gender, number and most of a verb's endings lie behind the sixth letter
        return word.rstrip("s").rstrip("aeo")[:6] or word
    if word.endswith(("ied", "ies")) and len(word) > 4:
        return word[:-2]
    for ending in ENGLISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word.removesuffix("e")


class Index:
    """All pieces of one language, ready to be searched by many threads; never changed once made."""

    def __init__(self, pieces: Sequence[Piece], *, language: str = "en", by_vote: bool = False) -> None:
        """`by_vote`: a source's best pieces together count as much as its best label; for posts, which have many."""
        # In the same order whatever database they come from; those of one source side by side.
        self.pieces = sorted(pieces, key=lambda piece: (piece.source, piece.key))
        self.language = language
        self.by_vote = by_vote
        found = [tokens(piece.text, language) for piece in self.pieces]
        self._bags = [frozenset(words) for words in found]
        self.vocabulary = frozenset(word for piece in self.pieces for word in TOKEN.findall(folded(piece.text)))
        self._starts = [n for n, piece in enumerate(self.pieces) if n == 0 or piece.source != self.pieces[n - 1].source]
        self._ends = [*self._starts[1:], len(self.pieces)]
        self._matrix = _matrix(self.pieces)
        self.has_vectors = any(piece.vector is not None for piece in self.pieces)
        self._rarity = _rarity(self._bags)
        self._rarest = max(self._rarity.values(), default=1.0)
        self._words = bm25s.BM25() if self._rarity else None
        if self._words:
            self._words.index(found, show_progress=False)

    def search(self, text: str, *, vector: np.ndarray | None = None, most: int = 10) -> list[Found]:
        """The best sources for a question, best first; by words alone where there is no vector."""
        if not self.pieces:
            return []
        asked = tokens(text, self.language)
        words = self._word_scores(asked)
        share = DENSE if vector is not None and self.has_vectors else 0.0
        cosines = self._matrix @ vector if vector is not None and share else np.zeros_like(words)
        # A source is as good as the best cosine and the best words that any of its pieces or labels has.
        best_cosines, best_words = (np.maximum.reduceat(values, self._starts) for values in (cosines, words))
        likely = np.argsort(-(share * best_cosines + (1 - share) * best_words), kind="stable")[: max(most, LOOKED_AT)]
        scored = [(self._score(int(n), share, cosines, words), int(n)) for n in likely]
        # Sources stand in the order of their names, so that equals come in it.
        best = sorted(scored, key=lambda one: (-one[0], one[1]))[:most]
        own = share * cosines + (1 - share) * words
        return [self._found(number, score, cosines, own, asked) for score, number in best]

    def _word_scores(self, asked: list[str]) -> np.ndarray:
        known = [word for word in asked if word in self._rarity]
        if self._words is None or not known:
            return np.zeros(len(self.pieces), np.float32)
        scores = np.asarray(self._words.get_scores(known), np.float32)
        return scores / max(float(scores.max()), 1e-6)

    def _found(self, number: int, score: float, cosines: np.ndarray, own: np.ndarray, asked: list[str]) -> Found:
        members = range(self._starts[number], self._ends[number])
        quotable = [(self.pieces[n].key, float(own[n])) for n in members if not self.pieces[n].is_label]
        part = slice(members.start, members.stop)
        return Found(
            source=self.pieces[members[0]].source,
            score=score,
            cosine=float(cosines[part].max()),
            label_cosine=self._nearest_label(members, cosines) or 0.0,
            support=_mean_of_best(cosines[part], VOTERS),
            lacks=frozenset(asked).difference(*(self._bags[n] for n in members)),
            coverage=self._coverage(asked, members),
            pieces=tuple(sorted(quotable, key=lambda one: (-one[1], one[0]))),
        )

    def _score(self, number: int, share: float, cosines: np.ndarray, words: np.ndarray) -> float:
        members = range(self._starts[number], self._ends[number])
        part = slice(members.start, members.stop)
        label = self._nearest_label(members, cosines) if self.by_vote else None
        return share * self._voted(cosines[part], label) + (1 - share) * self._voted(words[part])

    def _nearest_label(self, members: range, cosines: np.ndarray) -> float | None:
        return max((float(cosines[n]) for n in members if self.pieces[n].is_label), default=None)

    def _voted(self, values: np.ndarray, label: float | None = None) -> float:
        """What the pieces of one source say together, and the label nearest to the question as much as all of them."""
        if not self.by_vote:
            return float(values.max())
        mean = _mean_of_best(values, VOTERS)
        return mean if label is None else (mean + label) / 2

    def _coverage(self, asked: list[str], members: range) -> float:
        # A word no post knows counts as much as the rarest one: it may be what the question is about.
        wanted = {word: self._rarity.get(word, self._rarest) for word in asked}
        held = max((sum(wanted[word] for word in wanted.keys() & self._bags[n]) for n in members), default=0)
        return held / (sum(wanted.values()) or 1.0)


def _mean_of_best(values: np.ndarray, most: int) -> float:
    best = sorted(values.tolist())[-most:]  # a post has a handful: faster than numpy
    return sum(best) / len(best)


def _matrix(pieces: Sequence[Piece]) -> np.ndarray:
    width = next((len(piece.vector) for piece in pieces if piece.vector is not None), 1)
    matrix = np.zeros((len(pieces), width), np.float32)
    for number, piece in enumerate(pieces):
        if piece.vector is not None:
            matrix[number] = piece.vector
    return matrix


def _rarity(bags: Sequence[frozenset[str]]) -> dict[str, float]:
    counts: dict[str, int] = defaultdict(int)
    for bag in bags:
        for word in bag:
            counts[word] += 1
    return {word: float(np.log(1 + len(bags) / count)) for word, count in counts.items()}
