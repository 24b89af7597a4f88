"""Holding a time: for ten minutes, one a visitor, and the hold becomes the appointment."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment
from practice.privacy import digest
from tests import make

State = Appointment.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def whats(appointment):
    return [change.what for change in appointment.changes.all()]


def test_a_hold_keeps_the_time_from_others_for_ten_minutes():
    held = make.hold()

    with pytest.raises(scheduling.SlotTaken):
        make.appointment(clinician=held.clinician)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert make.appointment(clinician=held.clinician)
    held.refresh_from_db()
    assert held.state == State.EXPIRED
    assert whats(held) == ["held", "expired"]


def test_a_hold_becomes_the_appointment():
    held = make.hold()
    booked = make.appointment(clinician=held.clinician, held=held)

    assert booked.pk == held.pk
    assert Appointment.objects.get().state == State.BOOKED
    assert Appointment.objects.get().visitor == ""
    assert whats(held) == ["held", "booked"]


def test_a_hold_that_ran_out_still_becomes_the_appointment_where_nobody_came_between():
    held = make.hold()
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        assert make.appointment(clinician=held.clinician, held=held).pk == held.pk


def test_a_hold_that_ran_out_loses_against_whoever_booked_meanwhile():
    held = make.hold()
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        make.appointment(clinician=held.clinician)
        with pytest.raises(scheduling.SlotTaken):
            make.appointment(clinician=held.clinician, held=held)


def test_a_new_hold_lets_the_visitors_old_one_go():
    old = make.hold()
    new = make.hold(clinician=old.clinician, starts_at=make.moment(3))

    old.refresh_from_db()
    assert (old.state, new.state) == (State.EXPIRED, State.HELD)
    assert make.hold(clinician=old.clinician, visitor="somebody else")


def test_a_visitor_may_choose_the_same_time_again():
    old = make.hold()
    assert make.hold(clinician=old.clinician).pk != old.pk


def test_booking_another_time_lets_the_hold_go():
    held = make.hold()
    make.appointment(clinician=held.clinician, held=held, starts_at=held.starts_at + timedelta(minutes=30))

    held.refresh_from_db()
    assert held.state == State.EXPIRED


def test_who_holds_is_kept_as_a_digest_only():
    assert make.hold(visitor="a visitor").visitor == digest("a visitor", purpose="visitor")


def test_holds_that_ran_out_are_ended_by_the_beat():
    held = make.hold()
    assert scheduling.let_run_out() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert scheduling.let_run_out() == 1
    held.refresh_from_db()
    assert held.state == State.EXPIRED


def test_a_released_hold_is_free_at_once():
    held = make.hold()
    scheduling.release(held=held)
    assert make.hold(clinician=held.clinician, visitor="somebody else")
