"""Sending: queue, withdraw, deliver what is due, resolve the unknown, resend."""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Required, TypedDict, Unpack

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
Landed = SimpleQueue[tuple[Carrier, Message, Outcome]]

BATCH = 1000
# For each thread: how many are claimed ahead, and how many outcomes are written together while the others fly.
AHEAD, TOGETHER = 4, 2
# Seconds: outcomes wait so long for others; and so long is a silent carrier waited for before what is due is looked at.
GATHERING, PATIENCE = 0.1, 1.0
# Longer than a claimed message can wait for its thread, its turn and the carrier's whole patience.
STUCK_AFTER = timedelta(seconds=2 * pacing.FURTHEST + 4 * carriers.TIMEOUT)
ASK_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 900.0
MOST_ATTEMPTS = 8


class NothingToResend(Refused):
    code = "nothing_to_resend"
    message = "This message cannot be sent again: its words are gone or no longer true, or it must not be."


class Owed(TypedDict, total=False):
    """A text or mail to be queued.

    A mail may carry a `calendar` (an iCalendar text, whose METHOD says what it is to do). `send_at` (at once where it
    is not given) and `expires_at` are as the contact's clock tells them; the row keeps real time. Without a priority,
    what goes at once is an answer and goes at any hour, what goes later is a reminder and waits out the night. After
    `expires_at` it is never sent.
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


def deliver_due(*, most: int = BATCH) -> int:
    """Send up to `most` due messages and note what became of each; how many were claimed.

    Claims are small and run a little ahead of the threads: no thread waits for the database, and a worker that dies
    leaves few messages in doubt. Threads only speak to the carrier: no lock, no transaction, no query.
    """
    claimed, flying, landed = 0, 0, Landed()
    with ThreadPoolExecutor(carriers.THREADS, thread_name_prefix="texts") as pool:
        while True:
            wanted = min(pacing.room(AHEAD * carriers.THREADS) - flying, most - claimed)
            batch = Message.objects.claim(wanted, channels=pacing.open_channels()) if wanted > 0 else []
            claimed += len(batch)
            flying += _send_off(batch, pool, landed)
            if not batch and not flying:
                return claimed
            flying -= _land(landed, min(flying, TOGETHER * carriers.THREADS))


def _send_off(batch: list[Message], pool: ThreadPoolExecutor, landed: Landed) -> int:
    """Give those that may go to the threads; how many those are."""
    ready = _hold_back(batch)
    for channel in Channel.values:
        mine = [message for message in ready if message.channel == channel]
        if mine:
            carrier = carriers.for_channel(channel)
            for message, at in zip(mine, _turns(carrier, mine), strict=True):
                pool.submit(_hand_over, carrier, message, parcel(message), at, landed)
    return len(ready)


def _land(landed: Landed, most: int) -> int:
    """Write down together what the carrier answered: as soon as `most` have, or a little after the first."""
    answers: list[tuple[Carrier, Message, Outcome]] = []
    until = time.monotonic() + PATIENCE
    while len(answers) < most:
        try:
            answers.append(landed.get(timeout=max(0.0, until - time.monotonic())))
        except Empty:
            break
        if len(answers) == 1:
            until = time.monotonic() + GATHERING
    for name in {carrier.name for carrier, _message, _outcome in answers}:
        own = [answer for answer in answers if answer[0].name == name]
        note([(message, outcome) for _carrier, message, outcome in own], own[0][0])
    return len(answers)


def parcel(message: Message) -> Parcel:
    seconds = (message.expires_at - timezone.now()).total_seconds()
    words = {"subject": message.subject, "body": message.body, "calendar": message.calendar}
    return Parcel(id=message.pk, to=message.to, valid_for=int(seconds), **words)


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


def note(outcomes: Iterable[tuple[Message, Outcome]], carrier: Carrier) -> None:
    """Write down what became of each; what the carrier was too busy for becomes due again later."""
    outcomes = list(outcomes)
    recording.note_outcomes(outcomes, carrier_name=carrier.name)
    for message, outcome in outcomes:
        if outcome.code in reasons.ACCOUNT_IS_REFUSED and outcome.verdict is Verdict.REFUSED:
            pacing.stop(message.channel)
        if outcome.verdict is Verdict.BUSY:
            _later(message, timezone.now() + _pause(message.attempts))


def _pause(attempts: int) -> timedelta:
    """Twice as long each time, and never the same for two messages."""
    longest = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311 - spreads load, hides nothing


def _later(message: Message, send_at: datetime) -> None:
    if message.attempts >= MOST_ATTEMPTS:
        return recording.finish([message.pk], status=Status.FAILED, reason="carrier_busy")
    if send_at >= message.expires_at:
        return recording.finish([message.pk], status=Status.SUPPRESSED, reason="stale")
    return _put_back(message, send_at)


def _put_back(message: Message, send_at: datetime, *, attempts: int | None = None) -> None:
    """Owe it again from `send_at` on; where it was withdrawn while it was in our hands, that stands."""
    mine = Message.objects.filter(pk=message.pk, status__in=[Status.SENDING, Status.UNKNOWN])
    tries = message.attempts if attempts is None else attempts
    owed = {"status": Status.SCHEDULED, "send_at": send_at, "claim": None, "claimed_at": None, "attempts": tries}
    mine.filter(void_at=None).update(**owed)
    mine.exclude(void_at=None).update(status=Status.WITHDRAWN, reason="no_longer_true", settled_at=timezone.now())


def _hold_back(batch: list[Message]) -> list[Message]:
    """Those that may go now; the others are suppressed with the reason, or wait for the morning."""
    obstacles = consenting.obstacles(batch)
    now = timezone.now()
    ready, refused = [], defaultdict(list)
    for message in batch:
        reason = "stale" if message.expires_at <= now else obstacles[message.pk]
        if reason:
            refused[reason].append(message.pk)
        elif not _waits_out_the_night(message):
            ready.append(message)
    for reason, pks in refused.items():
        recording.finish(pks, status=Status.SUPPRESSED, reason=reason)
    return ready


def _waits_out_the_night(message: Message) -> bool:
    contact = message.contact
    if contact is None or not message.waits_for_the_morning or not consenting.is_quiet(contact.now(), contact=contact):
        return False
    morning = consenting.not_before(contact.now(), contact=contact) - contact.clock_ahead
    if morning >= message.expires_at:
        recording.finish([message.pk], status=Status.SUPPRESSED, reason="quiet_hours")
    else:
        _put_back(message, morning, attempts=message.attempts - 1)
    return True


# --- The unknown -----------------------------------------------------------------------------------------------------


def resolve(*, most: int = 50) -> int:
    """Look after messages of which nobody knows whether they went; returns how many are settled now.

    Those still being sent long after they were claimed are unknown too. The carrier's list is asked first; what it does
    not have after ten minutes is sent again when it holds crisis lines, and shown to staff when it is anything else.
    """
    now = timezone.now()
    stuck = Message.objects.filter(status=Status.SENDING, claimed_at__lt=now - STUCK_AFTER)
    stuck.update(status=Status.UNKNOWN, reason="stuck")
    unknown = Message.objects.filter(status=Status.UNKNOWN, settled_at=None, claimed_at__lt=now - ASK_AFTER)
    return sum(_settle(message) for message in unknown.select_related("contact").order_by("claimed_at")[:most])


def _settle(message: Message) -> bool:
    found = _ask(message)
    if found:
        bound = Message.objects.filter(pk=message.pk, status=Status.UNKNOWN)
        return bool(bound.update(status=Status.ACCEPTED, carrier_id=found, reason=""))
    if message.claimed_at and message.claimed_at > timezone.now() - GIVE_UP_AFTER:
        return False
    if message.priority == Priority.CRISIS and message.expires_at > timezone.now():
        _later(message, timezone.now())  # twice does no harm, never may
    else:
        Message.objects.filter(pk=message.pk, status=Status.UNKNOWN).update(settled_at=timezone.now())
    return True


def _ask(message: Message) -> str:
    """The carrier's id of this message if its list has one that no other row of ours is bound to."""
    since = (message.claimed_at or message.created_at) - timedelta(minutes=1)
    try:
        found = carriers.for_channel(message.channel).find(parcel(message), since=since)
    except carriers.Unanswered:
        return ""
    taken = set(Message.objects.filter(carrier_id__in=found).values_list("carrier_id", flat=True))
    return next((sid for sid in found if sid not in taken), "")


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
