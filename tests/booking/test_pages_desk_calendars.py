"""What the desk's pages of sessions, clinicians and licences promise: the right people, and nothing by a GET."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import joining
from booking.calendars import feeding, fetching, syncing
from booking.models import Arrival, Feed, OutsideCalendar
from practice.staff.models import AuditEntry
from tests import make
from tests.calendars import calendar, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
CLINICIANS = "/desk/diary/clinicians/"


@pytest.fixture
def desk(client):
    client.user = make.user(is_front_desk=True, name="Robin")
    client.force_login(client.user)
    return client


@pytest.fixture
def clinician(a_monday_morning):
    return make.working_clinician(user=make.user(name="Dr Own"), slug="own", name="Own Clinician")


@pytest.fixture
def server(monkeypatch):
    """The outside, as the doors of the desk reach it."""
    with served() as made:
        made.shows("/mine.ics", calendar())
        real = fetching.fetch
        monkeypatch.setattr(fetching, "fetch", lambda url, way: real(url, way=made.way))
        yield made


def shown(answer):
    return answer.content.decode()


def addresses(clinician, appointment):
    one = f"{CLINICIANS}{clinician.slug}/"
    reads = [CLINICIANS, one, "/desk/diary/licences/", f"/desk/diary/appointments/{appointment.pk}/session/"]
    writes = [f"{one}room/", f"{one}feed/", f"{one}feed/end/", f"{one}calendars/", f"{one}calendars/1/"]
    return reads, writes


def test_strangers_sign_in_and_editors_have_no_business_here(client, clinician):
    reads, writes = addresses(clinician, make.appointment(clinician=clinician))
    for answer in [client.get(page) for page in reads] + [client.post(page) for page in writes]:
        assert "/accounts/login/" in answer.url
    client.force_login(make.user(is_editor=True))
    for answer in [client.get(page) for page in reads] + [client.post(page) for page in writes]:
        assert answer.status_code == 403


def test_a_clinician_looks_after_their_own_and_nobody_elses(client, clinician):
    other = make.working_clinician(user=make.user(), slug="other", name="Other Clinician")
    reads, writes = addresses(other, make.appointment(clinician=other))
    client.force_login(clinician.user)

    assert client.get(f"{CLINICIANS}own/").status_code == 200
    assert "Other Clinician" not in shown(client.get(CLINICIANS))
    for answer in [client.get(page) for page in (reads[1], reads[3])] + [client.post(page) for page in writes]:
        assert answer.status_code == 404


def test_nothing_is_done_by_a_get(desk, clinician):
    _reads, writes = addresses(clinician, make.appointment(clinician=clinician))
    assert {desk.get(page).status_code for page in writes} == {405}


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(desk, number, django_assert_max_num_queries):
    for n in range(number):
        make.working_clinician(user=make.user(), slug=f"c{n}")
    with django_assert_max_num_queries(9):  # four of them are the alarms that every page of the desk shows
        desk.get(CLINICIANS)


def test_room_and_number_are_kept_and_remembered(desk, clinician):
    page = f"{CLINICIANS}own/room/"
    wrong = desk.post(page, {"room_url": "javascript:alert(1)", "number": "12"})
    assert wrong.status_code == 422
    assert "12" in shown(wrong)
    assert desk.post(page, {"room_url": "http://plain.example", "number": ""}).status_code == 422

    desk.post(page, {"room_url": "https://video.example/own", "number": "312 555 0142"})
    clinician.refresh_from_db()
    assert (clinician.room_url, clinician.number) == ("https://video.example/own", "+13125550142")
    assert AuditEntry.objects.filter(actor=desk.user, action="room and number set").count() == 1
    assert "(312) 555-0142" in shown(desk.get(f"{CLINICIANS}own/"))


def test_the_address_of_a_feed_is_shown_once(desk, clinician):
    made = desk.post(f"{CLINICIANS}own/feed/", {"shows": "nothing"})
    assert "http://localhost:8000/calendar/" in shown(made)
    assert made["Cache-Control"].startswith("max-age=0")
    assert "/calendar/" not in shown(desk.get(f"{CLINICIANS}own/"))
    assert "Robin" in shown(desk.get(f"{CLINICIANS}own/"))

    desk.post(f"{CLINICIANS}own/feed/end/")
    assert not Feed.objects.filter(revoked_at=None).exists()
    assert desk.post(f"{CLINICIANS}own/feed/", {"shows": "everything"}).status_code == 422


def test_a_calendar_that_is_added_was_read_and_one_that_cannot_be_is_explained(desk, clinician, server):
    page, form = f"{CLINICIANS}own/calendars/", {"name": "Family", "address": f"{server.url}/mine.ics"}
    refused = desk.post(page, form | {"address": f"{server.url}/nowhere.ics"})
    assert refused.status_code == 422
    assert "we may not read it" in shown(refused)
    assert "nowhere.ics" in shown(refused)

    assert "It was read" in shown(desk.post(page, form, follow=True))
    assert "In order" in shown(desk.get(f"{CLINICIANS}own/"))


def test_one_that_fails_says_since_when_and_why_on_its_page_and_on_the_dashboard(desk, clinician, server):
    kept = syncing.add(
        clinician=clinician, name="Family", address=f"{server.url}/mine.ics", actor=desk.user, way=server.way
    )
    assert "Outside calendars" not in shown(desk.get("/desk/"))
    server.answers("/mine.ics", status=404)
    page = f"{CLINICIANS}own/calendars/{kept.pk}/"
    assert "It still cannot be read." in shown(desk.post(page, {"do": "read"}, follow=True))

    for address in (f"{CLINICIANS}own/", CLINICIANS, "/desk/"):
        assert "cannot be read" in shown(desk.get(address)).lower()
    assert "Since Monday, October 19, 10:00 AM: Its server says that it is not there" in shown(
        desk.get(f"{CLINICIANS}own/")
    )
    desk.post(page, {"do": "remove"})
    assert not OutsideCalendar.objects.exists()
    assert "Outside calendars" not in shown(desk.get("/desk/"))


def test_the_secret_address_is_shown_to_nobody_again(desk, clinician, server):
    syncing.add(clinician=clinician, name="Family", address=f"{server.url}/mine.ics", actor=desk.user, way=server.way)
    assert "mine.ics" not in shown(desk.get(f"{CLINICIANS}own/"))


def test_a_session_says_where_its_client_is_and_where_to_send_help(client, clinician):
    appointment = make.appointment(clinician=clinician)
    page = f"/desk/diary/appointments/{appointment.pk}/session/"
    client.force_login(clinician.user)
    assert "The client is not here yet" in shown(client.get(page))

    with time_machine.travel(appointment.starts_at):
        client.force_login(clinician.user)  # a working day later
        place = {"state": "NY", "street": "12 Long Street, Albany", "number": "+12025550143"}
        joining.arrive(appointment=appointment, **place)
        page_now = shown(client.get(page))
    for words in ("the door is open", "12 Long Street, Albany, New York", "tel:+12025550143", "Call 911"):
        assert words in page_now
    assert AuditEntry.objects.filter(action="session opened", subject=f"appointment {appointment.pk}").count() == 2


def test_a_client_outside_stands_on_the_dashboard_until_the_clinician_decides(client, clinician):
    appointment = make.appointment(clinician=clinician)
    page = f"/desk/diary/appointments/{appointment.pk}/session/"
    with time_machine.travel(appointment.starts_at):
        client.force_login(clinician.user)
        joining.arrive(appointment=appointment, state="TX", street="1 Road", number="+12025550143")
        assert "Waiting at a door" in shown(client.get("/desk/"))
        assert "The client waits at the door" in shown(client.get(page))

        without = client.post(page, {"decision": "crisis", "reason": ""})
        assert without.status_code == 422
        assert "Say in a few words why" in shown(without)
        assert client.post(page, {"decision": "move"}).url.endswith("/move/")
        opened = client.post(page, {"decision": "crisis", "reason": "They cannot wait"}, follow=True)
        assert "The door is open by your decision" in shown(opened)
        assert "Waiting at a door" not in shown(client.get("/desk/"))
    assert Arrival.objects.get().decided_by == clinician.user


def test_the_front_desk_may_call_or_move_but_not_open(desk, clinician):
    appointment = make.appointment(clinician=clinician)
    page = f"/desk/diary/appointments/{appointment.pk}/session/"
    with time_machine.travel(appointment.starts_at):
        desk.force_login(desk.user)
        joining.arrive(appointment=appointment, state="TX", street="1 Road", number="+12025550143")
        assert desk.post(page, {"decision": "crisis", "reason": "x"}).status_code == 403
        assert desk.post(page, {"decision": "call"}).status_code == 302


def test_licences_that_end_are_listed_with_the_sessions_beyond(desk, clinician):
    page = "/desk/diary/licences/"
    assert "Every license holds" in shown(desk.get(page))
    make.appointment(clinician=clinician, starts_at=make.moment(9), client=make.client(name="Ash"))
    clinician.licences.update(expires_on=timezone.now().date() + timedelta(days=5))

    listed = shown(desk.get(page))
    assert "5 days left" in listed
    assert "Ash" in listed
    assert "Licenses that end" in shown(desk.get("/desk/"))


def test_a_feed_made_by_a_clinician_is_theirs_to_end(client, clinician):
    feeding.make(clinician=clinician, shows="names", actor=clinician.user)
    client.force_login(clinician.user)
    assert "Dr Own" in shown(client.get(f"{CLINICIANS}own/"))
    client.post(f"{CLINICIANS}own/feed/end/")
    assert not Feed.objects.filter(revoked_at=None).exists()
