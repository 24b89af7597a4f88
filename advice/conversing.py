"""Conversing: a talk with the chatbot, kept encrypted for 30 days for whoever holds its link."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from advice import answering, retrieving
from advice.answering import Answer, Kind
from advice.discerning import Intent
from advice.documents import Audience
from advice.models import Conversation, Passage, Post, Turn
from practice.crisis import protocol
from practice.links import linking
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Licence
from practice.tallies import counting

PURPOSE = "conversation"
KEPT = timedelta(days=30)
TELL_AGAIN = timedelta(hours=3)  # of use; after seven days without any it is said again all the more
TAKEN_ALONG = 2_000  # characters: as many as the intake takes in somebody's own words
GAPS = {Kind.CLOSEST.value, Kind.DECLINED.value}
# Illinois (PA 104-0054) and Nevada (AB 406) let a machine do office work alone; the owner decides with counsel.
SEARCH_FIRST = ("IL", "NV")


@dataclass(frozen=True)
class Exchange:
    """A question answered. Without a turn nothing was kept: a search is no conversation."""

    answer: Answer
    turn: Turn | None = None
    token: str = ""
    is_told_again: bool = False  # time to say once more that no person answers


def ask(
    *,
    text: str,
    token: str = "",
    language: str,
    post: Post | None = None,
    audience: str = Audience.PLAIN,
    is_safe: bool = False,
) -> Exchange:
    """Answer a question as part of its conversation, and keep both; a link that leads nowhere begins a new one."""
    if is_search_only():
        answer = answering.ask(text=text, language=language, audience=audience, is_safe=is_safe, is_search=True)
        return Exchange(answer)
    conversation = by_token(token)
    answer = answering.ask(
        text=text,
        language=language,
        post=post,
        audience=audience,
        history=history(conversation) if conversation else (),
        is_safe=is_safe,
        is_alert=bool(conversation and conversation.hit_at),
    )
    return _keep(conversation, token, text, language, answer)


def is_search_only() -> bool:
    """Whether the chat only lists posts: as the practice chose, or by its states until the protocol is accepted."""
    if settings.CHAT_MODE != "auto":
        return bool(settings.CHAT_MODE == "search")
    licensed = Licence.objects.valid_on(timezone.localdate()).filter(state__in=SEARCH_FIRST)
    return licensed.exists() and protocol.accepted() is None


def by_token(token: str) -> Conversation | None:
    """The conversation whose link this is; None for one that ended or never was."""
    if not token:
        return None
    try:
        subject = linking.subject_of(token, purpose=PURPOSE)
    except Refused:
        return None
    return Conversation.objects.filter(uuid=subject).first()


def history(conversation: Conversation) -> list[str]:
    """What was asked last, oldest first."""
    newest = conversation.turns.order_by("-number").values_list("question", flat=True)[: answering.MOST_TURNS]
    return [str(question) for question in newest][::-1]


@transaction.atomic
def _keep(conversation: Conversation | None, token: str, text: str, language: str, answer: Answer) -> Exchange:
    now = timezone.now()
    if conversation is not None:  # two tabs may ask at once; and its owner may have deleted it meanwhile
        conversation = Conversation.objects.select_for_update().filter(pk=conversation.pk).first()
    if conversation is None:
        conversation = Conversation.objects.create(language=language)
        token = linking.issue(purpose=PURPOSE, subject=conversation.uuid, expires_at=now + KEPT)
    else:  # as long as a word of it is kept, its owner can delete it
        linking.prolong(purpose=PURPOSE, subject=conversation.uuid, until=now + KEPT)
    is_told_again = now - conversation.told_at >= TELL_AGAIN
    if is_told_again or answer.reason == Intent.BOT:
        conversation.told_at = now
    if answer.kind == Kind.CRISIS:
        conversation.hit_at = conversation.hit_at or now
    conversation.last_at = now
    conversation.save(update_fields=["told_at", "hit_at", "last_at"])
    turn = _turn(conversation, text, answer)
    return Exchange(answer, turn, token, is_told_again)


def _turn(conversation: Conversation, text: str, answer: Answer) -> Turn:
    is_gap = answer.kind in GAPS and answer.reason in {Intent.ASK, "language"}
    counting.add("chat gap" if is_gap else f"chat {answer.kind}")
    last = conversation.turns.order_by("-number").values_list("number", flat=True).first() or 0
    return Turn.objects.create(
        conversation=conversation,
        number=last + 1,
        question=text,
        shown=_shown(answer),
        # Of a question in a language we lack it would be junk.
        vector=packed(retrieving.vector_of(text, language=answer.language))
        if is_gap and answer.reason != "language"
        else "",
        language=answer.language,
        kind=answer.kind.value,
        reason=answer.reason,
    )


def _shown(answer: Answer) -> dict[str, Any]:
    quotes = [{"passage": citation.passage.key, "quote": citation.quote} for citation in answer.citations]
    return {"words": list(answer.words), "quotes": quotes}


def packed(vector: np.ndarray | None) -> str:
    """A vector as text, half as exact as it was: enough to tell which questions are alike."""
    return "" if vector is None else base64.b85encode(vector.astype(np.float16).tobytes()).decode()


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b85decode(text), np.float16).astype(np.float32)


@dataclass(frozen=True)
class Earlier:
    """A turn as its owner sees it again: what was asked, and the cited posts as far as they are still public."""

    question: str
    passages: tuple[Passage, ...]


def earlier(conversation: Conversation, *, before: int | None = None) -> list[Earlier]:
    """All turns up to (not with) number `before`, oldest first. What was retracted since is not quoted again."""
    turns = [turn for turn in conversation.turns.order_by("number") if before is None or turn.number < before]
    keys = {turn.number: [quote["passage"] for quote in (turn.shown or {}).get("quotes", ())] for turn in turns}
    public = Passage.objects.public().filter(key__in={key for found in keys.values() for key in found})
    rows = public.defer("vector").select_related("post__shown", "post__head")
    by_key = {passage.key: passage for passage in rows}
    return [Earlier(turn.question, _first_of_each(keys[turn.number], by_key)) for turn in turns]


def _first_of_each(keys: list[str], passages: dict[str, Passage]) -> tuple[Passage, ...]:
    found: dict[int, Passage] = {}
    for key in keys:
        if key in passages:
            found.setdefault(passages[key].post_id, passages[key])
    return tuple(found.values())


def own_words(conversation: Conversation) -> str:
    """What its owner asked, a question a line, to be taken along elsewhere; the newest where it is too much."""
    kept: list[str] = []
    for question in conversation.turns.order_by("-number").values_list("question", flat=True):
        if sum(map(len, kept)) + len(kept) + len(question) > TAKEN_ALONG:
            break
        kept.append(" ".join(question.split()))
    return "\n".join(reversed(kept))


@transaction.atomic
def rate(*, conversation: Conversation, number: int, helpful: str, lacking: str = "") -> Turn | None:
    """Keep whether an answer helped and, where it did not, what it lacked; None where there is no such turn."""
    turn = conversation.turns.select_for_update().filter(number=number).first()
    if turn is None or helpful not in Turn.Helpful.values:
        return None
    is_new = not turn.helpful
    turn.helpful = helpful
    turn.lacking = lacking if helpful == Turn.Helpful.NO and lacking in Turn.Lacking.values else ""
    if turn.helpful == Turn.Helpful.NO and not turn.vector and turn.kind == Kind.ANSWER:
        turn.vector = packed(retrieving.vector_of(turn.question, language=turn.language))
    turn.save(update_fields=["helpful", "lacking", "vector"])
    if is_new:
        counting.add("chat helpful" if helpful == Turn.Helpful.YES else "chat unhelpful")
    return turn


@transaction.atomic
def delete(*, conversation: Conversation) -> None:
    """Forget every word of a conversation at its owner's wish, at once. A request that showed it stands without it."""
    linking.revoke(purpose=PURPOSE, subject=conversation.uuid)
    auditing.note(actor=None, action="conversation deleted", subject=str(conversation))
    conversation.delete()


@transaction.atomic
def forget() -> int:
    """Delete what has been kept for 30 days; returns how many turns."""
    over = timezone.now() - KEPT
    gone, _each = Turn.objects.filter(asked_at__lt=over).delete()
    Conversation.objects.filter(last_at__lt=over).delete()
    return gone
