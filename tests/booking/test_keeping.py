"""What the diary says of itself, what it throws away in time, and what its beat and its back office do."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from booking import facts, forgetting, receiving, tasks
from booking.models import IdempotencyKey, Intake
from practice.links import linking
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def test_an_abandoned_draft_is_emptied_and_its_link_ends():
    draft, token = receiving.start(language="en")
    receiving.save_step(intake=draft, step="concerns", answers={"words": "the words of a stranger"})
    assert forgetting.forget() == 0
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert forgetting.forget() == 1
        assert forgetting.forget() == 0
        with pytest.raises(linking.LinkExpired):
            receiving.reopen(token)
    draft.refresh_from_db()
    assert draft.answers == {}
    assert draft.emptied_at


def test_what_was_sent_is_kept_until_ninety_days_after_closing():
    sent = make.intake()
    with time_machine.travel(timezone.now() + timedelta(days=100)):
        assert forgetting.forget() == 0
    Intake.objects.filter(pk=sent.pk).update(status="closed", closed_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert forgetting.forget() == 1


def test_keys_of_the_json_door_are_dropped_after_two_days():
    IdempotencyKey.objects.create(key="k", body="b", appointment=make.appointment())
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        forgetting.forget()
    assert not IdempotencyKey.objects.exists()


def test_nothing_of_an_intake_is_readable_in_the_database():
    make.intake(words="an unmistakable sentence", name="Unmistakable")
    with connection.cursor() as cursor:
        for table in ("booking_intake", "booking_client", "messaging_contact"):
            cursor.execute(f"SELECT * FROM {table}")
            assert "nmistakable" not in str(cursor.fetchall())


def test_the_beat_owes_reminders_and_closes_what_has_passed():
    booked, held = make.appointment(), make.hold(starts_at=make.moment(3))
    with time_machine.travel(booked.starts_at - timedelta(hours=20)):
        assert tasks.owe_reminders() == 1
    with time_machine.travel(booked.ends_at):
        assert tasks.close_passed() == 2
        assert tasks.forget() == 0
    assert Message.objects.filter(topic=booked.topic).count() == 2
    held.refresh_from_db()
    assert held.state == "expired"


def test_the_diary_knows_prices_states_and_the_next_free_time():
    make.matchmaking(name="Free first session")
    make.session_type(name="Initial session")
    make.working_clinician(states=("NY", "OR"))
    known = facts.facts()
    assert known["prices"] == "Free first session, 30 minutes. Initial session, 50 minutes, $150."
    assert known["states"] == "We may see people who are in New York and Oregon."
    assert known["next_free"] == "The next free 30-minute session is Mon, Oct 19, 10:30 AM Eastern time."


def test_an_empty_practice_has_nothing_to_tell():
    make.session_type(price_text="")
    make.matchmaking(price_text="", is_active=False)
    assert facts.facts() == {}


@pytest.mark.parametrize("model", ["appointment", "intake", "client", "sessiontype", "workinghours", "holiday"])
def test_the_back_office_opens_and_appointments_are_only_looked_at(admin_client, model):
    booked = make.appointment()
    make.intake()
    assert admin_client.get(f"/admin/booking/{model}/").status_code == 200
    page = admin_client.get(f"/admin/booking/appointment/{booked.pk}/change/")
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
