"""Notices: one editor signs, no clinical claim, gone from the lists when over, and never quoted."""

import json
import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse

from advice import announcing, documents, editing, linting, publishing, reviewing, sampling, searching
from advice.documents import Occasion, Unreadable
from advice.models import Passage, Post
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def editor():
    return make.user(is_editor=True)


def public(editor, **fields):
    return publishing.publish(post=make.notice(author=editor, **fields), by=editor)


def test_one_editor_signs_a_notice_and_nobody_else(editor):
    notice = make.notice()
    for other in (make.user(is_front_desk=True), make.reviewer().user, make.reviewer(is_supervised=True).user):
        with pytest.raises(publishing.NotAnEditor):
            publishing.publish(post=notice, by=other)
    assert publishing.publish(post=notice, by=editor).published_by == editor
    with pytest.raises(reviewing.NotReviewable):
        reviewing.submit(post=notice, by=editor)


@pytest.mark.parametrize(
    "body",
    [
        "It reduces anxiety.",
        "A treatment for everybody.",
        "Our method is clinically proven.",
        "Bring your medication.",
        "Reduce la ansiedad.",
        "Un tratamiento eficaz.",
        "Take 20 mg before you come.",
        "Call 1-800-273-8255.",
        "Research shows that it helps.",
    ],
)
def test_a_notice_makes_no_clinical_claim(editor, body):
    notice = make.notice(author=editor, body=body)
    assert any(finding.blocks for finding in linting.lint(notice.head.document))
    with pytest.raises(publishing.LintBlocks):
        publishing.publish(post=notice, by=editor)
    assert not Post.objects.notices().exists()


def test_a_notice_is_no_answer_anywhere(editor, client):
    notice = public(editor, title="An evening on sleep and rest")

    assert not Passage.objects.exists()
    assert not searching.find("an evening on sleep and rest", language="en").hits
    assert not Post.objects.public().exists()
    for address in ("/advice/", "/advice/feed/", "/advice/feed.json", "/api/v1/posts/"):
        assert notice.slug not in client.get(address).content.decode(), address
    assert client.get(f"/api/v1/posts/{notice.slug}/").status_code == 404
    for address in ("/", "/advice/notices/", "/sitemap.xml"):
        assert notice.slug in client.get(address).content.decode(), address


def test_an_event_says_when_and_where_and_goes_into_a_calendar(editor, client):
    notice = public(editor, event={"link": "https://meet.example.org/evening"})
    page = client.get(notice.get_absolute_url()).content.decode()

    assert "Sunday, Dec. 6, 2026" in page
    assert "6 p.m." in page
    assert "12 Main Street" in page
    assert "Sample" not in page.partition("<main")[2]
    event = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])
    assert (event["@type"], event["startDate"]) == ("Event", "2026-12-06T23:00:00+00:00")
    answer = client.get(reverse("advice:event", args=[notice.slug]))
    assert answer["Content-Type"].startswith("text/calendar")
    (entry,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert entry.decoded("dtstart") == datetime(2026, 12, 6, 23, tzinfo=UTC)
    assert entry.decoded("dtend") == datetime(2026, 12, 7, 0, 30, tzinfo=UTC)
    assert str(entry["uid"]).startswith(str(notice.uuid))
    assert str(entry["summary"]) == notice.text.title


def test_news_disappears_after_its_day_and_is_kept_in_the_archive(noon, editor, client):
    news = public(editor, until="2026-11-30", title="We are closed on Thanksgiving")
    assert client.get(reverse("advice:event", args=[news.slug])).status_code == 404
    noon.move_to(datetime(2026, 12, 1, 4, 59, tzinfo=UTC))
    caches["pages"].clear()
    assert news.slug in client.get("/advice/notices/").content.decode()

    noon.move_to(datetime(2026, 12, 1, 5, 1, tzinfo=UTC))
    caches["pages"].clear()

    for address in ("/", "/advice/notices/"):
        assert news.slug not in client.get(address).content.decode()
    assert news.slug in client.get("/advice/notices/?past=1").content.decode()
    page = client.get(news.get_absolute_url())
    assert page.status_code == 200
    assert "This is over" in page.content.decode()


def test_what_is_over_is_not_published(noon, editor):
    notice = make.notice(author=editor, until="2026-11-30")
    noon.shift(timedelta(days=30))
    with pytest.raises(publishing.Over):
        publishing.publish(post=notice, by=editor)


def test_a_sample_notice_shows_only_in_the_demonstration_and_says_so(settings, client):
    notice = publishing.publish_sample(post=make.notice())
    assert "Sample" in client.get(notice.get_absolute_url()).content.decode()

    settings.DEMO = False

    assert client.get(notice.get_absolute_url()).status_code == 404
    assert client.get(reverse("advice:event", args=[notice.slug])).status_code == 404
    for address in ("/", "/advice/notices/", "/advice/notices/?past=1", "/sitemap.xml"):
        assert notice.slug not in client.get(address).content.decode()


def test_the_samples_load_once_pass_the_lint_and_get_new_days_when_theirs_are_over(noon):
    sampling.load_topics()
    assert announcing.load_samples() == 7
    assert announcing.load_samples() == 0
    samples = list(Post.objects.notices())
    assert {post.state for post in samples} == {"sample"}
    assert not [f for post in samples for f in linting.lint(post.shown.document) if f.blocks]
    noon.shift(timedelta(days=60))
    assert announcing.load_samples() == 4
    assert all(post.ends_at > datetime.now(UTC) for post in Post.objects.notices())


@pytest.mark.parametrize(
    "occasion",
    [
        {},
        {"starts_at": "2026-12-05T18:00", "place": "Here"},
        {"starts_at": "2026-12-05T18:00", "ends_at": "2026-12-05T18:00", "place": "Here"},
        {"starts_at": "2026-12-05T18:00", "ends_at": "2026-12-05T19:00"},
        {"starts_at": "soon", "ends_at": "later", "place": "Here"},
        {"until": "2026-12-05", "starts_at": "2026-12-05T18:00", "ends_at": "2026-12-05T19:00", "place": "Here"},
        {"until": "someday"},
        {"starts_at": "2026-12-05T18:00", "ends_at": "2026-12-05T19:00", "link": "javascript:alert(1)"},
    ],
)
def test_a_notice_without_a_time_it_can_keep_is_refused(occasion):
    with pytest.raises(editing.BadDocument):
        editing.make_post(document=make.document(kind="notice", occasion=Occasion(**occasion)))
    assert not Post.objects.exists()


def test_an_answer_has_no_occasion():
    with pytest.raises(editing.BadDocument):
        editing.make_post(document=make.document(occasion=Occasion(until="2026-12-05")))


def test_a_notice_is_written_to_a_file_and_read_back_the_same():
    document = make.notice().head.document
    again = documents.from_markdown(documents.to_markdown(document))
    assert again.digest == document.digest
    assert again.occasion == document.occasion
    with pytest.raises(Unreadable, match="occasion"):
        documents.from_markdown(documents.to_markdown(document).replace("T18:00", " at six"))


def test_the_desk_writes_and_publishes_a_notice(client, editor):
    client.force_login(editor)
    address = reverse("column:new_notice")
    source = client.get(address).context["form"]["source"].value()
    client.post(address, {"source": source})
    notice = Post.objects.get()
    page = client.get(reverse("column:post", args=[notice.uuid])).content.decode()
    assert 'value="publish"' in page
    assert 'value="submit"' not in page
    client.post(reverse("column:act", args=[notice.uuid]), {"do": "publish"})
    assert Post.objects.notices().get().published_by == editor
    client.post(reverse("column:act", args=[notice.uuid]), {"do": "retract", "reason": "Called off."})
    assert client.get(notice.get_absolute_url()).status_code == 410
