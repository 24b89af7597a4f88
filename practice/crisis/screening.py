"""Is this text an emergency, and of what kind? Pure: no database, no network, never an exception."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from practice.crisis import judging, matching, normalizing, sensing, weighing
from practice.crisis.grammar import Rule

ACT_NOW, CHECK_IN = "act_now", "check_in"
KINDS = ("none", "self", "other", "bereaved", "abuse", "violence", "medical")
# Whom to answer first where a text holds several: a body in danger now, then the writer, then others.
FIRST_NOW = ("medical", "self", "abuse", "violence", "other")
FIRST_CHECK = ("self", "abuse", "violence", "other", "medical")
URGENCY = {None: 0, CHECK_IN: 1, ACT_NOW: 2}
LETTER, WORD = re.compile(r"[^\W\d_]"), re.compile(r"[^\W\d_]{2}")
JOINED = 3  # turns of a conversation that are also read as one


@dataclass(frozen=True)
class Screening:
    kind: str = "none"
    tier: str | None = None
    reasons: tuple[str, ...] = ()

    @property
    def is_hit(self) -> bool:
        return self.kind not in ("none", "bereaved")

    @property
    def is_urgent(self) -> bool:
        return self.tier == ACT_NOW


def _first(rules: list[Rule], order: tuple[str, ...]) -> str | None:
    kinds = {rule.kind for rule in rules}
    return next((kind for kind in order if kind in kinds), None)


def _by_rules(rules: list[Rule]) -> Screening:
    names = tuple(rule.name for rule in rules)
    if kind := _first([rule for rule in rules if rule.tier == ACT_NOW], FIRST_NOW):
        return Screening(kind, ACT_NOW, names)
    if kind := _first([rule for rule in rules if rule.tier == CHECK_IN], FIRST_CHECK):
        return Screening(kind, CHECK_IN, names)
    return Screening("bereaved", None, names) if rules else Screening()


def _with_learning(found: Screening, rules: list[Rule], said: str, text: str, alert: bool) -> Screening:
    """The rules' answer, raised where all layers together hear a hit or haste; they never silence a rule."""
    # Letters that stand alone ("C", "b") are answers and initials: what they spell together, the rules read.
    is_read = not found.is_urgent and (WORD.search(text) or not LETTER.search(text))
    verdict = judging.judge(said, text, rules, alert=alert) if is_read else None
    if verdict is None or not verdict.is_hit or (found.is_hit and not verdict.is_urgent):
        return found
    kind = found.kind if found.is_hit else verdict.kind
    return Screening(kind, ACT_NOW if verdict.is_urgent else CHECK_IN, (*found.reasons, f"learned.{verdict.kind}"))


def screen(text: str, *, alert: bool = False) -> Screening:
    """The kind and tier of any text, be it empty, huge or broken; takes time in proportion to its length.

    With `alert`, where the same person's earlier words were a hit, the learned layers ask for less.
    """
    said = normalizing.normal(text)
    rules = matching.found_in(said)
    return _with_learning(_by_rules(rules), rules, said, text, alert)


def screen_conversation(turns: Sequence[str], *, alert: bool = False) -> Screening:
    """What the last turn says, alone or together with the two before it, beyond what those say without it.

    `alert`: an earlier turn of this conversation was a hit. Whoever holds the conversation remembers that.
    """
    *before, latest = turns[-JOINED:] or [""]
    found = screen(latest, alert=alert)
    if found.is_urgent or not before:
        return found
    joined = screen(" ".join([*before, latest]), alert=alert)
    if URGENCY[joined.tier] <= URGENCY[found.tier]:
        return found
    return joined if URGENCY[joined.tier] > URGENCY[screen(" ".join(before), alert=alert).tier] else found


def layers() -> dict[str, bool]:
    """Which layers are up. The rules always run; a learned layer that cannot load is named here as down."""
    return {"rules": bool(matching.grammar.grammar().rules), "ngrams": weighing.is_up(), "embeddings": sensing.is_up()}
