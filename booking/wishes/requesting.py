"""Requesting: someone says when they could come, staff propose times, one is chosen. Alone changes TimeRequest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import blocking, limiting, settling, taking, telling
from booking.intake import receiving
from booking.models import Appointment, AppointmentChange, SessionType, TimeRequest
from booking.refusals import NotOffered, NotPossible
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Clinician, User

State, What, Status = Appointment.State, AppointmentChange.What, TimeRequest.Status
PURPOSE = "time request"
PROPOSAL_LASTS = timedelta(hours=48)
MOST_TIMES = 3


class NoTimes(Refused):
    code, status = "invalid", 422
    message = _("Choose one, two or three times to propose.")


@transaction.atomic
def ask(
    *,
    answers: dict[str, Any],
    language: str,
    address: str,
    session_type: SessionType,
    clinician: Clinician | None,
    state: str,
) -> TimeRequest:
    """Keep what someone wishes of a session whose times we propose; `words` say when they could come.

    Their words are screened first. Raises NotOffered where this kind can be booked at once, or TooManyBookings.
    """
    phone, email = answers.get("phone") or "", answers.get("email") or ""
    if session_type.mode != SessionType.Mode.REQUEST or blocking.is_blocked(phone=phone, email=email):
        raise NotOffered
    with limiting.booking(phone=phone, email=email, address=address):
        client = receiving.introduce(answers=answers, language=language, is_new=True)
        return TimeRequest.objects.create(
            client=client,
            session_type=session_type,
            clinician=clinician,
            client_state=state,
            words=answers.get("words") or "",
        )


@taking.again_after_deadlock
@transaction.atomic
def propose(*, request: TimeRequest, times: Sequence[tuple[Clinician, datetime]], actor: User) -> list[Appointment]:
    """Keep up to three times for them for 48 hours and tell them; what was proposed before is let go.

    Raises NoTimes, NotPossible, or what booking raises of a time that is not free.
    """
    if not 1 <= len(times) <= MOST_TIMES:
        raise NoTimes
    kept, now = _locked(request, Status.OPEN, Status.PROPOSED), timezone.now()
    _let_go(kept)
    until = now + PROPOSAL_LASTS
    # In one order, because two who propose to several clinicians at once must not wait for each other.
    wanted = sorted(times, key=lambda time: (time[0].pk, time[1]))
    proposals = [
        settling.propose(request=kept, clinician=clinician, starts_at=starts_at, until=until, actor=actor)
        for clinician, starts_at in wanted
    ]
    kept.status, kept.rounds = Status.PROPOSED, kept.rounds + 1
    kept.save(update_fields=["status", "rounds"])
    link = telling.link(kept.client, purpose=PURPOSE, subject=kept.pk, page="booking:proposals", expires_at=until)
    key = f"{kept.topic}:{kept.rounds}:proposed"
    telling.tell(
        client=kept.client,
        kind="proposed",
        topic=kept.topic,
        key=key,
        link=link,
        starts_at=proposals[0].starts_at,
        expires_at=kept.client.contact.now() + PROPOSAL_LASTS,
    )
    return proposals


@taking.again_after_deadlock
@transaction.atomic
def choose(*, proposal: Appointment) -> Appointment:
    """They take this one of the proposed times; the others are free again. Raises NotPossible once it is over."""
    assert proposal.request is not None
    kept = _locked(proposal.request, Status.PROPOSED)
    booked = settling.settle(held=proposal)
    _let_go(kept)
    kept.status = Status.BOOKED
    kept.save(update_fields=["status"])
    return booked


@transaction.atomic
def ask_again(*, request: TimeRequest, words: str) -> TimeRequest:
    """None of the times suits: they are let go, and staff look again with what was written now. Raises NotPossible."""
    kept = _locked(request, Status.PROPOSED, Status.OPEN)
    receiving.hear(words=words, contact=kept.client.contact)
    _let_go(kept)
    kept.status, kept.words = Status.OPEN, words or kept.words
    kept.save(update_fields=["status", "words"])
    return kept


@transaction.atomic
def close(*, request: TimeRequest, actor: User) -> None:
    """Nothing more comes of it; what was kept is free again. They are not told. Raises NotPossible."""
    kept = _locked(request, Status.OPEN, Status.PROPOSED)
    _let_go(kept)
    kept.status = Status.CLOSED
    kept.save(update_fields=["status"])
    auditing.note(actor=actor, action="time request closed", subject=f"time request {kept.pk}")


def reopen_lapsed() -> int:
    """Put before staff again what nobody chose of in time; returns how many."""
    proposed = TimeRequest.objects.filter(status=Status.PROPOSED)
    kept = Appointment.objects.filter(request=OuterRef("pk"), state=State.HELD)
    return proposed.filter(~Exists(kept)).update(status=Status.OPEN)


def open_proposals(request: TimeRequest) -> list[Appointment]:
    """What is kept for them now, soonest first."""
    rows = request.proposals.filter(state=State.HELD, hold_expires_at__gt=timezone.now())
    return list(rows.select_related("clinician", "session_type").order_by("starts_at"))


def _let_go(request: TimeRequest) -> None:
    held = Appointment.objects.filter(request=request, state=State.HELD)
    taking.settle_all(held, State.EXPIRED, What.EXPIRED, timezone.now())


def _locked(request: TimeRequest, *statuses: str) -> TimeRequest:
    rows = TimeRequest.objects.select_for_update(of=("self",)).select_related("client__contact", "session_type")
    kept = rows.get(pk=request.pk)
    if kept.status not in statuses:
        raise NotPossible
    return kept
