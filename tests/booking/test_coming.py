"""The page that lists what one number has coming."""

import pytest
from django.test import Client as Browser

from booking import notifying
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def mine():
    first = make.appointment()
    return [first, make.appointment(client=first.client, clinician=first.clinician, starts_at=make.moment(3))]


def path_of(contact):
    return notifying.coming_link(contact).removeprefix("http://localhost:8000")


def test_it_lists_ones_own_times_and_leads_to_each(mine):
    stranger = make.appointment(starts_at=make.moment(5))
    path, browser = path_of(mine[0].client.contact), Browser()

    page = browser.get(path).content.decode()
    assert all(str(one.pk) in page for one in mine)
    assert str(stranger.pk) not in page
    chosen = browser.post(path, {"appointment": mine[1].pk})
    assert browser.get(chosen["Location"]).context["appointment"] == mine[1]


@pytest.mark.parametrize("chosen", ["", "x", "\0", None])
def test_what_is_not_ones_own_opens_nothing(mine, chosen):
    stranger = make.appointment(starts_at=make.moment(5))
    value = str(stranger.pk) if chosen is None else chosen
    assert Browser().post(path_of(mine[0].client.contact), {"appointment": value}).status_code == 422


def test_an_altered_link_leads_nowhere(mine):
    path = path_of(mine[0].client.contact)
    assert Browser().get(path.replace("/all/", "x/all/")).status_code == 404


def test_the_page_of_an_appointment_is_not_opened_by_the_link_to_the_list(mine):
    assert Browser().get(path_of(mine[0].client.contact).removesuffix("all/")).status_code == 404
