"""From a match straight to a time: of the free first talk, and of a first session where the practice allows it."""

import pytest

from booking.intake import receiving
from booking.models import SessionType
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def token():
    make.matchmaking()
    make.session_type("initial", name="Initial session")
    make.working_clinician(does_matchmaking=True)
    kept, token = receiving.start(language="en")
    receiving.save_step(intake=kept, step="reach", answers=make.answers())
    return token


def allow(is_allowed):
    SessionType.objects.filter(slug="initial").update(from_match=is_allowed)


def test_a_first_session_is_offered_beside_the_talk_only_where_the_practice_allows_it(client, token):
    allow(False)
    assert "Book at once" not in client.get(f"/find/{token}/matches/").content.decode()

    allow(True)
    page = client.get(f"/find/{token}/matches/").content.decode()
    assert "Book at once: Initial" in page
    assert "type=initial" in page
    assert client.get(f"/find/{token}/times/?type=initial").status_code == 200


def test_an_address_made_by_hand_books_nothing_the_practice_does_not_allow(client, token):
    allow(False)
    answer = client.get(f"/find/{token}/times/?type=initial")
    assert answer.status_code == 400
    assert 'name="slot"' not in answer.content.decode()
