"""Concluding: how a free first talk ended: an offer of a regular time, no, elsewhere, or nobody came."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import scheduling
from booking.intake import handling
from booking.models import Appointment, Intake, IntakeChange, Outcome, Referral, Series, SessionType
from booking.series import proposing
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Clinician, User

State, What = Appointment.State, Outcome.What
HELD = (State.BOOKED, State.COMPLETED, State.NO_SHOW)
# What an intake is closed with, and nobody who did not come is: the desk asks them first.
ENDS = {What.DECLINED: Intake.Outcome.DECLINED, What.REFERRED: Intake.Outcome.REFERRED}


class NotConcludable(Refused):
    code = "not_concludable"
    message = _("Only a free first talk that has begun can be concluded.")


def may_conclude(appointment: Appointment) -> bool:
    """Whether it is a free first talk that has begun."""
    has_begun = appointment.starts_at <= timezone.now()
    return appointment.session_type.is_matchmaking and appointment.state in HELD and has_begun


def missing(appointments: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """The free first talks among them that are over and of which nobody has said how they ended, oldest first."""
    said = Exists(Outcome.objects.filter(appointment=OuterRef("pk")))
    over = appointments.filter(session_type__is_matchmaking=True, state__in=HELD, ends_at__lte=timezone.now())
    return over.exclude(said).order_by("starts_at")


@transaction.atomic
def propose(
    *,
    appointment: Appointment,
    clinician: Clinician,
    session_type: SessionType,
    starts_at: datetime,
    every: int = Series.Every.WEEK,
    actor: User,
    reason: str = "",
) -> Outcome:
    """Offer the client this clinician and a regular time, kept for 48 hours, by text and mail; one POST accepts it.

    Raises NotConcludable; NoReason where a rule of matching speaks against the clinician; and what proposing.offer
    raises where the time is not free.
    """
    kept = _locked(appointment)
    if not reason and kept.intake is not None and handling.is_overruled(kept.intake, clinician):
        raise handling.NoReason
    assert kept.client is not None  # a talk that took place
    series = proposing.offer(
        client=kept.client,
        clinician=clinician,
        session_type=session_type,
        state=kept.client_state,
        starts_at=starts_at,
        every=every,
        actor=actor,
    )
    _took_place(kept, actor)
    made = _say(kept, What.PROPOSED, actor, reason, clinician=clinician, series=series)
    if intake := _going_on(kept):
        handling.put(intake, Intake.Status.OFFERED, actor=actor, what=IntakeChange.What.OFFERED, clinician=clinician)
    return made


@transaction.atomic
def conclude(
    *, appointment: Appointment, what: str, actor: User, reason: str = "", referrals: Collection[Referral] = ()
) -> Outcome:
    """Say that the client does not want to go on, was referred elsewhere, or did not come.

    A regular time that was offered before and not answered is taken back. Whoever was referred is sent the list of
    help; the intake is closed, except where nobody came: then it waits at the desk, unless it had ended before.
    Raises NotConcludable.
    """
    kept = _locked(appointment)
    if what == What.PROPOSED:
        raise NotConcludable
    if what == What.ABSENT:
        scheduling.no_show(appointment=kept, actor=actor)
    else:
        _took_place(kept, actor)
    for one in kept.outcomes.filter(series__status=Series.Status.OFFERED, series__offered_until__gt=timezone.now()):
        assert one.series is not None  # the filter asks for it
        proposing.decline(series=one.series, by=Appointment.By.STAFF, actor=actor)
    made = _say(kept, what, actor, reason)
    made.referrals.set(referrals)
    intake = _going_on(kept)
    if intake is None:
        if what == What.REFERRED and kept.client is not None:
            handling.send_elsewhere(kept.client, topic=f"talk:{kept.pk}", state=kept.client_state)
    elif what in ENDS:
        said = reason or str(made.get_what_display())
        handling.set_status(
            intake=intake, status=Intake.Status.CLOSED, actor=actor, reason=said, outcome=ENDS[What(what)]
        )
    elif intake.status != Intake.Status.CLOSED and not intake.outcome:
        handling.put(intake, Intake.Status.CONTACTED, actor=actor, what=IntakeChange.What.MISSED)
    return made


def _going_on(appointment: Appointment) -> Intake | None:
    """The intake of the talk, locked: where it was joined to another of the same person, that one."""
    intake = appointment.intake
    if intake is None or intake.submitted_at is None:
        return None
    return handling.sent(intake.same_as or intake)


def _locked(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_related("client__contact", "clinician", "session_type", "intake__client")
    kept = rows.select_for_update(of=("self",)).get(pk=appointment.pk)
    if not may_conclude(kept):
        raise NotConcludable
    return kept


def _took_place(appointment: Appointment, actor: User) -> None:
    if appointment.state != State.COMPLETED:
        scheduling.complete(appointment=appointment, actor=actor)


def _say(appointment: Appointment, what: str, actor: User, reason: str, **more: object) -> Outcome:
    auditing.note(actor=actor, action=f"talk concluded: {what}", subject=f"appointment {appointment.pk}")
    return Outcome.objects.create(
        appointment=appointment, what=what, actor=actor, reason=reason, at=timezone.now(), **more
    )
