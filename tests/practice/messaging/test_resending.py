"""What staff do about a text that went wrong, and what becomes of words whose time is over."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from practice.messaging import carriers, consenting, forgetting, recording, resolving, sending, tasks
from practice.messaging.models import Message
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
Status = Message.Status


def _sending(message):
    return make.aged(message, status=Status.SENDING, claim=uuid.uuid4(), claimed_at=timezone.now())


def fresh(message):
    message.refresh_from_db()
    return message


def test_staff_send_again_what_failed_once_however_often_they_press():
    actor = make.user(is_front_desk=True)
    message = make.aged(_sending(make.message()), status=Status.FAILED, reason="no_carrier")

    assert sending.resend(message=message, actor=actor) == sending.resend(message=message, actor=actor)

    assert Message.objects.count() == 2
    assert not Message.objects.needing_attention().exists()
    assert AuditEntry.objects.filter(action="message resent", actor=actor).count() == 1


@pytest.mark.parametrize("reason", ["21610", "21614", "30005"])
def test_what_a_phone_refused_is_not_sent_again(reason):
    message = make.aged(_sending(make.message()), status=Status.FAILED, reason=reason)

    with pytest.raises(sending.NothingToResend):
        sending.resend(message=message, actor=make.user())


def test_words_are_emptied_when_their_time_is_over():
    old, new = make.message(), make.message()
    make.aged(old, expires_at=timezone.now() - forgetting.WORDS_KEPT - timedelta(days=1))

    tasks.forget()

    assert (fresh(old).body, bool(old.emptied_at)) == ("", True)
    assert fresh(new).body
    assert forgetting.forget() == 0


def test_tasks_work_until_nothing_is_left():
    make.due_messages(carriers.THREADS * 3)

    tasks.dispatch()
    tasks.resolve()

    assert set(Message.objects.values_list("status", flat=True)) == {Status.DELIVERED}


# --- What stopped being true while it was on its way ------------------------------------------------------------------


def withdrawn_in_flight(message, **fields):
    """`message` claimed, then withdrawn before the carrier answered."""
    _sending(message)
    assert sending.withdraw(topic=message.topic) == 0
    return make.aged(message, **fields) if fields else fresh(message)


def test_what_is_withdrawn_while_the_carrier_is_busy_is_not_tried_again(twilio):
    message = make.message()
    [claimed] = Message.objects.claim(Message.objects.reserve(1))
    sending.withdraw(topic=message.topic)

    recording.note([(claimed, carriers.Outcome(carriers.Verdict.BUSY, code="20429"))], carrier_name="twilio")

    assert (fresh(message).status, message.reason) == (Status.WITHDRAWN, "no_longer_true")
    assert sending.deliver_due() == 0


def test_what_is_withdrawn_while_it_waits_for_the_morning_does_not_come_in_the_morning(time_machine):
    time_machine.move_to(datetime(2026, 11, 26, 5, 0, tzinfo=UTC), tick=False)  # 23:00 in Chicago
    reminder = make.message(make.contact(time_zone="America/Chicago"), priority=Message.Priority.REMINDER, hours=12)
    [held] = Message.objects.reserve(1)
    sending.withdraw(topic=reminder.topic)

    assert sending._waits_out_the_night(held)

    assert fresh(reminder).status == Status.WITHDRAWN


def test_a_phone_that_was_off_does_not_get_the_old_time_after_a_move():
    message = withdrawn_in_flight(make.message())

    sending.note_receipt(message_id=message.pk, carrier_id="SM1", status="undelivered", code="30003")

    assert Message.objects.count() == 1
    assert fresh(message).status == Status.UNDELIVERED


@pytest.mark.parametrize("fields", [{"void_at": make.ago(minutes=1)}, {"expires_at": make.ago(minutes=1)}])
def test_staff_do_not_send_again_what_is_no_longer_true_or_past(fields):
    message = make.aged(_sending(make.message()), status=Status.FAILED, reason="no_carrier")
    assert sending.can_resend(message)

    assert not sending.can_resend(make.aged(message, **fields))


def test_crisis_lines_of_which_nobody_knows_are_not_sent_again_after_a_stop():
    lines = make.message(priority=Message.Priority.CRISIS)
    consenting.opt_out(number=lines.contact.number)
    assert fresh(lines).status == Status.WITHDRAWN
    other = make.message(priority=Message.Priority.CRISIS)
    _sending(other)
    consenting.opt_out(number=other.contact.number)
    make.aged(other, status=Status.UNKNOWN, claimed_at=make.ago(minutes=11))

    resolving.resolve()

    assert fresh(other).status == Status.WITHDRAWN
