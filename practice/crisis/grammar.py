"""The phrases as rules: patterns read from data, each with the words that must occur before it is worth trying."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("phrases")
LANGUAGES = ("en", "es")
KEY = 3  # letters of a word that decide which rules may match it
SLOT = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True)
class Rule:
    name: str
    kind: str
    tier: str | None
    guards: str
    anchors: frozenset[str]
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Grammar:
    rules: tuple[Rule, ...]
    by_word: dict[str, tuple[int, ...]]
    idioms: tuple[re.Pattern[str], ...]
    any_idiom: re.Pattern[str]  # all of them in one, which is quicker where there is none
    guards: dict[str, re.Pattern[str]]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _expanded(pattern: str, slots: dict[str, str]) -> str:
    while SLOT.search(pattern):
        pattern = SLOT.sub(lambda m: slots[m[1]], pattern)
    return pattern


def _anchor_group(pattern: str) -> tuple[int, int]:
    start = re.search(r"(?<!\(\?)<", pattern)
    if not start:
        raise ValueError(f"no words in <...>: {pattern}")
    return start.start(), pattern.index(">", start.start())


def _choices(group: str) -> list[str]:
    """The group split at its own bars, not at those inside its brackets."""
    out, depth = [""], 0
    for letter in group:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and not depth:
            out.append("")
        else:
            out[-1] += letter
    return out


def _rule(kind: str, tier: str, name: str, row: list[str], slots: dict[str, str]) -> Rule:
    guards, written = row
    start, end = _anchor_group(written)
    group = written[start + 1 : end]
    anchors = frozenset(match[0][:KEY] for choice in _choices(group) if (match := re.match("[a-z0-9]+", choice)))
    pattern = f"{written[:start]}(?:{group}){written[end + 1 :]}"
    compiled = re.compile(_expanded(pattern, slots))
    return Rule(f"{kind}.{name}", kind, tier if tier != "none" else None, guards, anchors, compiled)


def _rules() -> list[Rule]:
    slots = _read("slots")
    return [
        _rule(kind, tier, name, row, slots[language])
        for language in LANGUAGES
        for kind, tiers in _read(language).items()
        for tier, named in tiers.items()
        for name, row in named.items()
    ]


def _by_word(rules: list[Rule]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for index, rule in enumerate(rules):
        for anchor in rule.anchors:
            found.setdefault(anchor, []).append(index)
    return {anchor: tuple(indexes) for anchor, indexes in found.items()}


@cache
def grammar() -> Grammar:
    """Every rule and guard, compiled once for the process."""
    quiet, rules = _read("quiet"), _rules()
    idioms = tuple(re.compile(pattern) for language in LANGUAGES for pattern in quiet["idioms"][language])
    guards = {name: re.compile(pattern) for name, pattern in quiet["guards"].items()}
    any_idiom = re.compile(r"\b(?:" + "|".join(idiom.pattern for idiom in idioms) + ")")
    return Grammar(tuple(rules), _by_word(rules), idioms, any_idiom, guards)
