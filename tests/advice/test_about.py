"""The pages that say who reviews, and how."""

from datetime import date

import pytest

from advice import publishing
from practice.staff.models import Reviewer
from tests import make

pytestmark = pytest.mark.django_db


def test_the_board_names_each_reviewer_with_licence_and_the_pages_under_their_name(client):
    editor, reviewer = make.user(is_editor=True), make.reviewer()
    make.reviewer(slug="signed-nothing", name="Signed Nothing")
    shown = make.published(author=editor, reviewer=reviewer)
    gone = make.published(author=editor, reviewer=reviewer)
    publishing.retract(post=gone, by=editor, reason="A mistake.")

    page = client.get("/advice/reviewers/").content.decode()

    assert f"{reviewer.name}, PhD" in page
    assert f"Licensed Psychologist, NY {reviewer.licence_number}" in page
    assert "2 reviews signed" in page
    assert "1 page under this name now" in page
    assert shown.get_absolute_url() in page
    assert gone.get_absolute_url() not in page
    assert "Signed Nothing" not in page
    assert "does not sign at present" not in page


def test_the_board_says_who_may_sign_no_longer(client):
    make.published(author=make.user(is_editor=True))
    Reviewer.objects.update(licence_expires_on=date(2020, 1, 1))
    assert "does not sign at present" in client.get("/advice/reviewers/").content.decode()


def test_the_board_asks_as_often_for_three_as_for_one(client, django_assert_num_queries):
    from django.core.cache import caches

    for _ in range(3):
        make.published(author=make.user(is_editor=True))
        caches["pages"].clear()
        with django_assert_num_queries(3):  # the state of the column, the people, their pages
            client.get("/advice/reviewers/")


def test_the_policy_says_what_is_done(client):
    page = client.get("/advice/policy/").content.decode()
    for words in ("Two people for every answer", "read again", "do not sign", "signed by an editor alone"):
        assert words in page
