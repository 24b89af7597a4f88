"""A conversation is its owner's: encrypted for 30 days, followed up, rated, deleted; after a hit the lines stay."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from advice import asking_texts, conversing
from advice.answering import Kind
from advice.models import Conversation, Turn
from practice.crisis import accepting, protocol
from practice.links import linking
from practice.tallies import counting
from tests import make

PAGE = "/ask/"


def ask(text, token="", **more):
    return conversing.ask(text=text, token=token, language="en", **more)


def aged(model, pk, **changes):
    model.objects.filter(pk=pk).update(**changes)


def test_what_was_asked_lies_encrypted(column):
    turn = ask("my boss overloads me").turn

    assert Turn.objects.get(pk=turn.pk).question == "my boss overloads me"
    with connection.cursor() as cursor:
        cursor.execute("SELECT question, shown FROM advice_turn")
        stored = cursor.fetchone()
    assert not any("boss" in column for column in stored)


def test_a_follow_up_uses_the_conversation_through_several_turns(column):
    first = ask("my boss overloads me")
    second = ask("and what do I say to him?", first.token)
    third = ask("what about in writing?", first.token)

    assert second.token == first.token
    assert [e.answer.citations[0].post.slug for e in (second, third)] == ["too-much-work"] * 2
    assert third.turn.number == 3
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("token", ["", "nothing", "x" * 500, "\0"])
def test_a_link_that_leads_nowhere_begins_a_new_conversation(column, token):
    exchange = ask("my boss overloads me", token)

    assert exchange.token not in {"", token}
    assert exchange.turn.number == 1


def test_a_link_for_something_else_opens_no_conversation(column):
    conversation = ask("my boss overloads me").turn.conversation
    other = linking.issue(purpose="letter", subject=conversation.uuid, expires_at=timezone.now() + timedelta(days=1))

    assert conversing.by_token(other) is None


@pytest.mark.parametrize(("idle", "told"), [(timedelta(hours=2), False), (timedelta(hours=3), True)])
def test_after_three_hours_it_says_again_that_it_is_no_person(column, idle, told):
    first = ask("my boss overloads me")
    aged(Conversation, first.turn.conversation_id, told_at=timezone.now() - idle)

    assert ask("and at home?", first.token).is_told_again is told
    assert not ask("and then?", first.token).is_told_again or not told


def test_after_seven_days_it_is_said_again_on_the_page(client, column):
    first = ask("my boss overloads me")
    week = timezone.now() - timedelta(days=7)
    aged(Conversation, first.turn.conversation_id, told_at=week, last_at=week)

    page = client.post(PAGE, {"text": "and at home?", "chat": first.token}).content.decode()

    assert page.count("not a person and not therapy") == 2  # at the head of the page, and before the answer


def test_asked_whether_it_is_a_person_it_says_no(column):
    assert ask("are you a real person").answer.words == (str(asking_texts.BOT),)


def test_after_a_hit_the_lines_stay_and_that_turn_quotes_nothing(column):
    hit = ask("I want to kill myself")
    after = ask("my manager overloads me", hit.token, is_safe=True)

    assert (hit.answer.kind, hit.answer.citations) == (Kind.CRISIS, ())
    assert after.answer.crisis.lines
    assert hit.turn.conversation.hit_at


def test_after_a_hit_less_is_enough(column, monkeypatch):
    heard = []
    screen = conversing.answering.screening.screen_conversation
    monkeypatch.setattr(
        conversing.answering.screening,
        "screen_conversation",
        lambda turns, *, alert=False: heard.append((list(turns), alert)) or screen(turns, alert=alert),
    )
    hit = ask("I want to kill myself")
    ask("what are your hours", hit.token)

    assert heard == [(["I want to kill myself"], False), (["I want to kill myself", "what are your hours"], True)]


def test_its_owner_deletes_it_with_every_word(client, column):
    exchange = ask("my boss overloads me")

    assert "Deleted" in client.post("/ask/delete/", {"chat": exchange.token}).content.decode()
    assert not Conversation.objects.exists()
    assert not Turn.objects.exists()
    assert conversing.by_token(exchange.token) is None
    assert client.post("/ask/delete/", {"chat": exchange.token}).status_code == 200


def test_a_stranger_deletes_and_rates_nothing(client, column):
    exchange = ask("my boss overloads me")
    for token in ("", "guess", exchange.token[:-1]):
        client.post("/ask/delete/", {"chat": token})
        client.post("/ask/helpful/", {"chat": token, "turn": 1, "helpful": "no"})

    assert Turn.objects.get().helpful == ""


def test_after_thirty_days_nothing_is_kept(column):
    old, new = ask("my boss overloads me"), ask("how long does grief last")
    month = timezone.now() - timedelta(days=30, minutes=1)
    aged(Conversation, old.turn.conversation_id, last_at=month)
    aged(Turn, old.turn.pk, asked_at=month)

    assert conversing.forget() == 1
    assert list(Turn.objects.all()) == [new.turn]
    assert list(Conversation.objects.all()) == [new.turn.conversation]


def test_as_long_as_a_word_is_kept_its_owner_can_delete_it(client, column):
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC)) as clock:
        token = ask("my boss overloads me").token
        clock.shift(timedelta(days=29))
        assert ask("how long does grief last", token).token == token
        clock.shift(timedelta(days=29))
        conversing.forget()
        assert Turn.objects.get().question == "how long does grief last"

        client.post("/ask/delete/", {"chat": token})
    assert not Turn.objects.exists()


def test_what_did_not_help_asks_why_once_and_is_counted(client, column):
    exchange = ask("my boss overloads me")
    rated = {"chat": exchange.token, "turn": 1, "helpful": "no"}

    assert "What did it lack?" in client.post("/ask/helpful/", rated).content.decode()
    client.post("/ask/helpful/", rated | {"lacking": "too_general"}, headers={"HX-Request": "true"})

    turn = Turn.objects.get()
    assert (turn.helpful, turn.lacking) == ("no", "too_general")
    assert turn.vector
    assert counting.total("chat unhelpful") == 1


@pytest.mark.parametrize(
    "wrong", [{"turn": "9"}, {"turn": "x"}, {"turn": "-1"}, {"helpful": "maybe"}, {"chat": "\0"}, {"lacking": "x"}]
)
def test_a_rating_that_is_none_changes_nothing(client, column, wrong):
    exchange = ask("my boss overloads me")
    response = client.post("/ask/helpful/", {"chat": exchange.token, "turn": "1", "helpful": "no"} | wrong)

    assert response.status_code == 302
    assert Turn.objects.get().helpful == ""


def test_a_retracted_post_is_not_named_again_when_the_conversation_goes_on(client, column):
    from advice import publishing

    exchange = ask("my boss overloads me")
    publishing.retract(post=column["boss"], by=make.user(), reason="Out of date.")

    page = client.post(PAGE, {"text": "thank you", "chat": exchange.token}).content.decode()

    assert "my boss overloads me" in page
    assert "/advice/too-much-work/" not in page


def test_a_practice_of_illinois_begins_with_a_search_that_claims_and_keeps_nothing(client, column):
    make.clinician(states=("IL",))

    page = client.post(PAGE, {"text": "my boss overloads me"}).content.decode()

    assert "It lists posts" in page
    assert "/advice/too-much-work/" in page
    assert "<blockquote" not in page
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(("mode", "is_search"), [("answers", False), ("search", True), ("auto", True)])
def test_the_practice_may_decide_otherwise(column, settings, mode, is_search):
    make.clinician(states=("NV",))
    settings.CHAT_MODE = mode

    assert conversing.is_search_only() is is_search


def test_once_its_owner_accepts_the_protocol_it_answers(column):
    make.clinician(states=("IL",))
    accepting.accept_protocol(digest=protocol.digest(), user=make.user(is_owner=True))

    assert not conversing.is_search_only()


def test_a_search_still_screens_first_and_declines_what_must_be(column, settings):
    settings.CHAT_MODE = "search"

    assert ask("I want to kill myself").answer.kind == Kind.CRISIS
    assert ask("can I double my zoloft dose").answer.kind == Kind.DECLINED


def test_going_on_costs_the_same_queries_however_long_it_was(client, column, django_assert_max_num_queries):
    exchange = ask("my boss overloads me")
    for _ in range(6):
        ask("and then?", exchange.token)
    with django_assert_max_num_queries(28):
        client.post(PAGE, {"text": "my manager overloads me", "chat": exchange.token})
