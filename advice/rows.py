"""Rows: a table (CSV) or a list of objects (JSONL) as named texts, read line by line, however long the file is."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from advice import decoding
from advice.documents import LARGEST, Unreadable

READ = {".csv", ".tsv", ".jsonl", ".ndjson"}
DELIMITERS = ",;\t"
NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins at, its texts by column ("questionText" is `questiontext`), or why it cannot be read.

    `offset`: how many bytes of the file were read with it.
    """

    line: int
    offset: int
    values: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


def read(path: Path) -> Iterator[Row]:
    """The rows of a file in its order; raises Unreadable where it is no table at all, OSError where it is not there."""
    with path.open("rb") as file:
        lines = _Lines(file)
        yield from _objects(lines) if path.suffix.lower() in {".jsonl", ".ndjson"} else _table(lines)


class _Lines:
    """The lines of a file as text, counted; one that is far too long comes as empty and is kept in `too_long`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.number = self.offset = 0
        self.too_long = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        data = self._file.readline(4 * LARGEST)
        if not data:
            raise StopIteration
        if self.number == 0:
            decoding.check_is_text(data)
            data = data.removeprefix(b"\xef\xbb\xbf")
        self.number, self.too_long = self.number + 1, False
        while len(data) >= 4 * LARGEST and not data.endswith(b"\n"):
            self.too_long, data = True, self._file.readline(4 * LARGEST)
        self.offset = self._file.tell()
        return "" if self.too_long else decoding.line(data)


def _table(lines: _Lines) -> Iterator[Row]:
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        names = [_name(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])]
    except csv.Error as error:
        raise Unreadable(f"its first line is no row of a table: {error}", 1) from None
    if len([name for name in names if name]) < 2:
        raise Unreadable("its first line names no columns", 1)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, lines.offset, fault=f"no row of a table up to line {lines.number}: {error}")
            continue
        if lines.too_long or len(cells) > len(names):
            yield Row(line, lines.offset, fault="a line too long" if lines.too_long else "more cells than columns")
        elif any(cell.strip() for cell in cells):
            yield Row(line, lines.offset, dict(zip(names, cells, strict=False)))


def _objects(lines: _Lines) -> Iterator[Row]:
    for text in lines:
        if lines.too_long:
            yield Row(lines.number, lines.offset, fault="a line too long")
        elif text.strip():
            yield _object(text, lines)


def _object(text: str, lines: _Lines) -> Row:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Row(lines.number, lines.offset, fault="no JSON")
    if not isinstance(found, dict):
        return Row(lines.number, lines.offset, fault="no list of names and values")
    return Row(lines.number, lines.offset, {_name(name): _text(value) for name, value in found.items()})


def _name(text: str) -> str:
    return NAME.sub("", text).lower()


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(entry) for entry in value)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
