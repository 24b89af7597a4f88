"""Answering: screen the question, discern what it wants, and quote what is approved, or say that nothing is.

Every sentence of an answer is fixed text (asking_texts, crisis words, the practice's facts) or a piece of a passage.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import get_language, override

from advice import asking_texts as texts
from advice import banding, discerning, following, informing, phrasing, quoting, recognising, retrieving
from advice.banding import Band
from advice.discerning import HARD, Discerned, Intent
from advice.documents import UNPRINTABLE, Audience
from advice.models import Post
from advice.quoting import Citation
from advice.ranking import Found
from practice.crisis import alerting, responding, screening
from practice.crisis.responding import Response
from practice.crisis.screening import Screening

log = logging.getLogger(__name__)

LONGEST = 2_000  # characters of a question
MOST_TURNS = following.MOST_TURNS
CLOSEST = 3  # posts offered where nothing answers
LISTED = 5  # posts that a search gives
SOURCE = "chat"


class Kind(StrEnum):
    ANSWER = "answer"
    CLOSEST = "closest"
    DECLINED = "declined"
    CRISIS = "crisis"
    BOOKING = "booking"
    FACTS = "facts"


@dataclass(frozen=True)
class Answer:
    """What is shown for one question."""

    kind: Kind
    words: tuple[str, ...]
    language: str
    reason: str = ""  # what the gate took the question for
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    crisis: Response | None = None

    @property
    def text(self) -> str:
        """All that is said and quoted, as plain text."""
        return "\n\n".join([*self.words, *(f"{citation.lead} {citation.quote}".strip() for citation in self.citations)])


@dataclass(frozen=True)
class Question:
    """What was asked, in which language, and what it leans on."""

    text: str
    language: str
    page_language: str
    history: tuple[str, ...] = ()
    post: Post | None = None
    audience: str = Audience.PLAIN
    is_search: bool = False
    is_alert: bool = False  # this or an earlier question was a hit: no model has a part in it

    @property
    def whole(self) -> str:
        """The question with what it leans on."""
        return following.whole(self.text, self.history, title=self.post.text.title if self.post else "")

    @property
    def leans(self) -> bool:
        return self.whole != self.text


def ask(
    *,
    text: str,
    language: str | None = None,
    post: Post | None = None,
    history: Sequence[str] = (),
    audience: str = Audience.PLAIN,
    is_safe: bool = False,
    is_alert: bool | None = None,
    is_search: bool = False,
) -> Answer:
    """Answer `text` from what is approved. `history` holds earlier questions, oldest first; `post` is what it is about.

    Of a post that has a wording for this `audience` only that one is quoted, of any other the plain one.

    The crisis screen comes before everything else; a hit is counted, since nobody can be reached. No text makes it
    raise.
    `is_safe`: the asker was asked and said so; what calls for action now is never skipped by it.
    `is_alert`: an earlier question was a hit (where the caller does not remember, `history` is screened).
    `is_search`: only list posts, claim nothing.
    """
    said = UNPRINTABLE.sub(" ", text)  # all of it is screened, however little of it is looked up
    text, history = _clean(text), tuple(map(_clean, history[-MOST_TURNS:]))
    page_language = responding.known(language or get_language())
    if is_alert is None:
        is_alert = any(screening.screen(earlier).is_hit for earlier in history)
    found = screening.screen_conversation([*history, said], alert=is_alert)
    if found.is_urgent or (found.is_hit and not is_safe):
        return _in_crisis(found, text, page_language)
    spoken = recognising.language_of(text, expected=page_language)
    is_alert = found.is_hit or is_alert
    question = Question(text, spoken, page_language, history, post, audience, is_search, is_alert)
    with override(_spoken(question)):
        answer = _answer(question)
        answer = replace(answer, words=tuple(map(str, answer.words)))
    return _with_lines(answer) if question.is_alert else answer


def warm() -> None:
    """Load what a process needs for its first question: the models of screen and search, and the index."""
    try:
        screening.screen("how do I sleep better")
        retrieving.vector_of("how do I sleep better", language="en")
        retrieving.shelf()
    except DatabaseError:
        log.warning("the index could not be read at the start; the first question reads it")
    finally:
        connection.close()  # whoever calls this in a thread of its own leaves none behind


def _clean(text: str) -> str:
    return " ".join(UNPRINTABLE.sub(" ", text[: LONGEST * 5]).split())[:LONGEST]


def _spoken(question: Question) -> str:
    known = question.language in dict(settings.LANGUAGES)
    return question.language if known else question.page_language


# --- Crisis --------------------------------------------------------------------------------------------------------


def screen_unsent(text: str, page_language: str) -> Response | None:
    """The lines for a question that was not taken (too long, say): whoever writes in need gets them all the same."""
    found = screening.screen(UNPRINTABLE.sub(" ", text))
    return _in_crisis(found, text[:LONGEST], page_language).crisis if found.is_hit else None


def _in_crisis(found: Screening, text: str, page_language: str) -> Answer:
    alerting.count_hit(screening=found, source_label=SOURCE)
    language = responding.known(recognising.language_of(text, expected=page_language))
    response = responding.response(found, language, watch="unseen")
    words = (response.heading, *response.paragraphs, *filter(None, [response.question]))
    return Answer(Kind.CRISIS, words, language, reason=found.kind, crisis=response)


def _with_lines(answer: Answer) -> Answer:
    """Whoever wrote of an emergency earlier keeps the lines before them, whatever they ask next."""
    with override(answer.language):
        words = (str(texts.AFTER_CRISIS), *answer.words)
    lines = responding.response(Screening(), answer.language)
    return replace(answer, words=words, crisis=answer.crisis or lines)


# --- What it asks for ------------------------------------------------------------------------------------------------


def _answer(question: Question) -> Answer:
    if question.language not in dict(settings.LANGUAGES):
        return _said(Kind.CLOSEST, question, "language", texts.OTHER_LANGUAGE)
    whole = retrieving.meant(question.whole, language=question.language)
    vector = retrieving.vector_of(whole, language=question.language)
    found = _nearer_this_post(
        retrieving.find(whole, language=question.language, audience=question.audience, vector=vector),
        question.post if question.leans else None,
    )
    alone = discerning.discern(
        question.text,
        language=question.language,
        vector=retrieving.vector_of(question.text, language=question.language),
    )
    meant = _meant(question, whole, vector, alone)
    if meant.intent not in HARD and question.leans and following.turns_away(question.text, alone, found):
        sure = alone.certainty >= following.SURELY_AWAY
        return _without_posts(alone.intent, question) if sure else _closest(question, alone, found)
    if not banding.goes_to_posts(meant, found, has_vector=vector is not None):
        return _without_posts(meant.intent, question)
    return _from_posts(question, meant, found, vector)


def _meant(question: Question, whole: str, vector: np.ndarray | None, alone: Discerned) -> Discerned:
    """What is asked for. What must not be answered is refused, whether it stands in the question or in its context."""
    meant = discerning.discern(whole, language=question.language, vector=vector)
    if whole == question.text or meant.intent in HARD:
        return meant
    if not question.leans:  # only its spelling was mended
        return alone if alone.intent in HARD else meant
    # Of few words by themselves the models know little: "and at my desk?" is not about anybody's records.
    sure = following.SURELY_HARD if alone.intent in HARD else following.SURELY_ITSELF
    return alone if alone.certainty >= sure else meant


def _without_posts(intent: Intent, question: Question) -> Answer:
    if intent in texts.DECLINED:
        return _said(Kind.DECLINED, question, intent, texts.DECLINED[intent])
    if intent == Intent.BOOKING:
        return _said(Kind.BOOKING, question, intent, texts.BOOKING, texts.BOOKING_CHANGE)
    if intent == Intent.LINES:
        lines = responding.response(Screening(), _spoken(question))
        return replace(_said(Kind.FACTS, question, intent, texts.LINES), crisis=lines)
    return _said(Kind.FACTS, question, intent, *informing.words(intent, question.text))


def _said(kind: Kind, question: Question, reason: str, *words: object) -> Answer:
    return Answer(kind, tuple(map(str, words)), _spoken(question), reason=str(reason))


# --- From the posts --------------------------------------------------------------------------------------------------


def _from_posts(question: Question, meant: Discerned, found: Sequence[Found], vector: np.ndarray | None) -> Answer:
    band = banding.band(meant, found, has_vector=vector is not None)
    if question.is_search:
        return _list(question, meant, found)
    if band == Band.ANSWER:
        near = [one for one in found if one.score >= found[0].score - quoting.NEAR_THE_BEST]
        citations = quoting.quotes(question.whole, near)
        if not question.is_alert:
            citations = phrasing.phrased(question.whole, citations, language=_spoken(question))
        if citations:
            more = quoting.asked_by_others(citations, but=question.whole)
            words = _fit(citations, texts.ANSWER, texts.ANSWER_SAMPLE)
            return replace(_said(Kind.ANSWER, question, meant.intent, words), citations=citations, suggestions=more)
    return _closest(question, meant, found) if band != Band.DECLINED else _nothing(question, meant)


def _closest(question: Question, meant: Discerned, found: Sequence[Found]) -> Answer:
    """Links without a claim."""
    citations = _titles(question, found[:CLOSEST])
    if not citations:
        return _nothing(question, meant)
    words = _fit(citations, texts.CLOSEST, texts.CLOSEST_SAMPLE)
    return replace(_said(Kind.CLOSEST, question, meant.intent, words, texts.PEOPLE), citations=citations)


def _list(question: Question, meant: Discerned, found: Sequence[Found]) -> Answer:
    """What a search gives: posts by their titles, the nearest first, without a word on what they say."""
    citations = _titles(question, found[:LISTED])
    words = texts.FOUND if citations else texts.NOTHING_FOUND
    kind = Kind.CLOSEST if citations else Kind.DECLINED
    return replace(_said(kind, question, meant.intent, words, texts.PEOPLE), citations=citations)


def _nothing(question: Question, meant: Discerned) -> Answer:
    if question.language != "es":
        return _said(Kind.DECLINED, question, meant.intent, texts.NOTHING, texts.PEOPLE)
    english = informing.in_english(question.text)
    found = (
        retrieving.find(english, language="en", vector=retrieving.vector_of(english, language="en")) if english else []
    )
    if citations := _titles(question, found[:CLOSEST], language="en"):
        return replace(_said(Kind.CLOSEST, question, meant.intent, texts.NOT_IN_SPANISH), citations=citations)
    return _said(Kind.DECLINED, question, meant.intent, texts.NOTHING_IN_SPANISH, texts.PEOPLE)


def _titles(question: Question, found: Sequence[Found], *, language: str = "") -> tuple[Citation, ...]:
    return quoting.titles(found, language=language or question.language, audience=question.audience)


def _fit(citations: Sequence[Citation], approved: object, sample: object) -> object:
    return sample if any(citation.post.state == Post.State.SAMPLE for citation in citations) else approved


def _nearer_this_post(found: list[Found], post: Post | None) -> list[Found]:
    """Of two posts that lie alike, the one whose page the reader is on comes first."""
    if post is None:
        return found
    return sorted(found, key=lambda one: (-one.score - 0.05 * (one.source == post.slug), one.source))
