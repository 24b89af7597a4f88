"""Grading: how many years of school a text asks of its reader, in English and Spanish."""

import re

HIGHEST = 8.0
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SENTENCE = re.compile(r"[.!?…]+(?:\s|$)|\n")
VOWELS = re.compile(r"[aeiouy]+")
# Two strong vowels, or a stressed weak one beside another, are two syllables; all other neighbours are one.
SPANISH_VOWELS = re.compile(r"[íú]|[iuü]?[aeoáéó][iuyü]?|[iuü]+|y(?![aeiouáéíóú])")


def grade(text: str, language: str = "en") -> float:
    """The grade of a plain text: Flesch-Kincaid for English, Crawford (1984) for Spanish."""
    words = WORD.findall(text)
    sentences = max(1, sum(1 for sentence in SENTENCE.split(text) if WORD.search(sentence)))
    if not words:
        return 0.0
    if language == "es":
        syllables = sum(map(_spanish_syllables, words))
        return -0.205 * 100 * sentences / len(words) + 0.049 * 100 * syllables / len(words) - 3.407
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def _syllables(word: str) -> int:
    word = word.lower().strip("'")
    number = len(VOWELS.findall(word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye")) and number > 1:
        number -= 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and number > 1:
        number -= 1
    return max(1, number)


def _spanish_syllables(word: str) -> int:
    word = re.sub(r"qu(?=[ei])|gu(?=[ei])", "q", word.lower())
    return max(1, len(SPANISH_VOWELS.findall(word)))
