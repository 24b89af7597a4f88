"""Expiring: licences and compact privileges that end, who is told of it when, and which sessions lie beyond."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from booking import clocks
from booking.models import Appointment
from practice import places
from practice.messaging import sending
from practice.messaging.models import Channel
from practice.staff.models import Licence, User

STAGES = (30, 60, 90)
WARNING_LASTS = timedelta(days=7)
State = Appointment.State


@dataclass
class Ending:
    """A licence that ends with none to follow it, and the booked sessions that need it after that day."""

    licence: Licence
    days_left: int
    beyond: list[Appointment] = field(default_factory=list)

    @property
    def stage(self) -> int:
        """The last of 90, 60 and 30 days that has come."""
        return next(stage for stage in STAGES if self.days_left <= stage)

    @property
    def has_ended(self) -> bool:
        return self.days_left < 0


def endings(*, clinicians: Iterable[int] | None = None) -> list[Ending]:
    """Licences of those who work here that end within 90 days or ended in the last 90, soonest first; two queries.

    One that another licence for the same state outlasts is in order.
    """
    today = timezone.now().date()
    near = today - timedelta(days=STAGES[-1]), today + timedelta(days=STAGES[-1])
    rows = Licence.objects.counting().filter(clinician__is_active=True).select_related("clinician__user")
    if clinicians is not None:
        rows = rows.filter(clinician__in=clinicians)
    latest: dict[tuple[int, str], Licence] = {}
    for licence in rows.order_by("expires_on", "pk"):
        latest[licence.clinician_id, licence.state] = licence
    last = [licence for licence in latest.values() if near[0] <= licence.expires_on <= near[1]]
    found = [Ending(one, (one.expires_on - today).days) for one in sorted(last, key=lambda one: one.expires_on)]
    beyond = _beyond(found)
    for ending in found:
        ending.beyond = beyond[ending.licence.pk]
    return found


def _beyond(found: list[Ending]) -> dict[int, list[Appointment]]:
    """The coming sessions in each licence's state that begin after its last day, as that state's clock counts days."""
    holders = {(one.licence.clinician_id, one.licence.state): one.licence for one in found}
    sessions: dict[int, list[Appointment]] = defaultdict(list)
    if not holders:
        return sessions
    theirs = Q(clinician__in={who for who, _state in holders}, client_state__in={state for _who, state in holders})
    coming = Appointment.objects.filter(theirs, state__in=[State.BOOKED, State.REQUESTED], starts_at__gt=timezone.now())
    for session in coming.select_related("client", "clinician", "session_type").order_by("starts_at"):
        licence = holders.get((session.clinician_id, session.client_state))
        if licence is not None and _day(session) > licence.expires_on:
            sessions[licence.pk].append(session)
    return sessions


def _day(session: Appointment) -> date:
    return session.starts_at.astimezone(clocks.zone_for(session.client_state)).date()


def warn() -> int:
    """Owe the clinician and the owners a mail at 90, 60 and 30 days, each once; returns how many were asked for."""
    owners = list(User.objects.filter(is_owner=True, is_active=True).values_list("email", flat=True))
    return sum(_warn(ending, owners) for ending in endings() if not ending.has_ended)


def _warn(ending: Ending, owners: list[str]) -> int:
    licence = ending.licence
    user = licence.clinician.user
    readers = {*owners, *([user.email] if user is not None and user.is_active else [])}
    for email in sorted(readers):
        sending.queue_to_staff(
            to=email,
            channel=Channel.MAIL,
            # A licence that is renewed has another last day, and so warnings of its own.
            key=f"licence:{licence.pk}:{licence.expires_on}:{ending.stage}:{email}",
            topic=f"licence:{licence.pk}",
            subject=f"A license ends in {ending.days_left} days",
            body=_words(ending),
            expires_at=timezone.now() + WARNING_LASTS,
        )
    return len(readers)


def _words(ending: Ending) -> str:
    licence, number = ending.licence, len(ending.beyond)
    sessions = "1 booked session lies" if number == 1 else f"{number} booked sessions lie"
    return (
        f"{licence.clinician}: {licence.get_basis_display().lower()} in {places.name_of(licence.state)}"
        f" ends on {licence.expires_on:%B} {licence.expires_on.day}, {licence.expires_on.year}.\n\n"
        f"{sessions} beyond that day. No new ones are offered there.\n\n"
        f"{settings.PUBLIC_URL}{reverse('diary:licences')}\n"
    )
