"""From what the three layers say to a verdict: one small logistic regression over a few numbers.

    phrases  -> does a rule speak, and urgently?
    weighing -> scores of the n-grams                > EVIDENCE -> log odds of a hit, and of haste -> above nought?
    sensing  -> scores of the meaning

There are two such regressions, one for where no meaning can be had. Training fits them on scores of lines that the
layers had not learned from, so none is trusted more than it deserves, and sets nought to where it is just enough.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from practice.crisis import sensing, weighing
from practice.crisis.grammar import Rule
from practice.crisis.weighing import OUTPUTS, Model

try:
    import numpy as np

    from practice import embeddings
except ImportError:
    embeddings = None  # type: ignore[assignment]

LOWERED = 1.0  # log odds less that are enough once the same person's words have been a hit
HIT, NOW = OUTPUTS.index("hit"), OUTPUTS.index("now")
# What is known of a text: the n-grams' score of its worst part (400 letters) and of its worst sentence, the meaning's
# of its worst part, each for a hit and for haste; and whether a rule speaks, and urgently.
EVIDENCE = (
    "looks_hit", "sentence_hit", "means_hit", "looks_now", "sentence_now", "means_now", "is_ruled", "is_ruled_now",
)  # fmt: skip
FOR_HIT = ("looks_hit", "sentence_hit", "means_hit", "is_ruled")
FOR_NOW = ("looks_hit", "means_hit", "looks_now", "sentence_now", "means_now", "is_ruled_now")


class Verdict(NamedTuple):
    """Which kind of hit the text looks most like, and whether it is enough for a hit, and for haste."""

    kind: str
    is_hit: bool
    is_urgent: bool


def gathered(rules: Sequence[Rule], looks: Any, sentences: Any, means: Any) -> Any:
    """EVIDENCE from the scores (rows) of a text's parts, of their sentences and meanings (both may be none)."""
    whole = looks.max(axis=0)
    sentence = np.maximum(sentences.max(axis=0), whole) if len(sentences) else whole
    meant = means.max(axis=0) if len(means) else np.zeros(len(OUTPUTS), np.float32)
    scores = [some[output] for output in (HIT, NOW) for some in (whole, sentence, meant)]
    speaking = [rule for rule in rules if rule.kind != "bereaved"]
    return np.array([*scores, bool(speaking), any(rule.tier == "act_now" for rule in speaking)], np.float32)


def _means(text: str, parts: list[str], looks: Any, learned: Model) -> Any:
    """The scores of the meaning of the most suspicious parts; none where the model is missing."""
    if embeddings is None:
        return ()
    worst = np.argsort(-looks[:, HIT], kind="stable")[: sensing.MOST_READ]
    with suppress(embeddings.Unavailable):
        return sensing.scores([sensing.readable(parts[n], text) for n in worst], learned.head)
    return ()


def log_odds(known: Any, regression: Any) -> Any:
    """Of a hit and of haste, for each row of EVIDENCE; at nought it is just enough."""
    return known @ regression[:-1] + regression[-1]


def judge(said: str, text: str, rules: Sequence[Rule], *, alert: bool = False) -> Verdict | None:
    """What all layers together make of a text, normalised and as written; None where nothing learned is up or it is
    empty. With `alert` less is enough for a hit. A name or a plain word or two is not worth a look at its meaning."""
    learned = weighing.model()
    parts = weighing.most_telling(weighing.parts_of(said))
    if learned is None or not parts:
        return None
    looks = weighing.scores(parts, learned)
    sentences = weighing.scores([sentence for part in parts for sentence in weighing.sentences_of(part)], learned)
    means: Any = () if not rules and weighing.is_plain(said, learned) else _means(text, parts, looks, learned)
    regression = learned.verdicts["joined" if len(means) else "alone"]
    hit, now = log_odds(gathered(rules, looks, sentences, means), regression)
    by_kind = looks.max(axis=0) + (means.max(axis=0) if len(means) else 0)
    kind = weighing.KINDS[int(by_kind[len(OUTPUTS) - len(weighing.KINDS) : -1].argmax())]  # bereaved is no hit
    is_hit = bool(hit >= (-LOWERED if alert else 0.0))
    return Verdict(kind, is_hit, is_hit and bool(now >= 0))
