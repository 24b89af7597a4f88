"""Which language a question is written in. English-only vectors give junk on anything else, so this is asked first."""

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

PATH = Path(__file__).with_name("chat_data") / "function_words.json"
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
MARKS = {"ñ": "es", "¿": "es", "¡": "es", "ß": "de", "ã": "pt", "õ": "pt", "œ": "fr"}
OTHER = "other"  # none of the languages we know the small words of


def language_of(text: str, *, expected: str = "en") -> str:
    """The code of the language of `text`, or OTHER; where the text does not tell, the language it was `expected` in."""
    if _is_other_script(text):
        return OTHER
    words = [word.replace("’", "'") for word in WORD.findall(text.lower())]
    counts = {code: sum(word in known for word in words) for code, known in function_words().items()}
    for mark, code in MARKS.items():
        counts[code] += 2 * (mark in text.lower())
    best = max(counts, key=lambda code: (counts[code], code == expected))
    # One small word more than the expected language has may be chance ("no", "me", "come"); two are not.
    lead = counts[best] - counts.get(expected, 0)
    return best if lead >= (1 if len(words) <= 6 and best in {"en", "es"} else 2) else expected


def _is_other_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum(not unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return foreign > len(letters) / 2


@cache
def function_words() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in json.loads(PATH.read_text(encoding="utf-8")).items()}
