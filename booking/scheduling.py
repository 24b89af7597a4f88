"""Scheduling: hold, book, approve, move, cancel, confirm, mark no-show. The only place that changes appointments.

Whatever takes a time does so as booking/taking.py says; what it owes by text and mail is queued in the same
transaction, and every change is a row.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from booking import notifying, taking
from booking.intake import handling
from booking.models import Appointment, AppointmentChange, Client, Intake, SessionType
from booking.notifying import manage_link
from booking.refusals import (
    NoReason,
    NotLicensed,
    NotOffered,
    NotPossible,
    OnlyOnce,
    SlotTaken,
    TooLate,
    TooMany,
    TwoPlaces,
)
from practice import privacy
from practice.staff.models import Clinician, User

__all__ = [
    "NoReason", "NotLicensed", "NotOffered", "NotPossible", "OnlyOnce", "SlotTaken", "TooLate", "TooMany", "TwoPlaces",
    "approve", "book", "book_with_anyone", "cancel", "close_passed", "complete", "confirm", "decline", "hold",
    "let_run_out", "manage_link", "may_restore", "move", "no_show", "release", "restore",
]  # fmt: skip

State, By, What = Appointment.State, Appointment.By, AppointmentChange.What
HOLD_LASTS = timedelta(minutes=10)
# So long a cancellation can be taken back, and so long nobody else is offered its time by us.
UNDO_LASTS = timedelta(minutes=1)


@taking.again_after_deadlock
def hold(
    *,
    session_type: SessionType,
    clinician: Clinician,
    starts_at: datetime,
    visitor: str,
    state: str,
    intake: Intake | None = None,
) -> Appointment:
    """Keep this time for `visitor` for ten minutes while they fill in the rest; an earlier hold of theirs is let go.

    Raises SlotTaken, NotOffered, NotLicensed or TooLate.
    """
    now = timezone.now()
    held = taking.wanted(
        session_type=session_type,
        clinician=clinician,
        starts_at=starts_at,
        state=state,
        intake=intake,
        visitor=privacy.digest(visitor, purpose="visitor") if visitor else "",
        hold_expires_at=now + HOLD_LASTS,
    )
    held.state = State.HELD
    with taking.taking(held):
        taking.let_go(clinician, now, visitor=held.visitor)
        taking.check(held, now)
        held.save(force_insert=True)
        taking.remember(held, What.HELD, now, by=By.CLIENT)
    return held


@taking.again_after_deadlock
@transaction.atomic
def release(*, held: Appointment) -> None:
    """Let a hold go before its time, as when its visitor goes back to choose again."""
    rows = Appointment.objects.filter(pk=held.pk, state=State.HELD)
    taking.settle_all(rows, State.EXPIRED, What.EXPIRED, timezone.now())


@taking.again_after_deadlock
def book(
    *,
    client: Client,
    session_type: SessionType,
    clinician: Clinician,
    starts_at: datetime,
    state: str,
    held: Appointment | None = None,
    intake: Intake | None = None,
    by: str = By.CLIENT,
    actor: User | None = None,
    override: str = "",
    overbook: bool = False,
) -> Appointment:
    """Promise `client` this time and owe them a confirmation; where the session type asks for it, only request it.

    `held` is their hold, which becomes the appointment. Staff (`by`, with `actor`) may book more than a client may, and
    at any notice with `override` as the reason; with `overbook` they may put it beside another session on purpose,
    which is remembered with who and why. Raises SlotTaken, NotOffered, NotLicensed, TooLate, TooMany, OnlyOnce,
    TwoPlaces or NoReason.
    """
    now, by_staff = timezone.now(), by == By.STAFF
    if overbook and (actor is None or not override):
        raise NoReason
    made = taking.wanted(
        session_type=session_type, clinician=clinician, starts_at=starts_at, state=state, client=client, intake=intake
    )
    at_once = by_staff or session_type.mode == SessionType.Mode.INSTANT
    made.state = State.BOOKED if at_once else State.REQUESTED
    with taking.taking(made):
        kept = taking.still_held(held, made)
        if kept is None:
            taking.let_go(clinician, now, held=held)
        any_notice = kept is not None or bool(by_staff and override)
        taking.check(made, now, ignoring=kept, any_notice=any_notice, may_overbook=by_staff and overbook)
        if not by_staff:
            taking.check_limits(made, now)
        taking.save(made, kept)
        what = What.OVERBOOKED if made.overbooked else What.BOOKED if at_once else What.REQUESTED
        taking.remember(made, what, now, by=by, actor=actor, reason=override)
        if at_once:
            taking.take_on(made, intake)
        notifying.tell(appointment=made, kind=made.state)
    return made


def book_with_anyone(*, client: Client, session_type: SessionType, starts_at: datetime, state: str) -> Appointment:
    """Book as `book` does, with whoever is free then and has least to do around it; raises what `book` raises."""
    asked = {"client": client, "session_type": session_type, "starts_at": starts_at, "state": state}
    return taking.with_anyone(book, clinician=None, **asked)


@taking.again_after_deadlock
@transaction.atomic
def approve(*, appointment: Appointment, actor: User) -> Appointment:
    """Say yes to a request; the client is told. Raises NotPossible where it is none any more."""
    kept = _locked(appointment, State.REQUESTED)
    kept.state = State.BOOKED
    kept.save(update_fields=["state"])
    taking.remember(kept, What.APPROVED, timezone.now(), by=By.STAFF, actor=actor)
    taking.take_on(kept, kept.intake)
    notifying.owe(appointment=kept, kind="booked")
    return kept


@taking.again_after_deadlock
@transaction.atomic
def decline(*, appointment: Appointment, actor: User, reason: str = "") -> Appointment:
    """Say no to a request; its time is free again and the client is told. Raises NotPossible."""
    kept = _locked(appointment, State.REQUESTED)
    kept.state = State.DECLINED
    kept.save(update_fields=["state"])
    taking.remember(kept, What.DECLINED, timezone.now(), by=By.STAFF, actor=actor, reason=reason)
    notifying.owe(appointment=kept, kind="declined")
    return kept


@taking.again_after_deadlock
def move(
    *,
    appointment: Appointment,
    starts_at: datetime,
    by: str,
    actor: User | None = None,
    reason: str = "",
    tells: bool = True,
) -> Appointment:
    """Give the appointment another time with the same clinician; what was owed about the old time is withdrawn.

    A client may move it until the session type's notice. Staff may at any time, past the notice with a `reason`, and
    the new time may be at any notice and as far ahead as they like. Without `tells` the caller tells the client, as of
    a whole series at once. Raises TooLate, NoReason, NotPossible, SlotTaken, NotOffered, NotLicensed or
    TwoPlaces.
    """
    now = timezone.now()
    new = taking.wanted(
        session_type=appointment.session_type,
        clinician=appointment.clinician,
        starts_at=starts_at,
        state=appointment.client_state,
        client=appointment.client,
    )
    with taking.taking(new):
        kept = _locked(appointment, State.BOOKED, State.REQUESTED)
        _check_notice(kept, now, by=by, reason=reason)
        taking.let_go(kept.clinician, now)
        taking.check(new, now, ignoring=kept, any_notice=by == By.STAFF, any_horizon=by == By.STAFF)
        before = kept.starts_at
        _give_time(kept, new)
        taking.remember(kept, What.MOVED, now, by=by, actor=actor, reason=reason, moved_from=before)
        notifying.owe(appointment=kept, kind="moved" if kept.state == State.BOOKED else "requested", tells=tells)
    return kept


def _give_time(kept: Appointment, new: Appointment) -> None:
    times = ["starts_at", "ends_at", "blocks_from", "blocks_until", "overbooked"]
    for name in times:
        setattr(kept, name, getattr(new, name))
    kept.version, kept.confirmed_at = kept.version + 1, None
    kept.save(update_fields=[*times, "version", "confirmed_at"])


def _check_notice(kept: Appointment, now: datetime, *, by: str, reason: str) -> None:
    if now <= kept.starts_at - timedelta(minutes=kept.session_type.move_notice):
        return
    if by != By.STAFF:
        raise TooLate
    if not reason:
        raise NoReason


@taking.again_after_deadlock
@transaction.atomic
def cancel(
    *, appointment: Appointment, by: str, actor: User | None = None, reason: str = "", tells: bool = True
) -> Appointment:
    """End the appointment. Its row stays, and whether that was late; its time is free again and the client is told.

    A client may cancel until it begins. Without `tells` the caller tells the client. Raises TooLate or NotPossible.
    """
    now, kept = timezone.now(), _locked(appointment, State.BOOKED, State.REQUESTED)
    if by == By.CLIENT and kept.starts_at <= now:
        raise TooLate
    notice = timedelta(minutes=kept.session_type.cancel_notice)
    kept.canceled_late = by == By.CLIENT and kept.state == State.BOOKED and now > kept.starts_at - notice
    kept.state, kept.canceled_at, kept.canceled_by = State.CANCELED, now, by
    kept.save(update_fields=["state", "canceled_at", "canceled_by", "canceled_late"])
    taking.remember(kept, What.CANCELED, now, by=by, actor=actor, reason=reason)
    handling.lost_time(appointment=kept, actor=actor)
    notifying.owe(appointment=kept, kind="canceled", tells=tells)
    return kept


@taking.again_after_deadlock
def restore(*, appointment: Appointment, by: str, actor: User | None = None, tells: bool = True) -> Appointment:
    """Take a cancellation back within its minute, while the time is still free; the client is told that it stands.

    Clients take back what they canceled themselves, staff whatever was. Without `tells` the caller tells the client.
    What they booked instead meanwhile counts. Raises NotPossible, SlotTaken, TwoPlaces, OnlyOnce or TooMany.
    """
    with taking.taking(appointment):
        now, kept = timezone.now(), _locked(appointment, State.CANCELED)
        if not may_restore(kept, by=by, now=now):
            raise NotPossible
        if by == By.CLIENT and _booked_since(kept):
            taking.check_limits(kept, now)
        taking.let_go(kept.clinician, now)
        settled = kept.changes.filter(what__in=[What.BOOKED, What.APPROVED, What.OVERBOOKED]).exists()
        kept.state = State.BOOKED if settled else State.REQUESTED
        kept.canceled_at, kept.canceled_by, kept.canceled_late = None, "", False
        kept.version += 2  # in calendars the cancellation was one change, and this is another
        kept.save(update_fields=["state", "canceled_at", "canceled_by", "canceled_late", "version"])
        taking.remember(kept, What.RESTORED, now, by=by, actor=actor)
        if kept.state == State.BOOKED:
            handling.found_time(appointment=kept, actor=actor)
        notifying.owe(appointment=kept, kind=kept.state, tells=tells)
    return kept


def _booked_since(canceled: Appointment) -> bool:
    """Whether its contact has booked anything after it was canceled."""
    assert canceled.client is not None  # only holds have none, and nobody cancels a hold
    theirs = Appointment.objects.of(canceled.client.contact).filter(state__in=[State.BOOKED, State.REQUESTED])
    return theirs.filter(created_at__gt=canceled.canceled_at).exists()


def may_restore(appointment: Appointment, *, by: str, now: datetime | None = None) -> bool:
    """Whether its cancellation can still be taken back by them."""
    now, canceled_at = now or timezone.now(), appointment.canceled_at
    in_time = canceled_at is not None and now <= canceled_at + UNDO_LASTS and now < appointment.starts_at
    return in_time and (by == By.STAFF or appointment.canceled_by == By.CLIENT)


@taking.again_after_deadlock
@transaction.atomic
def confirm(*, appointment: Appointment, by: str = By.CLIENT, actor: User | None = None) -> Appointment:
    """Note that the client is coming; saying it twice changes nothing. Raises NotPossible."""
    kept, now = _locked(appointment, State.BOOKED), timezone.now()
    if kept.confirmed_at is None:
        kept.confirmed_at = now
        kept.save(update_fields=["confirmed_at"])
        taking.remember(kept, What.CONFIRMED, now, by=by, actor=actor)
    return kept


@taking.again_after_deadlock
@transaction.atomic
def no_show(*, appointment: Appointment, actor: User) -> Appointment:
    """Note that the client did not come. Raises NotPossible before it began."""
    return _settle(appointment, State.NO_SHOW, What.NO_SHOW, actor)


@taking.again_after_deadlock
@transaction.atomic
def complete(*, appointment: Appointment, actor: User) -> Appointment:
    """Note that the session took place. Raises NotPossible before it began."""
    return _settle(appointment, State.COMPLETED, What.COMPLETED, actor)


def _settle(appointment: Appointment, state: str, what: str, actor: User) -> Appointment:
    # Sessions complete by themselves once they are over, so either may be corrected into the other.
    now, kept = timezone.now(), _locked(appointment, State.BOOKED, State.COMPLETED, State.NO_SHOW)
    if kept.starts_at > now:
        raise NotPossible
    kept.state = state
    kept.save(update_fields=["state"])
    taking.remember(kept, what, now, by=By.STAFF, actor=actor)
    return kept


@taking.again_after_deadlock
@transaction.atomic
def let_run_out() -> int:
    """End the holds whose minutes are over; returns how many."""
    now = timezone.now()
    return taking.settle_all(Appointment.objects.ran_out(now), State.EXPIRED, What.EXPIRED, now, waits=False)


@taking.again_after_deadlock
@transaction.atomic
def close_passed() -> int:
    """Complete what was booked and is over; let requests lapse that nobody answered in time. Returns how many."""
    now = timezone.now()
    over = Appointment.objects.filter(state=State.BOOKED, ends_at__lte=now)
    lapsed = Appointment.objects.filter(state=State.REQUESTED, starts_at__lte=now)
    completed = taking.settle_all(over, State.COMPLETED, What.COMPLETED, now, waits=False)
    return completed + taking.settle_all(lapsed, State.EXPIRED, What.EXPIRED, now, waits=False)


def _locked(appointment: Appointment, *states: str) -> Appointment:
    """The row as it is now, kept from others until the transaction ends; raises NotPossible in any other state."""
    rows = Appointment.objects.select_for_update(of=("self",))
    kept = rows.select_related("client__contact", "clinician", "session_type").get(pk=appointment.pk)
    if kept.state not in states:
        raise NotPossible
    return kept
