"""Joining: the way into a session by video. Where the client is comes first, then the door.

Who may be seen depends on where they sit at that moment, and help can only be sent to a place that is known.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import clocks, taking
from booking.models import Appointment, AppointmentChange, Arrival
from booking.refusals import NoReason, NotPossible
from practice import privacy
from practice.crisis import alerting, screening
from practice.crisis.screening import Screening
from practice.messaging import sending
from practice.messaging.models import Channel
from practice.refusals import Refused
from practice.staff.models import Licence, User

State, By, What, Decision = Appointment.State, Appointment.By, AppointmentChange.What, Arrival.Decision
OPENS_BEFORE, CLOSES_AFTER = timedelta(minutes=10), timedelta(minutes=30)
# A session may run over; a place that the client asked us to know is for the next ones.
EMPTIED_AFTER, KEPT_FOR = timedelta(hours=1), timedelta(days=90)
SOURCE = "joining"


class NotYetOpen(Refused):
    code = "not_open"
    message = _("The way in opens 10 minutes before the session and closes half an hour after it.")


class NotYours(Refused):
    code, status = "not_yours", 403
    message = "Only a clinician decides to see someone outside a license."


def is_by_video(appointment: Appointment) -> bool:
    """Whether there is a way in at all, now or later."""
    return appointment.session_type.is_virtual and appointment.state in (State.BOOKED, State.COMPLETED)


def is_open(appointment: Appointment, now: datetime) -> bool:
    """Whether the client may come to the door now."""
    opens, closes = appointment.starts_at - OPENS_BEFORE, appointment.ends_at + CLOSES_AFTER
    return is_by_video(appointment) and opens <= now < closes


def room(appointment: Appointment) -> str:
    """The address of the room: the clinician's own, or one on the practice's server that nobody can guess, or none."""
    if appointment.clinician.room_url or not settings.JITSI_URL:
        return appointment.clinician.room_url
    return f"{settings.JITSI_URL}/{privacy.digest(str(appointment.pk), purpose='room')}"


def last_place(appointment: Appointment) -> Arrival | None:
    """Where this client was last time, if they asked us to know it."""
    known = Arrival.objects.filter(appointment__client=appointment.client_id, may_be_kept=True, emptied_at=None)
    return known.exclude(appointment=appointment).order_by("-at").first()


@transaction.atomic
def arrive(
    *, appointment: Appointment, state: str, street: str, number: str, may_be_kept: bool = False
) -> tuple[Arrival, Screening]:
    """Note where the client is now (`state` empty: outside the country) and open the door, or tell their clinician.

    What was decided for another place does not hold for this one. Raises NotYetOpen.
    """
    found = screening.screen(street)
    now = timezone.now()
    # Two presses at once must not knock twice.
    kept = Appointment.objects.select_for_update(of=("self",)).select_related("clinician__user", "session_type")
    appointment = kept.get(pk=appointment.pk)
    if not is_open(appointment, now):
        raise NotYetOpen
    before = Arrival.objects.filter(appointment=appointment).first()
    is_licensed = _is_licensed(appointment, state, now)
    place = {"state": state, "street": street, "number": number, "may_be_kept": may_be_kept, "at": now}
    stands = before is not None and before.state == state and before.emptied_at is None
    fresh = {} if stands else {"decision": "", "decided_at": None, "decided_by": None, "reason": ""}
    arrival, _is_new = Arrival.objects.update_or_create(
        appointment=appointment, defaults=place | fresh | {"is_licensed": is_licensed, "emptied_at": None}
    )
    if not is_licensed and not stands:
        taking.remember(appointment, What.OUTSIDE_LICENCE, now, by=By.CLIENT)
        _knock(appointment, arrival)
    _heed(appointment, street, found)
    return arrival, found


def hear(*, appointment: Appointment, street: str) -> Screening:
    """What a client wrote at the door that was not taken: a hit in it alerts staff."""
    found = screening.screen(street)
    _heed(appointment, street, found)
    return found


def _heed(appointment: Appointment, street: str, found: Screening) -> None:
    if found.is_hit:
        where = reverse("diary:session", args=[appointment.pk])
        alerting.raise_alert(screening=found, text=street, source_label=SOURCE, source_url=where)


@transaction.atomic
def decide(*, arrival: Arrival, decision: str, reason: str, actor: User) -> Arrival:
    """What to do about a client outside the clinician's licences. Opening the door is a clinician's decision.

    Raises NotPossible where the door is open anyway, NoReason and NotYours.
    """
    kept = Arrival.objects.select_for_update(of=("self",)).select_related("appointment").get(pk=arrival.pk)
    now = timezone.now()
    if kept.is_licensed or decision not in Decision.values or not is_open(kept.appointment, now):
        raise NotPossible
    if decision in Arrival.OPENS and not (actor.is_clinician or actor.is_owner):
        raise NotYours
    if decision in Arrival.OPENS and not reason:
        raise NoReason
    kept.decision, kept.reason, kept.decided_at, kept.decided_by = decision, reason, now, actor
    kept.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
    words = f"{Decision(decision).label}. {reason}".strip()
    taking.remember(kept.appointment, What.OUTSIDE_LICENCE, now, by=By.STAFF, actor=actor, reason=words)
    return kept


def forget() -> int:
    """Empty where clients were once their session is over, or 90 days later where they asked us to know it."""
    now = timezone.now()
    over = Q(may_be_kept=False, appointment__ends_at__lte=now - EMPTIED_AFTER)
    long_over = Q(appointment__ends_at__lte=now - KEPT_FOR)
    due = Arrival.objects.filter(over | long_over, emptied_at=None).values_list("pk", flat=True)
    return Arrival.objects.filter(pk__in=list(due)).update(street="", number="", emptied_at=now)


def _is_licensed(appointment: Appointment, state: str, now: datetime) -> bool:
    """Whether the clinician may practise where the client is, on the day it is there."""
    if not state:
        return False
    day = now.astimezone(clocks.zone_for(state)).date()
    return Licence.objects.valid_on(day).filter(clinician=appointment.clinician_id, state=state).exists()


def _knock(appointment: Appointment, arrival: Arrival) -> None:
    """Tell the clinician at once that someone waits at a door that did not open; nothing of the client is in it."""
    where = settings.PUBLIC_URL + reverse("diary:session", args=[appointment.pk])
    body = f"{settings.PRACTICE['short_name']}: someone waits at your door and needs your decision. {where}"
    for channel, to in _reached_by(appointment):
        sending.queue_to_staff(
            to=to,
            channel=channel,
            key=f"door:{appointment.pk}:{arrival.at:%Y%m%d%H%M%S%f}:{channel}:{privacy.digest(to, purpose='door')}",
            topic=f"door:{appointment.pk}",
            subject="Someone waits at your door" if channel == Channel.MAIL else "",
            body=body,
            expires_at=appointment.ends_at + CLOSES_AFTER,
        )


def _reached_by(appointment: Appointment) -> list[tuple[str, str]]:
    """By text and mail; where a clinician has neither, the mail of everyone at the front desk."""
    clinician = appointment.clinician
    ways = [(Channel.TEXT, clinician.number)] if clinician.number else []
    if clinician.user is not None and clinician.user.is_active:
        ways.append((Channel.MAIL, clinician.user.email))
    if not ways:
        desk = User.objects.filter(Q(is_front_desk=True) | Q(is_owner=True), is_active=True)
        ways = [(Channel.MAIL, user.email) for user in desk]
    return [(channel.value, to) for channel, to in ways]
