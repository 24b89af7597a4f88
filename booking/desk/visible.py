"""Whose diary each of the staff may see: the front desk and owners all of it, a clinician their own."""

from django.db.models import Q
from django.http import HttpRequest

from booking.models import Appointment, Intake
from booking.models.appointments import AppointmentQuerySet
from booking.models.intake import IntakeQuerySet
from practice.staff.models import User


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


def intakes(user: User) -> IntakeQuerySet:
    """Every intake that was sent, as far as `user` may see it: a clinician those that chose or were given to them."""
    sent = Intake.objects.exclude(submitted_at=None).select_related("client", "clinician", "claimed_by")
    mine = Q(clinician__user=user) | Q(claimed_by=user) | Q(appointments__clinician__user=user)
    return sent if _sees_all(user) else sent.filter(mine).distinct()
