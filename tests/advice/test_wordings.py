"""A post for its readers: who wrote it, what they gain, its picture, and the two wordings that one signature covers."""

import json
import re
import zlib

import pytest
from django.urls import reverse

from advice import editing, illustrating, publishing, reviewing
from advice.documents import Answered, Byline, Clinical, Image
from advice.models import Passage, Picture, Post
from tests import make

pytestmark = pytest.mark.django_db
CLINICAL = Clinical(
    summary="Stimulus control in brief.",
    takeaways=("Scheduled worry lowers arousal at bedtime.",),
    body="Stimulus control is one part of the usual treatment.[^paper] See [the other](/advice/other/).",
    faq=(Answered("Which component matters?", "That is not settled.[^paper]"),),
)


def chunk(kind, body):
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def png(width=4, height=2, extra=b"", tail=b"", rows=None):
    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    drawn = zlib.compress(rows if rows is not None else (b"\0" + b"\x80" * 3 * width) * height)
    parts = [chunk(b"IHDR", head), extra, chunk(b"IDAT", drawn), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + tail


def picture(**fields):
    return illustrating.take(data=png(**fields))


def two_wordings(**fields):
    if not Post.objects.filter(slug="other").exists():
        make.sample(slug="other", topics=("sleep",))
    return {
        "byline": Byline("Ada Okoro", "LCSW"),
        "disclosure": "none",
        "clinical": CLINICAL,
        "image": Image(picture().file, "A circle that grows and shrinks"),
    } | fields


def page(client, post, wording=""):
    return client.get(post.get_absolute_url() + wording).content.decode()


def graph(text):
    found = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])
    return {node["@type"]: node for node in found["@graph"]}


def test_one_signature_covers_both_wordings_and_a_change_of_either_needs_another():
    editor = make.user(is_editor=True)
    post = make.published(author=editor, **two_wordings())
    make.revise(post, author=editor, clinical=Clinical(body="Another.[^paper]"))

    with pytest.raises(publishing.NotApproved):
        publishing.publish(post=post, by=editor)

    assert Post.objects.get(pk=post.pk).shown.clinical["body"] == CLINICAL.body


def test_a_reader_switches_between_the_wordings_by_address(client):
    post = make.published(**two_wordings())

    plain, clinical = page(client, post), page(client, post, "?wording=clinical")

    assert "give it a time of its own" in plain
    assert "Stimulus control is one part" not in plain
    assert "Stimulus control is one part" in clinical
    assert "give it a time of its own" not in clinical
    for text, current in ((plain, ""), (clinical, "?wording=clinical")):
        assert f'<link rel="canonical" href="http://localhost:8000{post.get_absolute_url()}">' in text
        assert f'<a href="{post.get_absolute_url()}{current}" aria-current="page">' in text


def test_the_choice_goes_along_to_other_posts_topics_languages_and_lists(client):
    post = make.published(topics=("sleep",), **two_wordings())
    make.sample(slug=post.slug, language="es", topics=("sleep",), title="En español")

    clinical = page(client, post, "?wording=clinical")

    for address in ("/advice/other/", "/advice/topics/sleep/", f"/es/advice/{post.slug}/"):
        assert f'href="{address}?wording=clinical' in clinical, address
        assert f'href="{address}"' not in clinical
    listed = client.get(reverse("advice:list") + "?wording=clinical").content.decode()
    assert f'href="{post.get_absolute_url()}?wording=clinical"' in listed
    assert '<input type="hidden" name="wording" value="clinical">' in listed
    assert "wording=clinical" not in client.get(reverse("advice:list")).content.decode()


def test_a_post_with_one_wording_says_so_to_who_asks_for_the_other(client):
    post = make.published(disclosure="none")

    assert "written in plain words only" in page(client, post, "?wording=clinical")
    for odd in ("", "?wording=plain", "?wording=%00", "?wording=x"):
        assert "written in plain words only" not in page(client, post, odd)


def test_both_wordings_are_cut_each_for_its_readers():
    post = make.published(**two_wordings())

    clinical = Passage.objects.filter(audience="clinical")

    assert [passage.kind for passage in clinical] == ["takeaway", "body", "faq"]
    assert {passage.get_absolute_url().split("#")[0] for passage in clinical} == {
        f"{post.get_absolute_url()}?wording=clinical"
    }
    assert post.passages.filter(audience="plain").count() == 9


def test_neither_wording_gives_a_dose_and_only_the_plain_one_must_be_plain():
    dosed = Clinical(body="Titrate to 20 mg.[^paper]")
    post = make.draft(**two_wordings(clinical=dosed))
    with pytest.raises(reviewing.LintBlocks):
        reviewing.submit(post=post, by=make.user(is_editor=True))
    hard = "Multicomponent cognitive behavioural interventions incorporating stimulus control predominate.[^paper]"

    post = make.draft(**two_wordings(clinical=Clinical(body=hard)))

    assert reviewing.submit(post=post, by=make.user(is_editor=True))


def test_readers_see_who_wrote_it_what_they_gain_and_the_picture_in_words(client):
    post = make.published(**two_wordings(disclosure="Wrote a book on sleep"))

    text = page(client, post)

    assert "Written by Ada Okoro, LCSW" in text
    assert "Wrote a book on sleep" in text
    image = Picture.objects.get()
    assert f'<img src="{image.get_absolute_url()}" alt="A circle that grows and shrinks" width="4" height="2"' in text
    assert f'<meta property="og:image" content="http://localhost:8000{image.get_absolute_url()}">' in text


def test_other_programs_learn_author_picture_and_audience(client):
    post = make.published(**two_wordings())

    plain, clinical = graph(page(client, post)), graph(page(client, post, "?wording=clinical"))

    posting = plain["BlogPosting"]
    assert posting["author"] == {"@type": "Person", "name": "Ada Okoro", "honorificSuffix": "LCSW"}
    assert posting["image"]["caption"] == "A circle that grows and shrinks"
    assert (posting["image"]["width"], posting["image"]["height"]) == (4, 2)
    assert plain["MedicalWebPage"]["medicalAudience"]["audienceType"] == "Patient"
    assert clinical["MedicalWebPage"]["medicalAudience"]["audienceType"] == "Clinician"
    assert (clinical["BlogPosting"]["abstract"], clinical["BlogPosting"]["citation"]) == (CLINICAL.summary, ["A paper"])
    entry = client.get(reverse("advice:feed_json")).json()["items"][0]
    assert entry["authors"] == [{"name": "Ada Okoro, LCSW"}]
    assert entry["image"].endswith(Picture.objects.get().get_absolute_url())
    assert entry["tags"] == ["plain", "clinical"]
    atom = client.get(reverse("advice:feed")).content.decode()
    assert "<name>Ada Okoro, LCSW</name>" in atom
    assert '<category term="clinical"' in atom


def test_the_json_door_says_for_whom_there_is_a_wording_and_finds_by_it(client):
    post = make.published(**two_wordings())
    make.published(disclosure="none")

    found = client.get("/api/v1/posts/?audience=clinical").json()["results"]

    assert [(one["slug"], one["audiences"], one["author"]) for one in found] == [
        (post.slug, ["plain", "clinical"], "Ada Okoro, LCSW")
    ]
    assert found[0]["image"].endswith(".png")
    assert len(client.get("/api/v1/posts/?audience=plain").json()["results"]) == 3
    assert client.get("/api/v1/posts/?audience=dogs").status_code == 400
    whole = client.get(f"/api/v1/posts/{post.slug}/").json()
    assert whole["content"]["clinical"]["body"] == CLINICAL.body
    assert whole["disclosure"] == "none"


def test_an_author_is_one_of_our_clinicians_or_somebody_named(settings):
    ours = make.clinician(name="Ada Okoro", credentials="LCSW", slug="ada")
    post = make.draft(byline=Byline(clinician="ada"))
    assert post.head.byline == {"name": "Ada Okoro", "credentials": "LCSW", "clinician": "ada"}
    with pytest.raises(editing.BadDocument):
        make.draft(byline=Byline(clinician="nobody"))
    with pytest.raises(editing.BadDocument):
        make.draft(byline=Byline(credentials="LCSW"))
    ours.is_sample = True
    ours.save(update_fields=["is_sample"])
    settings.DEMO = False
    with pytest.raises(editing.BadDocument):
        make.draft(byline=Byline(clinician="ada"))


def test_the_clinician_named_as_author_cannot_sign_it():
    reviewer, editor = make.reviewer(), make.user(is_editor=True)
    make.clinician(slug="ada", user=reviewer.user)
    post = make.draft(author=editor, byline=Byline(clinician="ada"), disclosure="none")
    review = reviewing.submit(post=post, by=editor)

    with pytest.raises(reviewing.MayNotSign):
        reviewing.claim(review=review, by=reviewer.user)


def test_a_post_shows_only_a_picture_that_we_have_with_the_sides_it_has():
    with pytest.raises(editing.BadDocument):
        make.draft(image=Image("0" * 64 + ".png", "A circle"))

    post = make.draft(image=Image(picture().file, "A circle", 999, 999))

    assert post.head.image == {"file": Picture.objects.get().file, "alt": "A circle", "width": 4, "height": 2}
