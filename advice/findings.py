"""Findings: one thing to change in a text, and where it stands."""

from dataclasses import dataclass

from advice.wording import Level


@dataclass(frozen=True)
class Finding:
    """One thing to change: where it stands (part of the post, line within it), why, and what could stand instead."""

    code: str
    level: Level
    where: str
    line: int
    text: str
    reason: str
    better: str = ""

    @property
    def blocks(self) -> bool:
        return self.level == Level.BLOCK


@dataclass(frozen=True)
class Line:
    """One line that readers see, counted from 1 in its part of the post."""

    where: str
    number: int
    text: str

    def finding(self, code: str, level: Level, text: str, reason: str, better: str = "") -> Finding:
        return Finding(code, level, self.where, self.number, text.strip()[:120], reason, better)
