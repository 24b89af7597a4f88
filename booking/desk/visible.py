"""Whose diary each of the staff may see: the front desk and owners all of it, a clinician their own."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from booking.models import Appointment, Client, Intake, Series, Waiting
from booking.models.appointments import AppointmentQuerySet
from booking.models.intake import IntakeQuerySet
from booking.models.series import SeriesQuerySet
from booking.models.waitlist import WaitingQuerySet
from practice.staff.models import Clinician, User


def user_of(request: HttpRequest) -> User:
    """Who is signed in; doors are guarded, so there is someone."""
    assert isinstance(request.user, User)
    return request.user


def _sees_all(user: User) -> bool:
    return user.is_front_desk or user.is_owner


def appointments(user: User) -> AppointmentQuerySet:
    """Everything but holds, as far as `user` may see it."""
    promised = Appointment.objects.exclude(client=None).select_related("client__contact", "clinician", "session_type")
    return promised if _sees_all(user) else promised.filter(clinician__user=user)


def clinicians(user: User) -> QuerySet[Clinician]:
    """Whose calendars, feed and room `user` may look after: a clinician their own."""
    here = Clinician.objects.active()
    return here if _sees_all(user) else here.filter(user=user)


def intakes(user: User) -> IntakeQuerySet:
    """Every intake that was sent, as far as `user` may see it: a clinician those that chose or were given to them."""
    sent = Intake.objects.exclude(submitted_at=None).select_related("client", "clinician", "claimed_by")
    mine = Q(clinician__user=user) | Q(claimed_by=user) | Q(appointments__clinician__user=user)
    return sent if _sees_all(user) else sent.filter(mine).distinct()


def clients(user: User) -> QuerySet[Client]:
    """Whom `user` may plan for: a clinician their own clients, and those who have or had a time with them."""
    everyone = Client.objects.select_related("contact", "clinician")
    mine = Q(clinician__user=user) | Q(appointments__clinician__user=user) | Q(intakes__clinician__user=user)
    return everyone if _sees_all(user) else everyone.filter(mine).distinct()


def series(user: User) -> SeriesQuerySet:
    """Recurring times, and offers of one."""
    everyones = Series.objects.with_people()
    return everyones if _sees_all(user) else everyones.filter(clinician__user=user)


def places(user: User) -> WaitingQuerySet:
    """The waitlist; a clinician sees who asked for them or is theirs."""
    everyones = Waiting.objects.with_people()
    mine = Q(clinician__user=user) | Q(client__clinician__user=user)
    return everyones if _sees_all(user) else everyones.filter(mine)
