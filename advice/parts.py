"""The parts of a post's text: who wrote it, what it cites, its picture, its clinical wording; and texts made tidy."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

# Everything below the space but tab and newline, the rest of the controls, and halves of a surrogate pair.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


class Kind(models.TextChoices):
    LETTER = "letter", _("Letter")
    ARTICLE = "article", _("Article")
    QUESTION = "question", _("Question")
    NOTICE = "notice", _("Notice")


class Audience(models.TextChoices):
    """For whom a wording of the same post is written."""

    PLAIN = "plain", _("Plain words")
    CLINICAL = "clinical", _("Clinical")


class ReferenceKind(models.TextChoices):
    GUIDELINE = "guideline", _("Guidelines")
    REVIEW = "review", _("Reviews of research")
    STUDY = "study", _("Studies")
    BOOK = "book", _("Books")
    WEB = "web", _("Pages")


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
class Byline:
    """Who wrote it, as readers see it; `clinician` is the slug where it is one of ours."""

    name: str = ""
    credentials: str = ""
    clinician: str = ""

    def __bool__(self) -> bool:
        return bool(self.name)

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.name, self.credentials)))


@dataclass(frozen=True)
class Image:
    """A picture of ours (Picture.file, named by its own SHA-256) and what it shows, in words; sides in pixels."""

    file: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0

    def __bool__(self) -> bool:
        return bool(self.file)


@dataclass(frozen=True)
class Clinical:
    """What the clinical wording says in place of the plain one; empty where there is only the plain one."""

    summary: str = ""
    takeaways: tuple[str, ...] = ()
    body: str = ""
    faq: tuple[Answered, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.body)


@dataclass(frozen=True)
class Occasion:
    """What a notice tells of: an event from one hour to another, or news until a day; by the practice's clock.

    `starts_at` and `ends_at` as 2026-12-05T18:00, `until` as 2026-12-31; a `place`, a `link` to it online, or both.
    """

    starts_at: str = ""
    ends_at: str = ""
    place: str = ""
    link: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return bool(self.starts_at or self.until)

    @property
    def is_event(self) -> bool:
        return bool(self.starts_at)

    def begins_in(self, zone: tzinfo) -> datetime | None:
        return datetime.fromisoformat(self.starts_at).replace(tzinfo=zone) if self.starts_at else None

    def ends_in(self, zone: tzinfo) -> datetime:
        """When it is over: an event's end, or the end of news' last day."""
        if self.until:
            return datetime.combine(date.fromisoformat(self.until) + timedelta(days=1), time(), tzinfo=zone)
        return datetime.fromisoformat(self.ends_at).replace(tzinfo=zone)

    def faults(self) -> str:
        """Why this is no occasion, in a few words; empty where it is one."""
        try:
            begins, ends = self.begins_in(UTC), self.ends_in(UTC)
        except (ValueError, OverflowError):
            return "give starts_at and ends_at as 2026-12-05T18:00, or until as 2026-12-31"
        if self.until and (self.starts_at or self.ends_at):
            return "an event has starts_at and ends_at, news has until; not both"
        if begins is not None and begins >= ends:
            return "it ends before it begins"
        if self.starts_at and not (self.place or self.link):
            return "say where it is: a place or a link"
        if self.link and not re.match(r"https://[^\s<>\"]+$", self.link):
            return "link is no web address (https://)"
        return ""


Part = TypeVar("Part", Reference, Answered, Byline, Image, Occasion)


def tidy_all(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(tidy, texts)))


def tidy(text: str) -> str:
    """Text fit to keep: NFC, newlines alone, without control characters, lone surrogates or trailing blanks."""
    text = UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (line.rstrip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return "\n".join(lines).strip("\n").strip()


def tidy_fields(value: Part) -> Part:
    """The same value with its texts tidied."""
    tidied: dict[str, Any] = {name: tidy(text) for name, text in asdict(value).items() if isinstance(text, str)}
    return replace(value, **tidied)
