"""Identifying: what in a letter could point to its writer: names, places, ages, dates, numbers, ways to reach them.

Plain rules (traces.py) and lists of words, in English and Spanish; they mark more than they must, since a person looks.
They find what is usual and no more: that a text has no mark does not mean that it names nobody.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from advice.traces import RULES
from advice.traces import Kind as Kind
from practice.places import US_STATES


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text, from `start` up to `end`, and why it could point to somebody."""

    start: int
    end: int
    kind: Kind
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text with its mark, if it has one."""

    text: str
    mark: Mark | None = None


WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
NUMBER = re.compile(r"(?<![\w.])\d[\d,.]*\d(?!\w|\s?%)")
BEGINS = frozenset('.!?…:"“«(¿¡—-')  # before the first word of a sentence


def find(text: str, *, known: Iterable[str] = ()) -> list[Mark]:
    """Every stretch that could point to somebody, in order, none within another. `known`: words to find in any case."""
    found: list[Mark] = []
    taken = bytearray(len(text))
    for mark in _candidates(text, {word.lower() for word in known}):
        if not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
            found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def pieces(text: str, marks: Iterable[Mark]) -> list[Piece]:
    """The whole text in stretches, marked and unmarked."""
    made, at = [], 0
    for mark in marks:
        made += [Piece(text[at : mark.start]), Piece(text[mark.start : mark.end], mark)]
        at = mark.end
    return [piece for piece in [*made, Piece(text[at:])] if piece.text]


def telling(text: str) -> set[str]:
    """The words of a letter that name a person or a place: none of them belongs into the new text."""
    marked = (text[mark.start : mark.end] for mark in find(text) if mark.kind in {Kind.NAME, Kind.PLACE})
    harmless = _lists()["harmless"]
    words = {_bare(word) for stretch in marked for word in WORD.findall(stretch)}
    return {word for word in words if len(word) > 2 and word not in harmless and word not in SMALL}


SMALL = frozenset(
    {"the", "and", "del", "san", "street", "road", "university", "college", "school", "high", "hospital", "church"}
    | {"clinic", "clínica", "company", "bank"}
)


def _candidates(text: str, known: set[str]) -> Iterator[Mark]:
    for kind, reason, pattern in RULES:
        for match in pattern.finditer(text):
            start, end = match.span("it" if "it" in pattern.groupindex and match["it"] else 0)
            if kind not in {Kind.NAME, Kind.PLACE} or text[start:end].lower() not in _lists()["harmless"]:
                yield Mark(start, end, kind, reason)
    for match in _places().finditer(text):
        yield Mark(*match.span(), Kind.PLACE, "A place")
    yield from _words(text, known)
    for match in NUMBER.finditer(text):
        yield Mark(*match.span(), Kind.NUMBER, "A number")


def _words(text: str, known: set[str]) -> Iterator[Mark]:
    lists = _lists()
    for match in WORD.finditer(text):
        word = match.group()
        bare = _bare(word)
        if bare in known:
            yield Mark(*match.span(), Kind.NAME, "It stands in the letter as it came")
        elif bare in lists["harmless"] or word.lower() in lists["harmless"]:
            continue
        elif bare in lists["names"] and bare not in lists["ambiguous"]:
            yield Mark(*match.span(), Kind.NAME, "A first name")
        elif word[0].isupper() and not _begins(text, match.start()):
            reason = "A first name" if bare in lists["ambiguous"] else "A capital within a sentence"
            yield Mark(*match.span(), Kind.NAME, reason)


def _begins(text: str, at: int) -> bool:
    """Whether a sentence begins there."""
    before = text[max(0, at - 4) : at]
    said = before.rstrip()
    return "\n" in before or not said or said[-1] in BEGINS


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word).lower()


@cache
def _lists() -> dict[str, frozenset[str]]:
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {name: frozenset(read[name].split()) for name in ("names", "ambiguous", "harmless")}


@cache
def _places() -> re.Pattern[str]:
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    named = [place.strip() for line in read["places"].split("\n") for place in line.split("|") if place.strip()]
    every = sorted({*named, *(name.lower() for name, _zone in US_STATES.values())}, key=len, reverse=True)
    # With a capital, as places are written: "mobile" and "reading" are words, too.
    written = "|".join(re.escape(place) for place in every)
    return re.compile(rf"\b(?=[A-ZÁÉÍÓÚÑ])(?i:{written})\b")
