"""Requesting: "text these lines to my phone": limits, a text sent at once, the same answer in every case."""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from practice import phones, tallies
from practice.messaging import carriers, consenting, limiting, pacing, recording, sending, texts
from practice.messaging.carriers import Outcome, Verdict
from practice.messaging.models import Channel, Contact, Message
from practice.messaging.models.contacts import number_digest

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds by the clock for the whole request; the carrier's own timeout counts from byte to byte
AT_ONCE = 2  # requests of one process that may wait for the carrier; the others leave it to the outbox
USEFUL_FOR = timedelta(minutes=10)  # later it helps nobody, and may be read by somebody else
_places = threading.BoundedSemaphore(AT_ONCE)
_hands = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lines")


def text_lines(*, number: str, language: str, address: str) -> Message | None:
    """Text the crisis lines to `number` (E.164) now, or refuse without a sign of it. None where nothing is sent.

    The page says the same in every case. The number is kept with this one message until it has ended, and as a digest
    for 30 days. What is surely not taken is due again at once, what is unclear follows the rule for the unknown.
    """
    until = time.monotonic() + PATIENCE
    if not _may_go(number, address):
        return None
    try:
        if consenting.has_opted_out(number):
            tallies.counting.add("lines not sent: stopped")
            return None
        message = _owe(number, language)
        _send_now(message, until)
    except DatabaseError:
        log.error("the lines could not be texted: no database")
        return None
    tallies.counting.add("lines texted")
    return message


def _may_go(number: str, address: str) -> bool:
    if not phones.can_be_texted(number, countries=(settings.PRACTICE["country"],)):
        tallies.counting.add("lines not sent: kind of number")
        return False
    if not limiting.allowed(number=number, address=address):
        tallies.counting.add("lines not sent: limit")
        return False
    return True


def _owe(number: str, language: str) -> Message:
    now = timezone.now()
    digest = number_digest(number)
    return Message.objects.create(
        recipient=number,
        recipient_digest=digest,
        channel=Channel.TEXT,
        key=f"lines:{digest}:{now.timestamp()}",
        topic="lines",
        language=language,
        body=texts.lines(language),
        send_at=now,
        expires_at=now + USEFUL_FOR,
        priority=Message.Priority.CRISIS,
    )


def _send_now(message: Message, until: float) -> None:
    if not _places.acquire(blocking=False):
        return  # due at the top of the outbox
    handed = None
    try:
        carrier = carriers.for_channel(Channel.TEXT)
        if not Message.objects.claim_this(message):
            return  # the dispatcher was faster
        pacing.count_one(carrier.name)
        handed = _hands.submit(carrier.send, sending.parcel(message))
    finally:
        _leave(handed)
    recording.note([(message, _outcome(handed, until))], carrier_name=carrier.name)


def _leave(handed: "Future[Outcome] | None") -> None:
    """Free the place once the carrier's call has really ended, however long that is."""
    if handed is None:
        _places.release()
    else:
        handed.add_done_callback(lambda _done: _places.release())


def _outcome(handed: "Future[Outcome]", until: float) -> Outcome:
    try:
        outcome = handed.result(timeout=max(0.0, until - time.monotonic()))
    except TimeoutError:
        return Outcome(Verdict.UNKNOWN, code="slow")
    except Exception as error:  # a carrier promises not to raise
        log.error("the carrier raised %s", type(error).__name__)
        return Outcome(Verdict.UNKNOWN, code="error")
    return outcome


def opt_in(*, number: str, language: str, address: str, name: str = "", time_zone: str = "") -> Contact | None:
    """Keep the consent given on the public page and confirm it by one text; None where limits or the number forbid it.

    A number that said STOP stays stopped: only its own START ends that.
    """
    if not _may_go(number, address):
        return None
    contact = consenting.contact_for(phone=number, name=name, language=language, time_zone=time_zone)
    consenting.consent(
        contact=contact,
        channel=Channel.TEXT,
        wording=texts.consent_wording("opt_in", language),
        version=texts.CONSENT_VERSION,
        source="opt-in page",
        address=address,
    )
    sending.queue(
        contact=contact,
        key=f"opt-in:{contact.pk}:{contact.now():%Y%m%d}",
        topic=f"opt-in:{contact.pk}",
        body=texts.reply("opted_in", language),
        expires_at=contact.now() + timedelta(hours=1),
        language=language,
    )
    return contact
