"""The column's desk: who may enter, and that each step works from its page."""

import pytest
from django.urls import reverse

from advice import documents, proposing, receiving, reviewing
from advice.models import Letter, Post
from tests import make
from tests.advice.test_letters import shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make.user(is_editor=True)
    client.force_login(user)
    return user


def pages():
    letter, post = make.letter().letter, make.draft()
    return [
        reverse("column:letters"),
        reverse("column:letter", args=[letter.uuid]),
        reverse("column:rewrite_letter", args=[letter.uuid]),
        reverse("column:decline_letter", args=[letter.uuid]),
        reverse("column:posts"),
        reverse("column:new_post"),
        reverse("column:post", args=[post.uuid]),
        reverse("column:edit_post", args=[post.uuid]),
    ]


def test_editors_and_owners_enter_and_nobody_else(client):
    addresses = pages()
    for address in addresses:
        assert client.get(address).status_code == 302
    client.force_login(make.user(is_front_desk=True))
    for address in addresses:
        assert client.get(address).status_code == 403
    for user in (make.user(is_editor=True), make.user(is_owner=True)):
        client.force_login(user)
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200
            assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["letters", "posts"])
def test_a_desk_list_asks_as_often_for_three_as_for_one(client, editor, name, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def one_more():
        make.letter()
        post = make.draft(author=editor)
        reviewing.submit(post=post, by=editor)

    address = reverse(f"column:{name}")
    one_more()
    with CaptureQueriesContext(
        connection,
    ) as of_one:
        client.get(address)
    one_more()
    one_more()

    with django_assert_num_queries(len(of_one)):
        client.get(address)


def test_a_letter_is_put_back_by_a_button_that_only_its_reader_and_an_owner_see(client, editor):
    letter = make.letter().letter
    page, back = (reverse(f"column:{name}", args=[letter.uuid]) for name in ("letter", "put_letter_back"))
    assert back not in client.get(page).content.decode(), "nobody reads it yet"
    client.post(reverse("column:claim_letter", args=[letter.uuid]))
    assert back in client.get(page).content.decode()
    client.force_login(make.user(is_editor=True))
    assert back not in client.get(page).content.decode()
    assert "Someone else is reading" in client.post(back, follow=True).content.decode()
    client.force_login(editor)

    assert "It waits for anyone again" in client.post(back, follow=True).content.decode()

    assert Letter.objects.get().claimed_by is None


def test_a_letter_is_claimed_answered_signed_and_published_on_the_desk(client, editor):
    letter = make.letter(pen_name="Real Name", body="My boss Mr Smith in Akron shouts.").letter
    client.post(reverse("column:claim_letter", args=[letter.uuid]))
    rewrite = reverse("column:rewrite_letter", args=[letter.uuid])
    anew = {
        "title": "A loud boss",
        "signed": "Hushed",
        "letter": "Dear column, my manager shouts.",
        "body": "Dear Hushed.",
    }
    assert client.post(rewrite, anew)["Location"] == rewrite
    post = Post.objects.get(slug="a-loud-boss")
    edit = reverse("column:edit_post", args=[post.uuid])
    document = make.document(slug="a-loud-boss", kind="letter", letter=anew["letter"], signed="Hushed")
    sent = client.post(edit, {"source": documents.to_markdown(document)})
    act = reverse("column:act", args=[post.uuid])
    client.post(act, {"do": "submit"})
    assert "Only a reviewer" in client.get(sent["Location"]).content.decode()

    client.force_login(make.reviewer().user)
    client.post(act, {"do": "claim"})
    page = client.post(act, {"do": "sign", "checklist": ["safe"]}, follow=True).content.decode()
    assert "Tick every point" in page
    client.post(act, {"do": "sign", "checklist": list(reviewing.CHECKLIST)})
    assert not Post.objects.public().exists()
    client.force_login(editor)
    client.post(act, {"do": "publish"})
    assert not Post.objects.public().exists()
    client.post(reverse("column:show_letter", args=[post.uuid]))
    proposing.agree(letter=Letter.objects.get())
    client.post(act, {"do": "publish"})

    assert Post.objects.public().get() == post
    assert Letter.objects.get().body == ""
    client.post(act, {"do": "retract", "reason": ""})
    assert Post.objects.public().exists()
    client.post(act, {"do": "retract", "reason": "A mistake in it."})
    assert client.get(post.get_absolute_url()).status_code == 410


def test_a_post_s_page_shows_findings_at_their_lines(client, editor):
    post = make.draft(body="A calm start.\n\nIt is guaranteed to work.")

    page = client.get(reverse("column:post", args=[post.uuid])).content.decode()

    assert '<a href="#body-3">' in page
    assert "It promises more than anyone can keep." in page
    refused = client.post(reverse("column:act", args=[post.uuid]), {"do": "submit"}, follow=True)
    assert "Some wordings must change first" in refused.content.decode()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "This field is required"),
        ("no front matter", "no front matter"),
        ("---\ntitle: 'x\n---\ntext", "Line"),
        ("---\nslug: a\ntitle: x\nkind: poem\n---\ntext", "kind is none of"),
        ("---\nslug: a\ntitle: x\n---\n", "A post needs a title and a text"),
        ("---\nslug: taken\ntitle: x\n---\ntext", "There is a post with this address"),
        ("---\nslug: a\ntitle: x\ntopics: [none]\n---\ntext", "names a topic that there is not"),
        ("---\nslug: " + "a: &a [*a]" + "\n---\ntext", "no YAML"),
    ],
)
def test_what_cannot_be_saved_comes_back_with_the_reason_beside_it(client, editor, source, said):
    make.draft(slug="taken")

    response = client.post(reverse("column:new_post"), {"source": source})

    assert response.status_code == 422
    assert said in response.content.decode()
    assert Post.objects.count() == 1


def test_a_post_is_changed_into_a_new_revision_and_keeps_its_topics(client, editor):
    make.topic("sleep")
    post = make.draft(slug="one", topics=("sleep",))
    address = reverse("column:edit_post", args=[post.uuid])
    source = client.get(address).context["form"]["source"].value()

    client.post(address, {"source": source.replace("in the dark", "at night"), "note": "plainer"})

    post.refresh_from_db()
    assert (post.head.number, post.head.note, post.head.author) == (2, "plainer", editor)
    assert [topic.slug for topic in post.topics.all()] == ["sleep"]


@pytest.mark.parametrize("step", ["", "nothing", "publish", "sign", "claim", "send_back", "decline"])
def test_a_step_out_of_turn_changes_nothing_and_says_why(client, editor, step):
    post = make.draft()

    response = client.post(reverse("column:act", args=[post.uuid]), {"do": step}, follow=True)

    assert response.status_code == 200
    assert "notice" in response.content.decode()
    assert Post.objects.get().state == "draft"


def test_a_letter_is_declined_on_the_desk(client, editor):
    letter = make.letter().letter
    address = reverse("column:decline_letter", args=[letter.uuid])

    client.post(address, {"reason": "zz"})
    assert Letter.objects.get().state == "received"
    client.post(address, {"reason": "many", "words": "Thank you."})
    assert (Letter.objects.get().state, Letter.objects.get().closed_by) == ("declined", editor)
    assert client.post(address, {"reason": "many", "words": "Thank you."}).status_code == 422


def test_desk_forms_need_their_token(editor):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    post = make.draft()

    assert strict.post(reverse("column:act", args=[post.uuid]), {"do": "submit"}).status_code == 403


def test_the_admin_shows_no_word_of_a_letter(client):
    letter, _post = shown(make.user(is_editor=True), pen_name="Secret name", reply_to="secret@example.test")
    receiving.object_to(letter=letter, words="A secret thing.")
    client.force_login(make.user(is_superuser=True))

    page = client.get(reverse("admin:advice_letter_change", args=[letter.pk])).content.decode()

    assert "secret" not in page.lower()
    assert "Akron" not in page
    for name in ("post", "revision", "review", "passage", "letter", "topic", "picture"):
        assert client.get(reverse(f"admin:advice_{name}_changelist")).status_code == 200
