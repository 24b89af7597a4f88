"""Following: what a short question leans on. "And at night?" means nothing without the question before it."""

import re
from collections.abc import Sequence

from advice import ranking
from advice.discerning import Discerned, Intent
from advice.ranking import Found

MOST_TURNS = 3  # earlier questions that are looked at
FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|so|ok(?:ay)? (?:and|but)|then|also|what about|how about|what if|why|how so|how long|how often|for|"
    r"y|pero|entonces|y si|que tal|por que|tambien|con que|cada cuanto)\b"
)
POINTING = re.compile(r"\b(?:it|that|this|they|them|those|these|one|eso|esto|ellos|ellas|ello|asi)\b")
# Likelihoods of an intent, where the question is judged without what it leans on: measured on forty follow-ups.
SURELY_ITSELF = 0.9  # it is taken by itself
SURELY_HARD = 0.5  # it is refused whatever it leans on
SURELY_OUT = 0.75  # it is out of scope although its words stand in the post
SURELY_AWAY = 0.5  # it is declined; below, the closest posts are offered
SHORT = 8  # words of a question that may lean on the one before


def turns_away(text: str, alone: Discerned, found: Sequence[Found]) -> bool:
    """Whether a short question leaves what was talked about ("what about my tax return?").

    It does where by itself it is out of scope, and the post that the whole talk leads to lacks half its words or more.
    """
    if alone.intent != Intent.OUT_OF_SCOPE:
        return False
    own = set(ranking.tokens(text, "en"))
    lacking = own & found[0].lacks if found else own
    return alone.certainty >= SURELY_OUT or (bool(own) and 2 * len(lacking) >= len(own))


def leans(text: str) -> bool:
    """Whether a question is short and points at, or begins as, a continuation of what was said before."""
    said = ranking.folded(text)
    words = ranking.TOKEN.findall(said)
    return len(words) <= SHORT and bool(FOLLOW_UP.search(said) or POINTING.search(said) or len(words) <= 2)


def whole(text: str, history: Sequence[str], *, title: str = "") -> str:
    """The question after what it leans on: the last one that stands by itself, or the title of the post it is about."""
    if not leans(text):
        return text
    for number in range(len(history) - 1, -1, -1):
        if not leans(history[number]):
            return " ".join([history[number], *history[number + 1 :], text])
    return " ".join(filter(None, [title, *history, text]))
