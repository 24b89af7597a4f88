"""The fragment with the next free talks, which other pages fetch: it asks for whom and where before it holds one."""

import re
from html import unescape

import pytest

from booking.models import Appointment
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def shown(answer):
    return answer.content.decode()


def test_the_fragment_shows_the_next_three_free_talks_and_asks_where_one_will_be(client):
    make.matchmaking()
    for _n in range(4):
        make.working_clinician()
    page = shown(client.get("/book/next/"))

    assert page.count("<li>") == 3
    assert "<html" not in page
    assert 'name="state"' in page
    assert "/hold/" not in page  # who may see them is not known yet


def test_a_talk_is_held_from_the_fragment_once_it_is_known_for_whom_and_where(client):
    kind = make.matchmaking()
    make.working_clinician(states=("NY",))
    make.working_clinician(states=("CA",))
    page = shown(client.get("/book/next/", {"type": kind.slug, "state": "NY", "age": "adult"}))
    address = unescape(re.search(r'action="([^"]*/hold/[^"]*)"', page)[1])
    slots = re.findall(r'name="slot" value="([^"]+)"', page)

    held = client.post(address, {"slot": unescape(slots[0])}, follow=True)

    assert len(slots) == 3
    assert held.status_code == 200
    appointment = Appointment.objects.get()
    assert appointment.state == Appointment.State.HELD
    assert appointment.clinician.licences.filter(state="NY").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "", "age": ""}, "Choose a state."),
        ({"state": "NY", "age": "teen"}, "the adult in charge first"),
        ({"state": "CA", "age": "adult"}, "holds a licence there"),
        ({"state": "\0", "age": "x"}, "Choose"),
    ],
)
def test_the_fragment_says_why_nothing_can_be_held(client, given, said):
    kind = make.matchmaking()
    make.working_clinician(states=("NY",))

    page = shown(client.get("/book/next/", given | {"type": kind.slug}))

    assert said in page
    assert 'name="slot"' not in page


def test_several_fragments_on_one_page_share_no_id(client):
    make.matchmaking()
    make.working_clinician()
    first, second = (set(re.findall(r' id="([^"]+)"', shown(client.get("/book/next/")))) for _n in range(2))

    assert first
    assert not first & second


def test_the_fragment_says_so_where_there_is_none(client):
    assert "No free talk" in shown(client.get("/book/next/"))
