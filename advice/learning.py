"""Learning what to write: questions our posts did not answer, the alike side by side, and a draft on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from advice import conversing, editing, ranking
from advice.documents import Document, Kind, tidy
from advice.models import Post, Turn
from practice.refusals import Refused
from practice.staff.models import User
from practice.tallies.models import Tally

ALIKE = 0.55  # cosine from which two questions are about the same
ALIKE_IN_WORDS = 0.5  # share of words, where a language has no vectors
MOST = 400  # of the newest are looked at
DAYS = 30


class NoTitle(Refused):
    code, status = "no_title", 422
    message = _("Give it a working title, in your own words.")


class NothingChosen(Refused):
    code, status = "nothing_chosen", 422
    message = _("These questions are gone: they were deleted, or someone has taken them up.")


@dataclass
class Group:
    """Questions that lie near each other, the newest first."""

    turns: list[Turn] = field(default_factory=list)
    centre: np.ndarray | None = None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Day:
    """What became of one day's questions to the posts."""

    day: date
    answered: int
    lacking: int
    declined: int

    @property
    def coverage(self) -> int | None:
        """How many in a hundred of the questions for the posts were answered."""
        asked = self.answered + self.lacking
        return round(100 * self.answered / asked) if asked else None


def gaps() -> list[Group]:
    """What readers asked and did not find in the last 30 days, the most asked first."""
    groups: list[Group] = []
    newest = Turn.objects.gaps().filter(asked_at__gte=timezone.now() - conversing.KEPT).order_by("-asked_at", "-pk")
    for turn in newest[:MOST]:
        _place(turn, groups)
    return sorted(groups, key=lambda group: -len({turn.conversation_id for turn in group.turns}))


def _place(turn: Turn, groups: list[Group]) -> None:
    vector = conversing.unpacked(turn.vector) if turn.vector else None
    words = frozenset(ranking.tokens(turn.question, turn.language))
    near = [(likeness, group) for group in groups if (likeness := _likeness(vector, words, group)) > 0]
    if near:
        group = max(near, key=lambda pair: pair[0])[1]
    else:
        group = Group(words=words)
        groups.append(group)
    group.turns.append(turn)
    if vector is not None:
        group.centre = vector if group.centre is None else group.centre + vector


def _likeness(vector: np.ndarray | None, words: frozenset[str], group: Group) -> float:
    """How near a question lies to a group, above nought where it belongs there."""
    if vector is not None and group.centre is not None:
        return float(vector @ group.centre / max(float(np.linalg.norm(group.centre)), 1e-6)) - ALIKE
    if (vector is None) != (group.centre is None) or not words or not group.words:
        return 0.0
    return len(words & group.words) / len(words | group.words) - ALIKE_IN_WORDS


@transaction.atomic
def draft(*, title: str, turns: Sequence[int], by: User) -> Post:
    """Begin a post on what was asked. Not a word of a reader goes into it; raises NoTitle or NothingChosen."""
    title = tidy(title)[:200]
    if not title or not slugify(title):
        raise NoTitle
    chosen = Turn.objects.gaps().filter(pk__in=turns)
    if not chosen.exists():
        raise NothingChosen
    slug, body = slugify(title)[:100].strip("-"), str(_("Write the answer here."))
    document = Document(slug=slug, kind=Kind.QUESTION.value, title=title, body=body)
    post = editing.make_post(document=document, author=by, source="questions to the chatbot")
    chosen.update(draft=post)
    return post


def days() -> list[Day]:
    """The last 30 days, oldest first."""
    today = timezone.now().date()
    first = today - timedelta(days=DAYS - 1)
    rows = Tally.objects.filter(day__gte=first, name__startswith="chat ").values_list("day", "name", "number")
    counted = {(day, name): number for day, name, number in rows}

    def of(day: date, name: str) -> int:
        return counted.get((day, f"chat {name}"), 0)

    listed = (first + timedelta(days=n) for n in range(DAYS))
    return [Day(day, of(day, "answer"), of(day, "gap"), of(day, "declined")) for day in listed]
