"""Handling: what the desk does with an intake once it is sent, and what the answer to an offer does to it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import telling, texts
from booking.intake import matching
from booking.models import Appointment, Client, Intake, IntakeChange, Series
from practice.messaging import sending
from practice.messaging.models import Channel, Message
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Clinician, User

What, Outcome = IntakeChange.What, Intake.Outcome
LONGEST_WORDS, LONGEST_TEXT = 2000, 320  # characters: of a mail, and of a text, which is two or three parts then
TRIED_FOR = timedelta(days=2)
# Where a sent intake may go by hand (booked: for what was agreed on the phone); it becomes new only by being sent.
STEPS = {
    Intake.Status.MATCHED: What.MATCHED,
    Intake.Status.CONTACTED: What.CONTACTED,
    Intake.Status.BOOKED: What.BOOKED,
    Intake.Status.CLOSED: What.CLOSED,
}


class ClaimedByAnother(Refused):
    code = "claimed"
    message = _("Someone else is looking after this one already.")


class NotSent(Refused):
    code = "not_sent"
    message = _("This intake has not been sent yet. Its writer may still change it.")


class NoReason(Refused):
    code, status = "no_reason", 422
    message = _("Say in a few words why.")


class NoOutcome(Refused):
    code, status = "no_outcome", 422
    message = _("Say what became of it.")


class NothingWritten(Refused):
    code, status = "nothing_written", 422
    message = _("Write the message first.")


class TooLong(Refused):
    code, status = "too_long", 422
    message = _("A text may have 320 characters. Shorten it, or send it as a mail.")


class CannotBeReached(Refused):
    code = "cannot_be_reached"
    message = _("They cannot be written to that way: they did not agree to it, said STOP, or it failed before.")


@transaction.atomic
def claim(*, intake: Intake, actor: User) -> Intake:
    """Make `actor` the one who looks after it; raises ClaimedByAnother or NotSent."""
    kept = sent(intake)
    if kept.claimed_by not in (None, actor):
        raise ClaimedByAnother
    if kept.claimed_by is None:
        kept.claimed_by, kept.claimed_at = actor, timezone.now()
        kept.save(update_fields=["claimed_by", "claimed_at"])
        note_of(kept, actor=actor, what=What.CLAIMED)
    return kept


@transaction.atomic
def release(*, intake: Intake, actor: User) -> Intake:
    """Give it back to everybody."""
    kept = sent(intake)
    if kept.claimed_by is not None:
        kept.claimed_by = kept.claimed_at = None
        kept.save(update_fields=["claimed_by", "claimed_at"])
        note_of(kept, actor=actor, what=What.RELEASED)
    return kept


@transaction.atomic
def set_status(*, intake: Intake, status: str, actor: User, reason: str = "", outcome: str = "") -> Intake:
    """Say how far it has come. Closing asks what became of it and why (NoOutcome, NoReason), and whoever was referred
    elsewhere is sent the list of help. Raises NotSent for a draft.
    """
    kept, step = sent(intake), STEPS[Intake.Status(status)]
    if step == What.CLOSED and not outcome:
        raise NoOutcome
    if step == What.CLOSED and not reason:
        raise NoReason
    if kept.status == status and outcome in ("", kept.outcome):
        return kept
    what = What.REOPENED if kept.status == Intake.Status.CLOSED != status else step
    ended = {What.CLOSED: outcome, What.BOOKED: Outcome.BOOKED}.get(step, "")
    put(kept, status, actor=actor, what=what, text=reason, outcome=ended)
    if ended == Outcome.REFERRED and kept.client is not None:
        send_elsewhere(kept.client, topic=f"intake:{kept.pk}", state=kept.state)
    return kept


@transaction.atomic
def assign(*, intake: Intake, clinician: Clinician, actor: User, reason: str = "") -> Intake:
    """Match it with `clinician`; raises NoReason where a rule of matching speaks against them and none is given."""
    kept = sent(intake)
    if not reason and is_overruled(kept, clinician):
        raise NoReason
    said = ": ".join(filter(None, [clinician.name, reason]))
    put(kept, Intake.Status.MATCHED, actor=actor, what=What.ASSIGNED, text=said, clinician=clinician)
    return kept


def is_overruled(intake: Intake, clinician: Clinician) -> bool:
    """Whether choosing `clinician` sets one of the rules of matching aside."""
    has_answers = intake.emptied_at is None and bool(intake.answers)
    return has_answers and any(one.clinician == clinician for one in matching.refused(intake=intake))


def ways(intake: Intake) -> list[str]:
    """The channels by which they may be written to."""
    contact = intake.client.contact if intake.client else None
    may = {Channel.TEXT: contact and contact.may_be_texted, Channel.MAIL: contact and contact.may_be_mailed}
    return [channel for channel, is_open in may.items() if is_open]


@transaction.atomic
def write(*, intake: Intake, channel: str, words: str, actor: User) -> Message:
    """Write to the person by text or mail; it goes at their next waking hour and counts as contacting them.

    Raises NothingWritten, TooLong, CannotBeReached or NotSent.
    """
    kept, words = sent(intake), words.strip()[:LONGEST_WORDS]
    if not words:
        raise NothingWritten
    if kept.client is None or channel not in ways(kept):
        raise CannotBeReached
    contact = kept.client.contact
    subject, body = _worded(kept, channel, words)
    status = Intake.Status.CONTACTED if kept.status == Intake.Status.NEW else kept.status
    change = put(kept, status, actor=actor, what=What.WROTE, text=words, outcome=kept.outcome)
    return sending.queue(
        contact=contact,
        channel=channel,
        key=f"intake:{kept.pk}:{change.pk}",
        topic=f"intake:{kept.pk}",
        subject=subject,
        body=body,
        expires_at=contact.now() + TRIED_FOR,
        priority=Message.Priority.REMINDER,
        language=kept.language,
    )


def _worded(intake: Intake, channel: str, words: str) -> tuple[str, str]:
    if channel == Channel.MAIL:
        return texts.written_mail(
            words, name=intake.client.name_to_use if intake.client else "", language=intake.language
        )
    body = texts.written(words)
    if len(body) > LONGEST_TEXT:
        raise TooLong
    return "", body


def send_elsewhere(client: Client, *, topic: str, state: str) -> None:
    """Owe whoever we cannot see the list of help elsewhere, in the way they agreed to, once for `topic`."""
    page = f"{settings.PUBLIC_URL}{'/es' if client.language == 'es' else ''}/help-elsewhere/?state={state}"
    telling.tell(
        client=client,
        kind="elsewhere",
        topic=topic,
        key=f"{topic}:elsewhere",
        link=page,
        priority=Message.Priority.REMINDER,
    )


@transaction.atomic
def offer_ended(*, series: Series, what: str) -> None:
    """The client said yes (BOOKED), no (DECLINED) or nothing (LAPSED) to a regular time: their intake follows.

    It is the intake of the talk after which the time was offered, else the latest one open; whoever says yes has come
    to us, though the desk may have closed it meanwhile.
    """
    rows = Intake.objects.select_for_update(of=("self",)).filter(submitted_at__isnull=False)
    kept = rows.filter(appointments__outcomes__series=series).first()
    if kept is not None and kept.same_as_id is not None:
        kept = rows.get(pk=kept.same_as_id)
    if kept is None:
        open_ones = rows.filter(client=series.client).exclude(status=Intake.Status.CLOSED)
        kept = open_ones.order_by("-submitted_at").first()
    if kept is None or (what != What.BOOKED and kept.status != Intake.Status.OFFERED):
        return
    status, outcome = (Intake.Status.BOOKED, Outcome.BOOKED) if what == What.BOOKED else (Intake.Status.CONTACTED, "")
    put(kept, status, actor=None, what=what, outcome=outcome)


@transaction.atomic
def lost_time(*, appointment: Appointment, actor: User | None) -> None:
    """The time its intake was booked with is canceled: without another one it waits at the desk again."""
    if appointment.intake_id is None:
        return
    rows, state = Intake.objects.select_for_update(of=("self",)), Appointment.State
    kept = rows.filter(pk=appointment.intake_id, status=Intake.Status.BOOKED).first()
    others = Appointment.objects.filter(client=appointment.client, state__in=[state.BOOKED, state.COMPLETED])
    if kept is not None and not others.exclude(pk=appointment.pk).exists():
        put(kept, Intake.Status.CONTACTED, actor=actor, what=What.CANCELED)


@transaction.atomic
def found_time(*, appointment: Appointment, actor: User | None) -> None:
    """The cancellation is taken back: the intake that waited because of it is booked again."""
    if appointment.intake_id is None:
        return
    rows = Intake.objects.select_for_update(of=("self",)).filter(status=Intake.Status.CONTACTED)
    kept = rows.filter(pk=appointment.intake_id).first()
    last = kept.changes.last() if kept is not None else None
    if kept is not None and last is not None and last.what == What.CANCELED:
        outcome = "" if appointment.session_type.is_matchmaking else Outcome.BOOKED
        put(kept, Intake.Status.BOOKED, actor=actor, what=What.BOOKED, outcome=outcome)


def put(
    intake: Intake,
    status: str,
    *,
    actor: User | None,
    what: str,
    text: str = "",
    outcome: str = "",
    clinician: Clinician | None = None,
    same_as: Intake | None = None,
) -> IntakeChange:
    """Where it stands from now on, and the row that says who put it there (nobody: the client). For rules alone.

    What stays closed stays joined to the intake it is the same person's as.
    """
    is_closed = status == Intake.Status.CLOSED
    intake.same_as = same_as or (intake.same_as if is_closed else None)
    intake.closed_at = (intake.closed_at or timezone.now()) if is_closed else None
    intake.status, intake.outcome = status, outcome
    intake.clinician = clinician or intake.clinician
    intake.save(update_fields=["status", "outcome", "closed_at", "clinician", "same_as"])
    return note_of(intake, actor=actor, what=what, text=text)


@transaction.atomic
def note(*, intake: Intake, actor: User, text: str) -> IntakeChange:
    """Keep a few words on logistics, beside the answers."""
    return note_of(sent(intake), actor=actor, what=What.NOTED, text=text)


def sent(intake: Intake) -> Intake:
    """The intake as it stands, locked; raises NotSent for a draft."""
    kept = (
        Intake.objects.select_for_update(of=("self",)).select_related("claimed_by", "client__contact").get(pk=intake.pk)
    )
    if kept.status == Intake.Status.DRAFT:
        raise NotSent
    return kept


def note_of(intake: Intake, *, actor: User | None, what: str, text: str = "") -> IntakeChange:
    """The row of its history that says what was done."""
    if actor is not None:
        auditing.note(actor=actor, action=f"intake {what}", subject=f"intake {intake.pk}")
    return IntakeChange.objects.create(intake=intake, at=timezone.now(), actor=actor, what=what, text=text)
