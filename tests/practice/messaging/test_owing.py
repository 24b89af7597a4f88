"""What is owed: once for each key, until it is withdrawn, and each row to one claimer only."""

from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from practice.messaging import consenting, sending
from practice.messaging.models import Message
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


# --- Claiming --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_claimers_never_get_one_row():
    make.due_messages(60)

    batches = race([partial(Message.objects.claim, 7) for _ in range(12)], at_once=6)

    claimed = [message.pk for batch in batches for message in batch]
    assert len(claimed) == len(set(claimed)) == 60


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_they_do():
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

    assert Message.objects.claim(2) == [crisis, answer]
    assert Message.objects.claim(5) == [news]
    assert Message.objects.claim(5) == []


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
