"""Taking a time: queue behind rivals, let go what ran out, ask offering, and leave the last word to the database."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet, TextField, UUIDField
from django.utils import timezone

from booking import clocks, offering
from booking.models import Appointment, AppointmentChange, Client, Intake, SessionType
from booking.models.appointments import Epoch
from booking.offering import OpenTime, Rule
from booking.refusals import NotLicensed, NotOffered, OnlyOnce, SlotTaken, TooLate, TooMany, TwoPlaces
from practice.messaging.models import Contact
from practice.prepared import Given, Prepared
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import Clinician, Licence, User

State, By, What = Appointment.State, Appointment.By, AppointmentChange.What
MOST_TRIES = 3
DEADLOCKS = {"40P01", "40001"}
Params = ParamSpec("Params")
Result = TypeVar("Result")


def again_after_deadlock(rule: Callable[Params, Result]) -> Callable[Params, Result]:
    """Ask again when the database gave this transaction up: a deadlock's victim, or one that waited too long in SQLite.

    Only where the rule is outermost: within another's transaction nothing of it can be repeated.
    """

    @wraps(rule)
    def patient(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        for _try in range(MOST_TRIES - 1):
            try:
                return rule(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not _was_given_up(error):
                    raise
        return rule(*args, **kwargs)

    return patient


def _was_given_up(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in DEADLOCKS or "database is locked" in str(error)


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
        with refusing("appointment_clinician_is_free", SlotTaken, appointment_client_is_free=TwoPlaces):
            _line_up(new)
            yield
    except SlotTaken as refusal:
        refusal.alternatives = _alternatives(new)
        raise


def _line_up(new: Appointment) -> None:
    """Rivals queue here, in this order: constraints alone are correct, but those who wait on them can deadlock."""
    if new.client is not None:
        _contact_alone.ask(key=new.client.contact_id)
    _clinician_alone.ask(key=new.clinician_id)


@Prepared
def _contact_alone() -> QuerySet[Any, Any]:
    return Contact.objects.select_for_update(no_key=True).filter(pk=Given("key", BigIntegerField())).values_list("pk")


@Prepared
def _clinician_alone() -> QuerySet[Any, Any]:
    mine = Clinician.objects.select_for_update(no_key=True).filter(pk=Given("key", BigIntegerField()))
    return mine.order_by().values_list("pk")


def check(
    new: Appointment,
    now: datetime,
    *,
    ignoring: Appointment | None = None,
    any_notice: bool = False,
    any_horizon: bool = False,
    may_overbook: bool = False,
) -> None:
    """Whether the time can be taken at all; raises NotLicensed, TooLate, SlotTaken or NotOffered.

    With `may_overbook` what is only taken can be taken all the same, and `new` is marked as overbooked.
    """
    asked: dict[str, Any] = {
        "session_type": new.session_type,
        "clinician": new.clinician,
        "starts_at": new.starts_at,
        "state": new.client_state,
        "ignoring": ignoring,
        "any_notice": any_notice,
        "any_horizon": any_horizon,
        "now": now,
    }
    if offering.is_offered(**asked):
        return
    rules = set(offering.why_not(**asked))
    if may_overbook and rules and rules <= offering.TAKEN:
        new.overbooked = True
        return
    if Rule.LICENCE in rules:
        raise NotLicensed
    if rules & {Rule.PAST, Rule.NOTICE}:
        raise TooLate
    raise SlotTaken if rules and rules <= offering.TAKEN else NotOffered


def check_limits(new: Appointment, now: datetime) -> None:
    """What one number or address may have: a free first session once, one session at a time, and few still to come.

    Counted by contact whoever it is for (docs/decisions/0007-one-contact-several-clients.md); staff book what goes
    beyond, and the dates of a series do not count as few. Raises OnlyOnce, TwoPlaces or TooMany.
    """
    assert new.client is not None
    kind, contact = new.session_type, new.client.contact
    known = {"contact": contact.pk, "number": contact.number_digest, "address": contact.email_digest}
    with_number, with_address = bool(contact.number_digest), bool(contact.email_digest)
    theirs = _theirs.ask(with_number, with_address, **known, session_type=kind.pk, this=new.pk)
    start, end = clocks.seconds(new.starts_at), clocks.seconds(new.ends_at)
    if kind.once_per_person and any(other == kind.pk for other, _start, _end, _series in theirs):
        raise OnlyOnce
    if any(their_start < end and their_end > start for _other, their_start, their_end, _series in theirs):
        raise TwoPlaces
    ahead = [series for _other, their_start, _end, series in theirs if their_start > clocks.seconds(now)]
    if ahead.count(None) >= settings.MOST_OPEN_BOOKINGS:
        raise TooMany


@Prepared
def _theirs(with_number: bool, with_address: bool) -> QuerySet[Any, Any]:
    """What the clients of one number or address have, and the sessions of this kind that they had."""
    same = Contact(pk=Given("contact", BigIntegerField()))
    if with_number:
        same.number_digest = Given("number", TextField())
    if with_address:
        same.email_digest = Given("address", TextField())
    had = Q(state=State.COMPLETED, session_type=Given("session_type", BigIntegerField()))
    rows = Appointment.objects.filter(Q(state__in=[State.REQUESTED, State.BOOKED]) | had)
    rows = rows.filter(client__contact__in=Contact.objects.sharing(same)).exclude(pk=Given("this", UUIDField()))
    return rows.order_by().values_list("session_type", Epoch("starts_at"), Epoch("ends_at"), "series")


def still_held(held: Appointment | None, new: Appointment) -> Appointment | None:
    """The hold as it is now, where it still keeps exactly the time that `new` wants."""
    if held is None:
        return None
    same = {"clinician": new.clinician, "session_type": new.session_type, "starts_at": new.starts_at}
    return Appointment.objects.select_for_update().filter(pk=held.pk, state=State.HELD, **same).first()


def save(new: Appointment, kept: Appointment | None) -> None:
    """A new row, or the row of the hold that becomes this appointment."""
    if kept is None:
        new.save(force_insert=True)
    else:
        new.pk, new.created_at = kept.pk, kept.created_at
        new.save(force_update=True)


def let_go(clinician: Clinician, now: datetime, *, visitor: str = "", held: Appointment | None = None) -> None:
    """End this clinician's holds that ran out, and those of one visitor: a constraint cannot ask the clock."""
    given = {"clinician": clinician.pk, "now": now, "visitor": visitor, "held": held and held.pk}
    keys = [key for (key,) in _gone.ask(bool(visitor), held is not None, **given)]
    _settle(keys, State.EXPIRED, What.EXPIRED, now)


@Prepared
def _gone(with_visitor: bool, with_held: bool) -> QuerySet[Any, Any]:
    over = {"clinician": Given("clinician", BigIntegerField()), "hold_expires_at__lte": Given("now", DateTimeField())}
    gone = Q(**over)
    if with_visitor:
        gone |= Q(visitor=Given("visitor", TextField()))
    if with_held:
        gone |= Q(pk=Given("held", UUIDField()))
    return _in_one_order(Appointment.objects.filter(gone, state=State.HELD).select_for_update(of=("self",)))


def settle_all(rows: Any, state: str, what: str, now: datetime, *, waits: bool = True) -> int:
    """Give every one of `rows` its last state, each with a row that says so; returns how many.

    Without `waits` those that somebody else has in hand are left to them.
    """
    keys = [key for (key,) in _in_one_order(rows.select_for_update(of=("self",), skip_locked=not waits))]
    _settle(keys, state, what, now)
    return len(keys)


def _in_one_order(rows: QuerySet[Appointment]) -> QuerySet[Any, Any]:
    """Two who end the same holds must not wait for each other."""
    return rows.order_by("pk").values_list("pk")


def _settle(keys: list[Any], state: str, what: str, now: datetime) -> None:
    if not keys:
        return
    Appointment.objects.filter(pk__in=keys).update(state=state)
    changes = [AppointmentChange(appointment_id=key, at=now, by=By.SYSTEM, what=what) for key in keys]
    AppointmentChange.objects.bulk_create(changes)


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
    """What is booked, and not only requested, answers the intake, and whoever holds the first real session has the
    client from now on.
    """
    client = appointment.client
    assert client is not None
    if intake is not None:
        outcome = "" if appointment.session_type.is_matchmaking else Intake.Outcome.BOOKED
        Intake.objects.filter(pk=intake.pk, submitted_at__isnull=False).update(
            status=Intake.Status.BOOKED,
            outcome=outcome,
            client=client,
            clinician=appointment.clinician,
            closed_at=None,
            same_as=None,
        )
    if not appointment.session_type.is_matchmaking and client.clinician_id is None:
        client.clinician = appointment.clinician
        client.save(update_fields=["clinician"])


def with_anyone(rule: Callable[..., Appointment], *, clinician: Clinician | None, **asked: Any) -> Appointment:
    """What `rule` makes with this clinician, or without one with whoever is free then and has least to do around it."""
    if clinician is not None:
        return rule(clinician=clinician, **asked)
    wanted = {key: asked[key] for key in ("session_type", "starts_at", "state")}
    for _try in range(MOST_TRIES):
        fairest = offering.fairest(**wanted)
        if fairest is None:
            break
        try:
            return rule(clinician=fairest, **asked)
        except SlotTaken:  # somebody was faster with this one; there may be another
            continue
    raise nobody_free(client=asked["client"], **wanted)


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
