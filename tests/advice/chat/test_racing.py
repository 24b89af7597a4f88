"""Readers who ask while posts come and go get only what is public at the moment it is quoted."""

import threading

import pytest
from django.db import connection

from advice import answering, publishing, retrieving
from advice.models import Passage, Post
from tests import make
from tests.fakes.chat_model import choosing
from tests.racing import race

QUESTION = "my boss gives me too much work"


def comings_and_goings(post, by, *, rounds, over):
    """Retract the post and show it again, `rounds` times; each turn is final before the next begins."""
    try:
        for _ in range(rounds):
            publishing.retract(post=post, by=by, reason="Out of date.")
            Post.objects.filter(pk=post.pk).update(
                state=Post.State.DRAFT, shown=None, retracted_at=None, retracted_by=None, retraction_reason=""
            )
            publishing.publish_sample(post=Post.objects.get(pk=post.pk))
    finally:
        over.set()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_quoted_that_was_never_public_together_with_it(column):
    post, by, over = column["boss"], make.user(), threading.Event()
    approved = {passage.text for passage in Passage.objects.all()}
    seen = []

    def reader():
        while not over.is_set():
            seen.extend(answering.ask(text=QUESTION).citations)

    outcomes = race([lambda: comings_and_goings(post, by, rounds=6, over=over), reader, reader], at_once=3)

    assert outcomes == [None, None, None]
    assert all(any(citation.quote in text for text in approved) for citation in seen)


@pytest.mark.django_db(transaction=True)
def test_after_a_retraction_is_final_no_reader_gets_a_word_of_it(column):
    post, by = column["boss"], make.user()
    assert answering.ask(text=QUESTION).citations[0].post == post
    begun, late = threading.Event(), []

    def reader():
        begun.set()
        for _ in range(8):
            was_retracted = not Post.objects.public().filter(pk=post.pk).exists()
            cited = {citation.post.slug for citation in answering.ask(text=QUESTION).citations}
            late.append(was_retracted and post.slug in cited)

    def editor():
        begun.wait(10)
        publishing.retract(post=post, by=by, reason="Out of date.")

    outcomes = race([reader, reader, editor], at_once=3)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not any(late)
    assert post.slug not in {citation.post.slug for citation in answering.ask(text=QUESTION).citations}


def test_the_race_is_real_an_old_index_alone_would_still_name_the_post(column):
    """The control: the index does name a retracted post to whoever asked it just before; the quotation does not."""
    old = retrieving.shelf().indexes["en"]
    publishing.retract(post=column["boss"], by=make.user(), reason="Out of date.")

    assert old.search(QUESTION, vector=retrieving.vector_of(QUESTION, language="en"))[0].source == "too-much-work"
    assert answering.ask(text=QUESTION).kind != answering.Kind.ANSWER


@pytest.mark.django_db(transaction=True)
def test_what_is_retracted_while_a_model_is_waited_for_is_not_quoted(model, column):
    by, choose = make.user(), choosing({"id": 1})

    def retract_and_choose(handler, asked):
        publishing.retract(post=column["boss"], by=by, reason="Out of date.")
        connection.close()
        choose(handler, asked)

    model.say = retract_and_choose
    answer = answering.ask(text=QUESTION)

    assert model.heard
    assert column["boss"].slug not in {citation.post.slug for citation in answer.citations}
    assert "rank the work" not in answer.text


@pytest.mark.django_db(transaction=True)
def test_two_tabs_of_one_conversation_lose_no_turn(column):
    from advice import conversing
    from advice.models import Turn

    token = conversing.ask(text=QUESTION, language="en").token
    race([lambda n=n: conversing.ask(text=f"and {n}?", token=token, language="en") for n in range(8)], at_once=8)

    assert sorted(Turn.objects.values_list("number", flat=True)) == list(range(1, 10))
