"""Searching: the public posts that bear on a few words, the best first."""

import re
from collections import defaultdict
from functools import reduce
from operator import or_

from django.db.models import Q

from advice.models import Passage

MOST_WORDS, MOST_PASSAGES = 8, 2000
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# Words that stand in every question and say nothing of what it is about.
EMPTY = frozenset(
    """
    a about all am an and any are as at be been but by can could did do does for from get had has have he her him
    his how i if in is it its just like me my no not of on or our she should so some than that the their them then
    there they this to up us was we were what when where which who why will with would you your
    al como con cómo de del el ella en es esta este hay la las le lo los me mi mis mucho muy más ni no o para pero
    por puedo que qué se ser si sin son su sus te tengo tu tus un una y ya yo
    """.split()  # noqa: SIM905 - a list of ninety lines says no more
)
ENDINGS = re.compile(r"(?:ying|ings?|ied|ies|ed|es|e|y|s|ly|ando|iendo|mente)$")
WORTH: dict[str, int] = {Passage.Kind.TITLE: 6, Passage.Kind.QUESTION: 4, Passage.Kind.TAKEAWAY: 2}


def words(text: str) -> list[str]:
    """What a search is about: its words without the empty ones, cut to their stems."""
    found = (word for word in WORD.findall(text.lower()[:300]) if word not in EMPTY and len(word) > 1)
    return list(dict.fromkeys(_stem(word) for word in found))[:MOST_WORDS]


def find(text: str) -> list[int]:
    """The keys of public posts, in any language, that hold some of these words, the best first."""
    wanted = words(text)
    if not wanted:
        return []
    holds_one = reduce(or_, (Q(text__icontains=word) for word in wanted))
    rows = Passage.objects.public().filter(holds_one).order_by("pk").values_list("post", "kind", "text")[:MOST_PASSAGES]
    best: dict[int, dict[str, int]] = defaultdict(dict)
    for post, kind, passage in rows:
        for word in _held(wanted, passage):
            best[post][word] = max(best[post].get(word, 0), WORTH.get(kind, 1))
    return sorted(best, key=lambda post: (-len(best[post]), -sum(best[post].values()), post))


def _held(wanted: list[str], passage: str) -> list[str]:
    lowered = passage.lower()
    return [word for word in wanted if re.search(rf"\b{re.escape(word)}", lowered)]


def _stem(word: str) -> str:
    stem = ENDINGS.sub("", word)
    return stem if len(stem) >= 3 else word
