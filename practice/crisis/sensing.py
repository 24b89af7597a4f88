"""The third layer: what a text means, by what MiniLM makes of each of its words in their places.

A small head reads the states of the tokens: each is turned into a few features (with those of its neighbour), of which
the strongest anywhere in the text and the average count. So one clause is heard among many. The model reads English
alone; Spanish is read through its glosses. Where the model cannot be had, the other layers go on.
"""

import re
from collections.abc import Sequence
from typing import Any

from practice.crisis import glossing, weighing

try:
    import numpy as np

    from practice import embeddings
except ImportError:  # the rules must run without either
    embeddings = None  # type: ignore[assignment]

MOST_READ = 2  # parts of a long text that are read for their meaning, the most suspicious first
MOST_LETTERS = 600  # of such a part; a "sentence" without any mark may be longer than a part should be
AVERAGED = 3.0  # how much the average weighs beside the strongest
BARE = re.compile("[^a-z0-9]+")


def is_up() -> bool:
    return embeddings is not None and weighing.is_up() and embeddings.is_available()


def _bare(text: str) -> str:
    return BARE.sub("", text.lower())


def readable(part: str, text: str) -> str:
    """What the model is given of a part: Spanish in English; an undisguised text as it was written, for the chatbot
    asks for the same one."""
    if glossing.is_spanish(part):
        return glossing.in_english(part)
    return text if _bare(text) == _bare(part) else part


def heard(states: Any, head: dict[str, Any]) -> Any:
    """What the head makes of one text's tokens: a score for each of weighing.OUTPUTS."""
    after = np.concatenate([states[1:], np.zeros_like(states[:1])])
    features = np.maximum(states @ head["own"] + after @ head["next"] + head["lean"], 0)
    told = np.concatenate([features.max(axis=0), AVERAGED * features.mean(axis=0)])
    return told @ head["out"] + head["bias"]


def scores(readable_parts: Sequence[str], head: dict[str, Any]) -> Any:
    """For each part its score for each of weighing.OUTPUTS; raises embeddings.Unavailable."""
    return np.array([heard(embeddings.states(part[:MOST_LETTERS]), head) for part in readable_parts])
