import logging
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection

from practice import tallies
from practice.crisis import responding, screening
from practice.crisis.models import Alert
from practice.messaging import consenting, receiving, remembering, texts
from practice.messaging.models import Contact, InboundText, Message, OptOut
from tests import make
from tests.fakes import twilio as fake
from tests.racing import race

pytestmark = pytest.mark.django_db
CRY = "I want to kill myself"
NUMBER = "+13125550143"
calls = []


def confirming(*, contact, body, message_sid):
    """A reply rule such as the diary's: C confirms."""
    if not body.startswith("C"):
        return None
    calls.append(message_sid)
    return "You are confirmed."


def failing(*, contact, body, message_sid):
    raise RuntimeError(body)


@pytest.fixture(autouse=True)
def _rules(settings):
    calls.clear()
    settings.SMS_REPLIES = ["practice.messaging.consenting.reply", f"{__name__}.confirming"]


def receive(body, sid="SM1", number=NUMBER, **more):
    return receiving.receive(number=number, body=body, message_sid=sid, **more)


def words(text=CRY, language="en"):
    found = screening.screen(text)
    assert found.is_hit
    return responding.reply_text(found, language)


# --- Ordinary texts --------------------------------------------------------------------------------------------------


def test_the_first_rule_that_answers_wins():
    assert receive("HELP") == texts.reply("help", "en")
    assert receive("C", "SM2") == "You are confirmed."


def test_the_same_delivery_gets_the_same_reply_and_is_done_once():
    first = receive("C")
    assert receive("C") == first
    assert receive("something else") == first
    assert calls == ["SM1"]
    assert InboundText.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_delivery_at_the_same_moment_is_done_once():
    replies = race([partial(receive, "C") for _ in range(6)])
    assert replies == ["You are confirmed."] * 6
    assert calls == ["SM1"]


def test_anything_else_is_answered_once_a_day_and_shown_to_staff():
    assert receive("when are you open") == texts.reply("help_line", "en")
    assert receive("and on Sunday", "SM2") is None
    InboundText.objects.update(received_at=make.ago(days=1, minutes=1))
    assert receive("and on Monday", "SM3") == texts.reply("help_line", "en")
    assert InboundText.objects.waiting().count() == 3


def test_what_a_rule_answered_needs_no_reading():
    receive("C")
    assert not InboundText.objects.waiting().exists()


def test_a_stranger_who_writes_spanish_is_answered_in_spanish():
    assert receive("quiero cambiar mi cita por favor") == texts.reply("help_line", "es")


def test_a_rule_that_fails_costs_nobody_their_answer(settings, caplog):
    settings.SMS_REPLIES = [f"{__name__}.failing", "nowhere.at.all", f"{__name__}.confirming"]
    assert receive("C private words") == "You are confirmed."
    assert InboundText.objects.waiting().exists()
    assert "private" not in caplog.text


@pytest.mark.parametrize("number", ["12345", "AMZN", "", "x" * 500, "+", "\x00", "🌱"])
def test_a_sender_without_a_number_gets_no_reply_and_does_no_harm(number):
    assert receive("hello", number=number) is None
    assert not Contact.objects.exists()


@pytest.mark.parametrize("body", ["", "\x00", "🌱" * 2000, "a" * 200_000, "\ud800", "' OR 1=1 --", "<script>"])
def test_no_text_is_too_strange_to_take_in(body):
    receive(body)
    assert InboundText.objects.count() == 1


# --- A cry for help --------------------------------------------------------------------------------------------------


def test_a_cry_is_answered_with_lines_and_staff_are_alerted():
    contact = make.contact(phone=NUMBER)
    assert receive(CRY) == words()
    alert = Alert.objects.get()
    assert (alert.who, alert.text, alert.source_label) == ("number ending 0143", CRY, "text")
    assert alert.source_url == f"/desk/texts/with/{contact.pk}/"


def test_every_cry_is_answered_however_often_they_write():
    assert receive(CRY) == receive(CRY, "SM2") == words()
    assert Alert.objects.count() == 2


def test_a_cry_never_swallows_the_deed():
    assert receive(f"C but {CRY}") == words()
    assert calls == ["SM1"]


def test_stop_beside_a_cry_is_carried_out_and_its_one_confirmation_carries_988():
    reply = receive(f"STOP {CRY}")
    assert reply.startswith(words())
    assert "988" in reply
    assert texts.reply("stopped_briefly", "en") in reply
    assert consenting.has_opted_out(NUMBER)
    assert Alert.objects.count() == 1


def test_a_number_that_stopped_earlier_gets_no_text_but_staff_are_alerted():
    consenting.opt_out(number=NUMBER)
    assert receive(CRY) is None
    assert Alert.objects.count() == 1
    assert receive("hello?", "SM2") is None
    assert InboundText.objects.waiting().exists()


def test_a_deed_is_done_for_a_number_that_stopped_but_not_answered():
    consenting.opt_out(number=NUMBER)
    assert receive("C") is None
    assert calls == ["SM1"]


def test_who_starts_again_is_answered():
    consenting.opt_out(number=NUMBER)
    assert receive("START") == texts.reply("started", "en")


def test_a_cry_in_spanish_is_answered_in_spanish():
    assert receive("quiero morir") == words("quiero morir", "es")


def test_an_alert_that_cannot_be_raised_does_not_cost_the_reply(monkeypatch):
    monkeypatch.setattr(Alert, "save", lambda *_a, **_k: 1 / 0)
    assert receive(CRY) == words()
    assert InboundText.objects.waiting().exists()


def test_without_a_database_a_cry_is_still_answered(monkeypatch):
    def down(*_arguments, **_more):
        raise OperationalError

    monkeypatch.setattr(InboundText.objects, "get_or_create", down)
    assert receive(CRY) == words()
    with pytest.raises(OperationalError):
        receive("C")


def test_a_cry_that_no_database_took_is_put_before_staff_as_soon_as_one_does(client, monkeypatch):
    def down(*_arguments):
        raise OperationalError

    monkeypatch.setattr(remembering, "TRY_EVERY", 0)
    with connection.execute_wrapper(down):
        assert receive(CRY) == words()
        client.get("/healthz")
    assert not Alert.objects.exists()

    assert client.get("/healthz").status_code == 200

    assert Alert.objects.get().text == CRY
    assert InboundText.objects.get().reply == words()
    assert receive(CRY) == words(), "the carrier's second delivery"
    client.get("/healthz")
    assert Alert.objects.count() == 1


@pytest.mark.parametrize("path", ["/crisis/", "/es/crisis/", "/crisis/text/", "/crisis/call/"])
def test_who_is_on_the_way_to_the_lines_never_waits_for_what_is_owed(client, monkeypatch, path):
    monkeypatch.setattr(remembering, "TRY_EVERY", 0)
    done = []
    remembering.owe(lambda: done.append(1))
    assert client.get(path).status_code == 200
    assert done == []
    client.get("/healthz")
    assert done == [1]


def test_no_word_and_no_number_reaches_a_log(caplog):
    caplog.set_level(logging.DEBUG)
    receive(CRY)
    receive("hello there friend", "SM2")
    assert not [
        r
        for r in caplog.records
        if r.name.startswith("practice") and ("kill" in r.getMessage() or "0143" in r.getMessage())
    ]


# --- Twilio's doors --------------------------------------------------------------------------------------------------


def post(client, path, fields, signature=None, **more):
    header = fake.sign(f"http://localhost:8000{path}", fields) if signature is None else signature
    return client.post(path, fields, headers={"X-Twilio-Signature": header} | more)


def incoming(**more):
    return {"MessageSid": "SM1", "From": NUMBER, "To": "+12025550100", "Body": "HELP"} | more


@pytest.mark.parametrize("path", ["/sms/inbound/", "/sms/inbound"])
def test_a_signed_text_is_answered_in_the_same_breath(client, path):
    answer = post(client, path, incoming())
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert texts.reply("help", "en") in answer.content.decode()
    assert not answer.cookies


def test_an_answer_is_escaped(client, settings):
    settings.PRACTICE = settings.PRACTICE | {"short_name": "A & <B>"}
    assert b"A &amp; &lt;B&gt;" in post(client, "/sms/inbound/", incoming()).content


def test_no_reply_is_an_empty_answer(client):
    receive("when are you open")
    assert (
        b"<Message>"
        not in post(client, "/sms/inbound/", incoming(MessageSid="SM2", Body="what are your hours")).content
    )


@pytest.mark.parametrize(
    "signature", ["", "x", "é", fake.sign("http://localhost:8000/sms/inbound/", {"Body": "other"})]
)
def test_a_bad_signature_leaves_no_trace_but_a_count(client, signature):
    answer = post(client, "/sms/inbound/", incoming(Body="STOP"), signature=signature)
    assert (answer.status_code, answer.content) == (403, b"")
    assert not InboundText.objects.exists()
    assert not OptOut.objects.exists()
    assert tallies.counting.total("webhook without signature") == 1


def test_a_missing_signature_is_a_bad_one_for_every_method_and_address(client):
    for path in ("/sms/inbound/", "/sms/inbound", "/sms/status/x/", "/sms/status/x"):
        assert client.post(path, incoming()).status_code == 403
        assert client.get(path).status_code == 403


def test_a_signed_get_is_not_a_text(client):
    header = fake.sign("http://localhost:8000/sms/inbound/", {})
    assert client.get("/sms/inbound/", headers={"X-Twilio-Signature": header}).status_code == 405


@pytest.mark.parametrize("broken", [{"From": ""}, {"MessageSid": ""}, {"MessageSid": "S" * 65}])
def test_a_signed_text_without_sender_or_id_is_answered_with_nothing(client, broken):
    answer = post(client, "/sms/inbound/", incoming(**broken))
    assert answer.status_code == 200
    assert not InboundText.objects.exists()


def test_twilios_own_reading_of_a_stop_counts(client):
    post(client, "/sms/inbound/", incoming(Body="arret", OptOutType="STOP"))
    assert consenting.has_opted_out(NUMBER)


def test_signed_receipts_shuffled_and_doubled_end_in_the_truth(client, twilio):
    from practice.messaging import sending

    message = make.message()
    sending.deliver_due()
    for url, fields, _signature in twilio.callbacks(twilio.messages[0], copies=3, shuffle=7):
        assert post(client, url.removeprefix("http://localhost:8000"), fields).status_code == 204
    message.refresh_from_db()
    assert message.status == Message.Status.DELIVERED
    assert message.receipts.count() == 2


@pytest.mark.parametrize("name", ["nonsense", "00000000-0000-0000-0000-000000000000", "%00"])
def test_a_receipt_for_nothing_is_thanked_like_any_other(client, name):
    path = f"/sms/status/{name}/"
    header = fake.sign(f"http://localhost:8000{path}", {"MessageSid": "SM1", "MessageStatus": "sent"})
    answer = client.post(path, {"MessageSid": "SM1", "MessageStatus": "sent"}, headers={"X-Twilio-Signature": header})
    assert answer.status_code == 204


def test_a_text_is_never_turned_into_a_redirect(client):
    for path in ("/sms/inbound", "/sms/status/x"):
        assert client.post(path).status_code == 403


def test_the_whole_way_asks_no_broker(client, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:9/0"
    assert post(client, "/sms/inbound/", incoming()).status_code == 200
    assert InboundText.objects.get().received_at - make.ago(seconds=0) < timedelta(seconds=5)
