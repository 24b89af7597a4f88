"""The fixed words and lines we answer with, by kind, tier, region and language. Asks nothing of a database."""

import secrets
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from practice.crisis import lines
from practice.crisis.screening import ACT_NOW, Screening

PATH = Path(__file__).with_name("words.toml")
LANGUAGES = ("en", "es")
NUMBERS_OF = "US"  # the words name the numbers of this region; for any other there are words without them


@dataclass(frozen=True)
class Choice:
    """One answer to the warm question. It leads to a part of the panel that opens without script."""

    name: str
    label: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Response:
    heading: str
    paragraphs: tuple[str, ...]
    lines: tuple[lines.Line, ...]
    emergency_first: bool
    kind: str = "none"
    tier: str | None = None
    language: str = "en"
    region: str = NUMBERS_OF
    question: str = ""
    choices: tuple[Choice, ...] = ()
    call: str = ""
    watch: str = ""
    # A conversation shows several panels on one page; their parts must not answer to one name.
    key: str = field(default_factory=lambda: secrets.token_hex(3))

    @property
    def has_911(self) -> bool:
        return self.region == NUMBERS_OF


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def known(language: str | None) -> str:
    """The language we can answer in: the one asked for, or English."""
    short = (language or "en")[:2].lower()
    return short if short in LANGUAGES else "en"


def said(kind: str, tier: str, region: str, language: str) -> dict[str, Any]:
    """The words for this situation there: heading, paragraphs, perhaps a question."""
    own: dict[str, Any] = words()[kind][tier][language]
    if region == NUMBERS_OF:
        return own
    elsewhere: dict[str, Any] = words()["elsewhere"].get(kind, {}).get(tier, {}).get(language, own)
    return elsewhere


def response(screening: Screening, language: str = "en", region: str = "", watch: str = "unknown") -> Response:
    """What to show for this screening. Every kind has words, also `none`: whoever asks for the lines gets them.

    `watch`: who may see what was written, as alerting.watch() says it.
    """
    language, region = known(language), region or lines.home()
    own = said(screening.kind, screening.tier or "none", region, language)
    question = own.get("question", "")
    return Response(
        heading=own["heading"],
        paragraphs=tuple(own["paragraphs"]),
        lines=lines.few(region, language, screening.kind),
        emergency_first=screening.kind in lines.EMERGENCY_FIRST or screening.tier == ACT_NOW,
        kind=screening.kind,
        tier=screening.tier,
        language=language,
        region=region,
        question=question,
        choices=_choices(screening.kind, region, language) if question else (),
        call=words()["unsure"][language]["call"],
        watch=words()["watch"][language][watch] if screening.is_hit else "",
    )


def seen(shown: Response, watch: str) -> Response:
    """The same answer, once it is known who may see what was written."""
    return replace(shown, watch=words()["watch"][shown.language][watch])


def _choices(kind: str, region: str, language: str) -> tuple[Choice, ...]:
    labels = words()["choices"][language]
    leads_to = {
        "safe": words()["safe"][language],
        "unsure": words()["unsure"][language],
        "now": said(kind, ACT_NOW, region, language),
    }
    return tuple(
        Choice(name, labels[name], there["heading"], tuple(there["paragraphs"])) for name, there in leads_to.items()
    )


def reply_text(screening: Screening, language: str = "en", region: str = "") -> str:
    """The one text message that answers this screening: at most 160 GSM-7 characters."""
    if (region or lines.home()) == NUMBERS_OF:
        return str(words()["texts"][known(language)][screening.kind])
    return str(words()["elsewhere"]["texts"][known(language)]["all"])
