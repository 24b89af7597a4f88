"""The JSON door of the waitlist."""

import pytest

from booking.models import Waiting
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def wish():
    clinician, kind = make.working_clinician(), make.session_type()
    return {
        "session_type": kind.slug,
        "clinician": clinician.slug,
        "state": "NY",
        "days": ["wed", "thu"],
        "parts": ["morning"],
        "until": "2026-11-30",
        "name": "Ash",
        "phone": "+12025550143",
        "timezone": "America/Chicago",
        "sms_consent": True,
    }


def ask(client, wish, status):
    answer = client.post("/api/v1/waitlist/", wish, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_wish_gets_a_place_and_its_private_page(client, wish):
    row = ask(client, wish, 201)
    place = Waiting.objects.get()
    assert (row["id"], row["until"]) == (str(place.pk), "2026-11-30")
    assert (place.days, place.parts, place.age) == (["thu", "wed"], ["morning"], "adult")
    assert place.client.time_zone == "America/Chicago"
    assert client.get(row["manage_url"].partition("8000")[2]).status_code == 200
    assert Message.objects.filter(topic=place.topic).count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": ["someday"]}, "days"),
        ({"until": "2026-01-01"}, "until"),
        ({"since": "2026-12-01"}, "until"),
        ({"since": "2030-01-01", "until": "2030-02-01"}, "since"),
        ({"age": "child"}, "age"),
        ({"phone": "", "sms_consent": False}, "phone"),
    ],
)
def test_what_makes_no_sense_is_named(client, wish, changed, field):
    problem = ask(client, wish | changed, 400)
    assert field in problem["errors"]
    assert Waiting.objects.count() == 0


def test_nobody_waits_where_nobody_of_ours_may_see_them(client, wish):
    assert ask(client, wish | {"state": "AK"}, 409)["code"] == "not_licensed"


def test_an_emergency_in_the_name_comes_back_with_lines_to_call(client, wish):
    assert "988" in ask(client, wish | {"name": "I want to kill myself"}, 201)["crisis"]


def test_it_counts_as_a_booking_does(client, wish, settings):
    settings.BOOKINGS_PER_CONTACT = 1
    ask(client, wish, 201)
    assert ask(client, wish, 429)["code"] == "too_many"
