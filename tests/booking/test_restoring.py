"""A cancellation can be taken back for a minute, while its time is still free."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment
from booking.reminders import reminding
from booking.series import recurring
from practice.messaging.models import Message
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


def test_what_the_client_booked_instead_counts_when_the_first_is_taken_back():
    kind = make.matchmaking()
    canceled = make.given_back(session_type=kind)
    with later(seconds=20):
        make.appointment(session_type=kind, client=canceled.client, starts_at=make.moment(3))
    with later(seconds=40):
        with pytest.raises(scheduling.OnlyOnce):
            scheduling.restore(appointment=canceled, by=By.CLIENT)
        scheduling.restore(appointment=canceled, by=By.STAFF, actor=make.user())


def test_what_stood_before_does_not_keep_a_cancellation_from_being_taken_back(settings):
    canceled = make.given_back()
    for day in range(3, 4 + settings.MOST_OPEN_BOOKINGS):
        made = make.appointment(client=canceled.client, starts_at=make.moment(day), by=By.STAFF, actor=make.user())
        Appointment.objects.filter(pk=made.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert scheduling.restore(appointment=canceled, by=By.CLIENT).state == State.BOOKED


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


# --- Several dates of a series at once -------------------------------------------------------------------------------


def canceled_series():
    """Five of its six dates, canceled by staff just now."""
    series, actor = make.series(), make.user(is_front_desk=True)
    second = series.appointments.order_by("starts_at")[1]
    recurring.cancel_from(appointment=second, by=By.STAFF, actor=actor, reason="By mistake.")
    return series, actor


def test_all_dates_of_a_series_come_back_at_once_and_the_client_hears_it_once():
    series, actor = canceled_series()
    before = (series.last_on, series.status)
    told = Message.objects.count()

    restored = recurring.restore(series=series, by=By.STAFF, actor=actor)

    series.refresh_from_db()
    assert len(restored) == 5
    assert (series.last_on, series.status) == before
    assert series.appointments.booked().count() == 6
    assert Message.objects.count() == told + 1
    assert [message.key.rpartition(":")[2] for message in Message.objects.owed()] == ["text"]


def test_a_date_that_was_taken_meanwhile_stays_canceled():
    series, actor = canceled_series()
    third = series.appointments.order_by("starts_at")[2]
    make.appointment(clinician=series.clinician, starts_at=third.starts_at)

    assert len(recurring.restore(series=series, by=By.STAFF, actor=actor)) == 4
    third.refresh_from_db()
    assert third.state == State.CANCELED


def test_after_the_minute_a_series_stays_canceled():
    series, actor = canceled_series()
    with later(seconds=61), pytest.raises(scheduling.NotPossible):
        recurring.restore(series=series, by=By.STAFF, actor=actor)


def test_the_desk_takes_the_cancellation_of_a_series_back(client):
    series, actor = canceled_series()
    client.force_login(actor)
    address = f"/desk/diary/series/{series.pk}/"
    assert "Take the cancellation of 5 dates back" in client.get(address).content.decode()

    client.post(f"{address}restore/")
    assert series.appointments.booked().count() == 6
    assert "Take the cancellation" not in client.get(address).content.decode()
    again = client.post(f"{address}restore/", follow=True).content.decode()
    assert str(scheduling.NotPossible.message) in unescape(again)
