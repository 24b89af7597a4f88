"""A file of texts as an index in memory, for measuring the ranking on texts that are not ours."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from advice.ranking import Index, Piece
from practice import embeddings

MOST = 110  # words of a piece, as in the published measurements this is compared with
SENTENCE_END = re.compile(r"(?<=[.!?…])\s*(?=[A-Z\"'(])|\n+")
LARGEST_FIELD = 10_000_000


class BadCorpus(ValueError):
    """A file without the columns source, title, text."""


def index_of(path: Path) -> Index:
    """An index over a CSV file's rows; raises BadCorpus. Without the model it ranks by words alone."""
    pieces = list(_pieces(path))
    try:
        vectors = embeddings.vectors([piece.text for piece in pieces])
    except embeddings.Unavailable:
        return Index(pieces)
    return Index(
        [
            Piece(piece.key, piece.source, piece.text, piece.is_label, vector)
            for piece, vector in zip(pieces, vectors, strict=True)
        ]
    )


def _pieces(path: Path) -> Iterator[Piece]:
    csv.field_size_limit(LARGEST_FIELD)
    titled: set[tuple[str, str]] = set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"source", "text"} <= set(reader.fieldnames or ()):
            raise BadCorpus("its columns are not source,title,text")
        for number, row in enumerate(reader):
            source, title = row["source"] or "", row.get("title") or ""
            if title and (source, title) not in titled:
                titled.add((source, title))
                yield Piece(f"{number:07}", source, title, is_label=True)
            for part, text in enumerate(cut(row["text"] or ""), start=1):
                yield Piece(f"{number:07}-{part:03}", source, text)


def cut(text: str) -> list[str]:
    """A text in pieces of whole sentences, at most MOST words each where its sentences allow."""
    pieces: list[list[str]] = [[]]
    words = 0
    for sentence in SENTENCE_END.split(text):
        count = len(sentence.split())
        if words and words + count > MOST:
            pieces.append([])
            words = 0
        pieces[-1].append(sentence.strip())
        words += count
    return [joined for piece in pieces if (joined := " ".join(piece).strip())]
