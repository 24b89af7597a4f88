"""What readers asked in vain, the alike together, becomes a draft without a word of theirs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advice import conversing, learning
from advice.models import Post, Turn
from tests import make

GAPS = "/desk/column/gaps/"
UNANSWERED = (
    "my mother in law interferes in everything",
    "my mother in law meddles in our marriage",
    "how do I stop being scared of dogs",
)


@pytest.fixture
def asked(column):
    return [conversing.ask(text=text, language="en").turn for text in UNANSWERED]


@pytest.fixture
def editor():
    return make.user(is_editor=True)


def test_the_alike_stand_together_the_most_asked_first(asked):
    assert [sorted(turn.question for turn in group.turns) for group in learning.gaps()] == [
        sorted(UNANSWERED[:2]),
        [UNANSWERED[2]],
    ]


def test_what_did_not_help_is_a_gap_too_but_an_emergency_and_a_dose_never_are(column):
    exchange = conversing.ask(text="my boss overloads me", language="en")
    conversing.ask(text="I want to kill myself", language="en")
    conversing.ask(text="how many mg of zoloft may I take", language="en")
    assert learning.gaps() == []

    conversing.rate(conversation=exchange.turn.conversation, number=1, helpful="no")
    assert [turn.question for group in learning.gaps() for turn in group.turns] == ["my boss overloads me"]


def test_a_question_in_a_language_we_lack_is_compared_by_its_words_alone(column):
    turn = conversing.ask(text="wie kann ich nachts besser schlafen und warum ist das so", language="en").turn

    assert (turn.reason, turn.vector) == ("language", "")
    assert [group.centre for group in learning.gaps()] == [None]


def test_spanish_questions_without_vectors_are_grouped_by_their_words(column):
    for text in ("mi perro tiene miedo a los truenos", "miedo de mi perro a los truenos"):
        conversing.ask(text=text, language="es")

    assert [len(group.turns) for group in learning.gaps()] == [2]


def test_what_is_too_old_is_not_shown(asked):
    Turn.objects.update(asked_at=timezone.now() - timedelta(days=31))

    assert learning.gaps() == []


def test_a_draft_holds_the_editors_words_alone_and_takes_the_questions_up(client, asked, editor):
    client.force_login(editor)
    turns = [str(turn.pk) for turn in asked[:2]]

    response = client.post(GAPS + "draft/", {"turn": turns, "title": "When a teen stays in their room"})

    post = Post.objects.get(slug="when-a-teen-stays-in-their-room")
    assert response.url == f"/desk/column/posts/{post.uuid}/edit/"
    assert not any(text in str(post.head.document) for text in UNANSWERED)
    assert [len(group.turns) for group in learning.gaps()] == [1]


@pytest.mark.parametrize(
    ("title", "turn"), [("", None), ("???", None), ("A title", "999999"), ("A title", "x"), ("A", "9" * 30)]
)
def test_without_a_title_or_questions_no_draft_is_begun(client, asked, editor, title, turn):
    client.force_login(editor)
    before = Post.objects.count()

    client.post(GAPS + "draft/", {"turn": [turn or str(asked[0].pk)], "title": title})

    assert Post.objects.count() == before
    assert len(learning.gaps()) == 2


def test_coverage_is_counted_by_day(asked):
    conversing.ask(text="my boss overloads me", language="en")
    conversing.ask(text="how many mg of zoloft may I take", language="en")

    today = learning.days()[-1]
    assert (today.answered, today.lacking, today.declined, today.coverage) == (1, 3, 1, 25)


def test_the_page_is_for_editors_and_costs_the_same_queries(client, asked, editor, django_assert_max_num_queries):
    client.force_login(make.user(is_front_desk=True))
    assert client.get(GAPS).status_code == 403
    client.force_login(editor)
    with django_assert_max_num_queries(9):
        page = client.get(GAPS).content.decode()
    assert "scared of dogs" in page
    assert "Write a post on this" in page
    Turn.objects.filter(pk=asked[0].pk).delete()
    with django_assert_max_num_queries(9):
        client.get(GAPS)
