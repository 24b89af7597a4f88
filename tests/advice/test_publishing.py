"""What readers see, and what may be quoted."""

import pytest
from django.db import IntegrityError, transaction

from advice import editing, publishing
from advice.models import IndexVersion, Passage, Post
from tests import make

pytestmark = pytest.mark.django_db


def test_a_sample_is_public_only_while_the_demonstration_is_on(settings):
    post = make.sample()
    assert list(Post.objects.public()) == [post]
    assert Passage.objects.public().exists()

    settings.DEMO = False

    assert not Post.objects.public().exists()
    assert not Passage.objects.public().exists()
    with pytest.raises(publishing.NotWhileLive):
        publishing.publish_sample(post=make.draft())


def test_a_draft_is_not_public_and_has_no_passages():
    post = make.draft()

    assert not Post.objects.public().exists()
    assert not post.passages.exists()


def test_a_post_without_a_signature_is_not_published():
    post = make.draft()

    with pytest.raises(publishing.NotApproved):
        publishing.publish(post=post, by=make.user(is_editor=True))

    assert Post.objects.get().state == "draft"


def test_a_sample_is_never_published_as_approved():
    with pytest.raises(publishing.NotPossible):
        publishing.publish(post=make.sample(), by=make.user(is_editor=True))


@pytest.mark.parametrize("state", ["published", "sample", "retracted"])
def test_the_database_itself_refuses_a_state_without_what_it_needs(state):
    post = make.draft()

    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(state=state)


def test_passages_cover_every_part_under_its_headings():
    post = make.sample()

    kinds = [passage.kind for passage in post.passages.all()]
    assert kinds == ["title", "question", "question", "takeaway", "takeaway", "takeaway", "body", "body", "faq"]
    last_of_body = post.passages.filter(kind="body").last()
    assert last_of_body.headings == ["What to try tonight"]
    assert "[^" not in "".join(post.passages.values_list("text", flat=True))


def test_a_passage_keeps_its_key_and_vector_while_its_words_stay():
    post = make.sample(slug="one")
    post.passages.update(vector=b"1234", vector_model="m")
    keys = set(post.passages.values_list("key", flat=True))

    changed = make.document(slug="one", title="Another title")
    editing.revise(post=post, document=changed)
    publishing.publish_sample(post=post)

    new = post.passages.exclude(key__in=keys)
    assert [passage.kind for passage in new] == ["title"]
    assert new.get().vector is None
    assert bytes(post.passages.exclude(pk=new.get().pk).first().vector) == b"1234"


def test_the_counter_moves_with_each_publication_and_retraction():
    assert IndexVersion.current() == 0
    post = make.sample()
    assert IndexVersion.current() == 1

    publishing.retract(post=post, by=make.user(is_editor=True), reason="A source was withdrawn.")

    assert IndexVersion.current() == 2
    assert not Passage.objects.exists()
    assert Post.objects.get().state == "retracted"


def test_a_retraction_says_why():
    post = make.sample()

    with pytest.raises(publishing.NotPossible):
        publishing.retract(post=post, by=make.user(), reason="  ")

    assert Post.objects.get().is_public


def test_a_public_post_keeps_its_wording_while_the_next_is_written():
    post = make.sample(slug="one")

    editing.revise(post=post, document=make.document(slug="one", title="Not yet"))

    post = Post.objects.public().get()
    assert (post.shown.number, post.head.number) == (1, 2)
    assert not post.passages.filter(text__startswith="Not yet").exists()
