"""The fixed words and lines we answer with, by kind, tier and language."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from practice.crisis import lines
from practice.crisis.screening import Screening

PATH = Path(__file__).with_name("words.toml")
LANGUAGES = ("en", "es")
GO_ON = "crisis-go-on"  # the end of the panel: whoever is safe goes on with what they were doing
LINES = "crisis-lines"


@dataclass(frozen=True)
class Choice:
    """One answer to the warm question: a link, so that it needs no script. No href: the page of lines."""

    name: str
    label: str
    href: str


@dataclass(frozen=True)
class Response:
    heading: str
    paragraphs: tuple[str, ...]
    lines: tuple[lines.Line, ...]
    emergency_first: bool
    kind: str = "none"
    tier: str | None = None
    language: str = "en"
    question: str = ""
    choices: tuple[Choice, ...] = ()
    is_draft: bool = True


@cache
def words() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def is_draft() -> bool:
    """Whether no clinician has accepted these words yet."""
    return not (words()["accepted_by"] and words()["accepted_on"])


def known(language: str | None) -> str:
    """The language we can answer in: the one asked for, or English."""
    short = (language or "en")[:2].lower()
    return short if short in LANGUAGES else "en"


def _choices(language: str) -> tuple[Choice, ...]:
    said = words()["choices"][language]
    return (
        Choice("safe", said["safe"], f"#{GO_ON}"),
        Choice("unsure", said["unsure"], f"#{LINES}"),
        Choice("now", said["now"], ""),
    )


def response(screening: Screening, language: str = "en", region: str = "US") -> Response:
    """What to show for this screening. Every kind has words, also `none`: whoever asks for the lines gets them."""
    language = known(language)
    said = words()[screening.kind][screening.tier or "none"][language]
    question = said.get("question", "")
    return Response(
        heading=said["heading"],
        paragraphs=tuple(said["paragraphs"]),
        lines=lines.few(region, language, screening.kind),
        emergency_first=screening.kind in lines.EMERGENCY_FIRST or screening.tier == "act_now",
        kind=screening.kind,
        tier=screening.tier,
        language=language,
        question=question,
        choices=_choices(language) if question else (),
        is_draft=is_draft(),
    )


def reply_text(screening: Screening, language: str = "en") -> str:
    """The one text message that answers this screening: at most 160 GSM-7 characters."""
    return words()["texts"][known(language)][screening.kind]
