"""Samples of a regular time and of the waitlist: people who do not exist, at numbers that nobody has."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

from booking import clocks
from booking.intake import receiving
from booking.models import Client, Series, SessionType, Waiting
from booking.series import planning, recurring
from booking.waitlist import waiting
from practice.staff.models import Clinician

# Numbers kept for fiction; nobody at them has agreed to texts, so none is sent.
REGULAR, WAITS = "+12025550121", "+12025550122"


def load() -> None:
    """One client with a weekly time, and one who waits for the same clinician, once."""
    clinician = Clinician.objects.filter(is_sample=True, working_hours__isnull=False).order_by("pk").first()
    kind = SessionType.objects.active().filter(is_matchmaking=False).first()
    if clinician is None or kind is None or Series.objects.exists() or Waiting.objects.exists():
        return
    state = clinician.licences.values_list("state", flat=True).first()
    if state is None or (start := _start(clinician)) is None:
        return
    wanted = planning.wanted(
        client=_client("Sample: Jo", REGULAR, state),
        clinician=clinician,
        session_type=kind,
        state=state,
        starts_at=start,
        times=12,
    )
    if any(date.is_free for date in planning.plan(wanted)):
        recurring.make(series=wanted)
    waiting.join(client=_client("Sample: Kim", WAITS, state), session_type=kind, state=state, clinician=clinician)


def _start(clinician: Clinician) -> datetime | None:
    """The first full hour of one of their days, in a week or so."""
    hours = clinician.working_hours.order_by("weekday", "opens").first()
    if hours is None:
        return None
    today = timezone.now().astimezone(ZoneInfo(clinician.time_zone)).date()
    day = today + ((hours.weekday - today.weekday()) % 7 or 7) * clocks.DAY
    return clocks.at(clocks.shows(clinician.time_zone, day, time(hours.opens.hour, hours.opens.minute)), clocks.UTC)


def _client(name: str, phone: str, state: str) -> Client:
    known = {"name": name, "phone": phone, "email": "", "state": state, "zone": clocks.zone_for(state).key}
    return receiving.introduce(answers=known | {"age": "adult", "consents": []}, language="en")
