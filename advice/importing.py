"""Importing: files of other making into drafts, with a report of what was recognised, left out or unreadable."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bs4 import BeautifulSoup
from django.db import transaction
from django.utils.text import slugify

from advice import decoding, documents, editing, illustrating, sorting, splitting, unwrapping
from advice.decoding import Decoded
from advice.documents import FENCE, Document, Unreadable
from advice.models import Picture, Post
from advice.sorting import Sorted
from practice.refusals import Refused
from practice.staff.models import User

TEXT, MARKDOWN, HTML = {".txt", ".text"}, {".md", ".markdown"}, {".html", ".htm", ".xhtml"}
READ = TEXT | MARKDOWN | HTML
SPANISH = frozenset({"que", "de", "la", "el", "los", "las", "una", "con", "para", "por", "pero", "cuando", "como"})
ENGLISH = frozenset({"the", "of", "and", "to", "is", "that", "it", "you", "for", "with", "but", "when", "how", "are"})
LONGEST_SLUG = 80
PICTURES = "pictures"  # the folder in which an export's pictures lie
PICTURE = re.compile(r"[0-9a-z]{64}\.[a-z]{3,4}")


@dataclass(frozen=True)
class Note:
    """One line of the report. `failed`: because of it nothing is imported."""

    path: str
    line: int
    what: str
    detail: str = ""
    failed: bool = False

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}" + (f": {self.detail}" if self.detail else "")


@dataclass
class Reading:
    """What was found in one file."""

    path: Path
    document: Document | None = None
    notes: list[Note] = field(default_factory=list)

    def note(self, line: int, what: str, detail: str = "", *, failed: bool = False) -> None:
        self.notes.append(Note(str(self.path), line, what, detail, failed))

    @property
    def failed(self) -> bool:
        return any(note.failed for note in self.notes)


@dataclass
class Report:
    """What an import did. `made` is empty where anything failed: all or nothing."""

    readings: list[Reading] = field(default_factory=list)
    made: list[Post] = field(default_factory=list)
    unchanged: int = 0

    @property
    def failed(self) -> bool:
        return any(reading.failed for reading in self.readings)

    @property
    def notes(self) -> list[Note]:
        return [note for reading in self.readings for note in reading.notes]


def read(path: Path) -> Reading:
    """The document in a file, and what became of its lines. Never raises: what cannot be read is in the notes."""
    reading = Reading(path)
    try:
        reading.document = _read(path, reading)
    except Unreadable as error:
        reading.note(error.line, "cannot be read", error.reason, failed=True)
    except OSError as error:
        reading.note(0, "cannot be opened", error.strerror or "", failed=True)
    return reading


def preview(paths: Iterable[Path]) -> Report:
    """What importing these files and folders would find; nothing is made."""
    return Report([read(path) for path in _files(paths)])


def import_paths(paths: Iterable[Path], *, author: User | None = None) -> Report:
    """Make drafts of these files and folders, all or none of them."""
    report = Report([read(path) for path in _files(paths)])
    if report.failed:
        return report
    try:
        with transaction.atomic():
            for reading in report.readings:
                _make(reading, author, report)
            if report.failed:
                raise _Undo
    except _Undo:
        report.made = []
    return report


class _Undo(Exception):
    """One file was refused, so none is kept."""


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.suffix.lower() in READ)
        else:
            yield path


def _make(reading: Reading, author: User | None, report: Report) -> None:
    document = reading.document
    if document is None:
        return
    source = f"import: {reading.path.name}"
    existing = Post.objects.filter(slug=document.slug, language=document.language).select_related("head").first()
    if existing is not None and existing.head is not None and existing.head.sha256 == document.digest:
        report.unchanged += 1
        reading.note(0, "unchanged", "this text is here already")
        return
    try:
        _take_picture(document.image.file, beside=reading.path)
        if existing is not None and existing.source == source and existing.state == Post.State.DRAFT:
            editing.revise(post=existing, document=document, author=author, note="imported again")
            report.made.append(existing)
        else:
            report.made.append(editing.make_post(document=document, author=author, source=source))
    except Refused as refusal:
        reading.note(0, "refused", str(refusal.message), failed=True)


def _take_picture(name: str, *, beside: Path) -> None:
    """Keep a picture that lies with the file as an export left it, unless we have it; raises BadPicture."""
    path = beside.parent / PICTURES / name
    if not PICTURE.fullmatch(name) or not path.is_file() or Picture.objects.filter(file=name).exists():
        return
    with path.open("rb") as file:
        taken = illustrating.take(data=file.read(illustrating.LARGEST + 1))
    if taken.file != name:
        raise illustrating.BadPicture


def _read(path: Path, reading: Reading) -> Document:
    suffix = path.suffix.lower()
    if suffix not in READ:
        raise Unreadable(f"not a kind of file we read ({', '.join(sorted(READ))})")
    data = path.read_bytes()
    if suffix in MARKDOWN and (exact := decoding.exactly(data)).lstrip().startswith(FENCE):
        return _from_front_matter(exact, path)  # a revision comes back to the letter, with nothing mended
    decoded = decoding.decode(data)
    for line in decoded.mended:
        reading.note(line, "wrong characters mended")
    for line in decoded.lost:
        reading.note(line, "a character is lost", "it cannot be guessed")
    if suffix in MARKDOWN and decoded.text.lstrip().startswith(FENCE):
        return _from_front_matter(decoded.text, path)
    made = _from_html(decoded, reading) if suffix in HTML else _from_text(decoded, is_markdown=suffix in MARKDOWN)
    return _finished(made, path, reading)


def _from_front_matter(text: str, path: Path) -> Document:
    document = documents.from_markdown(text)
    return document if document.slug else replace(document, slug=slug_of(document.title, path.stem))


def _from_text(decoded: Decoded, *, is_markdown: bool) -> Sorted:
    return sorting.sort(splitting.split_text(decoded.text, is_markdown=is_markdown))


def _from_html(decoded: Decoded, reading: Reading) -> Sorted:
    page = BeautifulSoup(decoded.text, "html.parser")
    title, summary = unwrapping.title_of(page), unwrapping.summary_of(page)
    items, dropped = unwrapping.split_html(page)
    for line, said in dropped:
        reading.note(line, "page furniture", said)
    made = sorting.sort(items, title=title, summary=summary)
    if title[1]:
        reading.note(title[0], "title", title[1][:60])
    return made


def _finished(made: Sorted, path: Path, reading: Reading) -> Document:
    for line, what, detail in sorted(made.notes):
        reading.note(line, what, detail)
    if made.marks.cited or made.marks.unknown:
        reading.note(0, "citations", f"{made.marks.cited} tied to a reference, {made.marks.unknown} without one")
    if not made.title:
        raise Unreadable("no title: the first line should be one", 1)
    if not made.body:
        raise Unreadable("no text was found under the title")
    return made.document(slug=slug_of(made.title, path.stem), language=_language(made)).tidied()


def slug_of(title: str, otherwise: str) -> str:
    """The address that a title suggests, cut between words; where it holds no letter of ours, made of `otherwise`."""
    slug = slugify(title)
    if len(slug) > LONGEST_SLUG:
        slug = slug[:LONGEST_SLUG].rsplit("-", 1)[0]
    return slug or slugify(otherwise) or "post"


def _language(made: Sorted) -> str:
    words = f"{made.title} {made.letter} {made.body}".lower().split()
    return "es" if _known(words, SPANISH) > _known(words, ENGLISH) else "en"


def _known(words: Sequence[str], language: frozenset[str]) -> int:
    return sum(word in language for word in words)
