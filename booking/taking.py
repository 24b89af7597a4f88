"""Taking a time: queue behind rivals, let go what ran out, ask offering, and leave the last word to the database."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection
from django.db.models import Q
from django.utils import timezone

from booking import clocks, offering
from booking.models import Appointment, AppointmentChange, Client, Intake, SessionType
from booking.offering import OpenTime, Rule
from booking.refusals import NotLicensed, NotOffered, OnlyOnce, SlotTaken, TooLate, TooMany, TwoPlaces
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import Clinician, Licence, User

State, By, What = Appointment.State, Appointment.By, AppointmentChange.What
# What one contact may have open at a time; staff may book more for them.
MOST_OPEN = 2
DEADLOCKS = {"40P01", "40001"}
Params = ParamSpec("Params")
Result = TypeVar("Result")


def again_after_deadlock(rule: Callable[Params, Result]) -> Callable[Params, Result]:
    """Ask once more when PostgreSQL chose this transaction as a deadlock's victim."""

    @wraps(rule)
    def patient(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        try:
            return rule(*args, **kwargs)
        except OperationalError as error:
            if connection.in_atomic_block or getattr(error.__cause__, "sqlstate", None) not in DEADLOCKS:
                raise
            return rule(*args, **kwargs)

    return patient


def wanted(
    *, session_type: SessionType, clinician: Clinician, starts_at: datetime, state: str, **more: Any
) -> Appointment:
    """An appointment that is not saved yet, with its times worked out; the buffers are part of what it blocks."""
    starts_at = starts_at.astimezone(clocks.UTC)
    ends_at = starts_at + session_type.length
    return Appointment(
        session_type=session_type,
        clinician=clinician,
        starts_at=starts_at,
        ends_at=ends_at,
        blocks_from=starts_at - timedelta(minutes=session_type.buffer_before),
        blocks_until=ends_at + timedelta(minutes=session_type.buffer_after),
        client_state=state,
        **more,
    )


@contextmanager
def taking(new: Appointment) -> Iterator[None]:
    """One transaction in which `new` takes its time; raises SlotTaken, with what is still open, or TwoPlaces."""
    try:
        with refusing("appointment_clinician_is_free", SlotTaken), refusing("appointment_client_is_free", TwoPlaces):
            # The constraint alone is correct, but rivals can deadlock on it; so they queue here.
            Clinician.objects.select_for_update(no_key=True).get(pk=new.clinician_id)
            yield
    except SlotTaken as refusal:
        refusal.alternatives = _alternatives(new)
        raise


def check(new: Appointment, now: datetime, *, ignoring: Appointment | None = None, any_notice: bool = False) -> None:
    """Whether the time can be taken at all; raises NotLicensed, TooLate, SlotTaken or NotOffered."""
    asked: dict[str, Any] = {
        "session_type": new.session_type,
        "clinician": new.clinician,
        "starts_at": new.starts_at,
        "state": new.client_state,
        "ignoring": ignoring,
        "any_notice": any_notice,
        "now": now,
    }
    if offering.is_offered(**asked):
        return
    rules = set(offering.why_not(**asked))
    if Rule.LICENCE in rules:
        raise NotLicensed
    if rules & {Rule.PAST, Rule.NOTICE}:
        raise TooLate
    raise SlotTaken if rules and rules <= offering.TAKEN else NotOffered


def check_limits(client: Client, session_type: SessionType, now: datetime) -> None:
    """What one contact may have: a free first session once, and few appointments open at a time.

    Raises OnlyOnce or TooMany.
    """
    lives_or_was = Q(state__in=[State.REQUESTED, State.BOOKED]) | Q(state=State.COMPLETED, session_type=session_type)
    rows = Appointment.objects.filter(lives_or_was, client__contact=client.contact_id).order_by()
    theirs = list(rows.values_list("session_type", "starts_at"))
    if session_type.once_per_person and any(kind == session_type.pk for kind, _start in theirs):
        raise OnlyOnce
    if sum(start > now for _kind, start in theirs) >= MOST_OPEN:
        raise TooMany


def still_held(held: Appointment | None, new: Appointment) -> Appointment | None:
    """The hold as it is now, where it still keeps exactly the time that `new` wants."""
    if held is None:
        return None
    same = {"clinician": new.clinician, "session_type": new.session_type, "starts_at": new.starts_at}
    return Appointment.objects.select_for_update().filter(pk=held.pk, state=State.HELD, **same).first()


def let_go(clinician: Clinician, now: datetime, *, visitor: str = "", held: Appointment | None = None) -> None:
    """End this clinician's holds that ran out, and those of one visitor: a constraint cannot ask the clock."""
    gone = Q(clinician=clinician, hold_expires_at__lte=now)
    if visitor:
        gone |= Q(visitor=visitor)
    if held is not None:
        gone |= Q(pk=held.pk)
    settle_all(Appointment.objects.filter(gone, state=State.HELD), State.EXPIRED, What.EXPIRED, now)


def settle_all(rows: Any, state: str, what: str, now: datetime) -> int:
    """Give every one of `rows` its last state, each with a row that says so; returns how many."""
    keys = list(rows.select_for_update().order_by().values_list("pk", flat=True))
    if not keys:
        return 0
    Appointment.objects.filter(pk__in=keys).update(state=state)
    changes = [AppointmentChange(appointment_id=key, at=now, by=By.SYSTEM, what=what) for key in keys]
    AppointmentChange.objects.bulk_create(changes)
    return len(keys)


def remember(
    appointment: Appointment,
    what: str,
    now: datetime,
    *,
    by: str,
    actor: User | None = None,
    reason: str = "",
    moved_from: datetime | None = None,
) -> None:
    """Keep what happened, by whom and why; what staff did stands in the practice's trail too."""
    AppointmentChange.objects.create(
        appointment=appointment,
        at=now,
        by=by,
        actor=actor,
        what=what,
        reason=reason,
        from_starts_at=moved_from,
        to_starts_at=appointment.starts_at if moved_from else None,
    )
    if actor is not None:
        auditing.note(actor=actor, action=f"appointment {what}", subject=f"appointment {appointment.pk}")


def take_on(appointment: Appointment, intake: Intake | None) -> None:
    """The intake is answered, and whoever holds the first real session has the client from now on."""
    client = appointment.client
    assert client is not None
    if intake is not None:
        Intake.objects.filter(pk=intake.pk, submitted_at__isnull=False).update(
            status=Intake.Status.BOOKED, client=client, clinician=appointment.clinician
        )
    if not appointment.session_type.is_matchmaking and client.clinician_id is None:
        client.clinician = appointment.clinician
        client.save(update_fields=["clinician"])


def nobody_free(*, client: Client, session_type: SessionType, starts_at: datetime, state: str) -> Refused:
    """The refusal for whoever would have taken any clinician."""
    everyone = offering.offered_by(session_type)
    times = _nearest(session_type, everyone, starts_at, state, client)
    if times or Licence.objects.valid_on(starts_at.date()).filter(state=state, clinician__in=everyone).exists():
        return SlotTaken(times) if starts_at > timezone.now() else TooLate()
    return NotLicensed()


def _alternatives(new: Appointment) -> list[OpenTime]:
    """The nearest open times of the same clinician, or of anybody where they have none."""
    where = new.starts_at, new.client_state, new.client
    return _nearest(new.session_type, [new.clinician], *where) or _nearest(
        new.session_type, offering.offered_by(new.session_type), *where
    )


def _nearest(
    session_type: SessionType,
    clinicians: Iterable[Clinician],
    starts_at: datetime,
    state: str,
    client: Client | None,
) -> list[OpenTime]:
    zone = clocks.read_zone(client.time_zone if client else "") or clocks.zone_for(state)
    return offering.nearest(
        session_type=session_type, clinicians=clinicians, starts_at=starts_at, zone=zone, state=state
    )
