"""What programs read of the column: structured data, shared links, feeds."""

import json
import re
from datetime import date

import pytest

from advice.documents import Byline
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
    assert question["acceptedAnswer"]["text"] == "If you lie awake for long, yes.", "no tag, and no mark of a source"


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


# What schema.org (version 29) lets the types we use say of themselves, as far as we say it; a name in the table that
# a type does not have there would be a lie of this test.
THING = {"@id", "@type", "name", "url", "description", "image", "mainEntityOfPage"}
WORK = THING | {"abstract", "headline", "inLanguage", "datePublished", "dateModified", "publisher", "author", "about"}
WORK |= {"citation", "isAccessibleForFree", "mainEntity", "text"}
PAGE = WORK | {"breadcrumb", "lastReviewed", "reviewedBy"}
SAID = {
    "MedicalWebPage": PAGE | {"medicalAudience"},
    "FAQPage": PAGE,
    "BlogPosting": WORK,
    "BreadcrumbList": THING | {"itemListElement"},
    "ListItem": THING | {"position", "item"},
    "Question": WORK | {"acceptedAnswer"},
    "Answer": WORK,
    "Person": THING | {"honorificSuffix"},
    "MedicalOrganization": THING,
    "MedicalAudience": THING | {"audienceType"},
    "Thing": THING,
    "ImageObject": WORK | {"caption", "width", "height"},
}
NEEDED = {  # by those who read it: search engines drop what lacks one of these
    "BlogPosting": {"headline", "datePublished", "dateModified", "author", "publisher"},
    "FAQPage": {"mainEntity"},
    "Question": {"name", "acceptedAnswer"},
    "Answer": {"text"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "Person": {"name"},
}


def nodes_of(value):
    if isinstance(value, list):
        for entry in value:
            yield from nodes_of(entry)
    elif isinstance(value, dict):
        yield value
        for entry in value.values():
            yield from nodes_of(entry)


@pytest.mark.parametrize("signed", [True, False])
def test_all_that_is_said_in_schema_orgs_terms_is_theirs_and_complete(client, signed):
    byline = Byline("Ada Low", "PhD")
    post = (make.published if signed else make.sample)(topics=["sleep"], byline=byline)

    top = graph(client, post)

    named = {node["@id"] for node in top.values()}
    for node in nodes_of(list(top.values())):
        if set(node) == {"@id"}:
            assert node["@id"] in named  # what one part says of another leads there
            continue
        kind = node["@type"]
        assert set(node) <= SAID[kind], kind
        assert NEEDED.get(kind, set()) <= set(node), kind
        assert all(value not in ("", None) for name, value in node.items() if name in NEEDED.get(kind, ())), kind
    posting = top["BlogPosting"]
    assert date.fromisoformat(posting["datePublished"]) <= date.fromisoformat(posting["dateModified"])
    assert posting["author"] == {"@type": "Person", "name": "Ada Low", "honorificSuffix": "PhD"}
