"""Questioning: staff add, word, order and retire the intake's questions. Each wording is kept, each change audited."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from booking.models import Question, SessionType, Wording
from booking.models.questions import OWN
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

PAGES = list(Question.Page.values)
WORDS = ("label", "label_es", "help", "help_es", "options")
NEEDED = {"kind", "age", "consenting", "may_contact", "state", "name", "phone", "email", "text_ok", "contact_ok"}
# What the house asks by itself, page by page, in this order until staff order it anew.
STANDARD = {
    "concerns": ["concerns", "words"],
    "who": ["kind", "age"],
    "guardian": ["consenting", "adult", "may_contact", "not_contact"],
    "where": ["state", "zone"],
    "past": ["past", "past_words"],
    "wishes": ["styles", "modalities", "wishes"],
    "person": ["languages_needed", "languages_preferred", "genders", "cultures", "faiths"],
    "payment": ["payment"],
    "when": ["days", "parts"],
    "reach": ["name", "phone", "email", "channels", "reach_parts", "voicemail", "reach", "text_ok", "contact_ok"],
}
# The consent to texts is worded as the phone companies have it on record.
NOT_OURS = frozenset({"text_ok"})


class AlwaysAsked(Refused):
    code = "always_asked"
    message = _("Nobody could be matched or reached without this question, so it is always asked.")


class WordedElsewhere(Refused):
    code = "worded_elsewhere"
    message = _("The phone companies have this consent on record word for word. It is changed with them, not here.")


class OthersDepend(Refused):
    code = "others_depend"
    message = _("Another question is asked only after a certain answer to this one. Change that question first.")


class AskedTooLate(Refused):
    code, status = "asked_too_late", 422
    message = _("A question can depend only on one of an earlier page.")


class SameAnswers(Refused):
    code, status = "same_answers", 422
    message = _("Two of the answers read the same. Give each its own words.")


@transaction.atomic
def begin() -> int:
    """Enter the standard questions that are not there yet, as after each migration; returns how many."""
    known = set(Question.objects.values_list("key", flat=True))
    missing = [
        Question(kind=Question.Kind.STANDARD, key=key, page=page, position=10 * position, is_needed=key in NEEDED)
        for page, keys in STANDARD.items()
        for position, key in enumerate(keys, start=1)
        if key not in known
    ]
    questions, now = Question.objects.bulk_create(missing), timezone.now()
    Wording.objects.bulk_create(Wording(question=question, version=1, at=now) for question in questions)
    return len(questions)


@dataclass(frozen=True)
class Plan:
    """How a question is to be asked. Of a standard one only the words count; no words are the house's own."""

    label: str = ""
    label_es: str = ""
    help: str = ""
    help_es: str = ""
    answers: tuple[tuple[str, str], ...] = ()  # English and Spanish, of "one" and "some"
    kind: str = Question.Kind.LINE
    page: str = Question.Page.MORE
    session_types: tuple[SessionType, ...] = ()
    depends_on: Question | None = None
    depends_value: str = ""


@transaction.atomic
def add(*, plan: Plan, actor: User | None) -> Question:
    """A question of the practice's own (actor None: the demonstration), last on its page.

    Raises AskedTooLate, SameAnswers.
    """
    question = Question(key=_key(plan.label), **_own(plan, []), position=_after_all(plan.page))
    question.save(force_insert=True)
    question.session_types.set(plan.session_types)
    _remember(question, actor, "question added")
    return question


@transaction.atomic
def change(*, question: Question, plan: Plan, actor: User) -> Question:
    """Ask it so from now on; what was answered before keeps the words it was asked in.

    Raises WordedElsewhere, OthersDepend, AskedTooLate, SameAnswers.
    """
    kept = Question.objects.select_for_update().get(pk=question.pk)
    if kept.key in NOT_OURS:
        raise WordedElsewhere
    before = {name: getattr(kept, name) for name in WORDS}
    wanted = _own(plan, kept.options) if kept.is_own else {name: getattr(plan, name) for name in WORDS[:-1]}
    if kept.is_own:
        _mind_dependents(kept, wanted)
        if wanted["page"] != kept.page:
            wanted["position"] = _after_all(wanted["page"])
        kept.session_types.set(plan.session_types)
    for name, value in wanted.items():
        setattr(kept, name, value)
    is_reworded = before != {name: getattr(kept, name) for name in WORDS}
    kept.version += is_reworded
    kept.save()
    _remember(kept, actor, "question changed", is_reworded=is_reworded)
    return kept


@transaction.atomic
def move(*, question: Question, up: bool, actor: User) -> None:
    """Ask it one place earlier or later on its page; the first and the last stay where they are."""
    page = list(Question.objects.select_for_update().filter(page=question.page).order_by("position", "pk"))
    place = next(number for number, one in enumerate(page) if one.pk == question.pk)
    other = place + (-1 if up else 1)
    if not 0 <= other < len(page):
        return
    page[place], page[other] = page[other], page[place]
    for number, one in enumerate(page, start=1):
        one.position = 10 * number
    Question.objects.bulk_update(page, ["position"])
    auditing.note(actor=actor, action="question moved", subject=f"question {question.key}")


@transaction.atomic
def retire(*, question: Question, actor: User) -> Question:
    """Ask it no more; the answers stay as they are. Raises AlwaysAsked, OthersDepend."""
    kept = Question.objects.select_for_update().get(pk=question.pk)
    if kept.is_needed:
        raise AlwaysAsked
    if kept.dependents.filter(retired_at=None).exists():
        raise OthersDepend
    return _set_retired(kept, actor, "question retired", is_retired=True)


@transaction.atomic
def ask_again(*, question: Question, actor: User) -> Question:
    """Ask a retired question again; raises OthersDepend where the one it depends on is retired."""
    kept = Question.objects.select_for_update(of=("self",)).select_related("depends_on").get(pk=question.pk)
    if kept.depends_on is not None and kept.depends_on.retired_at is not None:
        raise OthersDepend
    return _set_retired(kept, actor, "question asked again", is_retired=False)


def _set_retired(kept: Question, actor: User, action: str, *, is_retired: bool) -> Question:
    kept.retired_at = timezone.now() if is_retired else None
    kept.save(update_fields=["retired_at"])
    auditing.note(actor=actor, action=action, subject=f"question {kept.key}")
    return kept


def _own(plan: Plan, before: list[list[str]]) -> dict[str, Any]:
    """The columns of a question that the practice writes itself."""
    if plan.depends_on is not None and PAGES.index(plan.depends_on.page) >= PAGES.index(plan.page):
        raise AskedTooLate
    given = {name: getattr(plan, name) for name in ("kind", "page", "depends_on", "depends_value", *WORDS[:-1])}
    return given | {"options": _options(plan, before)}


def _options(plan: Plan, before: list[list[str]]) -> list[list[str]]:
    """Each answer with its slug: one that reads as before keeps the slug it had."""
    if plan.kind not in (Question.Kind.ONE, Question.Kind.SOME):
        return []
    known = {english: slug for slug, english, _spanish in before}
    slugs = [
        known.get(english) or slugify(english)[:50] or f"a{n}" for n, (english, _spanish) in enumerate(plan.answers)
    ]
    if len(set(slugs)) < len(slugs):
        raise SameAnswers
    return [[slug, *words] for slug, words in zip(slugs, plan.answers, strict=True)]


def _mind_dependents(kept: Question, wanted: dict[str, Any]) -> None:
    """Nobody may be left waiting for an answer that cannot be given any more, or comes too late."""
    offered = {slug for slug, _english, _spanish in wanted["options"]}
    if wanted["kind"] == Question.Kind.YES_NO:
        offered = {"yes", "no"}
    for other in kept.dependents.all():
        if other.depends_value not in offered or PAGES.index(wanted["page"]) >= PAGES.index(other.page):
            raise OthersDepend


def _key(label: str) -> str:
    """A key nobody has had: a retired question keeps its own."""
    first = OWN + (slugify(label)[:40].strip("-") or "question")
    taken = set(Question.objects.filter(key__startswith=first).values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := first if n == 1 else f"{first}-{n}") not in taken)


def _after_all(page: str) -> int:
    last: int | None = Question.objects.filter(page=page).aggregate(last=Max("position"))["last"]
    return (last or 0) + 10


def _remember(question: Question, actor: User | None, action: str, *, is_reworded: bool = True) -> None:
    if is_reworded:
        words = {name: getattr(question, name) for name in WORDS}
        Wording.objects.create(question=question, version=question.version, at=timezone.now(), actor=actor, **words)
    subject, detail = f"question {question.key}", f"wording {question.version}"
    auditing.note(actor=actor, action=action, subject=subject, detail=detail)
