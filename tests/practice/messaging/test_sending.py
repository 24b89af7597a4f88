import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from practice.messaging import carriers, consenting, forgetting, recording, sending, tasks
from practice.messaging.models import Message, OptOut, Receipt
from practice.refusals import Refused
from practice.staff.models import AuditEntry
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
Status = Message.Status
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # in Chicago


def dispatch():
    while sending.deliver_due():
        pass


def fresh(message):
    message.refresh_from_db()
    return message


# --- Owing -----------------------------------------------------------------------------------------------------------


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


# --- Sending ---------------------------------------------------------------------------------------------------------


def test_a_due_text_is_sent_once(twilio):
    message = make.message()

    dispatch()
    dispatch()

    assert len(twilio.messages) == 1
    assert (fresh(message).status, message.carrier_id) == (Status.ACCEPTED, twilio.messages[0]["sid"])


def test_a_batch_is_sent_side_by_side(twilio):
    twilio.latency = 0.05
    make.due_messages(32)
    began = timezone.now()

    dispatch()

    assert len({m["to"] for m in twilio.messages}) == 32
    assert timezone.now() - began < timedelta(seconds=32 * 0.05)


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

    sending.resolve()

    bound = [m for m in (fresh(taken), fresh(lost)) if m.status == Status.ACCEPTED]
    assert [m.carrier_id for m in bound] == [m["sid"] for m in twilio.messages]


def test_a_listed_text_is_bound_to_one_row_only(twilio):
    contact = make.contact()
    one, other = make.message(contact, body="Same"), make.message(contact, body="Same")
    twilio.faults.extend(["drop_after", "drop_before"])
    dispatch()
    Message.objects.update(claimed_at=make.ago(minutes=2))

    sending.resolve()

    assert sorted([fresh(one).status, fresh(other).status]) == [Status.ACCEPTED, Status.UNKNOWN]


def test_a_reminder_of_which_nobody_knows_is_given_to_staff_and_crisis_lines_are_sent_again(twilio):
    reminder = make.message(priority=Message.Priority.REMINDER)
    lines = make.message(priority=Message.Priority.CRISIS)
    for message in (reminder, lines):
        make.aged(_sending(message), status=Status.UNKNOWN, claimed_at=make.ago(minutes=11), attempts=1)

    sending.resolve()
    dispatch()

    assert (fresh(reminder).status, fresh(lines).status) == (Status.UNKNOWN, Status.ACCEPTED)
    assert reminder.settled_at
    assert [m["to"] for m in twilio.messages] == [lines.contact.number]
    assert sending.resolve() == 0


def test_a_worker_that_died_loses_nothing(twilio):
    message = make.message()
    Message.objects.claim(5)
    assert sending.resolve() == 0
    assert fresh(message).status == Status.SENDING

    Message.objects.update(claimed_at=timezone.now() - sending.STUCK_AFTER - timedelta(seconds=1))
    sending.resolve()

    assert (fresh(message).status, message.reason) == (Status.UNKNOWN, "stuck")


def test_without_a_carrier_a_text_fails_with_a_reason_for_staff(settings):
    settings.DEMO = False
    message = make.message()

    dispatch()

    assert (fresh(message).status, message.reason) == (Status.FAILED, "no_carrier")


# --- Receipts --------------------------------------------------------------------------------------------------------


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

    recording.note_outcomes([(message, carriers.Outcome(carriers.Verdict.ACCEPTED, "SM1"))], carrier_name="twilio")

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


# --- Staff and forgetting --------------------------------------------------------------------------------------------


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
    make.due_messages(3)
    assert sending.deliver_due(most=1) == 1

    tasks.dispatch()
    tasks.resolve()

    assert set(Message.objects.values_list("status", flat=True)) == {Status.DELIVERED}
