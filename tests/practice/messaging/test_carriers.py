import email.policy
import logging
import smtplib
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import RequestFactory

from practice.messaging import carriers
from practice.messaging.carriers import Parcel, Verdict
from tests.fakes import twilio as fake


def parcel(to="+13125550123", body="Hello", **fields):
    return Parcel(**{"id": uuid.uuid4(), "to": to, "subject": "", "body": body, "valid_for": 3600} | fields)


# --- The contract that the real client (against the local Twilio) and the sandbox both keep


@pytest.fixture(params=["twilio", "sandbox"])
def carrier(request):
    return request.getfixturevalue("real_client") if request.param == "twilio" else carriers.Sandbox()


def test_a_carrier_takes_a_text_and_names_it(carrier):
    one, other = carrier.send(parcel()), carrier.send(parcel())

    assert one.verdict in {Verdict.ACCEPTED, Verdict.DELIVERED}
    assert one.carrier_id
    assert one.carrier_id != other.carrier_id


@pytest.mark.parametrize(("number", "code"), sorted((n, str(c)) for n, c in fake.MAGIC.items()))
def test_a_carrier_refuses_a_number_with_the_code_that_says_why(carrier, number, code):
    outcome = carrier.send(parcel(to=number))

    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, code)


def test_a_carrier_takes_words_in_every_script(carrier):
    assert carrier.send(parcel(body="¿Mañana? 🌱 你好 \x00 “so”")).carrier_id


# --- What the real client meets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "verdict", "exists"),
    [
        ("429", Verdict.BUSY, 0),
        ("queue_full", Verdict.BUSY, 0),
        ("401", Verdict.REFUSED, 0),
        ("503", Verdict.UNKNOWN, 0),
        ("500", Verdict.UNKNOWN, 0),
        ("502_html", Verdict.UNKNOWN, 0),
        ("drop_before", Verdict.UNKNOWN, 0),
        ("drop_after", Verdict.UNKNOWN, 1),
        ("hang_after", Verdict.UNKNOWN, 1),
        ("empty_201", Verdict.UNKNOWN, 1),
    ],
)
def test_only_what_was_surely_not_taken_is_called_so_and_nothing_is_sent_twice(
    ledger, real_client, fault, verdict, exists
):
    ledger.faults.append(fault)

    outcome = real_client.send(parcel())

    assert outcome.verdict is verdict
    assert (len(ledger.messages), ledger.requests["create"]) == (exists, 1)


def test_a_carrier_that_cannot_be_reached_has_surely_not_taken_it():
    nowhere = carriers.Twilio(
        account=fake.ACCOUNT, token="x", service=fake.SERVICE, base_url="http://127.0.0.1:9", timeout=0.4
    )

    assert nowhere.send(parcel()).verdict is Verdict.BUSY


def test_a_text_goes_out_with_its_callback_its_service_and_its_time(ledger, real_client, settings):
    settings.PUBLIC_URL = "https://practice.test"
    sent = parcel(valid_for=99_999)

    real_client.send(sent)

    [message] = ledger.messages
    assert message["_callback"] == f"https://practice.test/sms/status/{sent.id}/"
    assert (message["messaging_service_sid"], message["_validity"]) == (fake.SERVICE, str(4 * 3600))


def test_a_text_goes_out_from_a_number_where_there_is_no_service(ledger):
    client = carriers.Twilio(account=fake.ACCOUNT, token="x", sender="+12025550100", base_url=ledger.url, timeout=1)

    client.send(parcel())

    assert ledger.messages[0]["from"] == "+12025550100"


def test_the_list_finds_what_was_taken_without_an_answer(ledger, real_client):
    ledger.faults.append("hang_after")
    sent = parcel(body="Aqui manana")
    real_client.send(sent)
    real_client.send(parcel(body="Something else"))

    found = real_client.find(sent, since=datetime.now(UTC) - timedelta(minutes=1))

    assert found == [ledger.messages[0]["sid"]]


def test_a_list_that_does_not_answer_is_not_an_empty_one(real_client, ledger):
    ledger.close()

    with pytest.raises(carriers.Unanswered):
        real_client.find(parcel(), since=datetime.now(UTC))


def test_no_number_and_no_word_reaches_a_log(ledger, real_client, caplog):
    caplog.set_level(logging.DEBUG)
    ledger.faults.extend(["429", "502_html", "drop_after"])
    for _ in range(3):
        real_client.send(parcel(body="very private"))
    real_client.send(parcel(to="+15005550004", body="very private"))

    real_client.find(parcel(), since=datetime.now(UTC))

    said = [(record.name, record.getMessage()) for record in caplog.records]
    assert not [line for line in said if "555" in line[1] or "private" in line[1]]


# --- Who takes what --------------------------------------------------------------------------------------------------


def test_the_sandbox_is_for_the_demonstration_alone(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert isinstance(carriers.for_channel("text"), carriers.Sandbox)
    assert isinstance(carriers.for_channel("mail"), carriers.Sandbox)

    settings.DEMO = False

    for channel in ("text", "mail"):
        outcome = carriers.for_channel(channel).send(parcel())
        assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "no_carrier")


def test_configured_carriers_are_used(settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_FROM = fake.ACCOUNT, "+12025550100"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    assert carriers.for_channel("text").name == "twilio"
    assert carriers.for_channel("mail").name == "mail"


def test_half_a_configuration_is_none(settings):
    settings.DEMO, settings.TWILIO_ACCOUNT_SID = False, fake.ACCOUNT

    assert carriers.for_channel("text").name == "nobody"


# --- Mail ------------------------------------------------------------------------------------------------------------


def test_a_mail_leaves_with_an_id_of_its_own():
    sent = parcel(to="alex@example.test", subject="Your appointment")

    outcome = carriers.Mail().send(sent)

    assert outcome.verdict is Verdict.SENT
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{sent.id}@localhost>"
    assert mail.outbox[0].to == ["alex@example.test"]


INVITATION = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{}\r\nX-NOTE:mañana\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_mail_carries_a_calendar_beside_its_words_and_says_what_it_is_to_do(method):
    invitation = INVITATION.format(method)
    carriers.Mail().send(parcel(to="alex@example.test", subject="Your time", calendar=invitation))

    raw = mail.outbox[0].message().as_bytes(linesep="\r\n")  # as the mail server gets it
    left = email.message_from_bytes(raw, policy=email.policy.default)
    assert left.get_content_type() == "multipart/alternative"
    words, calendar = left.iter_parts()
    assert (words.get_content_type(), words.get_content().strip()) == ("text/plain", "Hello")
    header = calendar["Content-Type"]
    assert (header.content_type, header.params["method"], header.params["charset"]) == (
        "text/calendar", method, "utf-8",
    )  # fmt: skip
    assert calendar.get_payload(decode=True).decode() == invitation


def test_a_mail_without_a_calendar_is_plain():
    carriers.Mail().send(parcel(to="alex@example.test"))

    assert mail.outbox[0].message().get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")}), Verdict.REFUSED),
        (smtplib.SMTPRecipientsRefused({"a@b": (451, b"later")}), Verdict.BUSY),
        (smtplib.SMTPAuthenticationError(535, b"no"), Verdict.REFUSED),
        (smtplib.SMTPDataError(554, b"no"), Verdict.REFUSED),
        (smtplib.SMTPServerDisconnected("gone"), Verdict.UNKNOWN),
        (TimeoutError("slow"), Verdict.UNKNOWN),
        (ConnectionRefusedError("nobody"), Verdict.BUSY),
    ],
)
def test_a_mail_servers_no_is_told_from_its_silence(error, verdict):
    assert carriers._judged_mail(error).verdict is verdict


def test_a_subject_with_a_line_break_is_refused_and_not_sent():
    assert carriers.Mail().send(parcel(to="a@b.test", subject="Hello\nBcc: x@y.test")).verdict is Verdict.REFUSED
    assert mail.outbox == []


# --- Signatures ------------------------------------------------------------------------------------------------------


def signed(path, fields, *, url=None, signature=None, **more):
    url = url or f"http://localhost:8000{path}"
    header = fake.sign(url, fields) if signature is None else signature
    return RequestFactory().post(path, fields, headers={"X-Twilio-Signature": header}, **more)


def test_what_twilio_signs_for_our_public_address_is_signed():
    assert carriers.is_signed(signed("/sms/inbound/", {"Body": "ünïcode 🌱", "From": "+1"}))


def test_our_own_signature_is_twilios(settings):
    fields = {"Body": "C", "From": "+13125550123"}
    assert carriers.sign("http://localhost:8000/x/", fields) == fake.sign("http://localhost:8000/x/", fields)


@pytest.mark.parametrize(
    "signature", ["", "x", "a" * 10_000, "émoji", fake.sign("http://elsewhere/sms/inbound/", {"Body": "a"})]
)
def test_anything_else_is_not_and_never_raises(signature):
    assert not carriers.is_signed(signed("/sms/inbound/", {"Body": "a"}, signature=signature))


def test_a_changed_word_a_missing_header_a_foreign_body_and_a_missing_token_are_not_signed(settings):
    header = fake.sign("http://localhost:8000/sms/inbound/", {"Body": "a"})
    assert not carriers.is_signed(signed("/sms/inbound/", {"Body": "b"}, signature=header))
    assert not carriers.is_signed(RequestFactory().post("/sms/inbound/", {"Body": "a"}))
    raw = {"content_type": "multipart/form-data; boundary=x", "headers": {"X-Twilio-Signature": header}}
    assert not carriers.is_signed(RequestFactory().post("/sms/inbound/", b"\xff\x00garbage", **raw))
    settings.TWILIO_AUTH_TOKEN = ""
    assert not carriers.is_signed(signed("/sms/inbound/", {"Body": "a"}))


def test_a_mail_that_can_be_ended_by_one_post_says_so_where_mailboxes_look_for_it():
    carriers.Mail().send(
        parcel(to="alex@example.test", subject="New", unsubscribe="https://example.test/newsletter/x/")
    )
    carriers.Mail().send(parcel(to="alex@example.test", subject="Your time"))

    list_mail, other = mail.outbox
    assert list_mail.extra_headers["List-Unsubscribe"] == "<https://example.test/newsletter/x/>"
    assert list_mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in other.extra_headers
