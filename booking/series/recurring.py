"""Recurring: weekly series of appointments, and their one-off changes. Each date is an appointment as any other.

One transaction with the clinician's row locked; what the database promises of one appointment it promises of each date;
the client is told once, not for each date. Moving or canceling one date alone is scheduling's.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import clocks, scheduling, taking, telling
from booking.calendars import inviting
from booking.models import Appointment, AppointmentChange, Series
from booking.series import planning
from booking.series.planning import Occurrence
from practice.messaging import sending
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.models import User

State, By, What, Status = Appointment.State, Appointment.By, AppointmentChange.What, Series.Status
PURPOSE = "series"
LINK_OUTLASTS = timedelta(days=30)


class Conflicts(Refused):
    """Not all dates are free. `dates` says which, why, and what is free near them."""

    code = "conflicts"
    message = _("Not all of these dates are free. Nothing was changed.")

    def __init__(self, dates: Iterable[Occurrence] = ()) -> None:
        super().__init__()
        self.dates = list(dates)


def series_link(series: Series) -> str:
    """A new whole address behind which the client sees the dates of their series and may leave it."""
    ends = clocks.at(clocks.shows(series.time_zone, series.last_on, series.clock), clocks.UTC)
    expires_at = max(ends, timezone.now()) + LINK_OUTLASTS
    return telling.link(series.client, purpose=PURPOSE, subject=series.pk, page="booking:series", expires_at=expires_at)


@taking.again_after_deadlock
def make(
    *,
    series: Series,
    needs_all: bool = False,
    instead: Collection[datetime] = (),
    by: str = By.STAFF,
    actor: User | None = None,
) -> Series:
    """Book every date of `series` (see planning.wanted) that is free, and times `instead` of those that are not.

    With `needs_all` every date must be free or replaced. Limits, notice and horizon do not hold for staff. Raises
    Conflicts where that fails, where a time of `instead` is gone or nothing is free at all; SlotTaken and TwoPlaces
    where the database has the last word.
    """
    now = timezone.now()
    with taking.taking(first_of(series)):
        taking.let_go(series.clinician, now)
        dates = planning.plan(series, now=now)
        moments = chosen(dates, needs_all=needs_all, instead=instead)
        series.status = Status.RUNNING
        series.created_by = actor
        series.save(force_insert=True)
        made = put_in(series, moments, State.BOOKED, now, by=by, actor=actor)
        taking.take_on(made[0], None)
        tell(series, "series", made[0].starts_at, len(made), "made")
    if actor is not None:
        auditing.note(actor=actor, action="series made", subject=f"series {series.pk}")
    return series


def chosen(dates: list[Occurrence], *, needs_all: bool, instead: Collection[datetime] = ()) -> list[datetime]:
    """Which moments to take of these dates, in order; raises Conflicts."""
    near = {date.instead.starts_at for date in dates if date.instead is not None and not date.is_free}
    wishes = {moment.astimezone(clocks.UTC) for moment in instead}
    unmet = [date for date in dates if not date.is_free and not (date.instead and date.instead.starts_at in wishes)]
    moments = sorted({date.starts_at for date in dates if date.is_free} | wishes)
    if not moments or wishes - near or (needs_all and unmet):
        raise Conflicts(dates)
    return moments


def put_in(
    series: Series,
    moments: Iterable[datetime],
    state: str,
    now: datetime,
    *,
    by: str,
    actor: User | None = None,
    hold_expires_at: datetime | None = None,
) -> list[Appointment]:
    """Rows for these moments, each with a row that says who made it; the caller holds the clinician's lock."""
    rows = [_wanted(series, moment) for moment in moments]
    for row in rows:
        row.state, row.hold_expires_at = state, hold_expires_at
    Appointment.objects.bulk_create(rows)
    what = What.HELD if state == State.HELD else What.BOOKED
    AppointmentChange.objects.bulk_create(
        AppointmentChange(appointment=row, at=now, by=by, actor=actor, what=what) for row in rows
    )
    return rows


def _wanted(series: Series, starts_at: datetime) -> Appointment:
    return taking.wanted(
        session_type=series.session_type,
        clinician=series.clinician,
        starts_at=starts_at,
        state=series.client_state,
        client=series.client,
        series=series,
    )


def first_of(series: Series) -> Appointment:
    """Its first date, not saved: rivals for its clinician queue by it."""
    return _wanted(series, planning.starts(series)[0])


@taking.again_after_deadlock
def move_from(
    *,
    appointment: Appointment,
    starts_at: datetime,
    needs_all: bool = False,
    actor: User,
    reason: str,
) -> list[Appointment]:
    """Give this one and the following another weekday or clock; returns those that moved, told of once.

    Those whose new time is not free stay where they are, unless `needs_all`; those moved by themselves stay too.
    Raises Conflicts, NotPossible, NoReason or whatever scheduling.move raises.
    """
    new = taking.wanted(
        session_type=appointment.session_type,
        clinician=appointment.clinician,
        starts_at=starts_at,
        state=appointment.client_state,
        client=appointment.client,
    )
    with taking.taking(new):
        now, kept = timezone.now(), _locked(appointment)
        taking.let_go(kept.clinician, now)
        dates = planning.moves(kept, starts_at, now=now)
        free = [date for date in dates if date.is_free]
        if not free or (needs_all and len(free) < len(dates)):
            raise Conflicts(dates)
        rule = planning.moved_rule(kept, starts_at)
        moved = _move(free, actor=actor, reason=reason)
        rule.save(update_fields=["first_on", "last_on", "clock"])
        tell(rule, "series_moved", moved[0].starts_at, len(moved), f"{moved[0].pk}:{moved[0].version}")
    return moved


def _move(dates: list[Occurrence], *, actor: User, reason: str) -> list[Appointment]:
    """Each after the one in whose place it steps; returned in the order of the clock."""
    forward = all(date.appointment and date.starts_at >= date.appointment.starts_at for date in dates)
    moved = [
        scheduling.move(
            appointment=date.appointment,
            starts_at=date.starts_at,
            by=By.STAFF,
            actor=actor,
            reason=reason,
            tells=False,
        )
        for date in (reversed(dates) if forward else dates)
        if date.appointment is not None
    ]
    return sorted(moved, key=lambda one: one.starts_at)


@taking.again_after_deadlock
@transaction.atomic
def cancel_from(*, appointment: Appointment, by: str, actor: User | None = None, reason: str = "") -> list[Appointment]:
    """Cancel this one and every later one of its series, also those moved by themselves; told of once.

    Raises NotPossible where nothing is left to cancel.
    """
    kept = _locked(appointment)
    assert kept.series is not None
    return _cancel(kept.series, from_=kept.starts_at, by=by, actor=actor, reason=reason)


@taking.again_after_deadlock
@transaction.atomic
def leave(*, series: Series, by: str = By.CLIENT) -> list[Appointment]:
    """Cancel everything of the series that is still to come. Raises NotPossible where nothing is."""
    return _cancel(Series.objects.with_people().get(pk=series.pk), from_=timezone.now(), by=by)


def _cancel(
    series: Series, *, from_: datetime, by: str, actor: User | None = None, reason: str = ""
) -> list[Appointment]:
    now = timezone.now()
    rows = series.appointments.coming(now).filter(starts_at__gte=from_)
    canceled = [scheduling.cancel(appointment=one, by=by, actor=actor, reason=reason, tells=False) for one in rows]
    if not canceled:
        raise scheduling.NotPossible
    _end(series, canceled[0], now)
    number, first = len(canceled), canceled[0].starts_at
    tell(series, "series_canceled", first, number, f"{canceled[0].pk}:{canceled[0].version}:canceled")
    return canceled


@taking.again_after_deadlock
@transaction.atomic
def restore(*, series: Series, by: str, actor: User | None = None) -> list[Appointment]:
    """Take back, within its minute, that several dates were canceled; told of once, and the rule runs as far again.

    A date whose time somebody has taken meanwhile stays canceled. Raises NotPossible where none comes back.
    """
    series, restored = Series.objects.with_people().select_for_update(of=("self",)).get(pk=series.pk), []
    for one in restorable(series, by=by):
        try:
            restored.append(scheduling.restore(appointment=one, by=by, actor=actor, tells=False))
        except (scheduling.SlotTaken, scheduling.TwoPlaces):
            continue
    if not restored:
        raise scheduling.NotPossible
    first, last = restored[0], restored[-1]
    series.last_on = max(series.last_on, last.starts_at.astimezone(ZoneInfo(series.time_zone)).date())
    series.status = Status.RUNNING
    series.save(update_fields=["last_on", "status"])
    tell(series, "series", first.starts_at, len(restored), f"{first.pk}:{first.version}:restored")
    return restored


def restorable(series: Series, *, by: str) -> list[Appointment]:
    """Its dates whose cancellation can still be taken back by them, in the order of the clock."""
    rows = series.appointments.filter(state=State.CANCELED).select_related("client__contact", "clinician")
    return [one for one in rows.order_by("starts_at") if scheduling.may_restore(one, by=by)]


def _end(series: Series, first_canceled: Appointment, now: datetime) -> None:
    """The rule ends before the first that was canceled; with nothing left to come the series is over."""
    day = first_canceled.starts_at.astimezone(ZoneInfo(series.time_zone)).date()
    series.last_on = max(series.first_on, min(series.last_on, day - timedelta(days=1)))
    if not series.appointments.coming(now).exists():
        series.status = Status.ENDED
    series.save(update_fields=["last_on", "status"])


def _locked(appointment: Appointment) -> Appointment:
    """The row as it is now, with its series; raises NotPossible where it is none of a series or not booked any more."""
    related = ("client__contact", "clinician", "session_type", "series__client__contact", "series__session_type")
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(*related, "series__clinician")
    kept = rows.get(pk=appointment.pk)
    if kept.series is None or kept.state != State.BOOKED:
        raise scheduling.NotPossible
    return kept


def tell(series: Series, kind: str, starts_at: datetime, number: int, mark: str) -> None:
    """Withdraw what is still owed about the series and owe its client this news, once for `mark`."""
    sending.withdraw(topic=series.topic)
    telling.tell(
        client=series.client,
        kind=kind,
        topic=series.topic,
        key=f"{series.topic}:{mark}",
        link=series_link(series),
        starts_at=starts_at,
        number=number,
        calendar=_calendar(series),
    )


def _calendar(series: Series) -> str:
    """Every date that is still to come as it is now, those that were canceled too, so that a calendar lets them go."""
    ahead = series.appointments.filter(state__in=[State.BOOKED, State.CANCELED], starts_at__gt=timezone.now())
    told = {"zone": series.client.time_zone, "language": series.client.language}
    return inviting.published(appointments=ahead.order_by("starts_at"), **told)
