"""A letter that no reader sent: readers are told so, and it may hold nothing of one that somebody did send."""

import pytest
from django.urls import reverse

from advice import handling, importing, proposing, publishing
from advice.documents import to_markdown
from advice.models import Letter, Post
from tests import make

pytestmark = pytest.mark.django_db
TOLD = "No reader sent it to us."
RAW = (
    "My manager shouts at me every single morning in front of all the others, and I cannot sleep any more because of "
    "it, and I do not know whom to tell."
)
LETTER = {"kind": "letter", "letter": "Dear column, my nights have become short.", "signed": "Hushed"}
TAKEN = LETTER | {"letter": f"Dear column, so it is. {RAW} What now?"}


@pytest.fixture
def editor():
    return make.user(is_editor=True)


def page(client, post):
    return client.get(post.get_absolute_url()).content.decode()


def test_readers_are_told_of_a_letter_that_no_reader_sent(client, editor):
    assert TOLD in page(client, make.published(author=editor, **LETTER))


def test_readers_are_not_told_so_of_a_letter_that_was_sent_nor_of_a_post_without_one(client, editor):
    letter = make.letter(body=RAW).letter
    post = handling.draft(letter=letter, by=editor, document=make.document(**LETTER))
    assert TOLD not in page(client, make.publish(post, editor=editor))
    assert TOLD not in page(client, make.published(author=editor))


def test_an_imported_letter_is_told_of_as_one_that_nobody_sent(client, editor, tmp_path):
    document = make.document(**LETTER)
    path = tmp_path / f"{document.slug}.md"
    path.write_text(to_markdown(document), encoding="utf-8")
    importing.import_paths([path], author=editor)
    post = Post.objects.get(slug=document.slug)

    make.publish(post, editor=editor)

    assert TOLD in page(client, post)


def test_a_post_made_by_hand_of_a_letter_that_waits_is_never_published(editor):
    sent = make.letter(body=RAW).letter
    post = make.signed(make.draft(author=editor, **TAKEN), editor=editor)

    with pytest.raises(proposing.TakenFromALetter):
        publishing.publish(post=post, by=editor)

    assert not Post.objects.public().exists()
    handling.decline(letter=sent, by=editor, reason="many")
    assert publishing.publish(post=post, by=editor), "the control: nothing else was in its way"


def test_the_desk_says_why_it_is_not_published(client, editor):
    make.letter(body=RAW)
    post = make.signed(make.draft(author=editor, **TAKEN), editor=editor)
    client.force_login(editor)

    said = client.post(reverse("column:act", args=[post.uuid]), {"do": "publish"}, follow=True).content.decode()

    assert "Answer that letter, so that its writer may object." in said
    assert not Post.objects.public().exists()


def test_a_letter_in_another_language_waits_for_the_one_its_writer_saw(client, editor):
    letter = make.letter(body=RAW).letter
    first = handling.draft(letter=letter, by=editor, document=make.document(slug="a-loud-boss", **LETTER))
    spanish = LETTER | {"language": "es", "letter": "Estimada columna: mis noches se han vuelto cortas."}
    second = make.signed(make.draft(author=editor, slug="a-loud-boss", **spanish), editor=editor)
    with pytest.raises(proposing.NotShown):
        publishing.publish(post=second, by=editor)

    make.publish(first, editor=editor)
    publishing.publish(post=second, by=editor)

    assert Letter.objects.get().state == "answered"
    assert TOLD not in page(client, second)
