"""What the desk is told of a closed time: every rule that closes it, and nothing of another's diary."""

from datetime import date

import pytest

from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
WHY = "/desk/diary/why/"


@pytest.fixture
def desk(client):
    client.force_login(make.user(is_front_desk=True))
    return client


def asked(clinician, **more):
    kind = make.session_type()
    return {"clinician": clinician.slug, "session_type": kind.slug, "day": "2026-10-21", "clock": "10:00"} | more


def shown(answer):
    return answer.content.decode()


def test_an_open_time_is_said_to_be_open(desk):
    answer = desk.get(WHY, asked(make.working_clinician()))
    assert "This time is open" in shown(answer)
    assert "Wednesday, October 21, 10:00 AM" in shown(answer)


def test_every_rule_that_closes_it_is_named(desk):
    clinician = make.working_clinician()
    make.appointment(clinician=clinician, starts_at=make.moment(2, "14:00"))
    make.time_off(clinician, make.moment(2, "13:00"), make.moment(2, "16:00"))
    make.holiday(date(2026, 10, 22))

    page = shown(desk.get(WHY, asked(clinician, state="TX")))
    for words in ("closed", "Booked", "Time off", "No licence in that state on that day"):
        assert words in page
    assert "The practice is closed that day" in shown(desk.get(WHY, asked(clinician, day="2026-10-22")))


def test_the_clock_is_the_clinicians_own(desk):
    far = make.working_clinician(time_zone="America/Los_Angeles")
    assert "10:00 AM, Pacific time" in shown(desk.get(WHY, asked(far)))


@pytest.mark.parametrize("wrong", [{"day": "0001-01-01"}, {"day": "9999-12-31"}, {"clock": "x"}, {"session_type": "x"}])
def test_what_cannot_be_asked_is_said_beside_it(desk, wrong):
    answer = desk.get(WHY, asked(make.working_clinician()) | wrong)
    assert answer.status_code == 422
    assert "Error:" in shown(answer)


def test_strangers_editors_and_other_clinicians_are_told_nothing(client):
    clinician, other = make.working_clinician(user=make.user()), make.working_clinician()
    assert "/accounts/login/" in client.get(WHY).url
    client.force_login(make.user(is_editor=True))
    assert client.get(WHY).status_code == 403
    client.force_login(clinician.user)
    assert client.get(WHY, asked(clinician)).status_code == 200
    assert client.get(WHY, asked(other)).status_code == 422
