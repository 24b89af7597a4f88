"""The third layer: what a text means, by its vectors, added to what its n-grams look like.

The vectors understand English alone; Spanish goes by rules and n-grams. Where they cannot be had, the n-grams go alone.
"""

import re
from contextlib import suppress
from typing import Any

from practice.crisis import matching, weighing
from practice.crisis.weighing import Model, Weighed

try:
    import numpy as np

    from practice import embeddings
except ImportError:  # the rules must run without either
    embeddings = None  # type: ignore[assignment]

MOST_READ = 6  # pieces of one text that are turned into vectors, the most suspicious first
MOST_LETTERS = 240  # of such a piece; a "sentence" without any mark may be longer
MOST_TOGETHER = 600  # letters of all of them
ALONE = 0.4  # log odds that n-grams alone must reach beyond their bar: without vectors they alarm too easily
SCALE = 2.0  # of a vector, so that training treats it like a row of n-grams
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
    return weighing.log_odds(SCALE * rows @ learned.meaning + learned.meaning_bias, learned.kinds)


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


def _joined(said: str, text: str, pieces: list[str], looks: Any, learned: Model) -> float:
    """The worst piece by both layers added up; the vector of a short text is the one the chatbot uses."""
    worst = _chosen(pieces, looks)
    means: list[tuple[int, Any]] = []
    if pieces[0] == said:
        means.append((0, embeddings.vector(text)))
    if len(pieces) > 1 or not means or _in_disguise(said, text):
        means.extend(zip(worst, embeddings.vectors([pieces[n][:MOST_LETTERS] for n in worst]), strict=True))
    meant = _meant(np.array([vector for _, vector in means]), learned)
    return float(max(looks[n] + odds for (n, _), odds in zip(means, meant, strict=True)))


def _weighed(said: str, text: str, learned: Model) -> Weighed | None:
    pieces = weighing.pieces_of(said)
    if not pieces:
        return None
    scored = weighing.scores(pieces, learned)
    looks = weighing.log_odds(scored, learned.kinds)
    worst = int(looks.argmax())
    kind = learned.kinds[max(weighing.hits_of(learned.kinds), key=lambda n: scored[worst, n])]
    odds, bar = float(looks[worst]) - ALONE, learned.alone
    if embeddings is not None and not is_spanish(said):
        with suppress(embeddings.Unavailable):
            odds, bar = _joined(said, text, pieces, looks, learned), learned.joined
    return Weighed(kind, odds >= bar.hit, odds >= bar.sure)


def sense(said: str, text: str) -> Weighed | None:
    """What the learned layers make of a text, normalised and as written; None where they are not up or it is empty."""
    learned = weighing.model()
    if learned is None:
        return None
    weighed = _weighed(said, text, learned)
    if weighed is None or not weighed.is_hit or len(said) > LONGEST_SECOND_LOOK:
        return weighed
    plain = matching.without_idioms(said)
    return weighed if plain == said else _weighed(plain, plain, learned)
