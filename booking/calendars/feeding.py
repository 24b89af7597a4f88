"""Feeding: a diary under a private address, for its clinician's calendar. Making and ending one is audited."""

import secrets
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from icalendar import Event

from booking.calendars import inviting
from booking.models import Appointment, Feed, TimeOff
from practice.links import linking
from practice.privacy import digest
from practice.staff import auditing
from practice.staff.models import Clinician, User

LOOKS_BACK, LOOKS_AHEAD = timedelta(days=30), timedelta(days=400)
State = Appointment.State


@transaction.atomic
def make(*, clinician: Clinician, shows: str, actor: User) -> str:
    """A new whole address of this clinician's diary, shown this once; the one before ends."""
    _end(clinician, actor)
    token = secrets.token_urlsafe(16)
    feed = Feed.objects.create(clinician=clinician, digest=_digest(token), shows=shows, created_by=actor)
    auditing.note(actor=actor, action="feed made", subject=f"clinician {clinician.pk}", detail=f"shows {feed.shows}")
    return settings.PUBLIC_URL + reverse("booking:feed", args=[token])


@transaction.atomic
def revoke(*, clinician: Clinician, actor: User) -> None:
    """End the address; whoever still asks at it is told that it is gone."""
    _end(clinician, actor)


def _end(clinician: Clinician, actor: User) -> None:
    # Whoever makes or ends one for the same clinician at this moment waits here.
    Clinician.objects.select_for_update(no_key=True).get(pk=clinician.pk)
    if Feed.objects.filter(clinician=clinician, revoked_at=None).update(revoked_at=timezone.now()):
        auditing.note(actor=actor, action="feed revoked", subject=f"clinician {clinician.pk}")


def behind(token: str) -> Feed:
    """The feed at this address; raises LinkUnknown, or LinkExpired where it was revoked."""
    feed = Feed.objects.select_related("clinician").filter(digest=_digest(token)).first()
    if feed is None:
        raise linking.LinkUnknown
    if feed.revoked_at is not None or not feed.clinician.is_active:
        raise linking.LinkExpired
    return feed


def calendar(feed: Feed) -> str:
    """What is booked, asked for and taken off, from a month ago to a year ahead, in UTC; two queries.

    The same diary gives the same text, letter by letter, so that a digest of it says whether anything has changed.
    """
    now = timezone.now()
    window = {"ends_at__gt": now - LOOKS_BACK, "starts_at__lt": now + LOOKS_AHEAD}
    rows = Appointment.objects.filter(clinician=feed.clinician, client__isnull=False, **window)
    rows = rows.filter(state__in=[State.BOOKED, State.REQUESTED, State.COMPLETED, State.NO_SHOW])
    made = inviting.started()
    made.add("x-wr-calname", settings.PRACTICE["short_name"])
    made.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for one in rows.select_related("client").annotate(changed_at=Max("changes__at")).order_by("starts_at", "pk"):
        made.add_component(_session(one, feed.shows))
    for away in TimeOff.objects.filter(clinician=feed.clinician, **window).order_by("starts_at", "pk"):
        made.add_component(_event(f"time-off-{away.pk}", away.starts_at, away.ends_at, "Away", away.starts_at))
    return str(made.to_ical().decode())


def _session(appointment: Appointment, shows: str) -> Event:
    changed_at = vars(appointment)["changed_at"] or appointment.created_at
    name = _name(appointment, shows)
    event = _event(str(appointment.pk), appointment.starts_at, appointment.ends_at, name, changed_at)
    event.add("sequence", appointment.version - 1)
    event.add("status", "TENTATIVE" if appointment.state == State.REQUESTED else "CONFIRMED")
    return event


def _name(appointment: Appointment, shows: str) -> str:
    full = appointment.client.name_to_use if appointment.client else ""
    if shows == Feed.Shows.NAMES:
        return full or "Session"
    if shows == Feed.Shows.INITIALS:
        return "".join(f"{part[0]}." for part in full.split()) or "Session"
    return "Session"


def _event(uid: str, starts_at: datetime, ends_at: datetime, name: str, changed_at: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    event.add("summary", name)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    return event


def _digest(token: str) -> str:
    return digest(token, purpose="feed")
