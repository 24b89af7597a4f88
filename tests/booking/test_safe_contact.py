"""How to reach somebody safely stays with them, however they came, and the desk sees it where it writes and calls."""

import pytest

from booking.intake import receiving
from booking.models import Appointment, Client, Intake
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
TOLD = {"channels": ["text"], "reach_parts": ["evening"], "voicemail": "none", "reach": "Not at work, please."}


def book(client, **told):
    """The direct way, without an intake; returns the desk's page of what was booked."""
    make.session_type("initial", confirms_first=False)
    clinician = make.working_clinician()
    search = {"type": "initial", "state": "NY", "age": "adult", "clinician": clinician.slug}
    held = client.post(
        "/book/hold/",
        {"slot": f"2026-10-20T15:00:00+00:00 {clinician.slug}"},
        QUERY_STRING="&".join(map("=".join, search.items())),
    )
    reach = {"name": "Ash", "phone": "202 555 0143", "email": "", "text_ok": "on", "contact_ok": "on"}
    assert client.post(held.url, reach | told).status_code == 302
    client.force_login(make.user(is_front_desk=True))
    return client.get(f"/desk/diary/appointments/{Appointment.objects.get().pk}/").content.decode()


def test_the_direct_way_keeps_how_to_reach_someone_and_the_desk_sees_it(client):
    page = book(client, **TOLD)

    assert not Intake.objects.exists()
    assert Client.objects.get().reaching == TOLD
    assert "Text; Evening, after 5 PM; No message; Not at work, please." in page


def test_whoever_says_nothing_of_it_leaves_no_line(client):
    page = book(client, channels=["unsaid"])

    assert "How to reach them" not in page


def test_an_intake_keeps_it_with_the_client_too():
    make.intake(**TOLD)

    assert Client.objects.get().reaching == TOLD


def test_whoever_knows_the_number_cannot_change_what_was_said_before():
    answers = make.answers()
    receiving.introduce(answers=answers | TOLD, language="en")
    receiving.introduce(answers=answers | {"voicemail": "named"}, language="en")

    assert Client.objects.get().reaching == TOLD


def test_it_can_be_said_later_for_the_first_time():
    answers = make.answers()
    receiving.introduce(answers=answers, language="en")
    receiving.introduce(answers=answers | TOLD, language="en")

    assert Client.objects.get().reaching == TOLD
