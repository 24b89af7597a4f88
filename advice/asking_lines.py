"""Lines of JSON in, lines of JSON out, one at a time: for the commands that answer many questions."""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO

LONGEST_LINE = 200_000

Reply = Callable[[str, str], dict[str, Any]]


class BadLine(ValueError):
    """A line that is not {"id", "text"}."""


def serve(*, source: Iterable[str], sink: TextIO, reply: Reply) -> int:
    """Write `reply(id, text)` for each line, at once; a bad line gets an error line. Returns how many were bad."""
    bad = 0
    if isinstance(source, io.TextIOWrapper):  # bytes that are no text spoil their own line, not the stream
        source.reconfigure(errors="replace")
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            said = reply(*_read(line))
        except BadLine as error:
            bad += 1
            said = {"id": None, "error": f"line {number}: {error}"}
        # ASCII only, so that half of a surrogate pair cannot break the stream.
        sink.write(json.dumps(said) + "\n")
        sink.flush()
    return bad


def _read(line: str) -> tuple[str, str]:
    if len(line) > LONGEST_LINE:
        raise BadLine("too long")
    try:
        row = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise BadLine("not JSON") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or "id" not in row:
        raise BadLine('not {"id", "text"}')
    return row["id"], row["text"]
