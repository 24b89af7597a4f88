import threading
from datetime import timedelta
from itertools import count
from uuid import uuid4

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from practice import tallies
from practice.messaging import carriers, consenting, forgetting, limiting, requesting, resolving, sending, texts
from practice.messaging.forms import SALT
from practice.messaging.models import Contact, Message
from tests import make

pytestmark = pytest.mark.django_db
Status = Message.Status
_addresses = count(1)
PAGE = "/crisis/text/"


def ask(number=None, *, address=None, language="en"):
    address = address or f"10.{next(_addresses)}.0.1"
    return requesting.text_lines(number=number or make.mobile(), language=language, address=address)


# --- The rule ---


def test_the_lines_are_sent_in_the_request_itself(twilio):
    message = ask("+13125550143")
    [sent] = twilio.messages
    assert (sent["to"], sent["body"]) == ("+13125550143", texts.reply("lines", "en"))
    message.refresh_from_db()
    assert (message.status, message.priority) == (Status.ACCEPTED, Message.Priority.CRISIS)
    assert int(sent["_validity"]) <= 600
    assert not Contact.objects.exists()


def test_the_number_goes_when_the_text_has_ended_and_its_digest_after_thirty_days(twilio):
    message = ask()
    sending.note_receipt(message_id=message.pk, carrier_id="SM1", status="delivered")
    message.refresh_from_db()
    assert (message.recipient, bool(message.recipient_digest)) == ("", True)
    make.aged(message, created_at=make.ago(days=31))
    forgetting.forget()
    assert not Message.objects.exists()


def test_a_number_whose_text_never_ended_goes_after_a_day(twilio):
    message = make.aged(ask(), expires_at=make.ago(days=2))
    forgetting.forget()
    message.refresh_from_db()
    assert (message.recipient, message.body) == ("", "")


def test_lines_that_may_not_have_gone_are_sent_again_while_they_are_of_use(twilio):
    asked_at = timezone.now()
    with time_machine.travel(asked_at):
        twilio.faults.append("drop_before")
        message = ask()
    with time_machine.travel(asked_at + timedelta(minutes=2)):
        assert (resolving.resolve(), twilio.messages) == (0, [])
    with time_machine.travel(asked_at + timedelta(minutes=4)):
        resolving.resolve()
        sending.deliver_due()

    assert [sent["to"] for sent in twilio.messages] == [message.to]


def test_lines_that_may_not_have_gone_do_not_wait_behind_reminders(twilio):
    make.aged(make.message(), status=Status.UNKNOWN, claim=uuid4(), claimed_at=make.ago(minutes=6))
    twilio.faults.append("drop_before")
    lines = make.aged(ask(), claimed_at=make.ago(minutes=4))

    assert resolving.resolve(most=1) == 1

    lines.refresh_from_db()
    assert lines.status == Status.SCHEDULED


def test_a_practice_of_another_country_sends_no_number_of_the_states(twilio, settings):
    settings.PRACTICE = settings.PRACTICE | {"country": "GB"}
    ask("+447400123456")
    (sent,) = twilio.messages
    assert "findahelpline.com" in sent["body"]
    assert "988" not in sent["body"]


def test_a_number_that_said_stop_gets_nothing(twilio):
    consenting.opt_out(number="+13125550143")
    assert ask("+13125550143") is None
    assert twilio.messages == []


@pytest.mark.parametrize("number", ["+18005550143", "+19005550143", "+442071838750", "+12684601234"])
def test_premium_toll_free_and_foreign_numbers_are_refused_before_any_call(twilio, number):
    assert ask(number) is None
    assert twilio.requests["create"] == 0


def test_one_number_gets_two_a_day(twilio):
    number = make.mobile()
    assert [bool(ask(number)) for _ in range(3)] == [True, True, False]


def test_one_address_and_its_network_are_limited_and_others_are_not(twilio):
    assert [bool(ask(address="10.9.8.7")) for _ in range(6)] == [True] * 5 + [False]
    for last in range(8, 33):
        ask(address=f"10.9.8.{last}")
    assert ask(address="10.9.8.200") is None
    assert ask("+14156660143", address="10.9.9.1")


def test_a_walk_through_the_numbers_behind_one_prefix_ends(twilio):
    sent = [bool(ask(f"+1415666{last:04d}")) for last in range(1000, 1025)]
    assert sum(sent) == 20


def test_refused_requests_use_nothing_of_the_budget_of_all(twilio, monkeypatch):
    for _ in range(30):
        ask("+13125550143", address="10.1.1.1")
    budget = list(limiting.limits(number="", address=""))[-1]
    assert cache.get(budget.key) <= 5


def test_no_limit_keeps_a_number_or_an_address(twilio):
    ask("+13125550143", address="10.1.2.3")
    # The two caches tell their keys in ways of their own.
    keys = cache._cache if isinstance(cache._cache, dict) else cache._cache.get_client().keys("*")
    kept = " ".join(map(str, keys))
    assert kept
    assert "5550143" not in kept
    assert "10.1.2" not in kept


class _Down:
    def __getattr__(self, name):
        raise ConnectionError("no cache")


def test_without_the_cache_this_process_counts_at_a_quarter(twilio, monkeypatch):
    limiting._here.clear()
    monkeypatch.setattr(limiting, "cache", _Down())
    assert [bool(ask(address="10.77.8.7")) for _ in range(4)] == [True, True, False, False]
    limiting._here.clear()


def test_a_carrier_that_hangs_keeps_nobody_longer_than_the_clock_allows(twilio, monkeypatch):
    monkeypatch.setattr(requesting, "PATIENCE", 0.1)
    twilio.faults.append("hang_after")
    message = ask()
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.UNKNOWN, "slow")
    _wait_for_places()


def test_only_two_requests_wait_for_the_carrier_and_the_third_is_owed(twilio, monkeypatch):
    monkeypatch.setattr(requesting, "PATIENCE", 0.05)
    twilio.faults.extend(["hang_after"] * 2)
    messages = [ask(), ask(), ask()]
    states = [Message.objects.get(pk=message.pk).status for message in messages]
    assert states == [Status.UNKNOWN, Status.UNKNOWN, Status.SCHEDULED]
    _wait_for_places()
    sending.deliver_due()
    assert Message.objects.get(pk=messages[2].pk).status == Status.ACCEPTED


def _wait_for_places():
    for _ in range(requesting.AT_ONCE):
        assert requesting._places.acquire(timeout=5)
    for _ in range(requesting.AT_ONCE):
        requesting._places.release()


def test_what_was_surely_not_taken_is_due_again_soon(twilio):
    twilio.faults.append("429")
    message = ask()
    message.refresh_from_db()
    assert message.status == Status.SCHEDULED
    assert message.send_at - timezone.now() < timedelta(seconds=16)


# --- The page ---


def post(client, path=PAGE, **fields):
    return client.post(path, fields, REMOTE_ADDR=f"10.200.{next(_addresses) % 250}.9")


def said(answer):
    return answer.content.decode().split("</h1>")[1]


def test_the_answer_on_screen_is_the_same_in_every_case(client, twilio):
    consenting.opt_out(number="+13125550144")
    client_of_ours = make.contact()
    answers = [
        post(client, number=number)
        for number in ("312 555 0143", "312 555 0144", client_of_ours.number, "+18005550143")
    ]
    answers += [post(client, number="312 555 0143") for _ in range(3)]
    answers += [post(client, number="312 555 0199", website="spam")]
    assert {answer.status_code for answer in answers} == {200}
    assert len({said(answer) for answer in answers}) == 1
    assert "988" in said(answers[0])


def test_the_honeypot_and_the_minimum_time_catch_programs_without_a_sign(client, twilio):
    post(client, number="312 555 0143", website="https://spam.test")
    post(client, number="312 555 0143", shown=signing.dumps(timezone.now().timestamp(), salt=SALT))
    assert twilio.messages == []
    assert tallies.counting.total("lines not sent: program") == 2
    post(client, number="312 555 0143", shown=signing.dumps(timezone.now().timestamp() - 5, salt=SALT))
    assert len(twilio.messages) == 1


@pytest.mark.parametrize(
    "number", ["", "   ", "12", "hello", "\x00", "🌱", "9" * 500, "<script>", "+1 312 555 01" + "\u202e43 x"]
)
def test_what_is_no_number_gets_a_message_beside_the_field_and_the_lines(client, twilio, number):
    answer = post(client, number=number)
    assert answer.status_code == 400
    assert b"with area code" in answer.content
    assert b"988" in answer.content
    assert not Message.objects.exists()


def test_strange_bodies_change_nothing(client):
    assert client.post(PAGE, b"\xff\xfe", content_type="application/json").status_code == 400
    assert client.post(PAGE, {"number": "x" * 300_000}).status_code == 413
    assert client.put(PAGE).status_code == 405
    assert post(client, number="312 555 0143", shown="forged").status_code == 200


def test_the_page_sets_no_cookie_and_is_not_driven_from_another_site(client):
    assert not client.get(PAGE).cookies
    assert client.post(PAGE, {"number": "312 555 0143"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Message.objects.exists()


def test_in_spanish_the_text_is_spanish(client, twilio):
    post(client, "/es/crisis/text/", number="312 555 0143")
    assert twilio.messages[0]["body"] == texts.reply("lines", "es")


def test_without_a_database_the_page_still_answers_with_lines(client, monkeypatch):
    def down(*_arguments, **_more):
        raise OperationalError

    monkeypatch.setattr(Message.objects, "create", down)
    answer = post(client, number="312 555 0143")
    assert answer.status_code == 200
    assert b"sms:988" in answer.content


def test_the_number_never_reaches_a_log(client, twilio, caplog):
    caplog.set_level("DEBUG")
    twilio.faults.append("502_html")
    post(client, number="312 555 0143")
    assert not [r for r in caplog.records if r.name.startswith(("practice", "twilio")) and "0143" in r.getMessage()]


# --- Asking for texts ---


def test_opting_in_keeps_the_wording_and_is_confirmed(client):
    answer = post(client, "/texts/", number="312 555 0143", name="Alex", agrees="on")
    assert answer.status_code == 200
    contact = Contact.objects.get()
    consent = contact.consents.get()
    assert consent.wording == texts.consent_wording("opt_in", "en")
    assert consent.address.startswith("10.200.")
    assert contact.messages.get().body == texts.reply("opted_in", "en")


def test_without_the_tick_nothing_is_kept(client):
    answer = post(client, "/texts/", number="312 555 0143")
    assert answer.status_code == 400
    assert b"Tick the box" in answer.content
    assert not Contact.objects.exists()


def test_opting_in_does_not_undo_a_stop(client):
    consenting.opt_out(number="+13125550143")
    post(client, "/texts/", number="312 555 0143", agrees="on")
    sending.deliver_due()
    assert Message.objects.get().reason == "opted_out"


def test_the_opt_in_page_shows_what_carriers_look_for(client):
    page = client.get("/texts/").content.decode()
    for needed in ("STOP", "HELP", "rates may apply", "not a condition", "share or sell", "not liable"):
        assert needed in page


# --- Preferences ---


def preferences(contact):
    return consenting.preferences_link(contact).removeprefix("http://localhost:8000")


def chosen(**more):
    return {"reach": "mail", "language": "es", "name": "Sam", "safe_from": "10:00", "safe_until": "18:00"} | more


def test_the_holder_of_the_link_chooses(client):
    contact = make.contact(email="alex@example.test")
    path = preferences(contact)
    assert client.get(path).status_code == 200
    assert client.post(path, chosen()).status_code == 200
    contact.refresh_from_db()
    assert (contact.wants_texts, contact.wants_mail, contact.language, contact.name) == (False, True, "es", "Sam")
    assert f"{contact.safe_from:%H:%M}-{contact.safe_until:%H:%M}" == "10:00-18:00"


@pytest.mark.parametrize(
    "broken",
    [
        {"reach": ""},
        {"reach": "owl"},
        {"language": "xx"},
        {"safe_until": ""},
        {"safe_from": "20:00"},
        {"safe_from": "03:00"},
        {"safe_from": "soon"},
        {"name": "x" * 61},
        {"name": "a\x00b"},
    ],
)
def test_a_choice_that_makes_no_sense_changes_nothing(client, broken):
    contact = make.contact(name="Alex")
    answer = client.post(preferences(contact), chosen(**broken))
    assert answer.status_code == 400
    assert b"error-summary" in answer.content
    contact.refresh_from_db()
    assert (contact.name, contact.wants_texts) == ("Alex", True)


def test_an_altered_a_foreign_and_an_expired_link_lead_nowhere(client, time_machine):
    from practice.links import linking

    contact = make.contact()
    path = preferences(contact)
    foreign = linking.issue(purpose="appointment", subject=contact.pk, expires_at=timezone.now() + timedelta(days=1))
    for wrong in (path[:-3] + "xx/", f"/texts/{foreign}/", "/texts/%00/", "/texts/🌱/"):
        for answer in (client.get(wrong), client.post(wrong, chosen())):
            assert answer.status_code == 404
    time_machine.move_to(timezone.now() + timedelta(days=91))
    assert client.get(path).status_code == 410


def test_who_stopped_is_told_how_to_start(client, settings):
    settings.TWILIO_FROM = "+12025550100"
    contact = make.contact()
    consenting.opt_out(number=contact.number)
    assert b"text START to (202) 555-0100" in client.get(preferences(contact)).content


def test_the_sandbox_shows_the_lines_on_the_phone_of_the_demonstration():
    contact = make.contact()
    ask(contact.number)
    assert [m.body for m in Message.objects.on_phone_of(contact)] == [texts.reply("lines", "en")]
    assert carriers.is_sandbox()
    assert threading.active_count() < 40
