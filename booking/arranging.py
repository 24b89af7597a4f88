"""Arranging: what the public doors do when someone books for themselves: who they are, how often, and the time."""

from datetime import datetime
from typing import Any

from django.db import transaction

from booking import blocking, limiting, scheduling, settling, taking
from booking.intake import receiving
from booking.models import Appointment, Client, Intake, SessionType
from booking.refusals import NotOffered
from practice.staff.models import Clinician


@taking.again_after_deadlock
def arrange(
    *,
    answers: dict[str, Any],
    language: str,
    address: str,
    session_type: SessionType,
    clinician: Clinician | None,
    starts_at: datetime,
    state: str,
    held: Appointment | None = None,
    intake: Intake | None = None,
) -> Appointment:
    """The client and the appointment, both or neither; without a clinician with whoever is free.

    Where the session type asks for it the time is only held, until its maker says yes by the link or the C that we
    send; where we may send them nothing it is requested, so that a person here calls. Which of these it is follows
    from what was typed alone, never from what is known of the number. Raises TooManyBookings, or what booking raises.
    """
    phone, email = answers.get("phone") or "", answers.get("email") or ""
    first = session_type.confirms_first
    with transaction.atomic(), limiting.booking(phone=phone, email=email, address=address):
        is_blocked = blocking.is_blocked(phone=phone, email=email)
        if is_blocked and not first:
            raise NotOffered
        client = _client(answers, language, intake, is_new=first)
        asked: dict[str, Any] = {"client": client, "session_type": session_type, "starts_at": starts_at, "state": state}
        asked |= {"held": held, "intake": intake}
        if not first:
            return taking.with_anyone(scheduling.book, clinician=clinician, **asked)
        asked |= {"can_answer": _can_answer(answers), "tells": not is_blocked}
        return taking.with_anyone(settling.reserve, clinician=clinician, **asked)


def _can_answer(answers: dict[str, Any]) -> bool:
    """Whether they gave a way by which we may ask them to say yes."""
    ticked = {consent["channel"] for consent in answers.get("consents") or []}
    return bool(answers.get("email")) or bool(answers.get("phone") and "text" in ticked)


def _client(answers: dict[str, Any], language: str, intake: Intake | None, *, is_new: bool) -> Client:
    if intake is not None:
        return receiving.submit(intake=intake)
    return receiving.introduce(answers=answers, language=language, is_new=is_new)
