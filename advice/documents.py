"""A post's text as one value: what revisions keep, what importing reads, and Markdown with front matter is made of."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, ClassVar

import yaml

from advice import markdown
from advice.parts import UNPRINTABLE as UNPRINTABLE
from advice.parts import Answered as Answered
from advice.parts import Audience as Audience
from advice.parts import Byline as Byline
from advice.parts import Clinical as Clinical
from advice.parts import Image as Image
from advice.parts import Kind as Kind
from advice.parts import Occasion as Occasion
from advice.parts import Reference as Reference
from advice.parts import ReferenceKind as ReferenceKind
from advice.parts import tidy as tidy
from advice.parts import tidy_all, tidy_fields

FENCE = "---"
LARGEST = 200_000  # characters of one document


class Unreadable(Exception):
    """A text that is no document; `line` counts from 1 where it is known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


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
        "byline",
        "disclosure",
        "image",
        "clinical",
        "occasion",
    )
    # Left out of the digest where empty, so that what was signed before they came keeps its digest.
    LATER: ClassVar[frozenset[str]] = frozenset({"byline", "disclosure", "image", "clinical", "occasion"})

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
    byline: Byline = field(default_factory=Byline)
    disclosure: str = ""
    image: Image = field(default_factory=Image)
    clinical: Clinical = field(default_factory=Clinical)
    occasion: Occasion = field(default_factory=Occasion)

    @classmethod
    def from_content(cls, content: Mapping[str, Any], **more: Any) -> "Document":
        """The document with this content, as a revision or a form keeps it."""
        values = dict(content) | more
        values["faq"] = tuple(Answered(**entry) for entry in values.get("faq", ()))
        values["references"] = tuple(Reference(**entry) for entry in values.get("references", ()))
        for name in ("topics", "takeaways", "questions"):
            values[name] = tuple(values.get(name, ()))
        values["byline"], values["image"] = Byline(**values.get("byline") or {}), Image(**values.get("image") or {})
        values["clinical"] = _clinical(values.get("clinical") or {})
        values["occasion"] = Occasion(**values.get("occasion") or {})
        return cls(**values)

    @property
    def content(self) -> dict[str, Any]:
        """What a revision keeps, in plain values."""
        everything = json.loads(json.dumps(asdict(self)))
        return {name: everything[name] if getattr(self, name) else _nothing(everything[name]) for name in self.CONTENT}

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical content: the same text, the same 64 characters."""
        signed = {name: value for name, value in self.content.items() if value or name not in self.LATER}
        canonical = json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def with_topics(self, topics: Sequence[str]) -> "Document":
        return replace(self, topics=tuple(topics))

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """For whom there is a wording; there is always a plain one."""
        return (Audience.PLAIN, Audience.CLINICAL) if self.clinical else (Audience.PLAIN,)

    def worded(self, audience: str) -> "Document":
        """The post in one wording alone, with the references that this wording cites; plain where there is no other."""
        clinical = self.clinical
        if not clinical:
            return self
        plain = replace(self, clinical=Clinical())
        own = {name: getattr(clinical, name) for name in ("takeaways", "body", "faq")}
        other = replace(plain, summary=clinical.summary or self.summary, **own)
        wanted, left = (other, plain) if audience == Audience.CLINICAL else (plain, other)
        elsewhere = left.cited - wanted.cited
        return replace(wanted, references=tuple(r for r in self.references if r.key not in elsewhere))

    @property
    def has_no_interests(self) -> bool:
        """Whether it discloses that there is nothing to disclose."""
        return self.disclosure.strip(" .").lower() in {"none", "ninguno", "ninguna"}

    @property
    def cited(self) -> set[str]:
        """The keys of the references that the plain wording cites."""
        texts = [self.letter, self.body, *self.takeaways, *(entry.answer for entry in self.faq)]
        return {key for text in texts for key in markdown.cited(text)}

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
            topics=tidy_all(self.topics),
            takeaways=tidy_all(self.takeaways),
            questions=tidy_all(self.questions),
            faq=tuple(tidy_fields(entry) for entry in self.faq),
            references=tuple(tidy_fields(reference) for reference in self.references),
            byline=tidy_fields(self.byline),
            disclosure=tidy(self.disclosure),
            image=tidy_fields(self.image),
            occasion=tidy_fields(self.occasion),
            clinical=Clinical(
                tidy(self.clinical.summary),
                tidy_all(self.clinical.takeaways),
                tidy(self.clinical.body),
                tuple(tidy_fields(entry) for entry in self.clinical.faq),
            ),
        )


def _nothing(value: Any) -> Any:
    """The empty value of its kind: a part that is not there has no empty parts of its own."""
    return type(value)()


def _clinical(values: Mapping[str, Any]) -> Clinical:
    faq = tuple(Answered(**entry) for entry in values.get("faq", ()))
    return Clinical(values.get("summary", ""), tuple(values.get("takeaways", ())), values.get("body", ""), faq)


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
        "byline",
        "disclosure",
        "image",
        "clinical",
        "occasion",
    )
    head = {name: _plain(kept[name]) for name in order if getattr(document, name)}
    front = yaml.dump(head, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)
    return f"{FENCE}\n{front}{FENCE}\n{document.body}\n"


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return {k: _plain(v) for k, v in value.items() if v not in ("", None, ())} if isinstance(value, dict) else value


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
    # An indented one belongs to a text within the front matter.
    ends = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), None)
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
        faq=_faq(head),
        references=tuple(_reference(entry) for entry in _entries(head, "references")),
        byline=Byline(**_named(head, "byline", "name", "credentials", "clinician")),
        disclosure=_text(head, "disclosure"),
        image=_image(_named(head, "image", "file", "alt", "width", "height")),
        clinical=_clinical_of(_mapping(head, "clinical")),
        occasion=_occasion(_mapping(head, "occasion")),
    )


def _mapping(head: dict[str, Any], name: str) -> dict[str, Any]:
    value = head.get(name) or {}
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is no list of names and values")
    return value


def _named(head: dict[str, Any], name: str, *fields: str) -> dict[str, str]:
    value = _mapping(head, name)
    _only(value, name, *fields)
    return {one: _text(value, one) for one in fields}


def _only(values: dict[str, Any], name: str, *fields: str) -> None:
    if unknown := set(values) - set(fields):
        raise Unreadable(f"unknown in {name}: {', '.join(sorted(map(str, unknown)))}")


def _image(values: dict[str, str]) -> Image:
    sides = [values[side] or "0" for side in ("width", "height")]
    if not all(re.fullmatch(r"\d{1,5}", side) for side in sides):
        raise Unreadable("image: a side that is no number of pixels")
    return Image(values["file"], values["alt"], int(sides[0]), int(sides[1]))


def _occasion(head: dict[str, Any]) -> Occasion:
    names = [each.name for each in fields(Occasion)]
    _only(head, "occasion", *names)
    found = Occasion(**{name: _text(head, name) for name in names})
    if found and (fault := found.faults()):
        raise Unreadable(f"occasion: {fault}")
    return found


def _clinical_of(head: dict[str, Any]) -> Clinical:
    _only(head, "clinical", "summary", "takeaways", "body", "faq")
    return Clinical(_text(head, "summary"), _texts(head, "takeaways"), _text(head, "body"), _faq(head))


def _faq(head: dict[str, Any]) -> tuple[Answered, ...]:
    return tuple(Answered(_text(entry, "question"), _text(entry, "answer")) for entry in _entries(head, "faq"))


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
