"""Asking: which questions an intake is asked, on which pages, by what was answered so far."""

from collections.abc import Iterable
from typing import Any

from booking.intake import choices
from booking.models import Intake, Question
from booking.models.questions import OWN

Page = Question.Page
# Whatever is written freely, in the order it is asked; screened together, so that a sentence may run on.
FREE_TEXT = ("words", "past_words", "wishes", "adult", "not_contact", "reach", "name")
# How to reach somebody safely; kept with the client too, who may have come without an intake.
REACHING = ("channels", "reach_parts", "voicemail", "reach")
# Kept beside the answers, and asked by no question.
BESIDE = frozenset({"wording", "consents", "screenings"})
# What must be answered before anybody can be matched, by the page that asks it.
MUST = {Page.WHO: ("kind", "age"), Page.WHERE: ("state",)}
OF_MINORS = ("consenting", "may_contact")


def questions(intake: Intake | None = None) -> list[Question]:
    """What is asked for this kind of session, in the order of the pages; two queries however many there are."""
    order = list(Page.values)
    live = [question for question in Question.objects.live() if _is_for(question, intake)]
    return sorted(live, key=lambda question: (order.index(question.page), question.position, question.pk))


def _is_for(question: Question, intake: Intake | None) -> bool:
    """An intake that names no kind of session is for the free first talk."""
    types = list(question.session_types.all())
    if not types:
        return True
    named = intake.session_type_id if intake else None
    return any(one.pk == named if named else one.is_matchmaking for one in types)


def pages(asked: Iterable[Question], answers: dict[str, Any]) -> dict[str, list[Question]]:
    """The pages that someone who answered so is shown, each with its questions."""
    found: dict[str, list[Question]] = {}
    for question in asked:
        if applies(question, answers):
            found.setdefault(question.page, []).append(question)
    return found


def reach(intake: Intake | None) -> list[Question]:
    """How to be reached, asked where a time is taken; the practice's own questions only of whoever has an intake."""
    answers = (intake.answers if intake else None) or {}
    shown = pages(questions(intake), answers)[Page.REACH]
    return [question for question in shown if intake is not None or not question.is_own]


def applies(question: Question, answers: dict[str, Any]) -> bool:
    """Whether it is asked of someone who answered so."""
    if question.page == Page.GUARDIAN and not choices.is_minor(answers):
        return False
    if question.depends_on is None:
        return True
    given = answers.get(question.depends_on.key)
    return question.depends_value in given if isinstance(given, list) else question.depends_value == given


def first_missing(answers: dict[str, Any]) -> str | None:
    """The page that asks what must be known and is not."""
    must = MUST | ({Page.GUARDIAN: OF_MINORS} if choices.is_minor(answers) else {})
    order = sorted(must, key=list(Page).index)
    return next((str(page) for page in order if not all(answers.get(key) for key in must[page])), None)


def pruned(intake: Intake) -> dict[str, Any]:
    """The answers without those to questions that are not asked any more of someone who answered so."""
    answers = intake.answers or {}
    gone = {question.key for question in questions(intake) if not applies(question, answers)}
    if choices.is_minor(answers):
        gone.add("screenings")  # made for adults
    kept = {key: value for key, value in answers.items() if key not in gone}
    wording = answers.get("wording") or {}
    return kept | {"wording": {key: said for key, said in wording.items() if key.partition("=")[0] not in gone}}


def free(keys: Iterable[str]) -> list[str]:
    """Which of these are screened: what is written freely, and all that the practice asks on its own account."""
    keys = set(keys)
    return [key for key in FREE_TEXT if key in keys] + sorted(key for key in keys if key.startswith(OWN))


def is_reachable(answers: dict[str, Any]) -> bool:
    """Whether there is a number or an address."""
    return bool(answers.get("phone") or answers.get("email"))
