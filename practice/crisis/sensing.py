"""The third layer: what a text means, by its vectors, added to what its n-grams look like.

The vectors understand English alone; Spanish goes by rules and n-grams. Where they cannot be had, the n-grams go alone.
"""

import re
from contextlib import suppress
from typing import Any

from practice.crisis import matching, weighing
from practice.crisis.weighing import Bar, Model, Weighed

try:
    import numpy as np

    from practice import embeddings
except ImportError:  # the rules must run without either
    embeddings = None  # type: ignore[assignment]

MOST_READ = 6  # pieces of one text that are turned into vectors, the most suspicious first
MOST_LETTERS = 240  # of such a piece; a "sentence" without any mark may be longer
MOST_TOGETHER = 600  # letters of all of them
LOWERED = 1.0  # log odds less that are enough once the same person's words have been a hit
LIKENESS = re.compile("[^a-z0-9]+")
LONGEST_SECOND_LOOK = 20_000  # what looks like a hit is read again without its idioms, up to this length
ENGLISH = re.compile(
    r"\b(?:the|i|to|a|my|and|is|it|of|for|you|that|was|im|do|what|have|he|she|they|this|be|can|are|with|on|at|we|how|dont"
    r"|want|but|if|not|just|am|your)\b"
)
SPANISH = re.compile(
    r"\b(?:que|de|la|el|mi|los|las|un|una|y|en|por|con|para|se|ya|lo|es|su|del|al|pero|estoy|quiero|muy|mas|tengo|hola"
    r"|gracias|cuando|como|esta|este|hay|soy|le|te|mis|sin|yo|cita|puedo|nada|hoy|porque)\b"
)


def is_up() -> bool:
    return embeddings is not None and weighing.is_up() and embeddings.is_available()


def is_spanish(said: str) -> bool:
    start = said[:2000]
    return len(SPANISH.findall(start)) > len(ENGLISH.findall(start))


def _bare(text: str) -> str:
    return LIKENESS.sub("", text.lower())


def _in_disguise(said: str, text: str) -> bool:
    return _bare(said) != _bare(text)


def _meant(rows: Any, learned: Model) -> Any:
    return weighing.likeness(rows, learned.landmarks) @ learned.meaning + learned.meaning_bias


def _odds(scored: Any, learned: Model) -> Any:
    """For each row the log odds of a hit, and those of urgency if it is one."""
    return np.stack([weighing.log_odds(scored[:, :-1], learned.kinds), scored[:, -1]], axis=1)


def _chosen(pieces: list[str], looks: Any) -> list[int]:
    """The most suspicious pieces, as many as may be read in the time there is."""
    chosen: list[int] = []
    left = MOST_TOGETHER
    for n in np.argsort(-looks)[:MOST_READ]:
        left -= min(len(pieces[n]), MOST_LETTERS)
        if left < 0 and chosen:
            break
        chosen.append(int(n))
    return chosen


def _joined(said: str, text: str, pieces: list[str], looks: Any, learned: Model) -> Any:
    """The most suspicious pieces by both layers added up; the vector of a short text is the one the chatbot uses."""
    worst = _chosen(pieces, looks[:, 0])
    means: list[tuple[int, Any]] = []
    if pieces[0] == said:
        means.append((0, embeddings.vector(text)))
    if len(pieces) > 1 or not means or _in_disguise(said, text):
        means.extend(zip(worst, embeddings.vectors([pieces[n][:MOST_LETTERS] for n in worst]), strict=True))
    meant = _odds(_meant(np.array([vector for _, vector in means]), learned), learned)
    return looks[[n for n, _ in means]] + meant


def _weighed(said: str, text: str, learned: Model, alert: bool) -> Weighed | None:
    pieces = weighing.pieces_of(said)
    if not pieces:
        return None
    scored = weighing.scores(pieces, learned)
    odds, bar = _odds(scored, learned), learned.alone
    worst = int(odds[:, 0].argmax())
    kind = learned.kinds[max(weighing.hits_of(learned.kinds), key=lambda n: scored[worst, n])]
    if embeddings is not None and not is_spanish(said):
        with suppress(embeddings.Unavailable):
            odds, bar = _joined(said, text, pieces, odds, learned), learned.joined
    return weighed_by(odds - weighing.LENGTHY * np.log(len(pieces)), kind, bar, alert)


def weighed_by(odds: Any, kind: str, bar: Bar, alert: bool) -> Weighed:
    """Whether any row of odds reaches the bar, which lies lower after a hit."""
    hits = odds[:, 0] >= bar.hit - (LOWERED if alert else 0.0)
    return Weighed(kind, bool(hits.any()), bool((hits & (odds.min(axis=1) >= bar.urgent)).any()))


def sense(said: str, text: str, *, alert: bool = False) -> Weighed | None:
    """What the learned layers make of a text, normalised and as written; None where they are not up or it is empty."""
    learned = weighing.model()
    if learned is None:
        return None
    weighed = _weighed(said, text, learned, alert)
    if weighed is None or not weighed.is_hit or len(said) > LONGEST_SECOND_LOOK:
        return weighed
    plain = matching.without_idioms(said)
    return weighed if plain == said else _weighed(plain, plain, learned, alert)
