"""What was asked goes along to the intake only if its owner says so, and only what they leave of it."""

import pytest

from advice import conversing
from booking.models import Intake
from practice.tallies import counting
from tests import make

CARRY, FIND = "/ask/carry/", "/find/"


@pytest.fixture
def chat(column):
    token = conversing.ask(text="my boss overloads me", language="en").token
    conversing.ask(text="and what do I say to him?", token=token, language="en")
    return token


def test_all_that_would_go_along_is_shown_first_and_nothing_is_carried_yet(client, chat):
    page = client.post(CARRY, {"chat": chat})

    assert "my boss overloads me\nand what do I say to him?</textarea>" in page.content.decode()
    assert not page.cookies
    assert "no-store" in page["Cache-Control"]
    assert not Intake.objects.exists()


def test_what_they_leave_of_it_stands_in_the_first_answer_where_it_can_be_changed_again(client, chat):
    page = client.post(FIND, {"words": "my boss overloads me"}, follow=True)

    assert "my boss overloads me</textarea>" in page.content.decode()
    assert Intake.objects.get().answers["words"] == "my boss overloads me"
    assert "boss" not in str(page.redirect_chain)


def test_without_their_word_nothing_of_it_reaches_the_intake(client, chat):
    client.post(FIND)

    assert not (Intake.objects.get().answers or {}).get("words")


def test_the_conversation_itself_never_goes_along(client, chat):
    page = client.post(CARRY, {"chat": chat}).content.decode()
    form = page[page.index(f'action="{FIND}"') :]

    assert chat not in form[: form.index("</form>")]


def test_words_in_need_that_are_taken_along_are_screened_again_and_show_the_lines(client, column):
    page = client.post(FIND, {"words": "I want to kill myself"}, follow=True).content.decode()

    assert 'id="crisis-panel"' in page
    assert "I want to kill myself</textarea>" in page
    assert counting.total("crisis in intake") == 1
    assert Intake.objects.get().urgency


@pytest.mark.parametrize("words", ["x" * 9_000, "a\0b", "\ud800", "😀", " \r\n "])
def test_whatever_is_taken_along_breaks_nothing(client, column, words):
    page = client.post(FIND, {"words": words.encode("utf-8", "replace").decode()}, follow=True)

    assert page.status_code == 200
    assert len((Intake.objects.get().answers or {}).get("words", "")) <= 2_000


def test_where_the_practice_asks_for_no_words_none_are_kept(client, column):
    from booking.intake import questioning
    from booking.models import Question

    questioning.retire(question=Question.objects.get(key="words"), actor=make.user(is_owner=True))
    client.post(FIND, {"words": "my boss overloads me"})

    assert not (Intake.objects.get().answers or {}).get("words")


def test_of_a_long_conversation_the_newest_questions_are_shown(column):
    token = conversing.ask(text="the oldest of all " + "x" * 700, language="en").token
    for n in range(4):
        conversing.ask(text=f"question {n} " + "y" * 600, token=token, language="en")

    words = conversing.own_words(conversing.by_token(token))
    assert "the oldest of all" not in words
    assert "question 3" in words
    assert len(words) <= conversing.TAKEN_ALONG


def test_another_site_takes_nothing_along_in_a_readers_name(client, chat):
    for path, sent in ((CARRY, {"chat": chat}), (FIND, {"words": "planted"})):
        assert client.post(path, sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Intake.objects.exists()


@pytest.mark.parametrize("token", ["", "guess", "\0"])
def test_a_stranger_is_shown_no_conversation(client, chat, token):
    assert client.post(CARRY, {"chat": token}).status_code == 302


def test_the_way_stands_under_an_answer_that_is_kept_and_back_again(client, column):
    page = client.post("/ask/", {"text": "my boss overloads me"})
    assert f'action="{CARRY}"' in page.content.decode()

    carried = client.post(CARRY, {"chat": page.context["chat"]}).content.decode()
    assert 'name="wording" value="plain"' in carried
    back = client.post("/ask/", {"chat": page.context["chat"], "wording": "plain"}).content.decode()
    assert "my boss overloads me" in back
