"""Receiving: what readers write to us is screened first, then kept, then thanked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import merging, proposing, subscribing, telling
from advice.documents import tidy
from advice.models import Conversation, Letter, Request, Topic
from advice.telling import PURPOSE
from practice.crisis import alerting, screening
from practice.crisis.screening import Screening
from practice.links import linking
from practice.messaging import consenting, sending, texts
from practice.messaging.models import Channel, Contact
from practice.refusals import Refused
from practice.staff import auditing

LONGEST_LETTER, LONGEST_NAME, LONGEST_OBJECTION = 6000, 60, 2000
CONSENT_VERSION = "2026-11-22"
CONSENT = _(
    "You may publish a newly written version of my letter with your answer. Names, places and other details "
    "that could point to me are left out or changed. Through my private link I see the new text and have seven days "
    "to object, and I can withdraw my letter until the answer is published."
)
REPLY_VERSION = "2026-11"
REPLY_CONSENT = _("You may keep what I wrote here and answer me in the way I chose.")
LONGEST_REQUEST = 2000


class NothingWritten(Refused):
    code, status = "nothing_written", 422
    message = _("Write your letter first. A few sentences are enough.")


class AlreadyClosed(Refused):
    code = "letter_closed"
    message = _("This letter has been answered, declined or withdrawn already. None of its words are kept with us.")


@dataclass(frozen=True)
class Taken:
    """What became of a letter as it arrived. Of a child under 13 nothing is kept: no letter, no link."""

    letter: Letter | None
    token: str
    screening: Screening


@transaction.atomic
def take_letter(
    *,
    pen_name: str,
    body: str,
    age_band: Letter.AgeBand,
    may_be_published: bool,
    language: str,
    topic: Topic | None = None,
    reply_to: str = "",
) -> Taken:
    """Screen a letter, keep it, and give its writer a private link; raises NothingWritten.

    A hit is put before staff where its writer left a way to be reached, else it is counted. Under 18 nothing is ever
    published; under 13 nothing is kept.
    """
    found = screening.screen(f"{pen_name}\n{body}")
    body, pen_name = tidy(body)[:LONGEST_LETTER], tidy(pen_name)[:LONGEST_NAME]
    if not body:
        raise NothingWritten
    if age_band == Letter.AgeBand.UNDER_13:
        alerting.count_hit(screening=found, source_label=PURPOSE)
        return Taken(None, "", found)
    may_be_published = may_be_published and age_band == Letter.AgeBand.ADULT
    letter = Letter.objects.create(
        pen_name=pen_name,
        body=body,
        reply_to=tidy(reply_to)[:200],
        age_band=age_band,
        topic=topic,
        language=language,
        urgency=(found.tier or "") if found.is_hit else "",
        may_be_published=may_be_published,
        consent_wording=str(CONSENT) if may_be_published else "",
        consent_version=CONSENT_VERSION if may_be_published else "",
    )
    if found.is_hit:
        _tell_staff(letter, found, letter.body)
    expires_at = timezone.now() + telling.LINK_LASTS
    token = linking.issue(purpose=PURPOSE, subject=letter.uuid, expires_at=expires_at)
    return Taken(letter, token, found)


@transaction.atomic
def take_request(
    *, name: str, words: str, language: str, phone: str = "", email: str = "", conversation: Conversation | None = None
) -> Request:
    """Ask staff to write to a reader, by text where there is a `phone`, else by mail, and keep what they agreed to.

    `conversation`: only where its owner shows it to staff. A hit in it, or in `words`, is put before staff at once.
    Raises consenting.NoWayToReach or NumberUnreadable.
    """
    found = screening.screen(f"{name}\n{words}")
    channel = Channel.TEXT if phone.strip() else Channel.MAIL
    wording = texts.consent_wording("opt_in", language) if channel == Channel.TEXT else str(REPLY_CONSENT)
    version = texts.CONSENT_VERSION if channel == Channel.TEXT else REPLY_VERSION
    # Who is owed mail gets it at the very address given; who is owed a text, at the very number.
    contact = consenting.contact_for(
        phone=phone, email="" if channel == Channel.TEXT else email, name=name, language=language
    )
    consenting.consent(contact=contact, channel=channel, wording=wording, version=version, source="chat")
    told = _worst_in(conversation) if conversation and not found.is_hit else None
    alarming, worst = (words, found) if told is None else told
    request = Request.objects.create(
        conversation=conversation,
        contact=contact,
        channel=channel,
        language=language,
        name=tidy(name)[:LONGEST_NAME],
        words=tidy(words)[:LONGEST_REQUEST],
        urgency=(worst.tier or "") if worst.is_hit else "",
        consent_wording=wording,
        consent_version=version,
    )
    if worst.is_hit:
        _alert_of_request(request, contact, worst, alarming)
    return request


def _worst_in(conversation: Conversation) -> tuple[str, Screening] | None:
    """The question of a conversation with a hit that calls for most haste."""
    if conversation.hit_at is None:
        return None
    asked = list(conversation.turns.order_by("number").values_list("question", "kind"))
    said = [question for question, _kind in asked]
    # As each was screened when it was asked: together with what stood before it.
    hits = [
        (question, screening.screen_conversation(said[: number + 1], alert=True))
        for number, (question, kind) in enumerate(asked)
        if kind == "crisis"
    ]
    return max(hits, key=lambda hit: (hit[1].is_urgent, hit[1].is_hit), default=None)


def _alert_of_request(request: Request, contact: Contact, found: Screening, text: str) -> None:
    alerting.raise_alert(
        screening=found,
        text=text,
        source_label="chat",
        source_url=reverse("column:request", args=[request.uuid]),
        who=contact.masked,
    )


@transaction.atomic
def take_subscription(*, email: str, wants: Sequence[str], rhythm: str, language: str, address: str) -> Screening:
    """Screen what stands in the field for an address, then ask that address whether it wants the newsletter.

    Who asks learns nothing of the address; a hit is counted. Raises WantsNothing.
    """
    found = screening.screen(email)
    alerting.count_hit(screening=found, source_label="newsletter")
    subscribing.ask(email=email, wants=wants, rhythm=rhythm, language=language, address=address)
    return found


def screen_unsent(text: str) -> Screening:
    """Whether words that are not (yet) kept are an emergency. It is counted, since nobody can be reached."""
    found = screening.screen(text)
    alerting.count_hit(screening=found, source_label=PURPOSE)
    return found


def screen_again(letter: Letter) -> Screening:
    """What was found in a letter as it came in, for its writer who comes back to it."""
    return screening.screen(f"{letter.pen_name}\n{letter.body}\n{letter.objection}")


def screen_search(text: str) -> Screening:
    """Whether what a reader searched for is an emergency. It is counted, not kept."""
    found = screening.screen(text)
    alerting.count_hit(screening=found, source_label="search")
    return found


@transaction.atomic
def object_to(*, letter: Letter, words: str) -> Screening:
    """Keep that its writer wants the text changed that was shown to them, and why; it is not published as it stands.

    A hit in the words is put before staff as in a letter. Raises LetterClosed or NothingProposed.
    """
    found = screening.screen(words)
    letter = proposing.answerable(letter)
    letter.objected_at, letter.agreed_at = timezone.now(), None
    letter.objection = tidy(words)[:LONGEST_OBJECTION]
    if found.is_hit:
        letter.urgency = letter.urgency if letter.urgency == "act_now" else found.tier or ""
        _tell_staff(letter, found, letter.objection)
    letter.save(update_fields=["objected_at", "agreed_at", "objection", "urgency"])
    auditing.note(actor=None, action="letter objected to", subject=str(letter))
    return found


@transaction.atomic
def withdraw(*, letter: Letter) -> Letter:
    """Empty a letter at its writer's wish, at once; those joined with it wait again. Raises AlreadyClosed."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.closed_at is not None:
        raise AlreadyClosed
    merging.release(letter)
    letter.refresh_from_db()
    sending.withdraw(topic=telling.topic(letter))
    letter.state, letter.closed_at = Letter.State.WITHDRAWN, timezone.now()
    letter.empty()
    letter.save()
    auditing.note(actor=None, action="letter withdrawn", subject=str(letter))
    return letter


def _tell_staff(letter: Letter, found: Screening, words: str) -> None:
    if not letter.reply_to:
        alerting.count_hit(screening=found, source_label=PURPOSE)
        return
    alerting.raise_alert(
        screening=found,
        text=words,
        source_label=PURPOSE,
        source_url=reverse("column:letter", args=[letter.uuid]),
        who=str(_("A letter to the column")),
    )
