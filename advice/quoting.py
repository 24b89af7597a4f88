"""Quoting: which words of approved passages answer a question: pieces of them, letter for letter."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from advice import ranking
from advice.documents import Audience
from advice.models import Passage, Post
from advice.ranking import Found

FEWEST, MOST = 2, 4  # passages in an answer
WHOLE = 90  # words up to which a passage is quoted whole
SENTENCE = re.compile(r"[^.!?…\n]+[.!?…]*[\"”’')\]]*\s*|\n")
NEAR_THE_BEST = 0.12  # of fused score: how far behind the best a further passage may lie
# A reader's letter is not our answer, and a bare heading is no answer at all.
QUOTABLE = (Passage.Kind.TAKEAWAY, Passage.Kind.REPLY, Passage.Kind.BODY, Passage.Kind.FAQ)


@dataclass(frozen=True)
class Citation:
    """A piece of an approved passage, and where it stands."""

    number: int
    passage: Passage
    quote: str
    score: float
    lead: str = ""  # the checked connecting words before it, where a model phrased the answer
    audience: str = ""  # whose wording of the post a bare link opens; a quotation opens the one it stands in

    @property
    def post(self) -> Post:
        return self.passage.post

    @property
    def title(self) -> str:
        return self.post.text.title

    @property
    def url(self) -> str:
        return self.post.address_for(self.audience) if self.audience else self.passage.get_absolute_url()

    def as_json(self) -> dict[str, Any]:
        return {
            "post": self.post.slug,
            "passage": self.passage.key,
            "quote": self.quote,
            "url": self.url,
            "score": self.score,
        }


class Candidate(NamedTuple):
    key: str
    score: float
    rank: float


def quotes(text: str, found: Sequence[Found]) -> tuple[Citation, ...]:
    """Two to four quotations that answer, the best first. Only what is public at this moment is ever quoted."""
    candidates = _candidates(found)
    passages = _public(candidate.key for candidate in candidates).filter(kind__in=QUOTABLE)
    by_key = {passage.key: passage for passage in passages}
    chosen = _unrepeated([(by_key[one.key], one) for one in candidates if one.key in by_key])
    near = [one for one in chosen if one[1].rank >= chosen[0][1].rank - NEAR_THE_BEST][:MOST]
    near = near if len(near) >= FEWEST else chosen[:FEWEST]
    return tuple(
        Citation(number, passage, _quote(passage, text), round(candidate.score, 4))
        for number, (passage, candidate) in enumerate(near, start=1)
    )


def titles(found: Sequence[Found], *, language: str, audience: str = Audience.PLAIN) -> tuple[Citation, ...]:
    """The posts that lie closest, by their titles: links without a claim, to the wording for this audience."""
    slugs = {one.source: one.score for one in found}
    passages = Passage.objects.public().filter(kind=Passage.Kind.TITLE, language=language, post__slug__in=slugs)
    shown = sorted(_with_posts(passages), key=lambda passage: (-slugs[passage.post.slug], passage.post.slug))
    return tuple(
        Citation(
            number,
            passage,
            passage.text.split("\n")[0],
            round(slugs[passage.post.slug], 4),
            audience=audience if passage.post.text.clinical else Audience.PLAIN,
        )
        for number, passage in enumerate(shown, start=1)
    )


def asked_by_others(citations: Iterable[Citation], *, but: str, most: int = 3) -> tuple[str, ...]:
    """Questions that the cited posts answer, as their editors wrote them."""
    posts = list(dict.fromkeys(citation.passage.post_id for citation in citations))
    rows = Passage.objects.public().filter(kind=Passage.Kind.QUESTION, post__in=posts).values_list("post", "text")
    asked = set(ranking.tokens(but, "en"))
    fresh = [(post, text) for post, text in rows if set(ranking.tokens(text, "en")) - asked]
    first_of_each = sorted(fresh, key=lambda row: ([post for post, _ in fresh].index(row[0]), posts.index(row[0])))
    return tuple(text for _post, text in first_of_each[:most])


def _quote(passage: Passage, question: str) -> str:
    # An answered question stays whole: half an answer may say the opposite.
    if passage.kind == Passage.Kind.FAQ:
        return passage.text
    return excerpt(passage.text, question, language=passage.language)


def excerpt(passage: str, question: str, *, language: str) -> str:
    """The whole passage, or of a long one the run of sentences that shares most with the question."""
    spans = [match.span() for match in SENTENCE.finditer(passage) if match.group().strip()]
    if len(passage.split()) <= WHOLE or not spans:
        return passage.strip()
    wanted = set(ranking.tokens(question, language))
    best = max(range(len(spans)), key=lambda n: (_shared(passage, spans, n, wanted, language), -n))
    return passage[spans[best][0] : _end(passage, spans, best)].strip()


def _end(passage: str, spans: Sequence[tuple[int, int]], first: int) -> int:
    """Where a quotation that starts at this sentence ends: after as many whole sentences as fit."""
    end = spans[first][1]
    for _start, later in spans[first + 1 :]:
        if len(passage[spans[first][0] : later].split()) > WHOLE:
            break
        end = later
    return end


def _shared(passage: str, spans: Sequence[tuple[int, int]], first: int, wanted: set[str], language: str) -> int:
    return len(wanted & set(ranking.tokens(passage[spans[first][0] : _end(passage, spans, first)], language)))


def still_public(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Those whose passages are public now: where somebody was waited for, a post may have gone meanwhile."""
    cited = list(citations)
    public = set(Passage.objects.public().filter(pk__in=[one.passage.pk for one in cited]).values_list("pk", flat=True))
    return tuple(one for one in cited if one.passage.pk in public)


def _candidates(found: Sequence[Found]) -> list[Candidate]:
    """The passages of the best posts. The post weighs more than the passage: its labels know what it is about."""
    return sorted(
        (Candidate(key, score, one.score + score / 2) for one in found[:3] for key, score in one.pieces[:8]),
        key=lambda candidate: (-candidate.rank, candidate.key),
    )[:16]


def _unrepeated(chosen: list[tuple[Passage, Candidate]]) -> list[tuple[Passage, Candidate]]:
    """Without passages whose words another one already holds."""
    kept: list[tuple[Passage, Candidate]] = []
    for passage, candidate in chosen:
        words = set(ranking.tokens(passage.text, passage.language))
        if all(len(words & set(ranking.tokens(other.text, other.language))) <= 0.6 * len(words) for other, _ in kept):
            kept.append((passage, candidate))
    return kept


def _public(keys: Iterable[str]) -> QuerySet[Passage]:
    return _with_posts(Passage.objects.public().filter(key__in=list(keys)))


def _with_posts(passages: QuerySet[Passage]) -> QuerySet[Passage]:
    return passages.defer("vector").select_related("post__shown", "post__head", "post__review__reviewer")
