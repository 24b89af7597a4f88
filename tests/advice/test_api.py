"""The JSON door to public posts."""

import pytest

from advice import searching
from tests import make

pytestmark = pytest.mark.django_db
POSTS = "/api/v1/posts/"


def test_public_posts_are_listed_and_drafts_are_not(client):
    make.draft()
    post = make.sample(topics=["sleep"])

    listed = client.get(POSTS).json()["results"]

    assert [(row["slug"], row["status"], row["topics"]) for row in listed] == [(post.slug, "sample", ["sleep"])]
    assert listed[0]["url"] == post.get_absolute_url()


def test_one_post_brings_its_content_and_the_digest_of_it(client):
    post = make.published(reviewer=make.reviewer(name="Ada Low", credentials="PhD"))

    body = client.get(f"{POSTS}{post.slug}/").json()

    assert body["content"]["references"][0]["key"] == "guide"
    assert body["sha256"] == post.shown.document.digest
    assert (body["status"], body["reviewer"]) == ("approved", "Ada Low, PhD")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_database_a_fixed_number_of_times(client, rows, django_assert_num_queries):
    for _ in range(rows):
        make.sample(topics=["sleep"])

    with django_assert_num_queries(2):
        assert len(client.get(POSTS).json()["results"]) == rows


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?language=xx", 400),
        ("?language=%00", 400),
        ("?topic=none", 400),
        ("?topic=%00", 400),
        ("?cursor=zz", 404),
        ("?cursor=cD1hYmM=", 404),  # p=abc
        ("?cursor=cD0yMDI2LTAxLTAx", 404),  # p=2026-01-01
        ("?cursor=cD0yMDI2LTAxLTAxVDAwOjAw", 404),  # p=2026-01-01T00:00
        ("?q=worry&cursor=zz", 404),
        ("?q=worry&language=xx", 400),
        ("nothing/", 404),
        ("nothing/?language=zz", 400),
    ],
)
def test_what_is_wrongly_asked_gets_a_problem_document(client, query, status):
    make.sample()

    response = client.get(POSTS + query)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_posts_cannot_be_written_here(client):
    assert client.post(POSTS, {}, content_type="application/json").status_code == 405


def walked(client, query):
    """All that a list leads to, page after page."""
    found, address = [], POSTS + query
    while address:
        page = client.get(address).json()
        found.append([row["slug"] for row in page["results"]])
        address = page["next"]
    return found


def test_a_list_is_walked_by_its_cursor_while_new_posts_come_in(client):
    slugs = [make.sample(slug=f"post-{n}").slug for n in range(23)]
    first = client.get(POSTS).json()
    make.sample(slug="meanwhile")

    second = client.get(first["next"]).json()

    assert [row["slug"] for row in first["results"] + second["results"]] == slugs[::-1]
    assert (first["previous"], second["next"]) == (None, None)
    assert [row["slug"] for row in client.get(second["previous"]).json()["results"]] == slugs[:2:-1]


def test_words_are_searched_among_what_else_is_asked_for(client):
    make.sample(slug="night", title="Awake at night", topics=["sleep"])
    make.sample(slug="nights", title="Awake all night", topics=["grief"])
    make.draft(slug="draft", title="Awake and unsigned")

    assert sorted(walked(client, "?q=awaek at nihgt")[0]) == ["night", "nights"]
    assert walked(client, "?q=awake&topic=grief") == [["nights"]]
    assert walked(client, "?q=awake&audience=clinical") == [[]]
    assert walked(client, "?q=submarine") == [[]]


def test_found_posts_come_in_pages_too(client):
    slugs = {make.sample().slug for _ in range(23)}

    pages = walked(client, "?q=worry")

    assert [len(page) for page in pages] == [20, 3]
    assert {slug for page in pages for slug in page} == slugs
    second = client.get(client.get(f"{POSTS}?q=worry").json()["next"]).json()
    assert [row["slug"] for row in client.get(second["previous"]).json()["results"]] == pages[0]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_asks_the_database_a_fixed_number_of_times(client, rows, django_assert_num_queries):
    for _ in range(rows):
        make.sample(topics=["sleep"])
    searching.find("worry", language="en")

    with django_assert_num_queries(5):
        assert len(client.get(f"{POSTS}?q=worry").json()["results"]) == rows


def test_whoever_searches_in_need_gets_the_lines_and_others_get_posts_alone(client):
    make.sample()

    assert "988" in str(client.get(f"{POSTS}?q=I want to kill myself tonight").json()["lines"])
    assert client.get(f"{POSTS}?q=worry").json()["lines"] == []
