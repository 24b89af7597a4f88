"""A post's text as one value: what revisions keep, what importing reads, and Markdown with front matter is made of."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, ClassVar

import yaml
from django.db import models
from django.utils.translation import gettext_lazy as _

FENCE = "---"
LARGEST = 200_000  # characters of one document
# Everything below the space but tab and newline, the rest of the controls, and halves of a surrogate pair.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


class Kind(models.TextChoices):
    LETTER = "letter", _("Letter")
    ARTICLE = "article", _("Article")
    QUESTION = "question", _("Question")


class ReferenceKind(models.TextChoices):
    GUIDELINE = "guideline", _("Guidelines")
    REVIEW = "review", _("Reviews of research")
    STUDY = "study", _("Studies")
    BOOK = "book", _("Books")
    WEB = "web", _("Pages")


class Unreadable(Exception):
    """A text that is no document; `line` counts from 1 where it is known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True)
class Reference:
    key: str
    kind: str
    title: str
    authors: str = ""
    publisher: str = ""
    year: int | None = None
    doi: str = ""
    url: str = ""
    accessed_on: str = ""
    found_in: str = ""

    @property
    def address(self) -> str:
        return self.url or (f"https://doi.org/{self.doi}" if self.doi else "")

    @property
    def accessed(self) -> date | None:
        return date.fromisoformat(self.accessed_on) if self.accessed_on else None


@dataclass(frozen=True)
class Answered:
    """One entry of the frequently asked questions."""

    question: str
    answer: str


@dataclass(frozen=True)
class Document:
    """A post's text. Equal content has an equal digest, whatever file or form it came from."""

    CONTENT: ClassVar[tuple[str, ...]] = (
        "title",
        "summary",
        "takeaways",
        "questions",
        "letter",
        "signed",
        "body",
        "faq",
        "references",
    )

    slug: str
    kind: str
    title: str
    language: str = "en"
    summary: str = ""
    topics: tuple[str, ...] = ()
    takeaways: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    faq: tuple[Answered, ...] = ()
    references: tuple[Reference, ...] = ()
    letter: str = ""
    signed: str = ""
    body: str = ""

    @classmethod
    def from_content(cls, content: Mapping[str, Any], **more: Any) -> "Document":
        """The document with this content, as a revision or a form keeps it."""
        values = dict(content) | more
        values["faq"] = tuple(Answered(**entry) for entry in values.get("faq", ()))
        values["references"] = tuple(Reference(**entry) for entry in values.get("references", ()))
        for name in ("topics", "takeaways", "questions"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)

    @property
    def content(self) -> dict[str, Any]:
        """What a revision keeps, in plain values."""
        everything = json.loads(json.dumps(asdict(self)))
        return {name: everything[name] for name in self.CONTENT}

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical content: the same text, the same 64 characters."""
        canonical = json.dumps(self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_topics(self, topics: Sequence[str]) -> "Document":
        return replace(self, topics=tuple(topics))

    def tidied(self) -> "Document":
        """The same document as it is kept: composed characters, no controls, no white space at the ends."""
        return replace(
            self,
            slug=tidy(self.slug),
            title=tidy(self.title),
            summary=tidy(self.summary),
            letter=tidy(self.letter),
            signed=tidy(self.signed),
            body=tidy(self.body),
            topics=_tidy_all(self.topics),
            takeaways=_tidy_all(self.takeaways),
            questions=_tidy_all(self.questions),
            faq=tuple(Answered(tidy(entry.question), tidy(entry.answer)) for entry in self.faq),
            references=tuple(_tidy_reference(reference) for reference in self.references),
        )


def _tidy_all(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(tidy, texts)))


def tidy(text: str) -> str:
    """Text fit to keep: NFC, newlines alone, without control characters, lone surrogates or trailing blanks."""
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip("\n").strip()


def _tidy_reference(reference: Reference) -> Reference:
    kept = asdict(reference)
    tidied: dict[str, Any] = {name: tidy(value) if isinstance(value, str) else value for name, value in kept.items()}
    return Reference(**tidied)


# --- Markdown with front matter ------------------------------------------------------------------------------------


def to_markdown(document: Document) -> str:
    """The document as a file that reads back to the same digest."""
    kept = asdict(document)
    kept.pop("body")
    order = (
        "slug",
        "kind",
        "language",
        "title",
        "summary",
        "topics",
        "takeaways",
        "questions",
        "faq",
        "references",
        "letter",
        "signed",
    )
    head = {name: _plain(kept[name]) for name in order if kept[name]}
    front = yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)
    return f"{FENCE}\n{front}{FENCE}\n{document.body}\n"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return {k: v for k, v in value.items() if v not in ("", None)} if isinstance(value, dict) else value


# Written in C where the package brings it: ten times as fast, and as safe.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, so that a person can edit them."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _write_text)


def from_markdown(text: str) -> Document:
    """Read Markdown with front matter; raises Unreadable, naming the line where it can."""
    if len(text) > LARGEST:
        raise Unreadable(f"longer than {LARGEST:,} characters")
    lines = text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
    if lines[0].strip() != FENCE:
        raise Unreadable("no front matter: the first line is not ---", 1)
    ends = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == FENCE), None)
    if ends is None:
        raise Unreadable("the front matter has no end: a second --- is missing", 1)
    head = _load("\n".join(lines[1:ends]))
    return _build(head, "\n".join(lines[ends + 1 :])).tidied()


def _load(front: str) -> dict[str, Any]:
    try:
        head = yaml.load(front, Loader=_Loader)  # noqa: S506 - safe in both its forms
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Unreadable(f"the front matter is no YAML: {error.problem}", mark.line + 2 if mark else 1) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable("the front matter is no YAML", 1) from None
    if not isinstance(head, dict):
        raise Unreadable("the front matter is no list of names and values", 2)
    return head


def _build(head: dict[str, Any], body: str) -> Document:
    unknown = set(head) - {*Document.CONTENT, "slug", "kind", "language", "topics"}
    if unknown:
        raise Unreadable(f"unknown in the front matter: {', '.join(sorted(map(str, unknown)))}")
    kind, language = _text(head, "kind") or Kind.ARTICLE.value, _text(head, "language") or "en"
    if kind not in Kind.values:
        raise Unreadable(f"kind is none of {', '.join(Kind.values)}")
    if not _text(head, "title"):
        raise Unreadable("no title")
    return Document(
        slug=_text(head, "slug"),
        kind=kind,
        language=language,
        title=_text(head, "title"),
        summary=_text(head, "summary"),
        letter=_text(head, "letter"),
        signed=_text(head, "signed"),
        body=body,
        topics=_texts(head, "topics"),
        takeaways=_texts(head, "takeaways"),
        questions=_texts(head, "questions"),
        faq=tuple(Answered(_text(entry, "question"), _text(entry, "answer")) for entry in _entries(head, "faq")),
        references=tuple(_reference(entry) for entry in _entries(head, "references")),
    )


def _reference(entry: dict[str, Any]) -> Reference:
    names = ("key", "kind", "title", "authors", "publisher", "doi", "url", "accessed_on", "found_in")
    texts = {name: _text(entry, name) for name in names}
    year = _text(entry, "year")
    if year and not re.fullmatch(r"\d{4}", year):
        raise Unreadable("references: a year that is no year")
    if texts["kind"] not in ReferenceKind.values:
        raise Unreadable(f"references: kind is none of {', '.join(ReferenceKind.values)}")
    if texts["accessed_on"] and not _is_day(texts["accessed_on"]):
        raise Unreadable("references: accessed_on is no day (YYYY-MM-DD)")
    if texts["url"] and not re.match(r"https?://[^\s<>\"]+$", texts["url"]):
        raise Unreadable("references: url is no web address")
    return Reference(**texts, year=int(year) if year else None)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _list(head: dict[str, Any], name: str) -> Sequence[Any]:
    value = head.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"{name} is no list")
    return value


def _texts(head: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_as_text(entry, name) for entry in _list(head, name))


def _entries(head: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = list(_list(head, name))
    if not all(isinstance(entry, dict) for entry in entries):
        raise Unreadable(f"{name}: an entry without names")
    return entries


def _text(head: dict[str, Any], name: str) -> str:
    value = head.get(name)
    return "" if value is None else _as_text(value, name)


def _as_text(value: Any, name: str) -> str:
    # YAML reads 2022, true and 2026-11-21 as something else than text; a reader of the file would not.
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float | date):
        return str(value)
    raise Unreadable(f"{name} holds something that is no text")
