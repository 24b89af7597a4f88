"""What scheduling promises: one time, one person, one confirmation; and that every change is remembered."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment, AppointmentChange, Intake, SessionType
from practice.links import linking
from practice.messaging.models import Message
from tests import make

State, By = Appointment.State, Appointment.By
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def whats(appointment):
    return [change.what for change in appointment.changes.all()]


def owed():
    return sorted((message.key.split(":", 2)[2], message.status) for message in Message.objects.all())


def test_booking_promises_the_time_and_owes_one_confirmation():
    appointment = make.appointment()

    assert appointment.state == State.BOOKED
    assert whats(appointment) == ["booked"]
    assert owed() == [("1:booked:text", "scheduled")]
    assert Message.objects.get().topic == appointment.topic


def test_whoever_gave_a_number_and_an_address_is_told_both_ways():
    make.appointment(client=make.client(email="alex@example.test"))

    assert owed() == [("1:booked:mail", "scheduled"), ("1:booked:text", "scheduled")]


def test_whoever_did_not_agree_to_texts_gets_none():
    make.appointment(client=make.client(may_be_texted=False))

    assert owed() == []


def test_the_confirmation_carries_a_link_that_leads_to_the_appointment():
    appointment = make.appointment()
    body = Message.objects.get().body

    token = body.rsplit("/a/", 1)[1].strip("/")
    assert linking.subject_of(token, purpose="appointment") == str(appointment.pk)


def test_the_link_holds_thirty_days_beyond_the_session():
    appointment = make.appointment()
    token = scheduling.manage_link(appointment).rsplit("/a/", 1)[1].strip("/")

    with time_machine.travel(appointment.ends_at + timedelta(days=29), tick=False):
        assert linking.subject_of(token, purpose="appointment")
    with time_machine.travel(appointment.ends_at + timedelta(days=31), tick=False), pytest.raises(linking.LinkExpired):
        linking.subject_of(token, purpose="appointment")


def test_a_taken_time_is_refused_with_the_nearest_open_ones():
    taken = make.appointment()

    with pytest.raises(scheduling.SlotTaken) as refusal:
        make.appointment(clinician=taken.clinician)

    starts = [time.starts_at for time in refusal.value.alternatives]
    assert starts == sorted(starts)
    assert taken.starts_at not in starts
    assert {taken.starts_at - timedelta(hours=1), taken.starts_at + timedelta(hours=1)} <= set(starts)
    assert Appointment.objects.count() == 1


def test_alternatives_are_with_others_where_the_clinician_has_none():
    kind = make.session_type(horizon_days=3)
    busy, other = make.staff.clinician(), make.working_clinician()
    make.working_hours(busy, "11:00", "11:50", weekdays=[make.moment(2).weekday()])
    starts_at = make.moment(2, "15:00")
    make.appointment(clinician=busy, session_type=kind, starts_at=starts_at)

    with pytest.raises(scheduling.SlotTaken) as refusal:
        make.appointment(clinician=busy, session_type=kind, starts_at=starts_at)

    assert {time.clinician for time in refusal.value.alternatives} == {other}


def test_sessions_may_follow_each_other_without_a_gap():
    first = make.appointment(session_type=make.session_type(minutes=60))
    second = make.appointment(
        session_type=first.session_type, clinician=first.clinician, starts_at=first.ends_at, client=make.client()
    )
    assert second.starts_at == first.ends_at


def test_buffers_keep_the_time_around_a_session_free():
    kind = make.session_type(minutes=50, buffer_after=20, step=10)
    first = make.appointment(session_type=kind)

    with pytest.raises(scheduling.SlotTaken):
        make.appointment(session_type=kind, clinician=first.clinician, starts_at=first.ends_at + timedelta(minutes=10))
    assert make.appointment(
        session_type=kind, clinician=first.clinician, starts_at=first.ends_at + timedelta(minutes=20)
    )


def test_nobody_is_in_two_places_at_once():
    first = make.appointment()

    with pytest.raises(scheduling.TwoPlaces):
        make.appointment(client=first.client, starts_at=first.starts_at + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("state", "days", "clock", "refusal"),
    [
        ("CA", 2, "15:00", scheduling.NotLicensed),
        ("", 2, "15:00", scheduling.NotLicensed),
        ("NY", -1, "15:00", scheduling.TooLate),
        ("NY", 2, "03:00", scheduling.NotOffered),
        ("NY", 2, "15:07", scheduling.NotOffered),
        ("NY", 300, "15:00", scheduling.NotOffered),
    ],
    ids=["another state", "no state", "past", "at night", "between two starts", "far ahead"],
)
def test_what_is_not_offered_cannot_be_booked(state, days, clock, refusal):
    with pytest.raises(refusal):
        make.appointment(state=state, starts_at=make.moment(days, clock))
    assert not Appointment.objects.exists()
    assert not Message.objects.exists()


def test_a_licence_must_hold_on_the_day_of_the_session():
    clinician = make.working_clinician(expires_on=timezone.now().date() + timedelta(days=3))

    assert make.appointment(clinician=clinician, starts_at=make.moment(2))
    with pytest.raises(scheduling.NotLicensed):
        make.appointment(clinician=clinician, starts_at=make.moment(5))


def test_short_notice_is_for_staff_with_a_reason():
    kind, actor = make.session_type(notice=5 * 24 * 60), make.user()

    with pytest.raises(scheduling.TooLate):
        make.appointment(session_type=kind)
    with pytest.raises(scheduling.TooLate):
        make.appointment(session_type=kind, by=By.STAFF, actor=actor)
    booked = make.appointment(session_type=kind, by=By.STAFF, actor=actor, override="They called")

    change = booked.changes.get()
    assert (change.actor, change.reason, change.by) == (actor, "They called", "staff")


def test_the_free_first_session_is_meant_once():
    kind = make.matchmaking()
    first = make.appointment(session_type=kind)

    with pytest.raises(scheduling.OnlyOnce):
        make.appointment(session_type=kind, client=first.client, starts_at=make.moment(3))
    scheduling.cancel(appointment=first, by=By.CLIENT)
    assert make.appointment(session_type=kind, client=first.client, starts_at=make.moment(3))


def test_a_contact_has_few_appointments_open_and_staff_may_book_more():
    first = make.appointment()
    again = partial(make.appointment, client=first.client, clinician=first.clinician)
    again(starts_at=make.moment(3))

    with pytest.raises(scheduling.TooMany):
        again(starts_at=make.moment(4))
    assert again(starts_at=make.moment(4), by=By.STAFF, actor=make.user())


def test_the_dates_of_a_series_leave_room_for_one_more_booking_online():
    series = make.series()
    extra = make.appointment(client=series.client, clinician=series.clinician, starts_at=make.moment(3))
    assert extra.state == State.BOOKED


def test_where_staff_approve_a_request_takes_the_time_until_they_answer():
    kind = make.session_type(mode=SessionType.Mode.APPROVE)
    asked = make.appointment(session_type=kind)

    assert asked.state == State.REQUESTED
    with pytest.raises(scheduling.SlotTaken):
        make.appointment(session_type=kind, clinician=asked.clinician)
    approved = scheduling.approve(appointment=asked, actor=make.user())
    assert approved.state == State.BOOKED
    assert owed() == [("1:booked:text", "scheduled"), ("1:requested:text", "withdrawn")]
    assert whats(asked) == ["requested", "approved"]


def test_a_declined_request_is_told_and_its_time_is_free_again():
    kind = make.session_type(mode=SessionType.Mode.APPROVE)
    asked = make.appointment(session_type=kind)
    scheduling.decline(appointment=asked, actor=make.user())

    assert owed() == [("1:declined:text", "scheduled"), ("1:requested:text", "withdrawn")]
    assert make.appointment(session_type=kind, clinician=asked.clinician)
    with pytest.raises(scheduling.NotPossible):
        scheduling.approve(appointment=asked, actor=make.user())


def test_the_intake_is_answered_by_the_booking():
    intake = make.intake()
    make.appointment(client=intake.client, intake=intake)

    intake.refresh_from_db()
    assert intake.status == Intake.Status.BOOKED
    assert intake.client.appointments.get().intake == intake


# --- Moving and cancelling -------------------------------------------------------------------------------------------


def test_moving_keeps_the_row_withdraws_the_old_text_and_owes_the_new_one():
    booked = make.appointment()
    scheduling.confirm(appointment=booked)
    moved = scheduling.move(appointment=booked, starts_at=make.moment(3), by=By.CLIENT)

    assert (moved.pk, moved.version, moved.confirmed_at) == (booked.pk, 2, None)
    assert owed() == [("1:booked:text", "withdrawn"), ("2:moved:text", "scheduled")]
    change = moved.changes.get(what="moved")
    assert (change.from_starts_at, change.to_starts_at) == (booked.starts_at, make.moment(3))
    assert make.appointment(clinician=booked.clinician, starts_at=booked.starts_at)


def test_an_appointment_may_move_into_its_own_time():
    booked = make.appointment()
    moved = scheduling.move(appointment=booked, starts_at=booked.starts_at + timedelta(minutes=30), by=By.CLIENT)
    assert moved.starts_at == booked.starts_at + timedelta(minutes=30)


def test_moving_onto_a_taken_time_changes_nothing():
    booked = make.appointment()
    other = make.appointment(clinician=booked.clinician, starts_at=make.moment(3))

    with pytest.raises(scheduling.SlotTaken) as refusal:
        scheduling.move(appointment=booked, starts_at=other.starts_at, by=By.CLIENT)

    assert refusal.value.alternatives
    booked.refresh_from_db()
    assert (booked.starts_at, booked.version) == (make.moment(2), 1)
    assert Message.objects.filter(topic=booked.topic, status="scheduled").count() == 1


def test_too_late_to_move_for_the_client_is_not_too_late_for_staff_with_a_reason():
    kind, actor = make.session_type(move_notice=7 * 24 * 60), make.user()
    booked = make.appointment(session_type=kind)
    move = partial(scheduling.move, appointment=booked, starts_at=make.moment(3))

    with pytest.raises(scheduling.TooLate):
        move(by=By.CLIENT)
    with pytest.raises(scheduling.NoReason):
        move(by=By.STAFF, actor=actor)
    assert move(by=By.STAFF, actor=actor, reason="Ill").version == 2


def test_a_request_may_be_moved_and_stays_a_request():
    asked = make.appointment(session_type=make.session_type(mode=SessionType.Mode.APPROVE))
    moved = scheduling.move(appointment=asked, starts_at=make.moment(3), by=By.CLIENT)
    assert moved.state == State.REQUESTED


def test_cancelling_keeps_the_row_frees_the_time_and_tells_the_client():
    booked = make.appointment()
    gone = scheduling.cancel(appointment=booked, by=By.CLIENT)

    assert (gone.state, gone.canceled_by, gone.canceled_late) == (State.CANCELED, "client", False)
    assert owed() == [("1:booked:text", "withdrawn"), ("1:canceled:text", "scheduled")]
    assert make.appointment(clinician=booked.clinician)
    with pytest.raises(scheduling.NotPossible):
        scheduling.cancel(appointment=booked, by=By.CLIENT)


@pytest.mark.parametrize(
    ("hours_before", "by", "late"),
    [(72, "client", False), (25, "client", False), (23, "client", True), (1, "staff", False)],
)
def test_a_late_cancellation_is_recorded(hours_before, by, late):
    booked = make.appointment(session_type=make.session_type(cancel_notice=24 * 60), starts_at=make.moment(5))
    with time_machine.travel(booked.starts_at - timedelta(hours=hours_before), tick=False):
        assert scheduling.cancel(appointment=booked, by=by, actor=make.user()).canceled_late is late


def test_what_has_begun_is_not_cancelled_by_its_client():
    booked = make.appointment()
    with time_machine.travel(booked.starts_at, tick=False), pytest.raises(scheduling.TooLate):
        scheduling.cancel(appointment=booked, by=By.CLIENT)


def test_confirming_twice_is_remembered_once():
    booked = make.appointment()
    first = scheduling.confirm(appointment=booked).confirmed_at
    assert scheduling.confirm(appointment=booked).confirmed_at == first
    assert whats(booked) == ["booked", "confirmed"]


# --- Afterwards ------------------------------------------------------------------------------------------------------


def test_what_is_over_is_completed_and_may_be_corrected_to_a_no_show():
    booked = make.appointment()
    with pytest.raises(scheduling.NotPossible):
        scheduling.no_show(appointment=booked, actor=make.user())
    with time_machine.travel(booked.ends_at, tick=False):
        assert scheduling.close_passed() == 1
        assert scheduling.close_passed() == 0
        assert scheduling.no_show(appointment=booked, actor=make.user()).state == State.NO_SHOW
        assert scheduling.complete(appointment=booked, actor=make.user()).state == State.COMPLETED
    assert whats(booked) == ["booked", "completed", "no_show", "completed"]


def test_a_request_nobody_answered_lapses_when_its_time_comes():
    asked = make.appointment(session_type=make.session_type(mode=SessionType.Mode.APPROVE))
    with time_machine.travel(asked.starts_at, tick=False):
        assert scheduling.close_passed() == 1
    asked.refresh_from_db()
    assert asked.state == State.EXPIRED


def test_what_staff_do_stands_in_the_practices_trail():
    from practice.staff.models import AuditEntry

    booked, actor = make.appointment(), make.user()
    scheduling.cancel(appointment=booked, by=By.STAFF, actor=actor)
    assert AuditEntry.objects.get(subject=f"appointment {booked.pk}").actor == actor


def test_the_reason_of_a_change_is_not_readable_in_the_database():
    from django.db import connection

    scheduling.cancel(appointment=make.appointment(), by=By.STAFF, actor=make.user(), reason="moved to Oregon")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT reason FROM {AppointmentChange._meta.db_table}")
        assert not any("Oregon" in row[0] for row in cursor.fetchall())
