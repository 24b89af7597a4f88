"""The JSON door to public posts."""

import pytest

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

    with django_assert_num_queries(3):
        assert len(client.get(POSTS).json()["results"]) == rows


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?language=xx", 400),
        ("?language=%00", 400),
        ("?topic=none", 400),
        ("?topic=%00", 400),
        ("?page=0", 404),
        ("?page=zz", 404),
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
