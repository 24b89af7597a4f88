"""Comparing: two revisions of a post side by side, line against line and in it word against word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from advice.documents import Document

WORD = re.compile(r"\s+|[^\s\w]|\w+")
# Words of one line that are compared one by one; a longer line is shown whole, since the work grows with the square.
MOST_WORDS = 1500
LIKE_EACH_OTHER = 0.35  # a line that shares less with its neighbour is another line, not a changed one


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a line: `is_changed` where the other side has it not."""

    text: str
    is_changed: bool = False


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of each side; None where that side has none."""

    old: Line | None
    new: Line | None

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a post whose words differ."""

    name: str
    rows: tuple[Row, ...]


def compare(old: Document, new: Document) -> list[Part]:
    """The parts that differ, in the order of a document, with every line of each."""
    before, after = old.content, new.content
    return [
        Part(name, tuple(_rows(_lines(before.get(name)), _lines(after.get(name)))))
        for name in dict.fromkeys([*before, *after])
        if _lines(before.get(name)) != _lines(after.get(name))
    ]


def _lines(value: Any) -> list[str]:
    """A part as lines to read: a text's own, or one for each entry of a list."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, list):
        return [line for entry in value for line in _lines(entry)]
    if isinstance(value, dict):
        return [f"{name}: {line}" for name, each in value.items() for line in _lines(each)]
    return [line for line in str(value).split("\n") if line.strip()]


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    # Where lines are very many, those that stand everywhere are passed over, so that the work stays bounded.
    matcher = SequenceMatcher(None, old, new, autojunk=len(new) > MOST_WORDS)
    for step, start, end, from_, to in matcher.get_opcodes():
        if step == "equal":
            yield from (Row((Piece(line),), (Piece(line),)) for line in old[start:end])
        else:
            yield from _changed(old[start:end], new[from_:to])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    for before, after in zip_longest(old, new):
        if before is None or after is None:
            yield Row(_whole(before), _whole(after))
            continue
        found = _words(before, after)
        if found is None:
            yield Row(_whole(before), None)
            yield Row(None, _whole(after))
        else:
            yield found


def _whole(line: str | None) -> Line | None:
    return None if line is None else (Piece(line, True),)


def _words(before: str, after: str) -> Row | None:
    """The two lines word against word; None where they have too little in common to be read as one."""
    left, right = WORD.findall(before), WORD.findall(after)
    if len(left) > MOST_WORDS or len(right) > MOST_WORDS:
        return None
    if _likeness(left, right) < LIKE_EACH_OTHER:
        return None
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    old: list[Piece] = []
    new: list[Piece] = []
    for step, start, end, from_, to in matcher.get_opcodes():
        changed = step != "equal"
        _add(old, "".join(left[start:end]), changed)
        _add(new, "".join(right[from_:to]), changed)
    return Row(tuple(old), tuple(new))


def _likeness(left: list[str], right: list[str]) -> float:
    """The share of words that both lines hold; blanks and marks are in every line."""
    before, after = (Counter(word for word in line if word[0].isalnum()) for line in (left, right))
    return 2 * (before & after).total() / max(1, before.total() + after.total())


def _add(line: list[Piece], text: str, changed: bool) -> None:
    if text:
        line.append(Piece(text, changed))
