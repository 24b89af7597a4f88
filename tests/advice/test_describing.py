"""What programs read of the column: structured data, shared links, feeds."""

import json
import re

import pytest

from tests import make

pytestmark = pytest.mark.django_db


def graph(client, post):
    page = client.get(post.get_absolute_url()).content.decode()
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = json.loads(found)
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def test_a_signed_post_names_its_reviewer_and_the_day(client):
    post = make.published(topics=["sleep"])

    nodes = graph(client, post)

    page = nodes["MedicalWebPage"]
    assert page["reviewedBy"]["name"] == post.review.reviewer.name
    assert page["lastReviewed"] == post.review.decided_at.date().isoformat()
    assert page["mainEntity"]["@id"] == nodes["BlogPosting"]["@id"]
    assert page["breadcrumb"]["@id"] == nodes["BreadcrumbList"]["@id"]
    places = nodes["BreadcrumbList"]["itemListElement"]
    assert [place["position"] for place in places] == [1, 2, 3, 4]
    assert places[-1]["item"] == page["url"]
    assert nodes["BlogPosting"]["citation"] == ["A guideline", "A paper"]


def test_a_sample_names_no_reviewer(client):
    page = graph(client, make.sample())["MedicalWebPage"]

    assert "reviewedBy" not in page
    assert "lastReviewed" not in page


def test_questions_and_answers_are_plain_text(client):
    question = graph(client, make.sample())["FAQPage"]["mainEntity"][0]

    assert question["name"] == "Should I get up?"
    assert question["acceptedAnswer"]["text"].startswith("If you lie awake for long, yes.")
    assert "<" not in question["acceptedAnswer"]["text"]


def test_a_text_cannot_close_the_element_that_holds_it(client):
    hostile = make.sample(title="</script><script>alert(1)</script> & more")

    assert graph(client, hostile)["BlogPosting"]["headline"] == "</script><script>alert(1)</script> & more"


def test_a_post_stands_at_one_address_whatever_host_was_asked(client, settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://office.test", ["*"]
    post = make.sample()

    page = client.get(post.get_absolute_url(), headers={"host": "elsewhere.test"}).content.decode()

    assert f'<link rel="canonical" href="https://office.test{post.get_absolute_url()}">' in page
    assert "elsewhere.test" not in page


@pytest.mark.parametrize(
    "path", ["/advice/feed/", "/advice/feed.json", "/sitemap.xml", "/robots.txt", "/es/advice/feed.json"]
)
def test_what_programs_read_may_be_kept_by_caches(client, path):
    make.sample()

    answer = client.get(path)

    assert answer["Cache-Control"].startswith("public, max-age=")
    assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert not answer.cookies


def test_the_json_feed_says_what_the_atom_feed_says(client):
    post = make.published()

    feed = client.get("/advice/feed.json").json()

    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = feed["items"]
    assert item["id"] == f"urn:uuid:{post.uuid}"
    assert item["title"] == post.text.title
    assert item["content_text"] == post.text.summary
    assert item["url"].endswith(post.get_absolute_url())
