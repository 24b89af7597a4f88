"""What choosing and taking a time promises: nothing is asked too early, and losing a race loses nothing else."""

import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from django.template import engines
from django.utils import timezone

from booking.models import Appointment, Client, Intake
from practice.crisis.models import Alert
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
State = Appointment.State
DANGER = "I want to kill myself"
REACH = {"name": "Ash", "phone": "202 555 0143", "email": "", "text_ok": "on", "contact_ok": "on", "reach": ""}
SEARCH = {"type": "initial", "state": "NY", "age": "adult"}


@pytest.fixture(autouse=True)
def _undefined_variables_show(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "UNDEFINED %s")


@pytest.fixture
def clinician():
    make.session_type(name="Initial session")
    return make.working_clinician()


def times(**changed):
    return f"/book/times/?{urlencode(SEARCH | changed)}"


def hold_url(**changed):
    return f"/book/hold/?{urlencode(SEARCH | changed)}"


def shown(answer):
    page = answer.content.decode()
    assert "UNDEFINED" not in page
    return page


def slots(answer):
    return re.findall(r'name="slot" value="([^"]+)"', shown(answer))


def slot(clinician, starts_at=None):
    return f"{(starts_at or make.moment()).isoformat()} {clinician.slug}"


def held(client, clinician, **search):
    """The address of the details page after a time was chosen."""
    answer = client.post(hold_url(**search), {"slot": slot(clinician)})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer.url


def book(client, clinician, **details):
    return client.post(held(client, clinician), REACH | details)


def test_the_direct_way_asks_three_things_and_no_name(client):
    make.session_type()
    answer = client.get("/book/")

    assert answer.status_code == 200
    assert not answer.cookies
    assert 'name="name"' not in shown(answer)


def test_a_link_may_bring_wishes_along(client, clinician):
    page = shown(client.get("/book/", {"clinician": clinician.slug, "day": "2026-10-21", "state": "NY"}))

    assert re.search(rf'value="{clinician.slug}"\s+selected', page)
    assert 'value="2026-10-21"' in page


def test_open_times_are_shown_by_part_of_the_day_in_the_zone_of_the_state(client, clinician):
    answer = client.get(times(day="2026-10-20"))

    assert answer.status_code == 200
    assert "Eastern time" in shown(answer)
    assert "9:00 AM" in shown(answer)
    assert "Morning" in shown(answer)
    assert "Evening" not in shown(answer)


def test_where_anyone_will_do_the_times_are_spread_over_all_who_are_free(client, clinician):
    other = make.working_clinician()
    page = shown(client.get(times(day="2026-10-21")))

    assert page == shown(client.get(times(day="2026-10-21")))
    assert page.count(f"with {clinician.name}<") >= 2
    assert page.count(f"with {other.name}<") >= 2


def test_the_zone_can_be_changed(client, clinician):
    page = shown(client.get(times(day="2026-10-20", zone="America/Los_Angeles")))

    assert "Pacific time" in page
    assert "6:00 AM" in page


def test_what_is_missing_is_said_beside_the_field(client):
    make.session_type()
    answer = client.get("/book/times/")

    assert answer.status_code == 422
    assert "<title>Error: Book a time" in shown(answer)
    assert "Choose a state." in shown(answer)


ODD = [
    ("type", "nothing"),
    ("type", "\x00"),
    ("state", "XX"),
    ("state", "<b>"),
    ("age", "12"),
    ("zone", "Mars/Olympus"),
    ("zone", "../../etc/passwd"),
    ("day", "yesterday"),
    ("day", "2026-13-40"),
    ("first", "😀"),
    ("clinician", "nobody"),
    ("clinician", "\x00"),
    ("visitor", "x" * 500),
]


@pytest.mark.parametrize(("key", "value"), ODD, ids=range(len(ODD)))
def test_an_odd_search_is_refused_with_a_message(client, clinician, key, value):
    answer = client.get(times(**{key: value}))

    assert answer.status_code == 422
    assert "error-summary" in shown(answer)
    assert client.post(hold_url(**{key: value}), {"slot": slot(clinician)}).status_code == 422
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "1999-01-01", "2026-10-18", "2027-10-18", "9999-12-31"])
def test_days_past_or_beyond_the_horizon_show_the_nearest_that_can_be_booked(client, clinician, day):
    for key in ("day", "first"):
        assert client.get(times(**{key: day})).status_code == 200


def test_two_weeks_are_shown_and_more_can_be_turned_to(client, clinician):
    page = shown(client.get(times()))

    assert page.count('class="weekday"') == 14
    assert "Later days" in page
    assert "Earlier days" not in page
    assert "Earlier days" in shown(client.get(times(first="2026-11-02")))


def test_where_nobody_has_time_the_page_says_what_else_there_is(client):
    make.session_type()
    make.clinician()

    assert "No free times in these two weeks" in shown(client.get(times()))


def test_nobody_is_offered_where_they_hold_no_licence_and_the_page_says_why(client, clinician):
    answer = client.get(times(state="NV"))

    assert not slots(answer)
    assert "licence in Nevada" in shown(answer)
    assert "tel:211" in shown(answer)


def test_for_someone_under_18_no_time_is_shown(client, clinician):
    page = shown(client.get(times(age="teen")))

    assert "We call you first" in page
    assert "time-picker" not in page


def test_a_chosen_time_is_held_for_ten_minutes_before_any_name_is_asked(client, clinician):
    url = held(client, clinician)
    page = shown(client.get(url))

    kept = Appointment.objects.get()
    assert kept.state == State.HELD
    assert kept.client is None
    assert "in 10 minutes" in page
    assert clinician.name in page


def test_a_held_time_is_not_offered_to_others(client, clinician):
    held(client, clinician)

    assert slot(clinician) not in slots(client.get(times(day=make.moment().date().isoformat())))


def test_choosing_again_lets_the_first_time_go(client, clinician):
    visitor = re.search(r"visitor=([^&]+)", held(client, clinician))[1]

    client.post(hold_url(visitor=visitor), {"slot": slot(clinician, make.moment(3))})

    assert Appointment.objects.filter(state=State.HELD).count() == 1


def test_booking_confirms_and_owes_a_text(client, clinician):
    answer = book(client, clinician)
    page = shown(client.get(answer.url))

    appointment = Appointment.objects.get()
    assert appointment.state == State.BOOKED
    assert re.fullmatch(r"/a/[\w-]{22}/\?new", answer.url)
    assert "Your time is booked" in page
    assert "by text" in page
    assert not answer.cookies
    assert Message.objects.filter(topic=appointment.topic).exists()


def test_where_the_practice_approves_first_the_page_says_so(client, clinician):
    make.session_type(mode="approve")
    url = held(client, clinician)

    assert "Ask for this time" in shown(client.get(url))
    assert "You have asked for this time" in shown(client.get(client.post(url, REACH).url))


def test_errors_keep_the_form_and_the_hold(client, clinician):
    url = held(client, clinician)
    answer = client.post(url, REACH | {"phone": "12", "name": "Ash of Kent"})

    assert answer.status_code == 422
    assert "area code" in shown(answer)
    assert "Ash of Kent" in shown(answer)
    assert Appointment.objects.get().state == State.HELD


def test_the_loser_of_a_race_keeps_the_form_and_is_offered_the_nearest_times(client, clinician):
    url = held(client, clinician)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        make.appointment(clinician=clinician)
        answer = client.post(url, REACH | {"name": "Ash of Kent"})
        page = shown(answer)
        assert answer.status_code == 409
        assert "Ash of Kent" in page
        assert "Someone has just taken that time" in page
        assert not Client.objects.filter(appointments=None).exists()

        instead = re.findall(r'type="radio" name="slot" value="([^"]+)"', page)
        assert len(instead) >= 3
        again = client.post(url, REACH | {"name": "Ash of Kent", "slot": instead[0]})
    assert again.status_code == 302
    assert Appointment.objects.filter(state=State.BOOKED).count() == 2


def test_a_hold_that_ran_out_can_still_be_booked_while_the_time_is_free(client, clinician):
    url = held(client, clinician)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert "/a/" in client.post(url, REACH).url


def test_a_time_that_was_taken_meanwhile_is_answered_with_others(client, clinician):
    make.appointment(clinician=clinician)
    answer = client.post(hold_url(), {"slot": slot(clinician)})

    assert answer.status_code == 409
    assert "Someone has just taken that time" in shown(answer)
    assert slots(answer)


ODD_SLOTS = [
    "",
    "nonsense",
    "\x00 \x00",
    "2026-10-21T15:00:00 {slug}",  # no zone
    "0001-01-01T00:00:00+14:00 {slug}",
    "9999-12-31T23:59:59-12:00 {slug}",
    "9999-12-31T23:59:59+00:00 {slug}",  # there is no time after it
    "0001-01-01T00:00:00+00:00 {slug}",
    "2026-99-99T15:00:00+00:00 {slug}",
    "2026-10-16T15:00:00+00:00 {slug}",  # past
    "2026-10-21T15:07:00+00:00 {slug}",  # between two starts
    "2026-10-21T03:00:00+00:00 {slug}",  # at night
    "2026-10-21T15:00:00+00:00 nobody",
    "😀 {slug}",
    "x" * 5000,
]


@pytest.mark.parametrize("raw", ODD_SLOTS, ids=range(len(ODD_SLOTS)))
def test_a_time_that_was_never_offered_cannot_be_taken(client, clinician, raw):
    raw = raw.format(slug=clinician.slug)
    details = f"/book/details/?{urlencode(SEARCH)}&slot={quote(raw)}"

    assert client.get(details).status_code in (200, 422)
    for answer in (client.post(hold_url(), {"slot": raw}), client.post(details, REACH)):
        assert answer.status_code in (409, 422)
        assert "Error:" in shown(answer)
    assert not Appointment.objects.exists()
    assert not Client.objects.exists()


def test_a_clinician_without_a_licence_there_cannot_be_taken(client, clinician):
    answer = client.post(hold_url(state="NV"), {"slot": slot(clinician)})

    assert answer.status_code == 409
    assert not Appointment.objects.exists()


def test_words_of_danger_bring_the_lines_before_the_booking_and_an_alert_with_it(client, clinician):
    url = held(client, clinician)
    first = client.post(url, REACH | {"reach": DANGER})
    page = shown(first)

    assert first.status_code == 200
    assert page.index('id="crisis-panel"') < page.index(DANGER)
    assert not Client.objects.exists()
    assert "/a/" in client.post(url, REACH | {"reach": DANGER, "shown": "1"}).url
    assert Alert.objects.count() == 1


def test_behind_an_intake_the_match_the_hold_and_the_contact_are_one_way(client):
    make.matchmaking()
    clinician = make.working_clinician()
    link = client.post("/find/").url.removesuffix("concerns/")
    client.post(f"{link}who/", {"kind": "self", "age": "adult"})
    client.post(f"{link}where/", {"state": "NY", "zone": ""})

    details = client.post(f"{link}hold/?clinician={clinician.slug}", {"slot": slot(clinician)}).url
    assert details.startswith(f"{link}details/")
    assert "in 10 minutes" in shown(client.get(details))
    booked = client.post(details, REACH)

    intake, appointment = Intake.objects.get(), Appointment.objects.get()
    assert "/a/" in booked.url
    assert appointment.intake == intake
    assert appointment.client == intake.client
    assert intake.status == Intake.Status.BOOKED
    assert "Your time is booked" in shown(client.get(f"{link}sent/"))


def test_losing_the_race_behind_an_intake_leaves_it_a_draft_that_can_go_on(client):
    make.matchmaking()
    clinician = make.working_clinician()
    link = client.post("/find/").url.removesuffix("concerns/")
    client.post(f"{link}who/", {"kind": "self", "age": "adult"})
    client.post(f"{link}where/", {"state": "NY", "zone": ""})
    make.appointment(clinician=clinician)

    answer = client.post(f"{link}details/?slot={quote(slot(clinician))}", REACH)

    assert answer.status_code == 409
    assert Intake.objects.get().status == Intake.Status.DRAFT
    instead = re.findall(r'type="radio" name="slot" value="([^"]+)"', shown(answer))
    assert "/a/" in client.post(f"{link}details/?slot={quote(slot(clinician))}", REACH | {"slot": instead[0]}).url


def test_another_persons_hold_is_not_mine(client, clinician):
    held(client, clinician)
    answer = client.post(
        f"/book/details/?{urlencode(SEARCH | {'visitor': 'someone-else'})}&slot={quote(slot(clinician))}", REACH
    )

    assert answer.status_code == 409


def test_nobody_can_hold_the_whole_diary(client, clinician):
    answers = [client.post(hold_url(), {"slot": slot(clinician, make.moment(day))}) for day in range(1, 23)]

    assert [answer.status_code for answer in answers] == [302] * 20 + [429] * 2
    assert Appointment.objects.filter(state=State.HELD).count() == 20


def test_drafts_are_started_by_people_not_by_machines(client):
    answers = [client.post("/find/", REMOTE_ADDR="203.0.113.9").status_code for _n in range(31)]

    assert answers == [302] * 30 + [429]
    assert client.post("/find/", REMOTE_ADDR="198.51.100.9").status_code == 302


def test_only_posts_hold(client, clinician):
    assert client.get(hold_url()).status_code == 405
    assert client.post(times()).status_code in (403, 405)


def test_another_site_cannot_take_a_time(client, clinician):
    answer = client.post(hold_url(), {"slot": slot(clinician)}, headers={"origin": "https://elsewhere.example"})

    assert answer.status_code == 403


@pytest.mark.parametrize("clinicians", [1, 3])
def test_the_page_of_times_asks_the_database_as_much_for_three_as_for_one(
    client, clinicians, django_assert_max_num_queries
):
    make.session_type()
    for _n in range(clinicians):
        make.working_clinician()
    with django_assert_max_num_queries(14):
        client.get(times())
