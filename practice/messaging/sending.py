"""Sending: queue, withdraw, deliver what is due, resolve the unknown, resend."""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

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
Flying = dict[Future[Outcome], tuple[Message, Carrier]]

BATCH = 1000
# Longer than a claimed message can wait for its thread, its turn and the carrier's whole patience.
STUCK_AFTER = timedelta(seconds=2 * pacing.FURTHEST + 4 * carriers.TIMEOUT)
ASK_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 900.0
MOST_ATTEMPTS = 8
RESENT_FOR = timedelta(hours=4)


class NothingToResend(Refused):
    code = "nothing_to_resend"
    message = "This message cannot be sent again: its words are gone, or it must not be."


@transaction.atomic
def queue(
    *,
    contact: Contact,
    channel: str = Channel.TEXT,
    key: str,
    topic: str = "",
    body: str,
    subject: str = "",
    send_at: datetime | None = None,
    expires_at: datetime,
    priority: int | None = None,
    language: str = "",
) -> Message:
    """Owe `contact` this text or mail, in the caller's transaction; asking again with the same key changes nothing.

    `send_at` (at once where it is not given) and `expires_at` are as the contact's clock tells them; the row keeps
    real time. Without a priority, what goes at once is an answer and goes at any hour, what goes later is a
    reminder and waits out the night. After `expires_at` it is never sent.
    """
    if priority is None:
        priority = Priority.ANSWER if send_at is None else Priority.REMINDER
    message, _is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "contact": contact,
            "channel": channel,
            "topic": topic,
            "language": language or contact.language,
            "subject": subject,
            "body": lengths.folded(body) if channel == Channel.TEXT else body,
            "send_at": timezone.now() if send_at is None else send_at - contact.clock_ahead,
            "expires_at": expires_at - contact.clock_ahead,
            "priority": priority,
        },
    )
    return message


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
    claimed, flying = 0, Flying()
    with ThreadPoolExecutor(carriers.THREADS, thread_name_prefix="texts") as pool:
        while True:
            wanted = min(pacing.room(4 * carriers.THREADS) - len(flying), most - claimed)
            batch = Message.objects.claim(wanted, channels=pacing.open_channels()) if wanted > 0 else []
            claimed += len(batch)
            _send_off(batch, pool, flying)
            if not batch and not flying:
                return claimed
            _land(flying)


def _send_off(batch: list[Message], pool: ThreadPoolExecutor, flying: Flying) -> None:
    ready = _hold_back(batch)
    for channel in Channel.values:
        mine = [message for message in ready if message.channel == channel]
        if mine:
            carrier = carriers.for_channel(channel)
            for message, at in zip(mine, _turns(carrier, mine), strict=True):
                flying[pool.submit(_hand_over, carrier, parcel(message), at)] = message, carrier


def _land(flying: Flying) -> None:
    """Wait until the carrier has answered for as many as there are threads, and write all of those down together."""
    done: set[Future[Outcome]] = set()
    while flying.keys() - done and len(done) < carriers.THREADS:
        done |= wait(flying.keys() - done, return_when=FIRST_COMPLETED).done
    landed = [(future, *flying.pop(future)) for future in done]
    for name in {carrier.name for _future, _message, carrier in landed}:
        own = [(future, message, carrier) for future, message, carrier in landed if carrier.name == name]
        note([(message, future.result()) for future, message, _carrier in own], own[0][2])


def parcel(message: Message) -> Parcel:
    seconds = (message.expires_at - timezone.now()).total_seconds()
    return Parcel(id=message.pk, to=message.to, subject=message.subject, body=message.body, valid_for=int(seconds))


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


def _hand_over(carrier: Carrier, parcel: Parcel, at: float) -> Outcome:
    if (early := at - time.monotonic()) > 0:
        time.sleep(early)
    try:
        return carrier.send(parcel)
    except Exception as error:  # a carrier promises not to raise; should it, the rest must not suffer
        log.error("carrier %s raised %s", carrier.name, type(error).__name__)
        return Outcome(Verdict.UNKNOWN, code="error")


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
    waiting = Message.objects.filter(pk=message.pk, status__in=[Status.SENDING, Status.UNKNOWN])
    waiting.update(status=Status.SCHEDULED, send_at=send_at, claim=None, claimed_at=None)
    return None


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
        sending = Message.objects.filter(pk=message.pk, status=Status.SENDING)
        sending.update(
            status=Status.SCHEDULED, send_at=morning, claim=None, claimed_at=None, attempts=message.attempts - 1
        )
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
    """Whether the same words may go to the same person again: not where they, or their phone, said no."""
    wrong = {Status.FAILED, Status.UNDELIVERED, Status.UNKNOWN}
    if message.status not in wrong or message.emptied_at is not None or message.contact is None:
        return False
    return reasons.explain(message.reason, is_unknown=message.status == Status.UNKNOWN).may_resend


@transaction.atomic
def resend(*, message: Message, actor: User) -> Message:
    """Owe the same words once more, at once; pressing twice sends once. Raises NothingToResend."""
    if not can_resend(message):
        raise NothingToResend
    now = timezone.now()
    fields = {"expires_at": now + RESENT_FOR, "priority": Priority.ANSWER}
    made = recording.copy(message, key=f"{message.pk}:resent", send_at=now, **fields)
    dismiss(message=message, actor=actor, action="resent")
    return made


@transaction.atomic
def dismiss(*, message: Message, actor: User, action: str = "seen") -> None:
    """A person has looked at what went wrong with it; it leaves the list."""
    unseen = Message.objects.filter(pk=message.pk, seen_at=None)
    if unseen.update(seen_at=timezone.now(), seen_by=actor):
        auditing.note(actor=actor, action=f"message {action}", subject=f"message {message.pk}")
