"""Screen texts from the command line: arguments, or JSON lines on standard input."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand

from practice.crisis import screening


class BadText(ValueError):
    """A line that cannot be screened; its words say what is wrong, never what was written."""


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadText("not a line of JSON in UTF-8") from None
    if not isinstance(row, dict):
        raise BadText("not an object")
    return row


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(row.get("text"), str):
        raise BadText('"text" is missing or not a string')
    found = screening.screen(row["text"])
    return {"id": row.get("id"), "kind": found.kind, "tier": found.tier, "reasons": list(found.reasons)}


def answers(stream: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """One answer a line, in order; an empty line is skipped, a bad one gets an error in its place."""
    for number, line in enumerate(stream, start=1):
        row: dict[str, Any] = {}
        if not line.strip():
            continue
        try:
            row = _parsed(line)
            yield _answer(row)
        except BadText as wrong:
            yield {"id": row.get("id"), "error": f"line {number}: {wrong}"}


class Command(BaseCommand):
    help = "Screen texts for crisis: kind, tier and the names of the rules that spoke."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("texts", nargs="*", help="texts to screen")
        parser.add_argument("--jsonl", action="store_true", help='read {"id","text"} lines from standard input')

    def handle(self, *args: Any, texts: list[str], jsonl: bool, **options: Any) -> None:
        rows: Iterable[dict[str, Any]]
        if jsonl:
            rows = answers(sys.stdin.buffer)
        else:
            rows = (_answer({"id": number, "text": text}) for number, text in enumerate(texts, start=1))
        failed = False
        for row in rows:
            failed = failed or "error" in row
            self.stdout.write(json.dumps(row))
            self.stdout.flush()
        if failed:
            sys.exit(1)
