"""Spanish, word for word in English (glosses.toml): the meaning layer reads English alone, the n-grams read both.

Rough on purpose: who, what and when are what they must hear; grammar may limp.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("glosses.toml")
WORD = re.compile("[a-z0-9]+")
# Pronouns at the end of a verb: dejarme, contarle.
ENDINGS = {"me": "myself", "te": "you", "se": "himself"} | dict.fromkeys(("lo", "la", "le", "los", "las", "les"), "him")
SHORTEST_VERB = 3  # letters that must be left before such an ending
ENGLISH = re.compile(
    r"\b(?:the|i|to|a|my|and|is|it|of|for|you|that|was|im|do|what|have|he|she|they|this|be|can|are|with|on|at|we|how|dont"
    r"|want|but|if|not|just|am|your)\b"
)
SPANISH = re.compile(
    r"\b(?:que|de|la|el|mi|los|las|un|una|y|en|por|con|para|se|ya|lo|es|su|del|al|pero|estoy|quiero|muy|mas|tengo|hola"
    r"|gracias|cuando|como|esta|este|hay|soy|le|te|mis|sin|yo|cita|puedo|nada|hoy|porque)\b"
)


@cache
def _glosses() -> dict[str, str]:
    rows = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return {word: english for english, words in rows.items() for word in words.split()}


@cache
def _endings() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(ENDINGS.items(), key=lambda ending: -len(ending[0])))


def _in_english(word: str) -> str:
    """The word's gloss, or that of its singular or of the verb without its pronoun; else the word itself."""
    known = _glosses()
    if word in known:
        return known[word]
    if word.endswith("s") and word[:-1] in known:
        return known[word[:-1]]
    for ending, meant in _endings():
        verb = word.removesuffix(ending)
        if verb != word and len(verb) >= SHORTEST_VERB and verb in known:
            return f"{known[verb]} {meant}"
    return word


def in_english(said: str) -> str:
    """The normalised Spanish text with each word we know in English."""
    return " ".join(WORD.sub(lambda match: _in_english(match[0]), said).split())


def is_spanish(said: str) -> bool:
    start = said[:2000]
    return len(SPANISH.findall(start)) > len(ENGLISH.findall(start))
