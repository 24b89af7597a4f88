"""Every door by which a text might reach readers, each tried with what must not pass it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from advice import documents, editing, importing, planning, publishing, reviewing, sampling, searching
from advice.models import Passage, Plan, Post, Review
from practice.refusals import Refused
from practice.staff.models import Reviewer
from tests import make

pytestmark = pytest.mark.django_db
ALL = list(reviewing.CHECKLIST)
START = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def everybody():
    """One of each who has a place at the desk, and what they are."""
    return {
        "editor": make.user(is_editor=True),
        "owner": make.user(is_owner=True),
        "front desk": make.user(is_front_desk=True),
        "outside reviewer": make.reviewer().user,
        "associate": make.reviewer(is_supervised=True).user,
        "ended licence": make.reviewer(licence_expires_on=date(2026, 11, 1)).user,
        "superuser": make.user(is_superuser=True),
        "author and reviewer": make.reviewer(user=make.user(is_editor=True)).user,
    }


def submitted(author):
    post = make.draft(author=author)
    reviewing.submit(post=post, by=author)
    return post


# --- The desk --------------------------------------------------------------------------------------------------------


ROLES = (
    "editor",
    "owner",
    "front desk",
    "outside reviewer",
    "associate",
    "ended licence",
    "superuser",
    "author and reviewer",
)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_takes_a_text_of_their_own_to_readers_alone_on_the_desk(client, role):
    user = everybody()[role]
    client.force_login(user)
    client.post(reverse("column:new_post"), {"source": documents.to_markdown(make.document())})
    post = Post.objects.first() or make.draft(author=user)
    act = reverse("column:act", args=[post.uuid])
    for step in ("submit", "claim", "sign", "publish"):
        client.post(act, {"do": step, "checklist": ALL})
    at = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    client.post(reverse("column:plan", args=[post.uuid]), {"do": "publish", "at": at})

    assert not Post.objects.public().exists()
    assert not Review.objects.approved().exists()
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("editor", False),
        ("owner", False),
        ("front desk", False),
        ("outside reviewer", True),
        ("associate", False),
        ("ended licence", False),
        ("superuser", False),
        ("author and reviewer", True),
    ],
)
def test_who_signs_the_text_of_another_on_the_desk(client, role, may):
    users, author = everybody(), make.user(is_editor=True)
    post = submitted(author)
    client.force_login(users[role])

    client.post(reverse("column:act", args=[post.uuid]), {"do": "sign", "checklist": ALL})

    assert Review.objects.approved().exists() is may
    assert not Post.objects.public().exists()


def test_who_changed_a_word_since_the_last_signature_does_not_sign_it(client):
    author, reviewer = make.user(is_editor=True), make.reviewer(user=make.user(is_editor=True))
    post = make.draft(slug="one", author=reviewer.user)
    editing.revise(post=post, document=make.document(slug="one"), author=author)
    review = reviewing.submit(post=post, by=author)

    with pytest.raises(reviewing.MayNotSign):
        reviewing.sign(review=review, by=reviewer.user, checklist=ALL)

    other = make.reviewer()
    reviewing.sign(review=review, by=other.user, checklist=ALL)
    editing.revise(post=post, document=make.document(slug="one", title="Another"), author=author)
    again = reviewing.submit(post=post, by=author)
    assert reviewing.sign(review=again, by=reviewer.user, checklist=ALL).state == "approved"


# --- The admin, and the database beneath -----------------------------------------------------------------------------


def test_the_admin_changes_no_text_no_review_and_no_state(client):
    author = make.user(is_editor=True)
    post = submitted(author)
    rows = {"post": post.pk, "revision": post.head.pk, "review": Review.objects.get().pk, "plan": 1, "passage": 1}
    client.force_login(make.user(is_superuser=True))
    for name, pk in rows.items():
        for address in (f"/admin/advice/{name}/{pk}/change/", f"/admin/advice/{name}/add/",
                        f"/admin/advice/{name}/{pk}/delete/"):  # fmt: skip
            answer = client.post(address, {"state": "published", "slug": post.slug, "post": "yes"})
            assert answer.status_code in {302, 403, 404}, address
    post.refresh_from_db()
    assert (post.state, Review.objects.get().state) == ("draft", "submitted")


def test_the_database_itself_keeps_what_is_unsigned_from_being_published():
    post, editor = make.draft(), make.user(is_editor=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(
            state="published", shown=post.head, published_at=timezone.now(), published_by=editor
        )
    sample = make.sample()
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=sample.pk).update(published_by=editor)


# --- The JSON door ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_json_door_only_reads_posts(client, method):
    post = make.draft()
    client.force_login(make.user(is_superuser=True, is_owner=True))
    sent = json.dumps({"state": "published", "slug": post.slug})
    for address in ("/api/v1/posts/", f"/api/v1/posts/{post.slug}/"):
        answer = getattr(client, method)(address, sent, content_type="application/json")
        assert answer.status_code == 405
    assert not Post.objects.public().exists()


# --- Imports and samples ---------------------------------------------------------------------------------------------


def test_an_import_makes_drafts_whatever_the_file_says(tmp_path):
    text = documents.to_markdown(make.document(slug="from-a-file"))
    (tmp_path / "one.md").write_text(text)
    (tmp_path / "two.md").write_text(text.replace("slug: from-a-file", "slug: two\nstate: published\nreview: 1"))
    importing.import_paths([tmp_path / "one.md"])
    importing.import_paths([tmp_path / "two.md"])
    with pytest.raises(SystemExit):
        call_command("import_posts", str(tmp_path / "two.md"))

    assert set(Post.objects.values_list("state", flat=True)) == {"draft"}
    assert not Passage.objects.exists()


def test_an_import_over_a_public_post_changes_nothing_that_readers_see(tmp_path, client):
    post = make.published(slug="one", author=make.user(is_editor=True))
    before = post.shown.sha256
    path = tmp_path / "one.md"
    path.write_text(documents.to_markdown(make.document(slug="one", title="Put over it")))

    importing.import_paths([path])

    assert Post.objects.get().shown.sha256 == before
    assert "Put over it" not in client.get(post.get_absolute_url()).content.decode()


def test_with_the_demonstration_off_no_sample_shows_anywhere(client, settings):
    sampling.load_samples()
    caches["pages"].clear()
    settings.DEMO = False
    slugs = list(Post.objects.values_list("slug", flat=True))
    assert len(slugs) > 30

    for address in ("/", "/es/", "/advice/", "/es/advice/", "/advice/feed/", "/advice/feed.json", "/sitemap.xml",
                    "/advice/notices/", "/advice/notices/?past=1", "/api/v1/posts/", "/advice/reviewers/"):  # fmt: skip
        page = client.get(address).content.decode()
        assert not [slug for slug in slugs if f"/{slug}/" in page], address
    for slug in slugs:
        assert client.get(f"/advice/{slug}/").status_code == 404
        assert client.get(f"/api/v1/posts/{slug}/").status_code == 404
    assert not searching.find("worry at three in the morning", language="en").hits
    chat = client.post("/ask/", {"text": "How do I stop worrying at three in the morning?"}).content.decode()
    assert not [slug for slug in slugs if f"/advice/{slug}/" in chat]
    with pytest.raises(publishing.NotWhileLive):
        publishing.publish_sample(post=make.draft())


# --- The hour --------------------------------------------------------------------------------------------------------


def test_a_plan_is_no_way_around_a_signature(noon):
    author, reviewer = make.user(is_editor=True), make.reviewer()
    post = submitted(author)
    plan = Plan.objects.create(
        post=post, deed="publish", revision=post.head, at=timezone.now() + timedelta(hours=1), planned_by=author
    )
    noon.shift(timedelta(hours=2))
    planning.carry_out_due()
    plan.refresh_from_db()
    assert plan.refused == "not_approved"

    reviewing.sign(review=Review.objects.get(), by=reviewer.user, checklist=ALL)
    Reviewer.objects.update(licence_expires_on=date(2026, 11, 1))
    with pytest.raises(publishing.SignatureEnded):
        planning.plan_publication(post=post, by=author, at=timezone.now() + timedelta(hours=1))
    assert not Post.objects.public().exists()


# --- The rules themselves --------------------------------------------------------------------------------------------


def test_no_rule_publishes_what_was_not_signed_or_another_text_than_was():
    author = make.user(is_editor=True)
    signed, other = make.published(slug="one", author=author), make.draft(author=author)
    later = editing.revise(post=signed, document=make.document(slug="one", title="Later"), author=author)
    for post, revision in ((other, None), (other, signed.shown), (signed, later), (signed, other.head)):
        with pytest.raises(Refused):
            publishing.publish(post=post, by=author, revision=revision)
    assert list(Post.objects.public()) == [signed]
