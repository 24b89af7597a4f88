"""A cancellation can be taken back for a minute, while its time is still free."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment
from booking.reminders import reminding
from tests import make

State, By = Appointment.State, Appointment.By
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def later(**span):
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def kept_texts(appointment):
    rows = appointment.client.contact.messages.filter(channel="text").order_by("send_at")
    return [row.key.split(":")[3] for row in rows.owed()]


def test_within_the_minute_it_stands_again_and_the_client_is_told():
    canceled = make.given_back()
    restored = scheduling.restore(appointment=canceled, by=By.CLIENT)
    assert (restored.state, restored.canceled_at, restored.canceled_by, restored.canceled_late) == (
        State.BOOKED, None, "", False,
    )  # fmt: skip
    assert kept_texts(restored) == ["booked"]
    assert [change.what for change in restored.changes.all()] == ["booked", "canceled", "restored"]
    assert reminding.reminders(restored)


def test_after_the_minute_it_stays_canceled():
    canceled = make.given_back()
    with later(seconds=61), pytest.raises(scheduling.NotPossible):
        scheduling.restore(appointment=canceled, by=By.STAFF, actor=make.user())


def test_it_stays_canceled_where_somebody_was_faster():
    clinician = make.working_clinician()
    canceled = make.given_back(clinician=clinician)
    make.appointment(clinician=clinician)
    with pytest.raises(scheduling.SlotTaken):
        scheduling.restore(appointment=canceled, by=By.CLIENT)
    canceled.refresh_from_db()
    assert canceled.state == State.CANCELED


def test_what_staff_canceled_only_staff_take_back():
    canceled = make.given_back(by=By.STAFF)
    with pytest.raises(scheduling.NotPossible):
        scheduling.restore(appointment=canceled, by=By.CLIENT)
    scheduling.restore(appointment=canceled, by=By.STAFF, actor=make.user())


def test_a_request_is_a_request_again():
    canceled = make.given_back(session_type=make.session_type("asked", mode="approve"))
    assert scheduling.restore(appointment=canceled, by=By.CLIENT).state == State.REQUESTED


def test_canceled_and_restored_twice_tells_each_time():
    appointment = make.given_back()
    for _turn in range(2):
        appointment = scheduling.restore(appointment=appointment, by=By.CLIENT)
        assert kept_texts(appointment) == ["booked"]
        appointment = scheduling.cancel(appointment=appointment, by=By.CLIENT)
        assert kept_texts(appointment) == ["canceled"]


def test_calendars_take_it_up_again():
    """A calendar that has heard of the cancellation must find the new word newer (RFC 5546)."""
    client = make.client(email="robin@example.test")
    canceled = make.given_back(client=client)
    scheduling.restore(appointment=canceled, by=By.CLIENT)
    told = [row.calendar for row in client.contact.messages.filter(channel="mail") if row.calendar]
    numbers = {line.partition(":")[2] for one in told for line in one.splitlines() if line.startswith("SEQUENCE")}
    assert len(told) == len(numbers) == 3
    assert max(told, key=lambda one: int(one.partition("SEQUENCE:")[2].split()[0])).count("METHOD:REQUEST") == 1
