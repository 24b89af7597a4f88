"""Places of help that are no crisis line: with the day an editor checked them, and gone when nobody did for a year."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.urls import reverse

from advice import resourcing
from advice.models import Resource
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def editor(client):
    user = make.user(is_editor=True)
    client.force_login(user)
    return user


def added(editor, **fields):
    plain = {"topic": make.topic("sleep"), "name": "A sleep society", "about": "Finds a sleep clinic.", "about_es": ""}
    return resourcing.add(**plain | {"url": "https://sleep.example.org/"} | fields, by=editor)


def sent():
    plain = {"name": "A", "about": "Helps.", "about_es": "", "url": "https://a.example/"}
    return plain | {"topic": make.topic("sleep").pk}


def test_readers_see_it_with_its_topic_and_the_day_it_was_checked(client, editor):
    post = make.published(topics=("sleep",))
    other = make.published(topics=("grief",))
    added(editor)
    for address in (post.get_absolute_url(), reverse("advice:topic", args=["sleep"])):
        page = client.get(address).content.decode()
        assert "A sleep society" in page
        assert "Checked Nov. 22, 2026" in page or "Checked November 22, 2026" in page
    assert "A sleep society" not in client.get(other.get_absolute_url()).content.decode()


def test_what_nobody_checked_for_a_year_is_hidden_and_due_on_the_desk_before(noon, client, editor):
    resource = added(editor)
    assert not resourcing.is_due(resource)
    noon.shift(timedelta(days=181))
    assert resourcing.is_due(resource)
    assert resourcing.for_topics([resource.topic]) == [resource]
    noon.shift(timedelta(days=185))
    assert resourcing.for_topics([resource.topic]) == []

    resourcing.verify(resource=resource, by=editor)

    assert [one.verified_on for one in resourcing.for_topics([resource.topic])] == [date(2027, 11, 23)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"about": ""},
        {"url": "http://sleep.example.org/"},
        {"url": "javascript:alert(1)"},
        {"about": "Call 1-800-273-8255 at any time."},
        {"about": "It is guaranteed to help."},
        {"about_es": "Llame al 1-800-273-8255."},
    ],
)
def test_what_must_not_be_shown_is_not_kept(client, editor, wrong):
    make.topic("sleep")
    sent = {
        "name": "A",
        "about": "Helps.",
        "about_es": "",
        "url": "https://a.example/",
        "topic": make.topic("sleep").pk,
    }
    page = client.post(reverse("column:resources"), sent | wrong)
    assert page.status_code == 422
    assert 'class="error-summary"' in page.content.decode()
    assert not Resource.objects.exists()


def test_the_desk_adds_checks_and_takes_out(client, editor):
    sent = {
        "name": "A",
        "about": "Helps.",
        "about_es": "",
        "url": "https://a.example/",
        "topic": make.topic("sleep").pk,
    }
    client.post(reverse("column:resources"), sent)
    assert client.post(reverse("column:resources"), sent).status_code == 422, "the same twice"
    resource = Resource.objects.get()
    act = reverse("column:act_on_resource", args=[resource.pk])
    client.post(act, {"do": "verify"})
    client.post(act, {"do": "remove"})
    assert resourcing.for_topics([resource.topic]) == []
    assert client.post(act, {"do": "verify"}, follow=True).status_code == 200
    client.force_login(make.reviewer().user)
    assert client.post(act, {"do": "verify"}).status_code == 403


def test_a_sample_shows_only_in_the_demonstration_until_somebody_checked_it(settings, editor):
    resource = Resource.objects.create(
        topic=make.topic("sleep"), name="A", about="Helps.", url="https://a.example/", is_sample=True
    )
    assert resourcing.for_topics([resource.topic]) == [resource]
    settings.DEMO = False
    caches["pages"].clear()
    assert resourcing.for_topics([resource.topic]) == []
    resourcing.verify(resource=resource, by=editor)
    assert resourcing.for_topics([resource.topic]) == [resource]
