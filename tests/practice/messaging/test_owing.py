"""What is owed: once for each key, until it is withdrawn, and each row to one claimer only."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from practice.messaging import consenting, resolving, sending
from practice.messaging.models import Message
from practice.messaging.models.messages import SET_ASIDE_FOR
from practice.refusals import Refused
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
Status = Message.Status


def dispatch():
    while sending.deliver_due():
        pass


def fresh(message):
    message.refresh_from_db()
    return message


def test_asking_twice_with_one_key_owes_once():
    contact = make.contact()
    first = make.message(contact, key="appointment 1:booked", body="One")
    again = make.message(contact, key="appointment 1:booked", body="Two")

    assert first == again
    assert [m.body for m in Message.objects.all()] == ["One"]


def test_what_is_owed_lives_and_dies_with_the_callers_transaction():
    with suppress(Refused), transaction.atomic():
        make.message(make.contact())
        raise Refused

    assert not Message.objects.exists()


def test_what_is_no_longer_true_is_withdrawn_and_what_has_left_is_not(monkeypatch):
    contact = make.contact()
    gone = make.message(contact, topic="appointment 1")
    dispatch()
    owed = make.message(contact, topic="appointment 1", send_at=contact.now() + timedelta(hours=1))
    other = make.message(contact, topic="appointment 2", send_at=contact.now() + timedelta(hours=1))

    assert sending.withdraw(topic="appointment 1") == 1

    assert [fresh(m).status for m in (gone, owed, other)] == [Status.DELIVERED, Status.WITHDRAWN, Status.SCHEDULED]


def test_a_contacts_clock_brought_forward_brings_what_is_owed_forward(settings):
    contact = make.contact()
    reminder = make.message(contact, send_at=contact.now() + timedelta(days=3), hours=80, priority=2)

    contact = consenting.bring_forward(contact=contact, by=timedelta(days=3, minutes=1))
    dispatch()

    assert fresh(reminder).status == Status.DELIVERED
    assert reminder.left_at - contact.now() < timedelta(minutes=1)
    later = make.message(contact, send_at=contact.now() + timedelta(hours=2))
    assert timedelta(hours=1.9) < later.send_at - timezone.now() < timedelta(hours=2.1)


def test_a_text_is_kept_in_letters_that_fit_one_part():
    assert make.message(make.contact(), body="Mañana a las 3… “aquí”").body == 'Mañana a las 3... "aqui"'


# --- Setting aside and claiming --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_set_one_row_aside():
    make.due_messages(60)

    batches = race([partial(Message.objects.reserve, 7) for _ in range(12)], at_once=6)

    mine = [message.pk for batch in batches for message in batch]
    assert len(mine) == len(set(mine)) == 60


@pytest.mark.django_db(transaction=True)
def test_what_several_workers_hold_since_one_was_slow_is_claimed_by_one():
    messages = make.due_messages(20)
    held = []
    for _ in range(5):  # each comes when the one before has had it for too long
        held.append(Message.objects.reserve(20))
        Message.objects.update(claimed_at=timezone.now() - SET_ASIDE_FOR - timedelta(seconds=1))
    assert {len(batch) for batch in held} == {20}

    claimed = race([partial(Message.objects.claim, batch) for batch in held])

    assert sorted(len(batch) for batch in claimed) == [0, 0, 0, 0, 20]
    assert {fresh(message).attempts for message in messages} == {1}


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_for_at_once_goes_once_though_a_worker_holds_it():
    message = make.message()
    held = Message.objects.reserve(1)

    taken = race([partial(Message.objects.claim, held), partial(Message.objects.claim_this, fresh(message))])

    assert sorted(map(bool, taken)) == [False, True]


def test_what_a_dead_worker_had_set_aside_goes_out_later_and_is_not_called_unknown(twilio):
    messages = make.due_messages(3)
    Message.objects.reserve(3)
    assert sending.deliver_due() == 0, "they may be in living hands"

    Message.objects.update(claimed_at=timezone.now() - SET_ASIDE_FOR - timedelta(seconds=1))
    dispatch()

    assert {fresh(message).status for message in messages} == {Status.ACCEPTED}
    assert len(twilio.messages) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda m: sending.withdraw(topic=m.topic),
        lambda m: consenting.opt_out(number=m.contact.number),
        lambda m: make.aged(m, expires_at=make.ago(seconds=1)),
    ],
    ids=["withdrawn", "stopped", "expired"],
)
def test_what_changes_while_it_is_set_aside_does_not_go(change):
    message, other = make.due_messages(2)
    held = Message.objects.reserve(2)

    change(message)

    assert Message.objects.claim(held) == [other]
    assert fresh(message).attempts == 0


def test_what_is_released_is_due_for_others():
    make.due_messages(2)
    held = Message.objects.reserve(2)
    assert Message.objects.reserve(2) == []

    Message.objects.release(held)

    assert Message.objects.reserve(2) == held


@pytest.mark.django_db(transaction=True)
def test_without_the_setting_aside_they_do():
    make.due_messages(10)
    barrier = Barrier(2)

    def look_then_take():
        batch = list(Message.objects.due()[:10])
        barrier.wait()
        Message.objects.filter(pk__in=[message.pk for message in batch]).update(status=Status.SENDING)
        return batch

    taken = [message.pk for batch in race([look_then_take, look_then_take]) for message in batch]
    assert len(taken) > len(set(taken))


def test_the_urgent_go_first_and_what_is_not_due_stays():
    contact = make.contact()
    news = make.message(contact, priority=Message.Priority.NEWS)
    crisis = make.message(contact, priority=Message.Priority.CRISIS)
    answer = make.message(contact)
    make.message(contact, send_at=contact.now() + timedelta(hours=1))

    assert Message.objects.reserve(2) == [crisis, answer]
    assert Message.objects.reserve(5) == [news]
    assert Message.objects.reserve(5) == []


def test_the_search_for_due_rows_reads_an_index_of_due_rows_only():
    due = Message.objects.due().filter(priority=2).order_by("send_at")

    plan = due.explain()

    if connection.vendor == "sqlite":
        assert "message_due" in plan
        assert "SCAN messaging_message" not in plan
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        assert "message_due" in due.explain()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite proves no partial index from a list of states")
def test_the_search_for_what_a_dead_worker_left_reads_an_index_of_open_rows_only():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    with CaptureQueriesContext(connection) as asked:
        resolving.resolve()

    assert len(asked) == 2
    for question in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {question['sql']}")
            assert "message_unsettled" in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("hour", "minute", "priority", "seconds"),
    [
        (20, 40, Message.Priority.REMINDER, 20 * 60),
        (20, 40, Message.Priority.NEWS, 20 * 60),
        (20, 40, Message.Priority.ANSWER, 4 * 3600),
        (12, 0, Message.Priority.REMINDER, 4 * 3600),
        (20, 59.8, Message.Priority.REMINDER, 60),
    ],
)
def test_a_reminder_does_not_spend_the_night_in_the_carriers_own_queue(
    twilio, time_machine, hour, minute, priority, seconds
):
    contact = make.contact(time_zone="America/Chicago")
    time_machine.move_to(datetime(2026, 11, 25, hour, tzinfo=contact.zone) + timedelta(minutes=minute), tick=False)
    make.message(contact, priority=priority, hours=4)

    dispatch()

    assert [int(text["_validity"]) for text in twilio.messages] == [seconds]
