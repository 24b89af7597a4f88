"""Settling: a time that is kept for someone until they say yes, by their link or by C; said in time, it is theirs.

A first booking waits half an hour for its maker's word, a proposal two days for the client's choice.
"""

from datetime import datetime, timedelta

from django.utils import timezone

from booking import notifying, taking
from booking.models import Appointment, AppointmentChange, Client, Intake, SessionType, TimeRequest
from booking.refusals import NotPossible
from practice.staff.models import Clinician, User

State, By, What = Appointment.State, Appointment.By, AppointmentChange.What
FIRST_WAITS = timedelta(minutes=30)


@taking.again_after_deadlock
def reserve(
    *,
    client: Client,
    session_type: SessionType,
    clinician: Clinician,
    starts_at: datetime,
    state: str,
    held: Appointment | None = None,
    intake: Intake | None = None,
    can_answer: bool = True,
    tells: bool = True,
) -> Appointment:
    """Keep this time half an hour for `client` and owe them the link and the C that make it theirs.

    Where they gave no way by which they `can_answer`, it is requested and a person here calls. What they may still have
    with us does not count yet, for it may not be they who ask. Without `tells` nothing is owed. Raises SlotTaken,
    NotOffered, NotLicensed or TooLate.
    """
    now = timezone.now()
    new = taking.wanted(
        session_type=session_type,
        clinician=clinician,
        starts_at=starts_at,
        state=state,
        client=client,
        intake=intake,
        hold_expires_at=now + FIRST_WAITS if can_answer else None,
    )
    new.state = State.HELD if can_answer else State.REQUESTED
    with taking.taking(new):
        kept = taking.still_held(held, new)
        if kept is None:
            taking.let_go(clinician, now, held=held)
        taking.check(new, now, ignoring=kept, any_notice=kept is not None)
        taking.save(new, kept)
        taking.remember(new, What.HELD if can_answer else What.REQUESTED, now, by=By.CLIENT)
        if tells:
            notifying.tell(appointment=new, kind="hold" if can_answer else "requested")
    return new


@taking.again_after_deadlock
def propose(
    *,
    request: TimeRequest,
    clinician: Clinician,
    starts_at: datetime,
    until: datetime,
    actor: User,
) -> Appointment:
    """Keep a time for whoever made the request until they choose; the caller tells them. Raises what booking raises."""
    now = timezone.now()
    new = taking.wanted(
        session_type=request.session_type,
        clinician=clinician,
        starts_at=starts_at,
        state=request.client_state,
        client=request.client,
        request=request,
        hold_expires_at=until,
    )
    new.state = State.HELD
    with taking.taking(new):
        taking.let_go(clinician, now)
        taking.check(new, now, any_notice=True, any_horizon=True)
        taking.save(new, None)
        taking.remember(new, What.PROPOSED, now, by=By.STAFF, actor=actor)
    return new


@taking.again_after_deadlock
def settle(*, held: Appointment) -> Appointment:
    """The client says yes to a time that is kept for them: it is booked, or requested where staff approve first.

    Now that it is they who ask, what one contact may have counts. Raises NotPossible where it is kept no longer,
    OnlyOnce, TwoPlaces or TooMany.
    """
    now = timezone.now()
    with taking.taking(held):
        kept = _locked(held)
        assert kept.client is not None
        kept.client = Client.objects.person(kept.client.contact, kept.client.name_to_use) or kept.client
        if kept.request is None:
            taking.check_limits(kept, now)
        approves = kept.session_type.mode == SessionType.Mode.APPROVE
        kept.state = State.REQUESTED if approves else State.BOOKED
        kept.save(update_fields=["client", "state"])
        taking.remember(kept, What.REQUESTED if approves else What.BOOKED, now, by=By.CLIENT)
        if not approves:
            taking.take_on(kept, kept.intake)
        notifying.owe(appointment=kept, kind=kept.state)
    return kept


def waiting_for_yes(appointment: Appointment) -> bool:
    """Whether it is a first booking that its maker has not confirmed yet."""
    return (
        appointment.state == State.HELD
        and appointment.client_id is not None
        and not (appointment.request_id or appointment.series_id)
        and not hasattr(appointment, "waitlist_offer")
    )


def _locked(held: Appointment) -> Appointment:
    related = ("client__contact", "clinician", "session_type", "intake", "request")
    kept = Appointment.objects.select_for_update(of=("self",)).select_related(*related).get(pk=held.pk)
    if kept.state != State.HELD or kept.client is None:
        raise NotPossible
    return kept
