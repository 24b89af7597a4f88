"""Splitting: plain text or Markdown into headings, paragraphs, list entries and table rows, each with its line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

HEADING, TEXT, BULLET, NUMBER, ROW, QUOTE = "heading", "text", "bullet", "number", "row", "quote"
MARK = re.compile(r"^(\s*)(?:([•·▪▫‣◦●○■\uf0b7*]|[-–—](?=\s))\s*|(\d{1,2})[.)]\s+)(?=\S)(.*)$")
ATX = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
WRAPPED_FROM, WRAPPED_TO = 50, 110
SPECIAL = re.compile(r"([\\`*_\[\]])")
# An address, a sentence that has ended, or a sentence with the number of its source at the end.
NO_HEADING = re.compile(r"https?:|[.!?]\s+\S|(?:\S+\s+){6}.*[a-z]\s\d{1,2}$")
LONGEST_HEADING, MOST_HEADING_WORDS = 110, 16
# "— Awake at three" closes a letter; it is no list of one.
SIGNATURE = re.compile(r"^\s*[-–—]\s*[^\W\d_][^.!?]{1,50}$")


@dataclass(frozen=True)
class Item:
    """One piece of a text as it stood in its file. `level`: of a heading (0: not known), or an entry's depth."""

    line: int
    kind: str
    text: str
    level: int = 0
    cells: tuple[str, ...] = ()

    @property
    def is_entry(self) -> bool:
        return self.kind in {BULLET, NUMBER}

    def saying(self, text: str) -> "Item":
        return replace(self, text=text)


def split_text(text: str, *, is_markdown: bool = False, first_line: int = 1) -> list[Item]:
    """The items of a plain text; of Markdown, whose marks are kept."""
    items: list[Item] = []
    block: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], start=first_line):
        if line.strip():
            block.append((number, line.expandtabs(4).rstrip()))
        elif block:
            items += _block(block, is_markdown)
            block = []
    return items if is_markdown else [_heading(item) for item in items]


def _block(block: list[tuple[int, str]], is_markdown: bool) -> Iterator[Item]:
    """Lines that stand together: a wrapped paragraph, or several short lines."""
    joined: Item | None = None
    wraps = _is_wrapped(line for _number, line in block)
    for number, line in block:
        item = _line(number, line, is_markdown, alone=len(block) == 1)
        continues = joined is not None and item.kind == TEXT and (wraps or (joined.is_entry and line.startswith(" ")))
        if continues and joined is not None:
            joined = joined.saying(f"{joined.text} {item.text}")
            continue
        if joined is not None:
            yield joined
        joined = item
    if joined is not None:
        yield joined


def _is_wrapped(lines: Iterable[str]) -> bool:
    long = [len(line.strip()) for line in lines if not MARK.match(line)]
    return len(long) > 1 and all(WRAPPED_FROM <= length <= WRAPPED_TO for length in long[:-1])


def _line(number: int, line: str, is_markdown: bool, alone: bool) -> Item:
    if found := ATX.match(line):
        return Item(number, HEADING, _said(found[2], is_markdown), len(found[1]))
    if is_markdown and line.lstrip().startswith("|"):
        return _row(number, line)
    if line.lstrip().startswith(">"):
        return Item(number, QUOTE, _said(line.lstrip()[1:].strip(), is_markdown))
    found = MARK.match(line)
    if found and not (alone and SIGNATURE.match(line)) and not line.strip().startswith("**"):
        kind = NUMBER if found[3] else BULLET
        return Item(number, kind, _said(found[4], is_markdown), max(0, (len(found[1]) - 1) // 2))
    return Item(number, TEXT, _said(line.strip(), is_markdown))


def _row(number: int, line: str) -> Item:
    cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
    return Item(number, ROW, " | ".join(cells), cells=cells)


def _said(text: str, is_markdown: bool) -> str:
    return text.strip() if is_markdown else escaped(" ".join(text.split()))


def escaped(text: str) -> str:
    """Text that means in Markdown what it says."""
    return SPECIAL.sub(r"\\\1", text)


def _heading(item: Item) -> Item:
    """A short line without a full stop, on its own, is a heading of plain text."""
    return replace(item, kind=HEADING) if item.kind == TEXT and looks_like_heading(item.text) else item


def looks_like_heading(text: str) -> bool:
    words = text.split()
    return (
        len(text) <= LONGEST_HEADING
        and 0 < len(words) <= MOST_HEADING_WORDS
        and text[0] not in "-–—“\"'("
        and (text[0].isupper() or text[0].isdigit() or text[0] in "¿¡")
        and text[-1] not in '.,;:!…”"'
        and not NO_HEADING.search(text)
    )
