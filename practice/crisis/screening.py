"""Is this text an emergency, and of what kind? Pure: no database, no network, never an exception."""

from dataclasses import dataclass

from practice.crisis import matching, normalizing, sensing, weighing
from practice.crisis.grammar import Rule

ACT_NOW, CHECK_IN = "act_now", "check_in"
KINDS = ("none", "self", "other", "bereaved", "abuse", "violence", "medical")
# Whom to answer first where a text holds several: a body in danger now, then the writer, then others.
FIRST_NOW = ("medical", "self", "abuse", "violence", "other")
FIRST_CHECK = ("self", "abuse", "violence", "other", "medical")


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


def _with_learning(found: Screening, said: str, text: str) -> Screening:
    """The rules' answer, raised to a check-in where the learned layers hear a hit; they never silence a rule."""
    weighed = None if found.is_hit else sensing.sense(said, text)
    if weighed is None or not weighed.is_hit:
        return found
    if not weighed.is_sure and (found.kind == "bereaved" or matching.is_quieted(said)):
        return found
    return Screening(weighed.kind, CHECK_IN, (*found.reasons, f"learned.{weighed.kind}"))


def screen(text: str) -> Screening:
    """The kind and tier of any text, be it empty, huge or broken; takes time in proportion to its length."""
    said = normalizing.normal(text)
    return _with_learning(_by_rules(matching.found_in(said)), said, text)


def layers() -> dict[str, bool]:
    """Which layers are up. The rules always run; a learned layer that cannot load is named here as down."""
    return {"rules": bool(matching.grammar.grammar().rules), "ngrams": weighing.is_up(), "embeddings": sensing.is_up()}
