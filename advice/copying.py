"""Copying: how much of a new text stands word for word in another, however it is punctuated."""

import re
from collections.abc import Iterator

LONG_RUN = 12  # words in a row that nobody writes twice by chance
RAW_SHARE = 0.5  # of the new text's words within such runs: from here on it is no new text
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def runs(text: str, *, of: str) -> list[str]:
    """The stretches of `text` of twelve words or more that stand in `of` word for word, as they are in `text`."""
    return [text[start:end] for start, end, _words in _spans(text, of)]


def is_raw(text: str, *, of: str) -> bool:
    """Whether `text` is mostly `of`: half of its words or more stand there in long runs; a short one, as a whole."""
    words = [word.lower() for word in WORD.findall(text)]
    if len(words) < LONG_RUN:
        there = [word.lower() for word in WORD.findall(of)]
        return bool(words) and any(there[n : n + len(words)] == words for n in range(len(there)))
    return sum(number for _start, _end, number in _spans(text, of)) >= RAW_SHARE * len(words)


def _spans(text: str, of: str) -> Iterator[tuple[int, int, int]]:
    found = list(WORD.finditer(text))
    there = [word.lower() for word in WORD.findall(of)]
    known = {tuple(there[n : n + LONG_RUN]) for n in range(len(there) - LONG_RUN + 1)}
    said = [match.group().lower() for match in found]
    n = 0
    while n <= len(said) - LONG_RUN:
        if tuple(said[n : n + LONG_RUN]) not in known:
            n += 1
            continue
        last = n + LONG_RUN
        while last < len(said) and tuple(said[last - LONG_RUN + 1 : last + 1]) in known:
            last += 1
        yield found[n].start(), found[last - 1].end(), last - n
        n = last
