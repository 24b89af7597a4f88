"""What is due is sent once, and what becomes of it where the carrier says no, later, or nothing."""

import uuid
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.utils import timezone

from practice.messaging import carriers, consenting, recording, resolving, sending
from practice.messaging.carriers import Outcome, Verdict
from practice.messaging.models import Message, OptOut, Receipt
from tests import make

pytestmark = pytest.mark.django_db
Status = Message.Status


def dispatch():
    while sending.deliver_due():
        pass


def fresh(message):
    message.refresh_from_db()
    return message


def test_a_due_text_is_sent_once(twilio):
    message = make.message()

    dispatch()
    dispatch()

    assert len(twilio.messages) == 1
    assert (fresh(message).status, message.carrier_id) == (Status.ACCEPTED, twilio.messages[0]["sid"])


def test_a_batch_is_sent_side_by_side(twilio):
    twilio.latency = 0.1
    make.due_messages(32)

    dispatch()

    assert len({m["to"] for m in twilio.messages}) == 32
    assert 1 < twilio.most_at_once <= carriers.THREADS


def test_fewer_questions_than_texts_go_to_the_database(twilio, django_assert_max_num_queries):
    number = 4 * carriers.THREADS
    make.due_messages(number)

    with django_assert_max_num_queries(number - 1):  # half as many where nothing else is at work
        assert sending.deliver_due() == number

    assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}


def test_what_is_set_aside_is_given_back_when_the_carrier_refuses_our_account(twilio, monkeypatch):
    monkeypatch.setattr(carriers, "THREADS", 1)
    make.due_messages(12)
    twilio.faults.extend(["401"] * 12)

    dispatch()

    left = Message.objects.filter(status=Status.SCHEDULED)
    failed = Message.objects.filter(status=Status.FAILED).count()
    assert 1 <= failed <= 2 * sending.CLAIMED
    assert left.count() == 12 - failed
    assert not left.exclude(claim=None).exists()


class HangsOnce(carriers.Sandbox):
    """Answers for one parcel only after another has come."""

    def __init__(self, slow):
        self.slow, self.other_came = slow, Event()

    def send(self, parcel):
        if parcel.id == self.slow.pk:
            assert self.other_came.wait(30)
        else:
            self.other_came.set()
        return super().send(parcel)


def test_what_becomes_due_while_the_carrier_hangs_does_not_wait_for_it(monkeypatch):
    monkeypatch.setattr(sending, "PATIENCE", 0.01)
    slow = make.message()
    carrier, take, looks = HangsOnce(slow), Message.objects.reserve, []
    monkeypatch.setattr(carriers, "for_channel", lambda _channel: carrier)

    def reserve(most, **options):
        looks.append(most)
        if len(looks) == 2:  # the first has been handed over and hangs
            make.message(priority=Message.Priority.CRISIS)
        return take(most, **options)

    monkeypatch.setattr(Message.objects, "reserve", reserve)
    dispatch()

    assert set(Message.objects.values_list("status", flat=True)) == {Status.DELIVERED}
    assert Message.objects.count() == 2


def test_in_the_sandbox_a_text_and_a_mail_arrive_at_once():
    contact = make.contact(email="alex@example.test")
    make.message(contact)
    make.message(contact, channel="mail", subject="Hello")

    dispatch()

    assert {m.status for m in Message.objects.on_phone_of(contact)} == {Status.DELIVERED}
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda c: consenting.opt_out(number=c.number), "opted_out"),
        (lambda c: c.consents.update(withdrawn_at=timezone.now()), "no_consent"),
        (lambda c: type(c).objects.update(wants_texts=False), "not_wanted"),
        (lambda c: consenting.note_bad_number(c), "bad_number"),
        (lambda c: Message.objects.update(expires_at=timezone.now()), "stale"),
    ],
)
def test_what_may_not_go_is_not_sent_and_says_why(twilio, prepare, reason):
    contact = make.contact()
    message = make.message(contact)
    withdrawn = reason == "opted_out"
    prepare(contact)

    dispatch()

    assert twilio.messages == []
    expected = Status.WITHDRAWN if withdrawn else Status.SUPPRESSED
    assert (fresh(message).status, message.reason) == (expected, reason)
    assert message.settled_at


def test_a_text_owed_after_a_stop_is_not_sent_either(twilio):
    contact = make.contact()
    consenting.opt_out(number=contact.number)
    message = make.message(contact)

    dispatch()

    assert (fresh(message).status, message.reason) == (Status.SUPPRESSED, "opted_out")


def test_mail_goes_where_texts_may_not(twilio):
    contact = make.contact(email="alex@example.test")
    consenting.opt_out(number=contact.number)
    message = make.message(contact, channel="mail", subject="Hello")

    dispatch()

    assert fresh(message).status == Status.DELIVERED


def test_reminders_wait_out_the_night_and_answers_do_not(time_machine, twilio):
    time_machine.move_to(datetime(2026, 11, 26, 5, 0, tzinfo=UTC), tick=True)  # 23:00 in Chicago
    contact = make.contact(time_zone="America/Chicago")
    answer = make.message(contact)
    reminder = make.message(contact, priority=Message.Priority.REMINDER, hours=12)
    late = make.message(contact, priority=Message.Priority.REMINDER, hours=2)

    dispatch()

    assert fresh(answer).status == Status.ACCEPTED
    assert (fresh(late).status, late.reason) == (Status.SUPPRESSED, "quiet_hours")
    assert (fresh(reminder).status, reminder.attempts) == (Status.SCHEDULED, 0)
    assert reminder.send_at == datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
    time_machine.move_to(datetime(2026, 11, 26, 14, 0, 1, tzinfo=UTC))
    dispatch()
    assert fresh(reminder).status == Status.ACCEPTED


# --- When the carrier says no, later, or nothing ---------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["429", "queue_full"])
def test_a_busy_carrier_is_asked_again_later_and_later(twilio, fault):
    message = make.message()
    waits = []
    for _ in range(3):
        twilio.faults.append(fault)
        make.aged(message, send_at=timezone.now())
        dispatch()
        assert fresh(message).status == Status.SCHEDULED
        waits.append((message.send_at - timezone.now()).total_seconds())

    assert 7 < waits[0] < 15.1 < waits[2] < 60.1
    make.aged(message, send_at=timezone.now())
    dispatch()
    assert fresh(message).status == Status.ACCEPTED
    assert len(twilio.messages) == 1


def test_a_busy_answer_after_the_giving_up_opens_it_again_altogether(twilio):
    message = make.aged(_sending(make.message()), attempts=1, claimed_at=make.ago(minutes=11), status=Status.UNKNOWN)
    resolving.resolve()
    assert fresh(message).settled_at

    recording.note([(message, Outcome(Verdict.BUSY, code="20429"))], carrier_name="twilio")

    assert (fresh(message).status, message.settled_at) == (Status.SCHEDULED, None)
    # Should its worker die now, somebody comes to look.
    make.aged(_sending(message), claimed_at=make.ago(minutes=11))
    resolving.resolve()
    assert (fresh(message).status, message.reason) == (Status.UNKNOWN, "stuck")


def test_a_carrier_that_stays_busy_until_it_is_too_late_sends_nothing_late(twilio):
    message = make.message(hours=0.001)
    twilio.faults.append("429")

    dispatch()

    assert (fresh(message).status, message.reason) == (Status.SUPPRESSED, "stale")


def test_a_refusal_is_final_and_teaches_us_about_the_number(twilio):
    stopped, landline, strange = (make.contact() for _ in range(3))
    twilio.opted_out.add(stopped.number)
    to_stopped = make.message(stopped)
    dispatch()
    recording._note_refusal(_sending(make.message(landline)), "21614")
    recording._note_refusal(_sending(make.message(strange)), "99999")

    assert (fresh(to_stopped).status, to_stopped.reason) == (Status.SUPPRESSED, "21610")
    assert OptOut.objects.get().source == "carrier"
    assert not fresh(stopped).may_be_texted
    assert not fresh(landline).may_be_texted
    assert fresh(strange).may_be_texted
    assert len(twilio.messages) == 0


def _sending(message):
    return make.aged(message, status=Status.SENDING, claim=uuid.uuid4(), claimed_at=timezone.now())


@pytest.mark.parametrize("fault", ["503", "500", "502_html", "drop_before", "drop_after", "hang_after", "empty_201"])
def test_the_unknown_is_a_state_and_not_a_reason_to_send_again(twilio, fault):
    message = make.message()
    twilio.faults.append(fault)

    dispatch()
    dispatch()

    assert fresh(message).status == Status.UNKNOWN
    assert twilio.requests["create"] == 1


@pytest.mark.parametrize("fault", ["drop_after", "hang_after", "empty_201"])
def test_a_callback_binds_what_was_taken_without_an_answer(twilio, client, fault):
    message = make.message()
    twilio.faults.append(fault)
    dispatch()

    for url, fields, signature in twilio.callbacks(twilio.messages[0]):
        client.post(url.removeprefix("http://localhost:8000"), fields, headers={"X-Twilio-Signature": signature})

    assert (fresh(message).status, message.carrier_id) == (Status.DELIVERED, twilio.messages[0]["sid"])


def test_the_carriers_list_is_asked_for_the_unknown(twilio):
    taken, lost = make.message(), make.message()
    twilio.faults.extend(["drop_after"])
    dispatch()
    make.aged(lost, status=Status.UNKNOWN)
    Message.objects.update(claimed_at=make.ago(minutes=2))
    for entry in twilio.messages:
        if entry["to"] == lost.contact.number:
            twilio.messages.remove(entry)

    resolving.resolve()

    bound = [m for m in (fresh(taken), fresh(lost)) if m.status == Status.ACCEPTED]
    assert [m.carrier_id for m in bound] == [m["sid"] for m in twilio.messages]


def test_a_listed_text_is_bound_to_one_row_only(twilio):
    contact = make.contact()
    one, other = make.message(contact, body="Same"), make.message(contact, body="Same")
    twilio.faults.extend(["drop_after", "drop_before"])
    dispatch()
    Message.objects.update(claimed_at=make.ago(minutes=2))

    resolving.resolve()

    assert sorted([fresh(one).status, fresh(other).status]) == [Status.ACCEPTED, Status.UNKNOWN]


def test_a_reminder_of_which_nobody_knows_is_given_to_staff_and_crisis_lines_are_sent_again(twilio):
    reminder = make.message(priority=Message.Priority.REMINDER)
    lines = make.message(priority=Message.Priority.CRISIS)
    for message in (reminder, lines):
        make.aged(_sending(message), status=Status.UNKNOWN, claimed_at=make.ago(minutes=11), attempts=1)

    resolving.resolve()
    dispatch()

    assert (fresh(reminder).status, fresh(lines).status) == (Status.UNKNOWN, Status.ACCEPTED)
    assert reminder.settled_at
    assert [m["to"] for m in twilio.messages] == [lines.contact.number]
    assert resolving.resolve() == 0


def test_a_worker_that_died_loses_nothing(twilio):
    message = make.message()
    Message.objects.claim(Message.objects.reserve(5))
    assert resolving.resolve() == 0
    assert fresh(message).status == Status.SENDING

    Message.objects.update(claimed_at=timezone.now() - resolving.STUCK_AFTER - timedelta(seconds=1))
    resolving.resolve()

    assert (fresh(message).status, message.reason) == (Status.UNKNOWN, "stuck")


def test_without_a_carrier_a_text_fails_with_a_reason_for_staff(settings):
    settings.DEMO = False
    message = make.message()

    dispatch()

    assert (fresh(message).status, message.reason) == (Status.FAILED, "no_carrier")
