"""A letter's way: written, read, answered anew, signed by a second person, published, found by a question."""

import pytest

from advice import documents
from advice.models import Letter, Post
from advice.reviewing import CHECKLIST
from advice.tasks import embed
from tests import make
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.django_db
WORDS = "Dear column, my sister and I quarrel about who visits our mother in Springfield. I lie awake over it."


def signed_in(user):
    someone = Visitor()
    someone.open("/desk/").press("Sign in", login=user.email, password="correct horse")
    return someone


def write(visitor, body=WORDS, age="18-plus"):
    visitor.open("/advice/write/")
    return visitor.press("Send my letter", pen_name="Torn", body=body, age_band=age, may_be_published="on")


@pytest.fixture
def editor():
    return signed_in(make.user(is_editor=True))


@pytest.fixture
def reviewer():
    return signed_in(make.reviewer().user)


def test_a_letter_becomes_an_answer_that_a_question_finds(visitor, editor, reviewer):
    write(visitor)
    private = visitor.url
    letter = Letter.objects.get()

    editor.open("/desk/").sees("Letters waiting")
    editor.open("/desk/column/letters/").open(f"/desk/column/letters/{letter.uuid}/").sees("my sister and I quarrel")
    editor.press("I read this one").follow("Write an answer")
    anew = {
        "title": "We quarrel about who visits our parent",
        "letter": "Dear column, my sibling and I argue about visits to our parent.",
        "signed": "Torn",
    }
    editor.press("Save as a new revision", **anew, summary="On sharing visits.", body="Dear Torn, share them.")
    post = Post.objects.get()
    source = documents.to_markdown(
        make.document(
            kind="letter",
            slug=post.slug,
            **anew,
            body="Dear Torn,\n\nShare the visits by writing them into one calendar.[^guide]\n\n"
            "## Talk before you count\n\nSay what each of you can give, and what you cannot.[^paper]\n",
            questions=("how do siblings share visits to a parent", "we fight about visiting our mother"),
        )
    )
    editor.open(f"/desk/column/posts/{post.uuid}/").follow("Change it").press("Save", source=source)
    editor.open(f"/desk/column/letters/{letter.uuid}/rewrite/").press("Show it to its writer")
    editor.open(f"/desk/column/posts/{post.uuid}/").press("Hand in for review")
    assert visitor.open(post.get_absolute_url()).status == 404, "nothing is public before it is signed"

    editor.open(f"/desk/column/posts/{post.uuid}/")
    assert "Sign this revision" not in editor.text, "nobody signs what they wrote"
    reviewer.open(f"/desk/column/posts/{post.uuid}/").press("I review this one")
    reviewer.press("Sign this revision", checklist=list(CHECKLIST))
    visitor.open(private).sees("my sibling and I argue").press("This is fine")
    editor.open(f"/desk/column/posts/{post.uuid}/").press("Publish")

    visitor.open(post.get_absolute_url()).sees("Approved", "Share the visits", "A guideline")
    assert "Springfield" not in visitor.text, "the letter as it came is never shown"
    embed()  # the worker's part
    visitor.open("/ask/").press("Ask", text="how can my sister and I share the visits to our mother fairly")
    visitor.sees("Share the visits by writing them into one calendar.")
    assert post.slug in visitor.link_to(post.slug)
    visitor.open(private)
    assert visitor.status == 200


def test_a_writer_can_take_the_letter_back(visitor):
    write(visitor)
    visitor.press("Withdraw my letter")
    letter = Letter.objects.get()
    assert (letter.state, letter.body, letter.pen_name) == ("withdrawn", "", "")


def test_a_letter_in_danger_meets_the_lines_before_anything_else(visitor):
    write(visitor, body="I am going to kill myself tonight. I cannot do this any more.")
    visitor.sees("988")
    assert Letter.objects.get().urgency == "act_now"


def test_under_thirteen_nothing_is_kept(visitor):
    write(visitor, age="under-13")
    assert not Letter.objects.exists()
    assert visitor.status == 200
