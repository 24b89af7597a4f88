"""What deliberate overbooking promises: only staff, said with who and why, and nothing else gives way for it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from booking import scheduling
from booking.models import AppointmentChange
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def beside(taken, **options):
    asked = {"by": "staff", "actor": make.user(), "override": "A crisis", "overbook": True} | options
    return make.appointment(clinician=taken.clinician, starts_at=taken.starts_at, **asked)


def test_staff_may_put_a_session_beside_another_and_say_who_and_why():
    taken, actor = make.appointment(), make.user()
    made = beside(taken, actor=actor)

    assert made.overbooked
    change = made.changes.get()
    assert (change.what, change.actor, change.reason) == ("overbooked", actor, "A crisis")


def test_a_time_that_is_free_is_not_called_overbooked():
    made = make.appointment(by="staff", actor=make.user(), override="To be sure", overbook=True)
    assert not made.overbooked


@pytest.mark.parametrize("missing", [{"override": ""}, {"actor": None}])
def test_without_who_or_why_it_is_refused(missing):
    with pytest.raises(scheduling.NoReason):
        beside(make.appointment(), **missing)


def test_a_client_cannot_ask_for_it():
    with pytest.raises(scheduling.SlotTaken):
        beside(make.appointment(), by="client")


def test_it_does_not_open_times_outside_the_working_hours():
    with pytest.raises(scheduling.NotOffered):
        make.appointment(
            starts_at=make.moment(2, "03:00"), by="staff", actor=make.user(), override="Late", overbook=True
        )


def test_what_is_overbooked_still_takes_its_time_from_everybody_else():
    taken = make.appointment()
    scheduling.cancel(appointment=taken, by="staff", actor=make.user(), reason="Ill")
    keeper = make.appointment(clinician=taken.clinician)
    beside(keeper)
    scheduling.cancel(appointment=keeper, by="staff", actor=make.user(), reason="Ill")
    with pytest.raises(scheduling.SlotTaken):
        make.appointment(clinician=taken.clinician)


def test_what_is_canceled_leaves_the_calendar_it_was_put_into():
    made = beside(make.appointment(), client=make.client(email="alex@example.test"))
    scheduling.cancel(appointment=made, by="staff", actor=make.user(), reason="Ill")
    mails = {mail.key.split(":")[3]: mail.calendar for mail in Message.objects.filter(topic=made.topic, channel="mail")}
    assert "METHOD:REQUEST" in mails["booked"]
    assert "METHOD:CANCEL" in mails["canceled"]


def test_moved_to_a_free_time_it_is_a_session_like_any_other():
    made = beside(make.appointment())
    moved = scheduling.move(
        appointment=made, starts_at=made.starts_at + timedelta(days=1), by="staff", actor=make.user(), reason="Room"
    )
    assert not moved.overbooked


def test_the_database_refuses_an_overbooking_without_who_and_why():
    made = make.appointment()
    with pytest.raises(IntegrityError, match="appointment_overbooking_says_who_and_why"), transaction.atomic():
        AppointmentChange.objects.create(appointment=made, at=made.created_at, by="staff", what="overbooked")
