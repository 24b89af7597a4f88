"""Banding: how sure we are that the posts answer, in three bands: answer, closest, declined.

The limits were calibrated on the practice's own posts; they and their source stand in chat_data/calibration.json.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from advice import discerning, ranking
from advice.discerning import HARD, Discerned, Intent
from advice.ranking import Found


class Band(StrEnum):
    ANSWER = "answer"
    CLOSEST = "closest"
    DECLINED = "declined"


def band(meant: Discerned, found: Sequence[Found], *, has_vector: bool) -> Band:
    """The band of a question whose best posts are `found`; more cautious where only words could be compared."""
    if not found:
        return Band.DECLINED
    limits = _limits(has_vector)
    sure = sureness(meant, found, has_vector=has_vector)
    if sure >= limits["answer"] and not weighty() & found[0].lacks:
        return Band.ANSWER
    return Band.CLOSEST if sure >= limits["closest"] else Band.DECLINED


@cache
def weighty() -> frozenset[str]:
    """Words that change what a question is about ("hearing voices at night"): a post without them is no answer."""
    listed = (discerning.FOLDER / "weighty.txt").read_text(encoding="utf-8")
    return frozenset(ranking.tokens(listed, "en")) | frozenset(ranking.tokens(listed, "es"))


def sureness(meant: Discerned, found: Sequence[Found], *, has_vector: bool) -> float:
    """How sure we are that the best post bears on the question; a sum of evidence, not a probability."""
    limits, best = _limits(has_vector), found[0]
    evidence = {
        "cosine": best.cosine,
        "support": best.support,
        "coverage": best.coverage,
        "is_answerable": meant.is_answerable,
    }
    return sum(limits[name] * value for name, value in evidence.items())


def goes_to_posts(meant: Discerned, found: Sequence[Found], *, has_vector: bool) -> bool:
    """Whether to look for an answer among the posts: what is asked for, or so nearly foreseen there that it must be."""
    if meant.intent == Intent.ASK:
        return True
    if not found or not has_vector:
        return False
    limits = discerning.calibration()["foreseen"]
    if meant.intent in HARD or meant.certainty == 1.0:
        near = limits["dosing" if meant.intent == Intent.DOSING else "hard"]
        return meant.certainty < limits["unsure"] and found[0].label_cosine >= near
    if found[0].label_cosine >= limits["soft"]:
        return True
    return meant.is_answerable >= limits["answerable"] and found[0].cosine >= limits["cosine"]


def _limits(has_vector: bool) -> dict[str, float]:
    return dict(discerning.calibration()["bands"]["vectors" if has_vector else "words"])
