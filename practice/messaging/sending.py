"""Sending: queue, withdraw, deliver what is due, resend."""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Required, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.messaging import carriers, consenting, lengths, pacing, reasons, recording
from practice.messaging.carriers import Carrier, Outcome, Parcel, Verdict
from practice.messaging.models import Channel, Contact, Message
from practice.messaging.models.contacts import email_digest, number_digest
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

log = logging.getLogger(__name__)
Priority = Message.Priority
Status = Message.Status
note_receipt = recording.note_receipt
Ready = dict[UUID, Message]
Landed = SimpleQueue[tuple[Carrier, Message, Outcome]]

# For each thread: how many are set aside ahead, how many are claimed at most, how many outcomes are written together.
AHEAD, CLAIMED, TOGETHER = 4, 1.5, 0.5
# Seconds: outcomes wait so long for others; and so long is a silent carrier waited for before what is due is looked at.
GATHERING, PATIENCE = 0.1, 1.0
A_MOMENT = timedelta(minutes=1)  # what any carrier is given to pass a text on


class NothingToResend(Refused):
    code = "nothing_to_resend"
    message = "This message cannot be sent again: its words are gone or no longer true, or it must not be."


class Owed(TypedDict, total=False):
    """A text or mail to be queued.

    A mail may carry a `calendar` (an iCalendar text, whose METHOD says what it is to do), and say where one POST ends
    mails of its kind (`unsubscribe`, a whole address). `send_at` (at once where it is not given) and `expires_at` are
    as the contact's clock tells them; the row keeps real time. Without a priority, what goes at once is an answer and
    goes at any hour, what goes later is a reminder and waits out the night. After `expires_at` it is never sent.
    """

    contact: Required[Contact]
    key: Required[str]
    body: Required[str]
    expires_at: Required[datetime]
    channel: str
    topic: str
    subject: str
    send_at: datetime | None
    priority: int | None
    language: str
    calendar: str
    unsubscribe: str


def queue(**owed: Unpack[Owed]) -> Message:
    """Owe this text or mail, in the caller's transaction; asking again with the same key changes nothing."""
    queue_all([owed])
    return Message.objects.get(key=owed["key"])


def queue_all(owed: Iterable[Owed]) -> None:
    """Owe all of these at once, as `queue` does each: one statement, however many there are."""
    Message.objects.bulk_create([_draft(**one) for one in owed], ignore_conflicts=True)


def _draft(
    *,
    contact: Contact,
    key: str,
    body: str,
    expires_at: datetime,
    channel: str = Channel.TEXT,
    topic: str = "",
    subject: str = "",
    send_at: datetime | None = None,
    priority: int | None = None,
    language: str = "",
    calendar: str = "",
    unsubscribe: str = "",
) -> Message:
    if priority is None:
        priority = Priority.ANSWER if send_at is None else Priority.REMINDER
    return Message(
        key=key,
        contact=contact,
        channel=channel,
        topic=topic,
        language=language or contact.language,
        subject=subject,
        body=lengths.folded(body) if channel == Channel.TEXT else body,
        calendar=calendar,
        unsubscribe=unsubscribe,
        send_at=timezone.now() if send_at is None else send_at - contact.clock_ahead,
        expires_at=expires_at - contact.clock_ahead,
        priority=priority,
    )


@transaction.atomic
def queue_to_staff(
    *, to: str, channel: str, key: str, topic: str, body: str, subject: str = "", expires_at: datetime
) -> Message:
    """Owe one of us a page or an alarm, at this number (E.164) or address: at any hour, after crisis lines alone."""
    digest = number_digest(to) if channel == Channel.TEXT else email_digest(to.lower())
    fields = {"subject": subject, "body": body, "send_at": timezone.now(), "expires_at": expires_at}
    fields |= {"recipient": to, "recipient_digest": digest, "channel": channel, "topic": topic}
    message, _is_new = Message.objects.get_or_create(key=key, defaults=fields | {"priority": Priority.PAGING})
    return message


def withdraw(*, topic: str, reason: str = "no_longer_true") -> int:
    """End everything still owed about `topic`; returns how many. What is on its way stays on its way."""
    return Message.objects.filter(topic=topic).withdraw(reason)


# --- Delivering ------------------------------------------------------------------------------------------------------


def deliver_due() -> int:
    """Send all that is due and note what became of each; how many were sent off.

    Due messages are set aside well ahead of the threads, looked at together, and claimed just before their calls: no
    thread waits for the database, and a worker that dies leaves in doubt only what its threads were about to send.
    Threads only speak to the carrier: no lock, no transaction, no query.
    """
    ready, landed = Ready(), Landed()
    sent = flying = 0
    look_at = 0.0
    with ThreadPoolExecutor(carriers.THREADS, thread_name_prefix="texts") as pool:
        while True:
            has_work = ready and flying < _room(CLAIMED)
            answers = [] if has_work else _land(landed, min(flying, max(1, int(TOGETHER * carriers.THREADS))))
            flying -= len(answers)
            batch = _claim(ready, _room(CLAIMED) - flying)
            _send_off(batch, pool, landed)  # before anything else: no thread is to wait
            flying, sent = flying + len(batch), sent + len(batch)
            if _note(answers):
                _give_back(ready)
            if _is_low(ready) and (not flying or time.monotonic() >= look_at):
                wanted = _room(AHEAD) - len(ready)
                found = _look_ahead(ready, wanted)
                if not found and not ready and not flying:
                    return sent
                look_at = time.monotonic() + (PATIENCE if found < wanted else 0)


def _room(for_each: float) -> int:
    return pacing.room(int(for_each * carriers.THREADS))


def _is_low(ready: Ready) -> bool:
    return len(ready) <= _room(AHEAD) // 2


def _look_ahead(ready: Ready, most: int) -> int:
    """Set up to `most` more due messages aside and add those that may go; how many were due."""
    found = Message.objects.reserve(most, channels=pacing.open_channels())
    ready.update((message.pk, message) for message in _hold_back(found))
    if found and len(ready) > len(found):  # what is urgent goes before what waits here already
        in_order = sorted(ready.values(), key=lambda message: (message.priority, message.send_at))
        ready.clear()
        ready.update((message.pk, message) for message in in_order)
    return len(found)


def _claim(ready: Ready, most: int) -> list[Message]:
    """Take the next of these off the list and claim them; those that are still to be sent."""
    batch = [ready.pop(pk) for pk in list(ready)[: max(0, most)]]
    return Message.objects.claim(batch) if batch else []


def _give_back(ready: Ready) -> None:
    """Leave what was set aside to whoever looks next."""
    Message.objects.release(ready.values())
    ready.clear()


def _send_off(batch: list[Message], pool: ThreadPoolExecutor, landed: Landed) -> None:
    """Give these to the threads."""
    for channel in Channel.values:
        mine = [message for message in batch if message.channel == channel]
        if mine:
            carrier = carriers.for_channel(channel)
            for message, at in zip(mine, _turns(carrier, mine), strict=True):
                pool.submit(_hand_over, carrier, message, parcel(message), at, landed)


def _land(landed: Landed, enough: int) -> list[tuple[Carrier, Message, Outcome]]:
    """What the carriers answered, all of it: as soon as `enough` have, or a little after the first."""
    answers: list[tuple[Carrier, Message, Outcome]] = []
    until = time.monotonic() + PATIENCE
    while True:
        try:
            answers.append(landed.get(len(answers) < enough, max(0.0, until - time.monotonic())))
        except Empty:
            return answers
        if len(answers) == 1:
            until = time.monotonic() + GATHERING


def _note(answers: list[tuple[Carrier, Message, Outcome]]) -> bool:
    """Write these down together; whether a carrier refused us altogether, so that nothing more should go to it."""
    stopped = False
    for name in {carrier.name for carrier, _message, _outcome in answers}:
        own = [(message, outcome) for carrier, message, outcome in answers if carrier.name == name]
        stopped |= recording.note(own, carrier_name=name)
    return stopped


def parcel(message: Message) -> Parcel:
    seconds = (_until(message) - timezone.now()).total_seconds()
    words = {"subject": message.subject, "body": message.body, "calendar": message.calendar}
    words |= {"unsubscribe": message.unsubscribe}
    return Parcel(id=message.pk, to=message.to, valid_for=int(seconds), **words)


def _until(message: Message) -> datetime:
    """How long the carrier may hold it in a queue of its own: what waits out the night here does not spend it there."""
    contact = message.contact
    if contact is None or not message.waits_for_the_morning:
        return message.expires_at
    night = consenting.quiet_from(contact.now(), contact=contact) - contact.clock_ahead
    return min(message.expires_at, max(night, timezone.now() + A_MOMENT))


def _turns(carrier: Carrier, messages: list[Message]) -> list[float]:
    """When each may leave (monotonic). The urgent do not wait, but their places count."""
    now = time.monotonic()
    if not messages[0].is_text:
        return [now] * len(messages)
    waits = pacing.turns(carrier.name, len(messages))
    return [
        now if message.priority <= Priority.PAGING else now + wait
        for message, wait in zip(messages, waits, strict=True)
    ]


def _hand_over(carrier: Carrier, message: Message, parcel: Parcel, at: float, landed: Landed) -> None:
    if (early := at - time.monotonic()) > 0:
        time.sleep(early)
    try:
        outcome = carrier.send(parcel)
    except Exception as error:  # a carrier promises not to raise; should it, the rest must not suffer
        log.error("carrier %s raised %s", carrier.name, type(error).__name__)
        outcome = Outcome(Verdict.UNKNOWN, code="error")
    landed.put((carrier, message, outcome))


def _hold_back(found: list[Message]) -> list[Message]:
    """Those that may go now; the others are suppressed with the reason, or wait for the morning."""
    obstacles = consenting.obstacles(found)
    now = timezone.now()
    ready, refused = [], defaultdict(list)
    for message in found:
        reason = "stale" if message.expires_at <= now else obstacles[message.pk]
        if reason:
            refused[reason].append(message)
        elif not _waits_out_the_night(message):
            ready.append(message)
    for reason, messages in refused.items():
        _suppress(messages, reason)
    return ready


def _waits_out_the_night(message: Message) -> bool:
    contact = message.contact
    if contact is None or not message.waits_for_the_morning or not consenting.is_quiet(contact.now(), contact=contact):
        return False
    morning = consenting.not_before(contact.now(), contact=contact) - contact.clock_ahead
    if morning >= message.expires_at:
        _suppress([message], "quiet_hours")
    else:
        Message.objects.release([message], send_at=morning)
    return True


def _suppress(messages: list[Message], reason: str) -> None:
    """Never send these, which are set aside; where one was withdrawn meanwhile, that stands."""
    fields = {"status": Status.SUPPRESSED, "reason": reason, "settled_at": timezone.now(), "recipient": ""}
    Message.objects.reserved(messages).update(**fields)


# --- What staff do ---------------------------------------------------------------------------------------------------


def can_resend(message: Message) -> bool:
    """Whether the same words may go to the same person again: not where they, or their phone, said no.

    Nor where the words are no longer true, or their time is over.
    """
    wrong = {Status.FAILED, Status.UNDELIVERED, Status.UNKNOWN}
    if message.status not in wrong or message.emptied_at is not None or message.contact is None:
        return False
    if message.void_at is not None or message.expires_at <= timezone.now():
        return False
    return reasons.explain(message.reason, is_unknown=message.status == Status.UNKNOWN).may_resend


@transaction.atomic
def resend(*, message: Message, actor: User) -> Message:
    """Owe the same words once more, at once; pressing twice sends once. Raises NothingToResend."""
    if not can_resend(message):
        raise NothingToResend
    made = recording.copy(message, key=f"{message.pk}:resent", send_at=timezone.now(), priority=Priority.ANSWER)
    dismiss(message=message, actor=actor, action="resent")
    return made


@transaction.atomic
def dismiss(*, message: Message, actor: User, action: str = "seen") -> None:
    """A person has looked at what went wrong with it; it leaves the list."""
    unseen = Message.objects.filter(pk=message.pk, seen_at=None)
    if unseen.update(seen_at=timezone.now(), seen_by=actor):
        auditing.note(actor=actor, action=f"message {action}", subject=f"message {message.pk}")
