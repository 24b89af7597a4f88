"""Answering: screen the question, discern what it wants, and quote what is approved, or say that nothing is.

Every sentence of an answer is fixed text (asking_texts, crisis words, the practice's facts) or a piece of a passage.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from django.conf import settings
from django.utils.translation import get_language, override

from advice import asking_texts as texts
from advice import banding, discerning, informing, quoting, ranking, recognising, retrieving
from advice.banding import Band
from advice.discerning import HARD, Discerned, Intent
from advice.documents import UNPRINTABLE
from advice.models import Post
from advice.quoting import Citation
from advice.ranking import Found
from practice.crisis import alerting, responding, screening
from practice.crisis.responding import Response
from practice.crisis.screening import Screening

LONGEST = 2_000  # characters of a question
MOST_TURNS = 3
CLOSEST = 3  # posts offered where nothing answers
SOURCE = "chat"
FOLLOW_UP = re.compile(
    r"^\W*(?:and|but|so|ok(?:ay)? (?:and|but)|then|also|what about|how about|what if|why|how so|how long|how often|for|"
    r"y|pero|entonces|y si|que tal|por que|tambien|con que|cada cuanto)\b"
)
POINTING = re.compile(r"\b(?:it|that|this|they|them|those|these|one|eso|esto|ellos|ellas|ello|asi)\b")
SHORT = 8  # words of a question that may lean on the one before


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
        return "\n\n".join([*self.words, *(citation.quote for citation in self.citations)])


@dataclass(frozen=True)
class Question:
    """What was asked, in which language, and what it leans on."""

    text: str
    language: str
    page_language: str
    history: tuple[str, ...] = ()
    post: Post | None = None

    @property
    def whole(self) -> str:
        """The question with what it leans on: "and at night?" means nothing alone."""
        if not leans_on_what_was_said(self.text):
            return self.text
        if self.history:
            return f"{self.history[-1]} {self.text}"
        return f"{self.post.text.title} {self.text}" if self.post else self.text


def ask(
    *,
    text: str,
    language: str | None = None,
    post: Post | None = None,
    history: Sequence[str] = (),
    is_safe: bool = False,
) -> Answer:
    """Answer `text` from what is approved. `history` holds earlier questions, oldest first; `post` is what it is about.

    The crisis screen comes before everything else; a hit is counted, since nobody can be reached. No text makes it
    raise.
    `is_safe`: the asker was asked and said so; what calls for action now is never skipped by it.
    """
    text, history = _clean(text), tuple(map(_clean, history[-MOST_TURNS:]))
    page_language = responding.known(language or get_language())
    screened = _screened(text, history)
    if screened is not None and (screened.is_urgent or not is_safe):
        return _in_crisis(screened, text, page_language)
    spoken = recognising.language_of(text, expected=page_language)
    question = Question(text, spoken, page_language, history, post)
    with override(_spoken(question)):
        answer = _answer(question)
        answer = replace(answer, words=tuple(map(str, answer.words)))
    if screened is not None or screening.screen("\n".join(history)).is_hit:
        return _with_lines(answer)
    return answer


def _clean(text: str) -> str:
    return " ".join(UNPRINTABLE.sub(" ", text[: LONGEST * 5]).split())[:LONGEST]


def _spoken(question: Question) -> str:
    known = question.language in dict(settings.LANGUAGES)
    return question.language if known else question.page_language


# --- Crisis --------------------------------------------------------------------------------------------------------


def _screened(text: str, history: Sequence[str]) -> Screening | None:
    """What the screen finds in the question, or in it together with the turns before, but not in those alone."""
    found = screening.screen(text)
    if not found.is_hit and history and not screening.screen("\n".join(history)).is_hit:
        found = screening.screen("\n".join([*history, text]))
    return found if found.is_hit else None


def screen_unsent(text: str, page_language: str) -> Response | None:
    """The lines for a question that was not taken (too long, say): whoever writes in need gets them all the same."""
    found = screening.screen(UNPRINTABLE.sub(" ", text))
    return _in_crisis(found, text[:LONGEST], page_language).crisis if found.is_hit else None


def _in_crisis(found: Screening, text: str, page_language: str) -> Answer:
    alerting.count_hit(screening=found, source_label=SOURCE)
    language = responding.known(recognising.language_of(text, expected=page_language))
    response = responding.response(found, language)
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
        retrieving.find(whole, language=question.language, vector=vector),
        question.post if question.whole != question.text else None,
    )
    meant = _meant(question, whole, vector)
    if not banding.goes_to_posts(meant, found, has_vector=vector is not None):
        return _without_posts(meant.intent, question)
    return _from_posts(question, meant, found, vector)


def _meant(question: Question, whole: str, vector: np.ndarray | None) -> Discerned:
    """What is asked for. What must not be answered is refused, whether it stands in the question or in its context."""
    meant = discerning.discern(whole, language=question.language, vector=vector)
    own = question.text
    if whole == own or meant.intent in HARD:
        return meant
    alone = discerning.discern(
        own, language=question.language, vector=retrieving.vector_of(own, language=question.language)
    )
    leans = question.whole != own
    return alone if alone.intent in HARD or (leans and alone.certainty >= 0.9) else meant


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
    if band == Band.ANSWER:
        near = [one for one in found if one.score >= found[0].score - quoting.NEAR_THE_BEST]
        citations = quoting.quotes(question.whole, near)
        if citations:
            more = quoting.asked_by_others(citations, but=question.whole)
            words = _fit(citations, texts.ANSWER, texts.ANSWER_SAMPLE)
            return replace(_said(Kind.ANSWER, question, meant.intent, words), citations=citations, suggestions=more)
    if band != Band.DECLINED and (citations := quoting.titles(found[:CLOSEST], language=question.language)):
        words = _fit(citations, texts.CLOSEST, texts.CLOSEST_SAMPLE)
        return replace(_said(Kind.CLOSEST, question, meant.intent, words, texts.PEOPLE), citations=citations)
    return _nothing(question, meant)


def _nothing(question: Question, meant: Discerned) -> Answer:
    if question.language != "es":
        return _said(Kind.DECLINED, question, meant.intent, texts.NOTHING, texts.PEOPLE)
    english = informing.in_english(question.text)
    found = (
        retrieving.find(english, language="en", vector=retrieving.vector_of(english, language="en")) if english else []
    )
    if citations := quoting.titles(found[:CLOSEST], language="en"):
        return replace(_said(Kind.CLOSEST, question, meant.intent, texts.NOT_IN_SPANISH), citations=citations)
    return _said(Kind.DECLINED, question, meant.intent, texts.NOTHING_IN_SPANISH, texts.PEOPLE)


def _fit(citations: Sequence[Citation], approved: object, sample: object) -> object:
    return sample if any(citation.post.state == Post.State.SAMPLE for citation in citations) else approved


def _nearer_this_post(found: list[Found], post: Post | None) -> list[Found]:
    """Of two posts that lie alike, the one whose page the reader is on comes first."""
    if post is None:
        return found
    return sorted(found, key=lambda one: (-one.score - 0.05 * (one.source == post.slug), one.source))


def leans_on_what_was_said(text: str) -> bool:
    """Whether a question is short and points at, or begins as, a continuation of what was said before."""
    said = ranking.folded(text)
    words = ranking.TOKEN.findall(said)
    return len(words) <= SHORT and bool(FOLLOW_UP.search(said) or POINTING.search(said) or len(words) <= 2)
