"""Proposing: offer a client a recurring time with one clinician; its first four dates are held for 48 hours."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import taking, telling
from booking.intake import handling
from booking.models import Appointment, AppointmentChange, Client, IntakeChange, Series, SessionType
from booking.series import planning, recurring
from booking.series.planning import Occurrence
from practice.messaging import sending
from practice.messaging.models import Message
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import Clinician, User

State, By, What, Status = Appointment.State, Appointment.By, AppointmentChange.What, Series.Status
PURPOSE = "series offer"
HELD_DATES = 4
LASTS = timedelta(hours=48)
LINK_OUTLASTS = timedelta(days=14)


class OfferOver(Refused):
    code = "offer_over"
    message = _("This offer is over, and the time is free for others again. Call us and we will find another one.")


class AlreadyOffered(Refused):
    code = "already_offered"
    message = _("There is an offer to this client that nobody has answered yet. Wait for the answer, or take it back.")


@taking.again_after_deadlock
def offer(
    *,
    client: Client,
    clinician: Clinician,
    session_type: SessionType,
    state: str,
    starts_at: datetime,
    every: int = Series.Every.WEEK,
    times: int | None = 12,
    last_on: date | None = None,
    actor: User | None = None,
) -> Series:
    """Hold the first four dates that are free, the very first among them, and ask the client; later ones are booked on
    accepting, as far as they are free by then.

    Raises Conflicts where the first date or four of the dates are not free; AlreadyOffered, TooManyDates, SlotTaken or
    TwoPlaces.
    """
    series = planning.wanted(
        client=client,
        clinician=clinician,
        session_type=session_type,
        state=state,
        starts_at=starts_at,
        every=every,
        times=times,
        last_on=last_on,
    )
    now = timezone.now()
    series.status, series.offered_until, series.created_by = Status.OFFERED, now + LASTS, actor
    with taking.taking(recurring.first_of(series)):
        if Series.objects.offered().filter(client=client, offered_until__gt=now).exists():
            raise AlreadyOffered
        taking.let_go(clinician, now)
        moments = _first_free(planning.plan(series, now=now))
        series.save(force_insert=True)
        by = By.STAFF if actor else By.SYSTEM
        recurring.put_in(series, moments, State.HELD, now, by=by, actor=actor, hold_expires_at=series.offered_until)
        _ask(series, moments[0])
    if actor is not None:
        auditing.note(actor=actor, action="series offered", subject=f"series {series.pk}")
    return series


def _first_free(dates: list[Occurrence]) -> list[datetime]:
    moments = [one.starts_at for one in dates if one.is_free][:HELD_DATES]
    if not dates[0].is_free or len(moments) < min(HELD_DATES, len(dates)):
        raise recurring.Conflicts(dates)
    return moments


def offer_link(series: Series) -> str:
    """A new whole address behind which the client answers the offer."""
    expires_at = (series.offered_until or timezone.now()) + LINK_OUTLASTS
    page = "booking:series_offer"
    return telling.link(series.client, purpose=PURPOSE, subject=series.pk, page=page, expires_at=expires_at)


def _ask(series: Series, first: datetime) -> None:
    telling.tell(
        client=series.client,
        kind="series_offer",
        topic=series.topic,
        key=f"{series.topic}:offer",
        link=offer_link(series),
        starts_at=first,
        number=int(LASTS.total_seconds()) // 3600,
        expires_at=series.offered_until,
        priority=Message.Priority.REMINDER,
    )


def is_open(series: Series, *, now: datetime | None = None) -> bool:
    """Whether it can still be accepted."""
    now = now or timezone.now()
    return series.status == Status.OFFERED and series.offered_until is not None and series.offered_until > now


def held(series: Series) -> list[Appointment]:
    """The dates that are kept for the client meanwhile, in order."""
    return list(series.appointments.filter(state=State.HELD).order_by("starts_at"))


@taking.again_after_deadlock
def accept(*, series: Series) -> list[Occurrence]:
    """The held dates are booked, and of the later ones those that are free; the client is told once. Accepting twice
    changes nothing. Returns the dates that were not free. Raises OfferOver.
    """
    with taking.taking(recurring.first_of(series)):
        now, kept = timezone.now(), _locked(series)
        if kept.status == Status.RUNNING:
            return []
        dates = held(kept)
        if not is_open(kept, now=now) or not dates:
            raise OfferOver
        taking.let_go(kept.clinician, now)
        later = planning.plan(kept, after=dates[-1].starts_at, now=now)
        kept.status = Status.RUNNING
        kept.save(update_fields=["status"])
        _book(dates, now)
        free = [one.starts_at for one in later if one.is_free]
        recurring.put_in(kept, free, State.BOOKED, now, by=By.CLIENT)
        taking.take_on(dates[0], None)
        handling.offer_ended(series=kept, what=IntakeChange.What.BOOKED)
        recurring.tell(kept, "series", dates[0].starts_at, len(dates) + len(free), "made")
    return [one for one in later if not one.is_free]


def _book(dates: list[Appointment], now: datetime) -> None:
    keys = [one.pk for one in dates]
    Appointment.objects.filter(pk__in=keys).update(state=State.BOOKED, hold_expires_at=None)
    AppointmentChange.objects.bulk_create(
        AppointmentChange(appointment_id=key, at=now, by=By.CLIENT, what=What.BOOKED) for key in keys
    )


@transaction.atomic
def decline(*, series: Series, by: str = By.CLIENT, actor: User | None = None) -> Series:
    """Let the held dates go: the client says no, or staff take the offer back. Raises OfferOver."""
    kept = _locked(series)
    if not is_open(kept):
        raise OfferOver
    _close(kept, Status.DECLINED, timezone.now())
    if actor is not None:
        auditing.note(actor=actor, action="series offer taken back", subject=f"series {kept.pk}")
    return kept


@transaction.atomic
def let_run_out() -> int:
    """End the offers whose 48 hours are over; returns how many."""
    now = timezone.now()
    over = Series.objects.offered().filter(offered_until__lte=now).select_for_update().order_by("pk")
    for series in (ended := list(over)):
        _close(series, Status.LAPSED, now)
    return len(ended)


def _close(series: Series, status: str, now: datetime) -> None:
    rows = series.appointments.filter(state=State.HELD)
    taking.settle_all(rows, State.EXPIRED, What.EXPIRED, now)
    series.status = status
    series.save(update_fields=["status"])
    sending.withdraw(topic=series.topic)
    said = IntakeChange.What.LAPSED if status == Status.LAPSED else IntakeChange.What.DECLINED
    handling.offer_ended(series=series, what=said)


def _locked(series: Series) -> Series:
    rows = Series.objects.select_for_update(of=("self",)).with_people()
    return rows.get(pk=series.pk)
