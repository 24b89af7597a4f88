"""Whoever asks for a person gets one: what is asked, how it is answered, and who may see it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advice import conversing, receiving, replying
from advice.models import Request
from practice.crisis import screening
from practice.crisis.models import Alert
from practice.messaging.models import Message
from practice.staff.models import AuditEntry
from tests import make

PERSON = "/ask/person/"
SENT = {
    "words": "Do you see couples on weekends?",
    "name": "Alex",
    "reach": "mail",
    "email": "alex@example.org",
    "agrees": "on",
}
TEXTED = {**SENT, "reach": "text", "phone": "(202) 555-0143", "email": "", "agrees_to_texts": "on"}


@pytest.fixture
def desk():
    return make.user(is_front_desk=True)


def asked(text="my boss overloads me", token=""):
    return conversing.ask(text=text, token=token, language="en")


def test_the_form_begins_with_the_last_question_and_keeps_nothing_yet(client, column):
    page = client.post(PERSON, {"chat": asked().token}).content.decode()

    assert "my boss overloads me</textarea>" in page
    assert "Mon–Fri 09:00–17:00" in page
    assert not Request.objects.exists()


def test_staff_read_the_conversation_only_where_its_owner_shows_it(client, column):
    token = asked().token
    client.post(PERSON, {**SENT, "chat": token})
    client.post(PERSON, {**SENT, "chat": token, "shows": "on"})

    hidden, shown = Request.objects.order_by("pk")
    assert hidden.conversation is None
    assert [turn.question for turn in replying.read(request=shown, by=make.user())] == ["my boss overloads me"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": ""}, {"words": "😀"}, {"words": "a\0b"}, {"words": "x" * 3000}, {"reach": ""}, {"reach": "pigeon"},
        {"email": ""}, {"email": "alex"}, {"agrees": ""}, {"name": "x" * 200}, {"reach": "text", "phone": ""},
        {"reach": "text", "phone": "12"}, {"reach": "text", "phone": "(202) 555-0143"},
    ],
)  # fmt: skip
def test_what_is_missing_is_named_beside_its_field_and_nothing_is_lost(client, column, wrong):
    response = client.post(PERSON, SENT | wrong)

    assert response.status_code == 422
    assert "_error" in response.content.decode()
    assert wrong.get("email", "alex@example.org") in response.content.decode()
    assert not Request.objects.exists()


@pytest.mark.parametrize(("form", "channel"), [(SENT, "mail"), (TEXTED, "text")])
def test_the_answer_goes_out_the_way_they_chose(client, column, desk, form, channel):
    client.post(PERSON, form)
    found = Request.objects.get()

    replying.answer(request=found, by=desk, text="Yes, on Saturdays.")

    message = Message.objects.get()
    assert (message.channel, message.body) == (channel, "Yes, on Saturdays.")
    assert message.contact.consents.current(channel).get().source == "chat"
    assert "couple" not in message.subject
    with pytest.raises(replying.RequestClosed):
        replying.answer(request=found, by=desk, text="Again.")


def test_an_answer_that_cannot_be_sent_says_why_and_loses_nothing(client, column, desk):
    from practice.messaging import consenting

    client.post(PERSON, TEXTED)
    found = Request.objects.get()
    client.force_login(desk)
    page = f"/desk/column/chats/{found.uuid}/"

    assert "Write the answer first" in client.post(page, {"reply": " "}).content.decode()
    assert "x" * 481 in client.post(page, {"reply": "x" * 481}).content.decode()
    consenting.opt_out(number=found.contact.number)
    assert "STOP" in client.post(page, {"reply": "Hello."}).content.decode()
    assert Request.objects.get().state == "waiting"


def test_an_emergency_in_the_words_reaches_staff_and_shows_the_lines(client, column):
    page = client.post(PERSON, {**SENT, "words": "I want to kill myself"}).content.decode()

    alert, found = Alert.objects.get(), Request.objects.get()
    assert 'id="crisis-panel"' in page
    assert alert.text == "I want to kill myself"
    assert alert.source_url.endswith(f"/{found.uuid}/")
    assert found.urgency


def test_an_emergency_in_a_conversation_that_is_shown_reaches_staff(client, column):
    token = asked("I want to kill myself").token
    client.post(PERSON, {**SENT, "chat": token})
    assert not Alert.objects.exists()

    client.post(PERSON, {**SENT, "chat": token, "shows": "on"})
    assert Alert.objects.get().text == "I want to kill myself"


def test_an_emergency_that_two_questions_make_together_reaches_staff_as_one(client, column):
    token = asked("i have a plan").token
    asked("to die", token)
    assert not screening.screen("to die", alert=True).is_urgent

    client.post(PERSON, {**SENT, "chat": token, "shows": "on"})
    assert Request.objects.get().urgency == screening.ACT_NOW


def test_what_they_ask_after_they_showed_it_is_not_shown(client, column, desk):
    token = asked().token
    client.post(PERSON, {**SENT, "chat": token, "shows": "on"})
    asked("how long does grief last", token)

    turns = replying.read(request=Request.objects.get(), by=desk)
    assert [turn.question for turn in turns] == ["my boss overloads me"]


def test_a_deleted_conversation_is_gone_from_the_desk_too(client, column, desk):
    token = asked().token
    client.post(PERSON, {**SENT, "chat": token, "shows": "on"})
    client.post("/ask/delete/", {"chat": token})

    assert replying.read(request=Request.objects.get(), by=desk) == []


def test_the_inbox_is_for_those_who_handle_clients_and_opening_is_audited(client, column, desk):
    client.post(PERSON, SENT)
    page = f"/desk/column/chats/{Request.objects.get().uuid}/"

    assert client.get(page).status_code == 302
    client.force_login(make.user(is_editor=True))
    assert [client.get(url).status_code for url in (page, "/desk/column/chats/")] == [403, 403]
    assert not AuditEntry.objects.filter(action="request read").exists()
    client.force_login(desk)
    assert "couples on weekends" in client.get(page).content.decode()
    assert AuditEntry.objects.get(action="request read").actor == desk


@pytest.mark.parametrize("number", [1, 3])
def test_the_inbox_costs_the_same_queries(client, column, desk, django_assert_max_num_queries, number):
    for n in range(number):
        receiving.take_request(name="A", words="Hello", language="en", email=f"a{n}@example.org")
    client.force_login(desk)
    with django_assert_max_num_queries(10):
        client.get("/desk/column/chats/")


def test_a_request_is_forgotten_thirty_days_after_it_was_closed(column, desk):
    found = receiving.take_request(name="A", words="Hello", language="en", email="a@example.org")
    Request.objects.update(asked_at=timezone.now() - timedelta(days=90))
    assert replying.forget() == 0

    replying.close(request=found, by=desk)
    Request.objects.update(closed_at=timezone.now() - timedelta(days=31))
    assert replying.forget() == 1


def test_a_question_becomes_the_beginning_of_a_letter_without_standing_in_an_address(client, column):
    response = client.post("/advice/write/", {"begin": "my boss overloads me"})

    assert response.status_code == 200
    assert "my boss overloads me</textarea>" in response.content.decode()
    assert 'id="crisis-panel"' in client.post("/advice/write/", {"begin": "I want to kill myself"}).content.decode()
