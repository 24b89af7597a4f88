"""The morning page's panels: what waits, oldest first, each with the way to act on it."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from advice.models import Letter
from booking import expiring
from booking.desk import visible
from booking.intake import concluding, promising
from booking.models import Appointment, Arrival, Intake, OutsideCalendar, Referral
from practice.crisis.models import Alert
from practice.messaging.models import Message
from practice.staff.models import User

SHOWN = 6  # rows of a panel; its link leads to the rest


@dataclass(frozen=True)
class Row:
    """One thing that waits: when, what, and where it is handled."""

    at: datetime
    text: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """A list on the morning page."""

    title: str
    url: str
    number: int
    rows: list[Row] = field(default_factory=list)
    empty: str = ""
    urgent: bool = False


def for_user(user: User) -> list[Panel]:
    """The panels that concern this person's work; alerts are everybody's."""
    handles_clients = user.is_owner or user.is_front_desk or user.is_clinician
    handles_letters = user.may_edit
    panels = [alerts()]
    if handles_clients:
        panels += doors(user) + promises()
        panels += [today(), intakes(), *talks(user), texts(), *calendars(user), *licences(user), *referrals()]
    if handles_letters:
        panels += [letters()]
    return panels


def alerts() -> Panel:
    waiting = Alert.objects.waiting()
    rows = [
        Row(alert.created_at, alert.source_label, reverse("alerts:one", args=[alert.pk]), alert.get_kind_display())
        for alert in waiting[:SHOWN]
    ]
    empty = _("Nobody is waiting for a look.")
    return Panel(_("Crisis alerts"), reverse("alerts:list"), waiting.count(), rows, empty, urgent=bool(rows))


def doors(user: User) -> list[Panel]:
    """Clients who wait at a door that did not open; nothing is shown while nobody does."""
    now = timezone.now()
    waiting = Arrival.objects.waiting(now).filter(appointment__clinician__in=visible.clinicians(user))
    rows = [
        Row(one.at, one.appointment.clinician.name, reverse("diary:session", args=[one.appointment_id]), _("waits"))
        for one in waiting
    ]
    where = rows[0].url if rows else ""
    return [Panel(_("Waiting at a door"), where, len(rows), rows[:SHOWN], urgent=True)] if rows else []


def calendars(user: User) -> list[Panel]:
    """Outside calendars that cannot be read; nothing is shown while all can."""
    failing = OutsideCalendar.objects.failing().filter(clinician__in=visible.clinicians(user))
    rows = [
        Row(
            one.failing_since or one.tried_at,
            one.clinician.name,
            reverse("diary:clinician", args=[one.clinician.slug]),
            one.get_trouble_display(),
        )
        for one in failing.select_related("clinician")
    ]
    title = _("Outside calendars that cannot be read")
    return [Panel(title, reverse("diary:clinicians"), len(rows), rows[:SHOWN], urgent=True)] if rows else []


def licences(user: User) -> list[Panel]:
    """Licences that end within 90 days; nothing is shown while none does."""
    theirs = visible.clinicians(user).values_list("pk", flat=True)
    where, zone = reverse("diary:licences"), ZoneInfo(settings.PRACTICE["time_zone"])
    rows = [
        Row(
            datetime.combine(one.licence.expires_on, time.min, zone),
            f"{one.licence.clinician.name}, {one.licence.state}",
            where,
            _("%(number)d sessions beyond") % {"number": len(one.beyond)},
        )
        for one in expiring.endings(clinicians=list(theirs))
    ]
    urgent = any(one.at <= timezone.now() + timedelta(days=30) for one in rows)
    return [Panel(_("Licenses that end"), where, len(rows), rows[:SHOWN], urgent=urgent)] if rows else []


def talks(user: User) -> list[Panel]:
    """Free first talks of which nobody has said how they ended; nothing is shown while all is said."""
    waiting = concluding.missing(visible.appointments(user))
    rows = [
        Row(one.starts_at, one.clinician.name, reverse("diary:outcome", args=[one.pk]), _("how did it end?"))
        for one in waiting[:SHOWN]
    ]
    where = rows[0].url if rows else ""
    return [Panel(_("First talks without an outcome"), where, waiting.count(), rows)] if rows else []


def referrals() -> list[Panel]:
    """Places we send people to that nobody has checked for half a year; nothing is shown while all are."""
    due = Referral.objects.stale(timezone.localdate())
    where, never = reverse("diary:referrals"), timezone.now()
    rows = [
        Row(
            datetime.combine(one.verified_on, time.min, ZoneInfo(settings.PRACTICE["time_zone"]))
            if one.verified_on
            else never,
            one.name,
            reverse("diary:referral", args=[one.pk]),
            _("last checked") if one.verified_on else _("never checked"),
        )
        for one in due
    ]
    return [Panel(_("Help elsewhere, to be checked"), where, len(rows), rows[:SHOWN])] if rows else []


def promises() -> list[Panel]:
    """Whom we said we would answer within two hours from now, or before; only crisis alerts stand above it."""
    due = promising.running_out()
    now = timezone.now()
    rows = [
        Row(by, _("Intake"), reverse("diary:intake", args=[one.pk]), _("overdue") if by <= now else _("answer by then"))
        for by, one in due[:SHOWN]
    ]
    url = reverse("diary:intakes")
    return [Panel(_("Promised an answer"), url, len(due), rows, urgent=True)] if rows else []


def today() -> Panel:
    """Today's appointments, by the practice's own clock."""
    zone = ZoneInfo(settings.PRACTICE["time_zone"])
    midnight = datetime.combine(timezone.now().astimezone(zone).date(), time.min, zone)
    coming = (
        Appointment.objects.filter(starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1))
        .filter(state__in=[Appointment.State.BOOKED, Appointment.State.REQUESTED])
        .select_related("client", "clinician", "session_type")
        .order_by("starts_at")
    )
    rows = [
        Row(
            appointment.starts_at,
            f"{appointment.client.name_to_use if appointment.client else ''} · {appointment.clinician.name}",
            reverse("diary:appointment", args=[appointment.pk]),
            _("confirmed") if appointment.confirmed_at else appointment.get_state_display(),
        )
        for appointment in coming[:SHOWN]
    ]
    return Panel(_("Today"), reverse("diary:appointments"), coming.count(), rows, _("No appointments today."))


def intakes() -> Panel:
    waiting = Intake.objects.waiting().order_by("submitted_at")
    rows = [
        Row(
            one.submitted_at or one.created_at,
            _("Intake"),
            reverse("diary:intake", args=[one.pk]),
            one.get_status_display(),
        )
        for one in waiting[:SHOWN]
    ]
    return Panel(_("Intakes waiting"), reverse("diary:intakes"), waiting.count(), rows, _("No intake is waiting."))


def letters() -> Panel:
    waiting = Letter.objects.waiting()
    rows = [
        Row(one.received_at, _("Letter"), reverse("column:letter", args=[one.uuid]), one.get_state_display())
        for one in waiting[:SHOWN]
    ]
    return Panel(_("Letters waiting"), reverse("column:letters"), waiting.count(), rows, _("No letter is waiting."))


def texts() -> Panel:
    """Texts and mails that failed, or of which nobody knows what became."""
    wrong = Message.objects.needing_attention().order_by("created_at")
    rows = [
        Row(one.created_at, one.get_channel_display(), reverse("texts:one", args=[one.pk]), one.get_status_display())
        for one in wrong[:SHOWN]
    ]
    return Panel(
        _("Texts that failed"), reverse("texts:list"), wrong.count(), rows, _("Everything went out."), urgent=bool(rows)
    )
