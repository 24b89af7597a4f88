"""Informing: what the practice says of itself, in fixed words: hours, price, phone, letters, the bot."""

import json
from functools import cache

from django.utils.functional import Promise

from advice import asking_texts as texts
from advice import discerning, ranking
from advice.discerning import Intent
from practice import facts

THANKED = frozenset(
    ("thanks", "thank", "thx", "appreciate", "helped", "bye", "goodbye", "night", "later", "gracias", "adios", "hasta")
)
MOST_FACTS = 4


def words(intent: Intent, text: str) -> tuple[str | Promise, ...]:
    """The fixed words for what is no question to the posts."""
    if intent == Intent.SMALLTALK:
        thanked = THANKED & set(ranking.TOKEN.findall(ranking.folded(text)))
        return (texts.THANKS if thanked else texts.SMALLTALK,)
    if intent == Intent.BOT:
        return (texts.BOT,)
    if intent == Intent.LETTERS:
        return (texts.LETTERS,)
    return (texts.FACTS, *about_the_practice(text))


def about_the_practice(text: str) -> list[str]:
    """The facts a question asks for; where it names none of them, the ways to reach us."""
    known = facts.everything()
    said = set(ranking.TOKEN.findall(ranking.folded(text)))
    asked = [name for name, keywords in _fact_words().items() if said & keywords]
    chosen = [known[name] for name in known if any(name.startswith(wanted) for wanted in asked)]
    return chosen[:MOST_FACTS] or [known["phone"], known["hours"]]


def in_english(text: str) -> str:
    """What a Spanish question is about, in a few English words, or "" where we know none of its words."""
    said = ranking.tokens(text, "es")
    return " ".join(dict.fromkeys(english for word in said if (english := _glossary().get(word))))


@cache
def _fact_words() -> dict[str, frozenset[str]]:
    stored = json.loads((discerning.FOLDER / "fact_words.json").read_text(encoding="utf-8"))
    return {name: frozenset(keywords.split()) for name, keywords in stored.items()}


@cache
def _glossary() -> dict[str, str]:
    stored = json.loads((discerning.FOLDER / "glossary.json").read_text(encoding="utf-8"))
    return {stem: english for spanish, english in stored.items() for stem in ranking.tokens(spanish, "es")}
