"""The desk's form for author, interests, picture and clinical wording."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from advice.documents import Answered, Clinical
from advice.models import Picture, Post
from tests import make
from tests.advice.test_pictures import MARKS, SECRET
from tests.advice.test_wordings import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make.user(is_editor=True)
    client.force_login(user)
    return user


def sent(**changes):
    fields = ("clinician", "name", "credentials", "disclosure", "alt", "summary", "takeaways", "body")
    return dict.fromkeys(fields, "") | {"disclosure": "none"} | changes


def upload(data=None, name="holiday in Akron.png"):
    return SimpleUploadedFile(name, png(extra=MARKS[0]) if data is None else data, content_type="image/png")


def test_all_of_it_is_saved_as_one_revision_and_the_rest_stays(client, editor):
    make.clinician(slug="ada", name="Ada Okoro", credentials="LCSW")
    post = make.draft(author=editor, topics=("sleep",), clinical=Clinical(body="x", faq=(Answered("a", "b"),)))
    address = reverse("column:details", args=[post.uuid])
    assert client.get(address).context["form"]["body"].value() == "x"
    wording = {"summary": "In brief.", "takeaways": "One\nTwo\n", "body": "For clinicians.[^paper]"}

    answer = client.post(address, sent(clinician="ada", picture=upload(), alt="A circle", **wording))

    post.refresh_from_db()
    head = post.head
    assert (answer.status_code, head.number) == (302, 2)
    assert head.byline == {"name": "Ada Okoro", "credentials": "LCSW", "clinician": "ada"}
    assert head.clinical["takeaways"] == ["One", "Two"]
    assert head.clinical["faq"] == [{"question": "a", "answer": "b"}]
    assert (head.image["alt"], head.image["width"]) == ("A circle", 4)
    assert SECRET not in bytes(Picture.objects.get().data)
    assert head.references
    assert [topic.slug for topic in post.topics.all()] == ["sleep"]
    assert head.sha256 == head.document.digest


def test_a_picture_stays_until_it_is_taken_away(client, editor):
    post = make.draft(author=editor)
    address = reverse("column:details", args=[post.uuid])
    client.post(address, sent(picture=upload(), alt="A circle"))

    client.post(address, sent(alt="Another circle"))
    assert Post.objects.get().head.image["alt"] == "Another circle"
    assert client.post(address, sent()).status_code == 422
    client.post(address, sent(no_picture="on"))

    assert Post.objects.get().head.image == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"disclosure": ""}, "Say “none”"),
        ({"picture": upload(b"GIF89a"), "alt": "A circle"}, "PNG or JPEG"),
        ({"picture": upload(b"<svg onload=x>"), "alt": "A circle"}, "PNG or JPEG"),
        ({"picture": upload()}, "Say what the picture shows"),
        ({"summary": "In brief."}, "Write the clinical text"),
        ({"clinician": "nobody"}, "Select a valid choice"),
        ({"credentials": "LCSW"}, "An author has a name"),
    ],
)
def test_what_cannot_be_saved_is_explained_and_not_lost(client, editor, changes, said):
    post = make.draft(author=editor)

    answer = client.post(reverse("column:details", args=[post.uuid]), sent(takeaways="", name="", **changes))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Post.objects.get().head.number == 1


def test_only_who_writes_enters(client):
    post = make.draft()
    address = reverse("column:details", args=[post.uuid])
    assert client.get(address).status_code == 302
    for user in (make.user(is_front_desk=True), make.reviewer().user):
        client.force_login(user)
        assert client.get(address).status_code == 403
        assert client.post(address, sent()).status_code == 403


def test_who_signs_sees_both_wordings_the_author_and_the_picture_on_the_desk(client, editor):
    post = make.draft(author=editor, disclosure="none", clinical=Clinical(body="For clinicians alone.[^paper]"))
    client.post(
        reverse("column:details", args=[post.uuid]), sent(name="Ada", picture=upload(), alt="A circle", body="For us.")
    )
    address = reverse("column:post", args=[post.uuid])

    plain, clinical = client.get(address).content.decode(), client.get(address + "?wording=clinical").content.decode()

    assert '<div class="prose"><div class="passage" id="body-1">\n<p>For us.</p>' in clinical
    assert '<div class="prose"><div class="passage" id="body-1">\n<p>For us.</p>' not in plain
    for page in (plain, clinical):
        assert "Written by Ada" in page
        assert 'alt="A circle"' in page


def test_the_form_asks_only_what_there_is_to_decide(client, editor):
    """No picture to take away where there is none; no clinical wording of a notice, which makes no claims."""
    post, notice = make.draft(author=editor), make.notice(author=editor)
    address, of_notice = (reverse("column:details", args=[one.uuid]) for one in (post, notice))
    assert 'name="no_picture"' not in client.get(address).content.decode()
    client.post(address, sent(picture=upload(), alt="A circle"))
    assert 'name="no_picture"' in client.get(address).content.decode()
    assert 'name="body"' in client.get(address).content.decode()
    assert 'name="body"' not in client.get(of_notice).content.decode()

    client.post(of_notice, sent(name="Ada Okoro", body="A clinical text that was sent all the same."))

    head = Post.objects.get(pk=notice.pk).head
    assert head.byline["name"] == "Ada Okoro"
    assert not head.clinical
