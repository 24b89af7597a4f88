"""What the page behind an appointment's link promises: its own appointment, and nobody else's."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.template import engines

from booking import scheduling
from booking.models import Appointment
from practice.links import linking
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
State = Appointment.State


@pytest.fixture(autouse=True)
def _undefined_variables_show(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "UNDEFINED %s")


@pytest.fixture
def appointment():
    return make.appointment(client=make.client(name="Ash", phone="+12025550143"))


def link_of(appointment):
    return "/a/" + scheduling.manage_link(appointment).rsplit("/a/", 1)[1]


def shown(answer):
    page = answer.content.decode()
    assert "UNDEFINED" not in page
    return page


def slots(answer):
    return re.findall(r'name="slot" value="([^"]+)"', shown(answer))


def test_it_says_when_in_the_clients_own_zone_and_what_happens_next(client, appointment):
    page = shown(client.get(link_of(appointment)))

    assert "Wednesday, October 21, 11:00 AM, Eastern time" in page
    assert "by text" in page
    assert "Be in New York" in page


def test_it_holds_no_name_number_or_address_and_is_never_stored(client, appointment):
    other = make.appointment(clinician=appointment.clinician, starts_at=make.moment(3), client=make.client(name="Wren"))
    answer = client.get(link_of(appointment))

    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    for private in ("Ash", "5550143", "555-0143", "Wren", str(other.pk)):
        assert private not in shown(answer)


def test_reading_changes_nothing(client, appointment):
    for page in ("", "move/", "cancel/"):
        client.get(link_of(appointment) + page)
        client.head(link_of(appointment) + page)

    appointment.refresh_from_db()
    assert appointment.state == State.BOOKED
    assert appointment.confirmed_at is None
    assert appointment.version == 1


def test_one_press_says_that_one_comes(client, appointment):
    link = link_of(appointment)
    page = shown(client.get(client.post(link, {"do": "confirm"}).url))

    assert "Your time is confirmed" in page
    assert "I will be there" not in page


def test_moving_says_what_it_was_and_can_be_undone_with_one_press(client, appointment):
    link = link_of(appointment)
    other = slots(client.get(link + "move/?day=2026-10-22"))[-1]
    moved = client.post(link + "move/", {"slot": other})
    page = shown(client.get(moved.url))

    assert "Your appointment has moved" in page
    assert "It was Wednesday, October 21, 11:00 AM" in page
    client.post(link + "move/", {"slot": slots(client.get(moved.url))[0]})
    appointment.refresh_from_db()
    assert appointment.starts_at == make.moment()
    assert appointment.version == 3


def test_moving_to_a_time_someone_took_offers_the_nearest(client, appointment):
    taken = make.appointment(clinician=appointment.clinician, starts_at=make.moment(3))
    slot = f"{taken.starts_at.isoformat()} {appointment.clinician.slug}"
    answer = client.post(link_of(appointment) + "move/", {"slot": slot})

    assert answer.status_code == 409
    assert "Someone has just taken that time" in shown(answer)
    assert slots(answer)


@pytest.mark.parametrize(
    "slot", ["", "x", "\x00", "2026-10-22T15:00:00+00:00 someone-else", "2026-10-22T15:00:00 {slug}"]
)
def test_only_offered_times_can_be_moved_to(client, appointment, slot):
    answer = client.post(link_of(appointment) + "move/", {"slot": slot.format(slug=appointment.clinician.slug)})

    assert answer.status_code == 422
    assert "<title>Error:" in shown(answer)


@pytest.mark.parametrize(
    "query", ["day=x", "day=9999-12-31", "first=0001-01-01", "first=9999-12-31", "first=%00", "day=2026-02-30"]
)
def test_odd_days_show_days_that_can_be_booked(client, appointment, query):
    assert client.get(f"{link_of(appointment)}move/?{query}").status_code == 200


def test_too_late_to_move_says_so_and_keeps_it(client):
    kind = make.session_type(move_notice=3 * 24 * 60)
    appointment = make.appointment(session_type=kind)
    slot = f"{make.moment(5).isoformat()} {appointment.clinician.slug}"
    answer = client.post(link_of(appointment) + "move/", {"slot": slot})

    assert answer.status_code == 409
    assert "too late" in shown(answer)


def test_cancelling_asks_once_says_it_is_done_and_offers_another(client, appointment):
    link = link_of(appointment)

    assert "Yes, cancel it" in shown(client.get(link + "cancel/"))
    page = shown(client.get(client.post(link + "cancel/").url))

    assert "This appointment is canceled" in page
    assert "See free times" in page
    appointment.refresh_from_db()
    assert (appointment.state, appointment.canceled_by) == (State.CANCELED, "client")


def test_cancelling_twice_is_harmless(client, appointment):
    link = link_of(appointment)
    client.post(link + "cancel/")

    assert client.post(link + "cancel/").status_code == 302
    assert client.post(link + "move/", {"slot": "x"}).status_code == 302
    assert client.post(link, {"do": "confirm"}).status_code == 409


def test_short_notice_is_said_before_it_is_cancelled(client):
    appointment = make.appointment(session_type=make.session_type(cancel_notice=3 * 24 * 60))

    assert "short notice" in shown(client.get(link_of(appointment) + "cancel/"))


def test_what_has_passed_says_so_and_cannot_be_changed(client, appointment):
    link = link_of(appointment)
    with time_machine.travel(appointment.ends_at + timedelta(hours=1)):
        page = shown(client.get(link))
        assert "This appointment has passed" in page
        assert "Move to another time" not in page
        assert client.post(link + "cancel/").status_code == 302
    appointment.refresh_from_db()
    assert appointment.state == State.BOOKED


def test_the_page_leads_to_the_door_ten_minutes_before_and_never_past_it(client, appointment):
    clinician = appointment.clinician
    clinician.room_url = "https://video.example/room"
    clinician.save()
    link, pages = link_of(appointment), []

    for minutes in (-11, -9, 20):
        with time_machine.travel(appointment.starts_at + timedelta(minutes=minutes)):
            pages.append(shown(client.get(link)))

    assert ["Go to your session" in page for page in pages] == [False, True, True]
    assert [clinician.room_url in page for page in pages] == [False, False, False], "first where they are"
    assert "Move to another time" not in pages[-1]


@pytest.mark.parametrize("page", ["", "move/", "cancel/"])
def test_altered_foreign_and_expired_links_are_answered_kindly(client, appointment, page):
    link = link_of(appointment)
    foreign = linking.issue(purpose="intake", subject=appointment.pk, expires_at=appointment.ends_at)

    for wrong in (
        link[:-2] + "/",
        f"/a/{foreign}/",
        f"/a/{appointment.pk}/",
        f"/a/{'😀' * 100}/",
        "/a/%00/",
        "/a/%ff%fe/",
    ):
        assert client.get(wrong + page).status_code == 404
        assert client.post(wrong + page).status_code == 404
    with time_machine.travel(appointment.ends_at + timedelta(days=31)):
        answer = client.get(link + page)
        assert answer.status_code == client.post(link + page).status_code == 410
        assert "expired" in shown(answer)


def test_another_site_cannot_cancel(client, appointment):
    answer = client.post(link_of(appointment) + "cancel/", headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    appointment.refresh_from_db()
    assert appointment.state == State.BOOKED


def test_an_unknown_deed_changes_nothing(client, appointment):
    assert client.post(link_of(appointment), {"do": "explode"}).status_code == 422
