"""Recording: what a carrier said, at once or later, becomes the message's state; never back from an end."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone

from practice import tallies
from practice.messaging import consenting, pacing, reasons
from practice.messaging.carriers import Outcome, Verdict
from practice.messaging.models import Message, Receipt

Status = Message.Status
AGAIN = ":again"
AGAIN_AFTER = timedelta(minutes=30)
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 900.0  # seconds
MOST_ATTEMPTS = 8

# What the carrier's words mean here, and how far along the way they are.
MEANINGS = {
    "queued": (1, Status.ACCEPTED),
    "accepted": (1, Status.ACCEPTED),
    "scheduled": (1, Status.ACCEPTED),
    "sending": (2, Status.ACCEPTED),
    "sent": (3, Status.SENT),
    "delivered": (9, Status.DELIVERED),
    "read": (9, Status.DELIVERED),
    "undelivered": (9, Status.UNDELIVERED),
    "failed": (9, Status.FAILED),
    "canceled": (9, Status.FAILED),
}
STAND = {Status.SCHEDULED: 0, Status.SENDING: 0, Status.UNKNOWN: 0, Status.ACCEPTED: 1, Status.SENT: 3}
END = 9
OPEN = (Status.SENDING, Status.UNKNOWN)


def finish(messages: Iterable[UUID], *, status: str, reason: str = "") -> None:
    """Put these, where they are still on their way, into their end state; a number kept for them alone is emptied."""
    messages = list(messages)
    if not messages:
        return
    ended = Message.objects.filter(pk__in=messages, status__in=[*OPEN, Status.ACCEPTED, Status.SENT])
    fields = {"status": status, "reason": reason[:40], "settled_at": timezone.now()}
    with transaction.atomic():
        pks = list(ended.values_list("pk", flat=True))
        ended.update(**fields)
        Message.objects.filter(pk__in=pks, contact=None).update(recipient="")


def note(outcomes: Iterable[tuple[Message, Outcome]], *, carrier_name: str) -> bool:
    """Write down together what became of these; whether the carrier refused us altogether, which stops its channel.

    A receipt that was faster than the answer is not undone. What the carrier was too busy for is due again later.
    """
    outcomes, is_stopped = list(outcomes), False
    _note_outcomes(outcomes, carrier_name)
    for message, outcome in outcomes:
        if outcome.code in reasons.ACCOUNT_IS_REFUSED and outcome.verdict is Verdict.REFUSED:
            pacing.stop(message.channel)
            is_stopped = True
        if outcome.verdict is Verdict.BUSY:
            later(message, timezone.now() + _pause(message.attempts))
    return is_stopped


def _note_outcomes(outcomes: list[tuple[Message, Outcome]], carrier_name: str) -> None:
    by_verdict: dict[Verdict, list[tuple[Message, Outcome]]] = defaultdict(list)
    for message, outcome in outcomes:
        by_verdict[outcome.verdict].append((message, outcome))
    _note_taken(by_verdict.pop(Verdict.ACCEPTED, []), carrier_name)  # nearly all: one statement, one trip
    if by_verdict:
        _note_others(by_verdict, carrier_name)


@transaction.atomic
def _note_others(by_verdict: dict[Verdict, list[tuple[Message, Outcome]]], carrier_name: str) -> None:
    _note_taken([*by_verdict[Verdict.SENT], *by_verdict[Verdict.DELIVERED]], carrier_name)
    finish((message.pk for message, _outcome in by_verdict[Verdict.SENT]), status=Status.SENT)
    _note_unknown(by_verdict[Verdict.UNKNOWN], carrier_name)
    for message, outcome in by_verdict[Verdict.REFUSED]:
        _note_refusal(message, outcome.code)
    for message, outcome in by_verdict[Verdict.DELIVERED]:
        note_receipt(message_id=message.pk, carrier_id=outcome.carrier_id, status="delivered")


def _note_taken(taken: list[tuple[Message, Outcome]], carrier_name: str) -> None:
    if not taken:
        return
    Message.objects.filter(pk__in=[message.pk for message, _outcome in taken], status__in=OPEN).update(
        status=Status.ACCEPTED, carrier_id=_ids(taken), carrier=carrier_name, reason="", asked_at=timezone.now()
    )


def _ids(taken: list[tuple[Message, Outcome]]) -> RawSQL:
    """To each row its own id, in one statement: Django's own Case costs more here than the rest of the recording."""
    key = Message._meta.pk
    pairs = [(key.get_db_prep_value(message.pk, connection), outcome.carrier_id) for message, outcome in taken]
    branches = " ".join(["WHEN %s THEN %s"] * len(pairs))
    name = connection.ops.quote_name(key.attname)
    return RawSQL(f"CASE {name} {branches} END", [part for pair in pairs for part in pair])  # noqa: S611 - values bound


def _pause(attempts: int) -> timedelta:
    """Twice as long each time, and never the same for two messages."""
    longest = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311 - spreads load, hides nothing


def later(message: Message, send_at: datetime) -> None:
    """Owe again what was surely not taken, from `send_at` on; where it was withdrawn meanwhile, that stands."""
    if message.attempts >= MOST_ATTEMPTS:
        return finish([message.pk], status=Status.FAILED, reason="carrier_busy")
    if send_at >= message.expires_at:
        return finish([message.pk], status=Status.SUPPRESSED, reason="stale")
    mine = Message.objects.filter(pk=message.pk, status__in=OPEN)
    open_again = {"status": Status.SCHEDULED, "claim": None, "claimed_at": None, "settled_at": None}
    mine.filter(void_at=None).update(send_at=send_at, **open_again)
    mine.exclude(void_at=None).update(status=Status.WITHDRAWN, reason="no_longer_true", settled_at=timezone.now())
    return None


def _note_unknown(unknown: list[tuple[Message, Outcome]], carrier_name: str) -> None:
    for message, outcome in unknown:
        Message.objects.filter(pk=message.pk, status=Status.SENDING).update(
            status=Status.UNKNOWN, reason=outcome.code[:40], carrier=carrier_name
        )


def _note_refusal(message: Message, code: str) -> None:
    status = Status.SUPPRESSED if code in reasons.OPTED_OUT else Status.FAILED
    _learn(message, code)
    finish([message.pk], status=status, reason=code)


def _learn(message: Message, code: str) -> None:
    """What a code says of the number, beyond this one message."""
    if not message.is_text or not message.to:
        return
    if code in reasons.OPTED_OUT:
        consenting.opt_out(number=message.to, source="carrier")
    if code in reasons.NUMBER_IS_BAD and message.contact:
        consenting.note_bad_number(message.contact)


@transaction.atomic
def note_receipt(*, message_id: UUID, carrier_id: str, status: str, code: str = "") -> bool:
    """Keep one receipt and let the message follow it: forward only, whatever the order they come in.

    Returns whether anything was new. Receipts of messages we do not have leave nothing but a count.
    """
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None or status not in MEANINGS:
        tallies.counting.add("receipt for nothing")
        return False
    rank, meaning = MEANINGS[status]
    _receipt, is_new = Receipt.objects.get_or_create(
        message=message, carrier_id=carrier_id[:64], status=status, defaults={"rank": rank, "code": code[:12]}
    )
    if is_new:
        _follow(message, carrier_id[:64], rank, meaning, code[:12])
    return is_new


def _follow(message: Message, carrier_id: str, rank: int, meaning: str, code: str) -> None:
    fields = [] if message.carrier_id else ["carrier_id"]
    message.carrier_id = message.carrier_id or carrier_id
    if rank > STAND.get(Status(message.status), END):
        message.status, message.reason = meaning, code
        fields += ["status", "reason"]
        if rank == END:
            _learn(message, code)
            message.settled_at = timezone.now()
            message.recipient = "" if message.contact_id is None else message.recipient
            fields += ["settled_at", "recipient"]
            _try_once_more(message, code)
    message.save(update_fields=fields)


def _try_once_more(message: Message, code: str) -> None:
    if code not in reasons.TRY_ONCE_MORE or message.key.endswith(AGAIN) or message.contact_id is None:
        return
    if message.void_at is not None:
        return  # it was moved, canceled or stopped since
    send_at = timezone.now() + AGAIN_AFTER
    if send_at < message.expires_at:
        copy(message, key=f"{message.key}{AGAIN}", send_at=send_at)


def copy(message: Message, *, key: str, send_at: object, **fields: object) -> Message:
    """The same words to the same person once more, as a row of its own; asking twice with one key makes one."""
    same = ("contact_id", "channel", "topic", "language", "subject", "body", "calendar", "unsubscribe", "expires_at")
    values = {name: getattr(message, name) for name in (*same, "priority")} | {"send_at": send_at} | fields
    made, _is_new = Message.objects.get_or_create(key=key[:160], defaults=values)
    return made
