"""What carriers say later: kept once, in any order, and never back from an end."""

import uuid
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest
from django.utils import timezone

from practice.messaging import carriers, consenting, recording, sending
from practice.messaging.models import Message, Receipt
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
Status = Message.Status


def _sending(message):
    return make.aged(message, status=Status.SENDING, claim=uuid.uuid4(), claimed_at=timezone.now())


def fresh(message):
    message.refresh_from_db()
    return message


def note(message, status, code="", carrier_id="SM1"):
    return sending.note_receipt(message_id=message.pk, carrier_id=carrier_id, status=status, code=code)


def test_receipts_duplicated_and_shuffled_never_move_a_message_back():
    for number, order in enumerate(permutations(["queued", "sent", "delivered", "sending"])):
        message = _sending(make.message())
        for status in order:
            note(message, status, carrier_id=f"SM{number}")
            note(message, status, carrier_id=f"SM{number}")
        assert fresh(message).status == Status.DELIVERED
        assert message.receipts.count() == 4


@pytest.mark.parametrize("end", ["delivered", "undelivered", "failed"])
def test_an_end_stays_the_end(end):
    message = _sending(make.message())
    note(message, end)
    for status in ("queued", "sent", "delivered", "undelivered", "failed"):
        note(message, status)

    assert fresh(message).status == end


def test_a_receipt_faster_than_the_answer_is_not_undone():
    message = _sending(make.message())
    note(message, "delivered")

    recording.note([(message, carriers.Outcome(carriers.Verdict.ACCEPTED, "SM1"))], carrier_name="twilio")

    assert fresh(message).status == Status.DELIVERED


def test_a_withdrawn_message_stays_withdrawn():
    message = make.message(send_at=timezone.now() + timedelta(hours=1))
    sending.withdraw(topic=message.topic)

    note(message, "sent")

    assert fresh(message).status == Status.WITHDRAWN


def test_receipts_for_nothing_and_unheard_of_states_leave_nothing():
    message = make.message()
    assert not sending.note_receipt(message_id=uuid.uuid4(), carrier_id="SM1", status="sent")
    assert not note(message, "teleported")
    assert not Receipt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_receipt_at_the_same_moment_is_noted_once():
    message = _sending(make.message())

    results = race([partial(note, message, "delivered") for _ in range(8)])

    assert sorted(results) == [False] * 7 + [True]
    assert message.receipts.count() == 1


def test_a_phone_that_was_off_is_tried_once_more_and_not_twice():
    message = _sending(make.message())
    note(message, "undelivered", "30003")
    again = Message.objects.get(key=f"{message.key}:again")
    assert again.body == message.body

    _sending(again)
    note(again, "undelivered", "30003", carrier_id="SM2")

    assert Message.objects.count() == 2


def test_a_stop_or_a_dead_number_told_in_a_receipt_is_learned():
    stopped, gone = _sending(make.message()), _sending(make.message())
    note(stopped, "failed", "21610")
    note(gone, "undelivered", "30005")

    assert consenting.has_opted_out(stopped.contact.number)
    assert not fresh(gone.contact).may_be_texted
