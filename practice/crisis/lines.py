"""Every crisis line we give out: read once from lines.toml, checked, and chosen by region, language and kind.

What staff decided stands over the file, in this process's memory alone (see deciding.py): to choose lines asks nobody.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

PATH = Path(__file__).with_name("lines.toml")
ELSEWHERE = "INTL"
CHANNEL_KINDS = ("call", "text", "chat", "web", "tty", "video", "whatsapp")
CERTAINTIES = ("official-copy", "third-party", "memory")
# Which topics stand first for whom; what is not named follows in the order of the file.
TOPICS = {
    "self": ("crisis",),
    "other": ("crisis",),
    "bereaved": ("crisis",),
    "abuse": ("abuse", "assault", "child", "crisis"),
    "violence": ("crisis",),
    "medical": ("crisis",),
}
LABELS = {
    "en": {
        "call": "Call {value}",
        "call True": "Call {value}, press {keyword}",
        "text": "Text {value}",
        "text True": "Text {keyword} to {value}",
        "chat": "Chat online",
        "web": "Open the website",
        "tty": "TTY {value}",
        "video": "ASL by videophone {value}",
        "video web": "ASL on the website",
        "whatsapp": "WhatsApp {value}",
    },
    "es": {
        "call": "Llame al {value}",
        "call True": "Llame al {value} y oprima {keyword}",
        "text": "Envíe un texto al {value}",
        "text True": "Envíe {keyword} al {value}",
        "chat": "Chat en línea",
        "web": "Abrir la página",
        "tty": "TTY {value}",
        "video": "ASL por videoteléfono {value}",
        "video web": "ASL en la página",
        "whatsapp": "WhatsApp {value}",
    },
}
EMERGENCY_FIRST = ("medical", "violence")


class BadLine(Exception):
    """A line in lines.toml that must not be given to anyone."""


@dataclass(frozen=True)
class Channel:
    kind: str
    value: str
    keyword: str = ""
    language: str = ""
    note_en: str = ""
    note_es: str = ""

    @property
    def is_direct(self) -> bool:
        """Whether a phone reaches it by itself, by calling or texting."""
        return self.kind in {"call", "text"}

    @property
    def number(self) -> str:
        return re.sub(r"[^\d+]", "", self.value)

    @property
    def href(self) -> str:
        """The address that opens a phone's dialler, its texts or a page."""
        if self.value.startswith("https://"):
            return self.value
        if self.kind == "whatsapp":
            return f"https://wa.me/{self.number.lstrip('+')}"
        if self.kind == "text":
            return f"sms:{self.number}" + (f"?body={quote(self.keyword)}" if self.keyword else "")
        return f"tel:{self.number}"

    def note(self, language: str) -> str:
        return self.note_es if language == "es" else self.note_en

    def label(self, language: str) -> str:
        """What the link says: what to do, and the number to do it with."""
        words = LABELS["es" if language == "es" else "en"]
        way = "web" if self.value.startswith("https://") else bool(self.keyword)
        form = words.get(f"{self.kind} {way}") or words[self.kind]
        return form.format(value=self.value, keyword=self.keyword.replace("press ", ""))


@dataclass(frozen=True)
class Line:
    id: str
    region: str
    topic: str
    name: str
    for_whom_en: str
    for_whom_es: str
    hours_en: str
    hours_es: str
    languages: tuple[str, ...]
    url: str
    sources: tuple[str, ...]
    certainty: str
    last_verified_on: str
    verified_by: str
    show: bool
    channels: tuple[Channel, ...]

    def for_whom(self, language: str) -> str:
        return self.for_whom_es if language == "es" else self.for_whom_en

    def hours(self, language: str) -> str:
        return self.hours_es if language == "es" else self.hours_en

    def speaks(self, language: str) -> bool:
        return language in self.languages or "many" in self.languages

    def channels_for(self, language: str) -> tuple[Channel, ...]:
        """The channels of that language first; those of another language never."""
        fitting = [c for c in self.channels if c.language in ("", language)]
        return tuple(sorted(fitting, key=lambda c: c.language != language))


@dataclass(frozen=True)
class Region:
    id: str
    name_en: str
    name_es: str
    is_on: bool = False

    def name(self, language: str) -> str:
        return self.name_es if language == "es" else self.name_en


@dataclass(frozen=True)
class Book:
    regions: tuple[Region, ...]
    lines: tuple[Line, ...]


def _both(value: str | Mapping[str, str]) -> tuple[str, str]:
    return (value, value) if isinstance(value, str) else (value["en"], value["es"])


def _channel(row: Mapping[str, Any]) -> Channel:
    note_en, note_es = _both(row.get("note", ""))
    return Channel(row["kind"], row["value"], row.get("keyword", ""), row.get("language", ""), note_en, note_es)


def _line(row: Mapping[str, Any]) -> Line:
    for_whom, hours = _both(row["for_whom"]), _both(row["hours"])
    return Line(
        id=row["id"],
        region=row["region"],
        topic=row["topic"],
        name=row["name"],
        for_whom_en=for_whom[0],
        for_whom_es=for_whom[1],
        hours_en=hours[0],
        hours_es=hours[1],
        languages=tuple(row["languages"]),
        url=row["url"],
        sources=tuple(row["sources"]),
        certainty=row["certainty"],
        last_verified_on=row["last_verified_on"],
        verified_by=row["verified_by"],
        show=row["show"],
        channels=tuple(_channel(channel) for channel in row["channels"]),
    )


def _faults(line: Line) -> Iterable[str]:
    """The mistakes that lists of crisis lines are known to make."""
    values = {channel.number for channel in line.channels}
    words = " ".join(channel.keyword.lower() for channel in line.channels)
    if line.certainty not in CERTAINTIES or any(c.kind not in CHANNEL_KINDS for c in line.channels):
        yield "an unknown certainty or kind of channel"
    if not line.channels or not line.url.startswith("https://"):
        yield "no channel or no https address"
    if line.show and line.certainty == "memory" and line.id != "us-911" and not line.verified_by:
        yield "shown, yet known from memory alone"
    if line.show and "18002738255" in values:
        yield "the old number of 988"
    if "press 3" in words or "pride" in words.split():
        yield "the option of 988 that ended in July 2025"
    if "741741" in values and line.region != "US":
        yield "741741 outside the United States"
    if "samaritans" in line.name.lower() and any(c.kind == "text" for c in line.channels):
        yield "Samaritans have no number for texts"
    if "trans lifeline" in line.name.lower() and "24" in line.hours_en + line.hours_es:
        yield "Trans Lifeline is not open at all hours"
    if bool(line.last_verified_on) != bool(line.verified_by):
        yield "verified by nobody or on no day"
    if line.last_verified_on and not re.fullmatch(r"\d{4}-\d\d-\d\d", line.last_verified_on):
        yield "a day that is not YYYY-MM-DD"


def check(found: Iterable[Line]) -> None:
    """Raise BadLine for the first line that must not be given out."""
    seen: set[str] = set()
    for line in found:
        faults = [*_faults(line), *(["named twice"] if line.id in seen else [])]
        if faults:
            raise BadLine(f"{line.id}: {faults[0]}")
        seen.add(line.id)


def read(text: str) -> Book:
    """The book of lines in this TOML text; raises BadLine where one of them may not be given out."""
    data = tomllib.loads(text)
    found = tuple(_line(row) for row in data["line"])
    check(found)
    regions = tuple(Region(key, *_both(row), is_on=row.get("on", False)) for key, row in data["regions"].items())
    if strange := {line.region for line in found} - {region.id for region in regions}:
        raise BadLine(f"unknown region {sorted(strange)[0]}")
    return Book(regions, found)


@cache
def book() -> Book:
    """The lines as the file has them."""
    return read(PATH.read_text(encoding="utf-8"))


_decided: Book | None = None


def now() -> Book:
    """The lines as staff left them, as far as this process knows; without their decisions those of the file."""
    return _decided or book()


def use(decided: Book | None) -> None:
    """Give out these lines from now on in this process; None: those of the file."""
    global _decided
    _decided = decided


def home() -> str:
    """The region whose lines stand on our pages unless the reader chooses: the practice's own, where it is on."""
    country = settings.PRACTICE["country"]
    return country if any(region.id == country for region in regions()) else ELSEWHERE


def regions() -> tuple[Region, ...]:
    """The regions a reader can choose: on, and with at least one shown line."""
    here = now()
    shown = {line.region for line in here.lines if line.show}
    return tuple(region for region in here.regions if region.is_on and region.id in shown)


def shown(region: str = "", language: str = "en", kind: str | None = None) -> tuple[Line, ...]:
    """The lines to give a reader there: the fitting topic first, the directory of all countries last.

    An unknown region gets the directory alone. Every line of the region stays in the list, whatever its language:
    a line answered in English may still be the one that saves a Spanish reader.
    """
    wanted = {region or home(), ELSEWHERE} & {other.id for other in regions()}
    found = [line for line in now().lines if line.show and line.region in wanted]
    return tuple(sorted(found, key=lambda line: _place(line, language, kind)))


def few(region: str = "", language: str = "en", kind: str | None = None) -> tuple[Line, ...]:
    """The few lines that fit in a box: one of each topic asked for, two of the general ones, the emergency number."""
    wanted = dict.fromkeys((*TOPICS.get(kind or "self", ("crisis",)), "emergency", "directory"), 1) | {"crisis": 2}
    found = []
    for line in shown(region, language, kind):
        if wanted.get(line.topic, 0):
            wanted[line.topic] -= 1
            found.append(line)
    local = [line for line in found if line.region != ELSEWHERE]
    return tuple(local or found)


def _place(line: Line, language: str, kind: str | None) -> tuple[int, int, bool]:
    topics = TOPICS.get(kind or "self", ("crisis",))
    order = ("emergency", *topics) if kind in EMERGENCY_FIRST else (*topics, "emergency")
    if line.region == ELSEWHERE:
        return (2, 0, False)
    if line.topic in order:
        return (0, order.index(line.topic), not line.speaks(language))
    return (1, 0, not line.speaks(language))


def known_numbers() -> frozenset[str]:
    """Every number in the book, shown or not, digits only: what a linter may recognise in old text."""
    return frozenset(c.number for line in book().lines for c in line.channels if c.number)
