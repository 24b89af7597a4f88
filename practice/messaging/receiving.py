"""Receiving: every text that reaches us is screened, then done, then answered, once."""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from practice.crisis import alerting, responding, screening
from practice.crisis.screening import Screening
from practice.messaging import consenting, keywords, remembering, texts
from practice.messaging.models import Contact, InboundText
from practice.messaging.models.contacts import number_digest

log = logging.getLogger(__name__)
Answer = InboundText.Answer
HELP_LINE_EVERY = timedelta(days=1)
LONGEST_KEPT = 10_000
LONGEST_SENDER = 40


def receive(*, number: str, body: str, message_sid: str, opt_out_type: str = "") -> str | None:
    """Take one text in and return the reply it gets, if any; the same delivery again gets the same reply.

    The crisis screen runs first and chooses the words, but what the text asks for is done all the same: a STOP, C or X
    beside a cry for help is carried out. A number that had said STOP before gets no text; staff are told. Without a
    database a cry for help is still answered, and taken in once there is one; anything else raises DatabaseError, so
    that the carrier tries again.
    """
    found = screening.screen(body)
    take_in = partial(_take_in, number[:LONGEST_SENDER], body[:LONGEST_KEPT], message_sid, opt_out_type, found)
    try:
        return take_in()
    except DatabaseError:
        if not found.is_hit:
            raise
        remembering.owe(take_in)
        return responding.reply_text(found, "es" if keywords.looks_spanish(body) else "en")


def heed_name(*, name: str, contact: Contact, source_label: str) -> Screening:
    """Screen what somebody wrote into the field for their name; a cry for help there is put before staff too."""
    found = screening.screen(name)
    if found.is_hit:
        text = InboundText(contact=contact, body=name)
        _alert(text, found, source_label=source_label)
    return found


@transaction.atomic
def _take_in(number: str, body: str, message_sid: str, opt_out_type: str, found: Screening) -> str | None:
    kept = {"number": number, "number_digest": number_digest(number), "body": body}
    # The insert is the claim: a second delivery waits here for the first, and then reads its reply.
    text, is_new = InboundText.objects.get_or_create(message_sid=message_sid, defaults=kept)
    if not is_new:
        return text.reply or None
    text.contact = _contact(number)
    had_stopped = consenting.has_opted_out(number)
    asked = opt_out_type if opt_out_type and keywords.read(body) is None else body
    done, all_went_well = _carry_out(text.contact, asked, message_sid)
    _answer(text, found, done, had_stopped=had_stopped)
    text.needs_reading = text.needs_reading or not all_went_well
    text.raised_alert = found.is_hit
    if found.is_hit and not _alert(text, found):
        text.needs_reading = True
    text.save()
    return text.reply or None


def _contact(number: str) -> Contact | None:
    try:
        return consenting.contact_for(phone=number)
    except (consenting.NumberUnreadable, consenting.NoWayToReach):
        return None  # a short code, or a name in place of a number: nothing may go there


def _carry_out(contact: Contact | None, body: str, message_sid: str) -> tuple[str | None, bool]:
    """The reply of the first rule that answers, and whether every rule asked could do its work."""
    all_went_well = True
    for path in settings.SMS_REPLIES if contact else []:
        try:
            with transaction.atomic():
                reply = import_string(path)(contact=contact, body=body, message_sid=message_sid)
        except Exception as error:  # a rule's fault must not cost the crisis reply, nor the other rules
            log.error("reply rule %s failed: %s", path, type(error).__name__)
            all_went_well = False
            continue
        if reply is not None:
            return reply, all_went_well
    return None, all_went_well


def _answer(text: InboundText, found: Screening, done: str | None, *, had_stopped: bool) -> None:
    """Choose the words: the crisis reply before the deed's, the deed's before the help line."""
    has_stopped = consenting.has_opted_out(text.number)
    language = _language(text)
    if text.contact is None or (had_stopped and has_stopped):
        text.answer, text.reply = Answer.NONE, ""
        text.needs_reading = keywords.read(text.body) is None
    elif found.is_hit:
        text.answer, text.reply = Answer.CRISIS, _crisis_words(found, language, just_stopped=has_stopped)
    elif done is not None:
        text.answer, text.reply = Answer.RULE, done
    else:
        text.needs_reading = True
        text.answer, text.reply = _unanswered(text, found, language)


def _crisis_words(found: Screening, language: str, *, just_stopped: bool) -> str:
    words = responding.reply_text(found, language)
    if not just_stopped:
        return words
    return f"{words} {texts.reply('stopped_briefly' if '988' in words else 'stopped_with_988', language)}"


def _unanswered(text: InboundText, found: Screening, language: str) -> tuple[str, str]:
    if found.kind != "none":  # somebody mourns: no alarm, but never the help line's cold words
        return Answer.CRISIS, responding.reply_text(found, language)
    since = timezone.now() - HELP_LINE_EVERY
    earlier = InboundText.objects.filter(
        number_digest=text.number_digest, answer=Answer.HELP_LINE, received_at__gt=since
    )
    return (Answer.NONE, "") if earlier.exists() else (Answer.HELP_LINE, texts.reply("help_line", language))


def _language(text: InboundText) -> str:
    if text.contact is not None and text.contact.language != "en":
        return text.contact.language
    return "es" if keywords.looks_spanish(text.body) else "en"


def _alert(text: InboundText, found: Screening, *, source_label: str = "text") -> bool:
    """Put it before staff; False where that failed, so that the text is shown to them another way."""
    where = reverse("texts:conversation", args=[text.contact.pk]) if text.contact else reverse("texts:list")
    who = text.contact.masked if text.contact else "sender without a number"
    try:
        with transaction.atomic():
            alerting.raise_alert(screening=found, text=text.body, source_label=source_label, source_url=where, who=who)
    except Exception as error:  # the reply with the lines goes out whatever happens here
        log.error("an alert could not be raised: %s", type(error).__name__)
        return False
    return True
