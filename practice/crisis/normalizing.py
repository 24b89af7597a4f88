"""What a text says once its disguises are off: case, accents, leet, stars, spacing, stretching, slang."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("spellings.toml")
LEET = str.maketrans("0134578@$!|+", "oieastba" + "siit")
WORD = re.compile(r"[a-z0-9@$!*|+_#]+")
APART = re.compile(r"(?<![a-z])[a-z](?:[ .\-_*][a-z]){2,}(?![a-z])")
STRETCHED = re.compile(r"([a-z])\1{2,}")
APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u0060\u00b4\u2032]")
QUOTES = str.maketrans(
    {"\u201c": '"', "\u201d": '"', "\u00ab": '"', "\u00bb": '"', "\u2026": ".", "\u2014": ",", "\u2013": ","}
)
SPACES = re.compile(r"[^\S\n]+")
OVERDOSED = re.compile(r"\bod(?:'d|'ed)\b")
TWO = re.compile(r"\b(want|going|have|need|try|trying|like|ready) 2 ")
LONGEST_APART = 60
LONGEST_HIDDEN = 14
LETTER = re.compile("[a-z]")
STARRED = re.compile(".[*#_]+.")


@cache
def table() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, str]:
    return table()["words"]


@cache
def _risk() -> frozenset[str]:
    return frozenset(table()["risk"]["words"]) | frozenset(table()["risk"]["long"])


@cache
def _by_length() -> dict[int, tuple[str, ...]]:
    lengths: dict[int, list[str]] = {}
    for word in sorted(_risk()):
        lengths.setdefault(len(word), []).append(word)
    return {length: tuple(words) for length, words in lengths.items()}


def _one_away(word: str) -> set[str]:
    """The word with one letter left out, and with two neighbours swapped."""
    out = {word[:i] + word[i + 1 :] for i in range(1, len(word))}
    return out | {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)}


@cache
def _misspelt() -> dict[str, str]:
    return {variant: word for word in table()["risk"]["long"] for variant in _one_away(word)}


@cache
def _joined() -> re.Pattern[str]:
    words = sorted(table()["risk"]["joined"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _emoji() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, table()["emoji"])))


def _plain(text: str) -> str:
    """Compatibility forms, no accents, no invisible characters, lower case."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).lower()
    named = _emoji().sub(lambda m: f" {table()['emoji'][m[0]]} ", decomposed)
    return "".join(c for c in named if unicodedata.category(c) not in ("Mn", "Cf", "Cs"))


def _spelt_together(match: re.Match[str]) -> str:
    letters = re.sub(r"[^a-z]", "", match[0])
    if len(letters) > LONGEST_APART:
        return match[0]
    words = _joined().findall(letters)
    return " ".join(words) if "".join(words) == letters and any(len(word) > 2 for word in words) else match[0]


def _unstarred(word: str) -> str:
    for risky in _by_length().get(len(word), ()):
        if all(a in ("*", "#", "_", b) for a, b in zip(word, risky, strict=True)):
            return risky
    return word


def _unleet(word: str) -> str:
    for one in ("i", "l"):
        guess = word.replace("1", one).translate(LEET)
        if guess in _risk() or guess in _words():
            return guess
    return word


def _unstretched(word: str) -> str:
    for times in (1, 2):
        guess = STRETCHED.sub(r"\1" * times, word)
        if guess in _risk() or guess in _words():
            return guess
    return STRETCHED.sub(r"\1", word)


def _near(word: str) -> str:
    """The long risk word this one misses by a letter, else itself."""
    if word in table()["risk"]["never"]:
        return word
    found = _misspelt().get(word)
    if not found and len(word) > 6:
        found = next((long for i in range(1, len(word)) if (long := word[:i] + word[i + 1 :]) in _long()), None)
        found = found or next((_misspelt()[v] for v in _one_away(word) if v in _misspelt() and len(word) > 6), None)
    return found or word


@cache
def _long() -> frozenset[str]:
    return frozenset(table()["risk"]["long"])


SUSPECTS = ("su", "si", "so", "sw", "ov", "my", "ho", "wo", "un", "st")


def _meant(word: str) -> str:
    if not word.isalpha():
        word = _uncovered(word)
    elif STRETCHED.search(word):
        word = _unstretched(word)
    if word in _words():
        return _words()[word]
    if len(word) > 4 and word[:2] in SUSPECTS and word not in _long():
        return _near(word)
    return word


def _uncovered(word: str) -> str:
    if word in _words() or len(word) > LONGEST_HIDDEN or not LETTER.search(word):
        return word
    return _unstarred(word) if STARRED.search(word) else _unleet(word)


def normal(text: str) -> str:
    """The text in lower-case plain words; sentence marks and line breaks stay."""
    plain = _plain(text.replace("\x00", " ")).translate(QUOTES)
    plain = OVERDOSED.sub("overdosed", APOSTROPHES.sub("'", plain))
    plain = SPACES.sub(" ", plain.replace("'", ""))
    if APART.search(plain):
        plain = APART.sub(_spelt_together, plain)
    seen: dict[str, str] = {}
    plain = WORD.sub(lambda m: seen[m[0]] if m[0] in seen else seen.setdefault(m[0], _kept(m[0])), plain)
    return TWO.sub(r"\1 to ", plain)


def _kept(word: str) -> str:
    """A word's meaning, with the exclamation mark that ends a sentence."""
    bare = word.rstrip("!")
    return _meant(bare) + "!" if bare != word else _meant(word)
