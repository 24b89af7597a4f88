"""What the diary says of itself, what it throws away in time, and what its beat and its back office do."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from booking import facts, forgetting, tasks
from booking.intake import asking, concluding, handling, receiving, scoring
from booking.models import IdempotencyKey, Intake
from practice.crisis.models import Alert
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


def everything_stored():
    """All that lies in the database: SQLite's file with its log, or every row of every table of a server."""
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"])
        return b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found).encode()


@pytest.mark.django_db(transaction=True)
def test_no_free_answer_lies_readable_in_the_file_of_the_database():
    keys = [*asking.FREE_TEXT, "own_line", "own_words"]
    written = {key: f"Marzipan{n} and I want to kill myself" for n, key in enumerate(keys)}
    intake = make.intake(sent=False, **written)
    receiving.attach(intake=intake, check=scoring.PHQ_9, given=[0] * 8 + [1])
    receiving.submit(intake=intake)
    robin = make.user(is_front_desk=True)
    handling.note(intake=intake, actor=robin, text="Marzipan note")
    talk = make.appointment(client=intake.client, intake=intake, session_type=make.matchmaking())
    with time_machine.travel(talk.starts_at):
        concluding.conclude(appointment=talk, what="declined", actor=robin, reason="Marzipan reason")

    stored = everything_stored()

    assert Alert.objects.exists(), "the alert keeps a copy of its own, and that is sealed too"
    assert intake.pk.hex.encode() in stored or str(intake.pk).encode() in stored, "this is where it lies"
    for readable in (b"arzipan", b"kill myself", b"better off dead", b"screenings", b"PHQ-9"):
        assert readable not in stored


def test_what_is_emptied_takes_the_notes_of_the_desk_with_it():
    intake = make.intake()
    owner = make.user(is_owner=True)
    handling.note(intake=intake, actor=owner, text="Call after six.")
    handling.set_status(intake=intake, status="closed", actor=owner, reason="Found someone near home.", outcome="lost")
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        forgetting.forget()

    intake.refresh_from_db()
    assert intake.answers == {}
    assert {change.text for change in intake.changes.all()} == {""}


def test_the_beat_owes_reminders_and_closes_what_has_passed():
    booked, held = make.appointment(), make.hold(starts_at=make.moment(3))
    with time_machine.travel(booked.starts_at - timedelta(hours=20)):
        assert tasks.owe_reminders() == 1
    with time_machine.travel(booked.ends_at):
        assert tasks.close_passed() == 2
        assert tasks.forget() == 0
    assert Message.objects.count() == 2  # the confirmation, and the reminder of that day
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
