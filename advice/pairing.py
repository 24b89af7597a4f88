"""Pairing: rows of questions and answers into drafts, some hundred at a time, each row once however often it is read.

A row is known by its file's name and its own key, else by its words: reading the file again goes on where it was
stopped, and makes nothing twice. What cannot be used is left out and named with its line. Nothing is ever published.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from bs4 import BeautifulSoup
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from advice import editing, recognising, rows, sorting, unwrapping
from advice.documents import Byline, Document, Kind, Unreadable, tidy
from advice.importing import Note, slug_of
from advice.models import Post, Topic
from advice.rows import Row
from practice.refusals import Refused
from practice.staff.models import User

AT_ONCE = 200  # rows of one transaction
LONGEST_TITLE = 160
# By which names a column is known; the first that the file has counts.
COLUMNS = {
    "key": ("key", "id", "answerid", "sourcekey"),
    "question": ("question", "questiontitle", "title"),
    "details": ("details", "questiontext", "questionbody", "context"),
    "answer": ("answer", "answertext", "reply", "response"),
    "topic": ("topics", "topic", "tags", "category"),
    "author": ("author", "therapistinfo", "therapistname", "therapist", "answeredby"),
    "language": ("language", "lang"),
}
MARKED_UP = re.compile(r"</?(?:p|br|div|ul|ol|li|strong|em|b|i|a|h[1-6])\b[^<>]*>", re.IGNORECASE)
AGAIN = "imported again"


@dataclass
class Report:
    """What became of the rows of one file. `notes` name each row left out, and topics that we do not have."""

    path: Path
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: bool = False  # the file as a whole
    notes: list[Note] = field(default_factory=list)

    def skip(self, line: int, why: str) -> None:
        self.skipped += 1
        self.notes.append(Note(str(self.path), line, "skipped", why))

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.made} drafts made, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.skipped} rows skipped"
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A row that can be used: the post it makes, and what the row is known by."""

    line: int
    key: str
    document: Document


class Unusable(Exception):
    """A row that makes no post; its words say why."""


def import_pairs(
    path: Path,
    *,
    author: User | None = None,
    is_dry: bool = False,
    progress: Callable[[int], None] = lambda _offset: None,
) -> Report:
    """Make drafts of a file's rows, in batches of which each is kept whole; never raises for what the file holds.

    `is_dry` reads and checks alone. `progress` is told how many bytes of the file are done.
    """
    report, reader = Report(path), _Reader(path.name)
    try:
        found = rows.read(path)
        while batch := list(islice(found, AT_ONCE)):
            pairs = list(_pairs(batch, reader, report))
            if is_dry:
                report.made += len(pairs)
            else:
                _keep(pairs, path.name, author, report)
            progress(batch[-1].offset)
    except Unreadable as error:
        report.failed = True
        report.notes.append(Note(str(path), error.line, "cannot be read", error.reason, failed=True))
    except OSError as error:
        report.failed = True
        report.notes.append(Note(str(path), 0, "cannot be opened", error.strerror or "", failed=True))
    for name, number in reader.unknown.most_common():
        report.notes.append(Note(str(path), 0, "no such topic", f"{name} ({number} rows, imported without it)"))
    return report


def _pairs(batch: list[Row], reader: "_Reader", report: Report) -> Iterator[Pair]:
    for row in batch:
        try:
            yield reader.pair(row)
        except Unusable as reason:
            report.skip(row.line, str(reason))


def _keep(pairs: list[Pair], name: str, author: User | None, report: Report) -> None:
    """One batch, all of it or, where something breaks, none."""
    counts = Counter[str]()
    with transaction.atomic():
        keys = [pair.key for pair in pairs]
        known = {post.source_key: post for post in Post.objects.filter(source_key__in=keys).select_related("head")}
        for pair in pairs:
            try:
                counts[_keep_one(pair, known.get(pair.key), f"import: {name}", author)] += 1
            except Refused as refusal:
                report.skip(pair.line, str(refusal.message))
    report.made += counts["made"]
    report.changed += counts["changed"]
    report.unchanged += counts["unchanged"]


def _keep_one(pair: Pair, post: Post | None, source: str, author: User | None) -> str:
    if post is None:
        _make(pair, source, author)
        return "made"
    assert post.head is not None, "a post is made with its first revision"
    if post.head.sha256 == pair.document.digest:
        return "unchanged"
    if post.state != Post.State.DRAFT or not (post.head.number == 1 or post.head.note == AGAIN):
        raise Edited
    document = replace(pair.document, slug=post.slug, language=post.language, kind=post.kind)
    editing.revise(post=post, document=document, author=author, note=AGAIN)
    return "changed"


class Edited(Refused):
    code = "edited"
    message = "the draft made of it has been edited here since, and stays as it is"


def _make(pair: Pair, source: str, author: User | None) -> Post:
    """A draft at the address its question suggests, or where another page stands there, beside it."""
    make = partial(editing.make_post, author=author, source=source, source_key=pair.key)
    try:
        return make(document=pair.document)
    except (editing.SlugTaken, editing.BadDocument):
        return make(document=replace(pair.document, slug=f"{pair.document.slug}-{_digest(pair.key)[:8]}"))


class _Reader:
    """What rows mean: which column is which, which topics there are, and which rows were seen already."""

    def __init__(self, name: str) -> None:
        self._prefix = name[:50]
        self._seen: dict[str, int] = {}
        self._topics = {
            known: topic.slug
            for topic in Topic.objects.all()
            for known in (topic.slug, slugify(topic.name), slugify(topic.name_es))
            if known
        }
        self.unknown = Counter[str]()

    def pair(self, row: Row) -> Pair:
        """The post that a row makes; raises Unusable, or Unreadable where the file has other columns than ours."""
        if row.fault:
            raise Unusable(row.fault)
        if not self._seen:
            _check_columns(row)
        said = {name: _of(row.values, columns) for name, columns in COLUMNS.items()}
        if missing := [name for name in ("question", "answer") if not said[name]]:
            raise Unusable(f"no {' and no '.join(missing)}")
        key = self._key(said)
        if (before := self._seen.setdefault(key, row.line)) != row.line:
            raise Unusable(f"the same row as at line {before}")
        return Pair(row.line, key, self._document(said).tidied())

    def _key(self, said: Mapping[str, str]) -> str:
        words = "\0".join(said[name] for name in ("question", "details", "author"))
        own = said["key"] if len(said["key"]) <= 40 else _digest(said["key"])[:40]
        return f"{self._prefix}#{own or _digest(words)[:40]}"

    def _document(self, said: Mapping[str, str]) -> Document:
        title, answer = _title(said["question"]), _as_markdown(said["answer"])
        if not re.search(r"\w", answer):
            raise Unusable("no answer")
        asked = [text for text in (said["question"] if title != said["question"] else "", said["details"]) if text]
        quoted = "".join(f"{_quoted(_as_markdown(text))}\n\n" for text in asked)
        return Document(
            slug=slug_of(title, f"question-{_digest(said['question'])[:8]}"),
            kind=Kind.QUESTION.value,
            language=_language(said),
            title=title,
            questions=(title,),
            topics=tuple(self._known_topics(said["topic"])),
            body=quoted + answer,
            byline=Byline(name=said["author"][:120]),
        )

    def _known_topics(self, listed: str) -> list[str]:
        found = dict.fromkeys(part.strip() for part in re.split(r"[;,|]", listed) if part.strip())
        slugs = {name: self._topics.get(slugify(name)) for name in found}
        self.unknown.update(name for name, slug in slugs.items() if slug is None)
        return list(dict.fromkeys(slug for slug in slugs.values() if slug))


def _check_columns(row: Row) -> None:
    for name in ("question", "answer"):
        if not row.values.keys() & set(COLUMNS[name]):
            raise Unreadable(f"no column for the {name}; it has {', '.join(row.values)}", 1)


def _of(values: Mapping[str, str], columns: tuple[str, ...]) -> str:
    return tidy(next((values[name] for name in columns if values.get(name)), ""))


def _title(question: str) -> str:
    """The question itself, or of a long one the sentence that asks, else its beginning."""
    question = " ".join(question.split())
    if len(question) <= LONGEST_TITLE:
        return question
    sentences = re.split(r"(?<=[.!?])\s+", question)
    asking = next((one for one in sentences if one.endswith("?") and len(one) <= LONGEST_TITLE), "")
    return asking or question[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"


def _as_markdown(text: str) -> str:
    if not MARKED_UP.search(text):
        return text
    items, _dropped = unwrapping.split_html(BeautifulSoup(text, "html.parser"))
    return sorting.as_markdown(items)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _language(said: Mapping[str, str]) -> str:
    language = said["language"].lower()[:2] or recognising.language_of(f"{said['question']} {said['answer'][:500]}")
    if language not in dict(settings.LANGUAGES):
        raise Unusable("in a language that the column does not speak")
    return language


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
