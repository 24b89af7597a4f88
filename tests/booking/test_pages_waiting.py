"""The pages of the waitlist and of recurring times, behind their links: the owner, another and a stranger."""

import re
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.intake import receiving
from booking.models import Appointment, Waiting
from booking.series import proposing, recurring
from booking.waitlist import waiting
from practice.crisis.models import Alert
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
State = Appointment.State


def path(link):
    return urlsplit(link).path


def shown(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def search():
    clinician = make.working_clinician()
    kind = make.session_type()
    asked = {"type": kind.slug, "state": "NY", "age": "adult", "clinician": clinician.slug}
    return f"/book/waitlist/?{urlencode(asked)}"


FORM = {"name": "Ash", "phone": "(202) 555-0143", "email": "", "contact_ok": "on", "text_ok": "on"}


# --- Joining ----------------------------------------------------------------------------------------------------------


def test_the_times_page_leads_to_the_list(client, search):
    page = shown(client.get(search.replace("/waitlist/", "/times/")))
    assert "/book/waitlist/?" in page


def test_joining_asks_for_little_and_leads_to_the_place(client, search):
    page = shown(client.get(search))
    assert not client.get(search).cookies
    assert 'name="reach"' not in page
    answer = client.post(search, FORM | {"days": ["wed"], "parts": ["morning"]}, follow=True)
    place = Waiting.objects.get()
    assert (place.client.name_to_use, place.days, place.parts) == ("Ash", ["wed"], ["morning"])
    assert place.clinician is not None
    page = shown(answer)
    assert "You are on the waitlist" in page
    assert "Wednesday; Morning, before noon" in page


def test_an_error_stands_beside_its_field_and_nothing_is_lost(client, search):
    page = shown(client.post(search, FORM | {"phone": "12", "days": ["thu"], "until": "2026-01-01"}), 422)
    assert "Enter a phone number with area code" in page
    assert "Choose a day that is not over" in page
    assert re.search(r'value="thu"[^>]*checked', page)
    assert Waiting.objects.count() == 0


def test_words_in_the_name_are_screened_and_alert_staff(client, search):
    asked = FORM | {"name": "I want to kill myself"}
    page = shown(client.post(search, asked))
    assert "988" in page
    assert Waiting.objects.count() == 0
    client.post(search, asked | {"shown": "1"})
    assert Waiting.objects.count() == 1
    assert Alert.objects.count() == 1


def test_behind_an_intake_its_answers_are_used_and_its_writer_joins(client):
    make.working_clinician()
    make.matchmaking()
    intake, token = receiving.start(language="en")
    receiving.save_step(intake=intake, step="reach", answers=make.answers())
    page = shown(client.get(f"/find/{token}/waitlist/"))
    assert 'value="Alex"' in page
    answer = client.post(f"/find/{token}/waitlist/", FORM, follow=True)
    assert "You are on the waitlist" in shown(answer)
    intake.refresh_from_db()
    assert Waiting.objects.get().client == intake.client


def test_where_nobody_of_ours_may_see_them_there_is_no_list(client, search):
    page = shown(client.get(search.replace("state=NY", "state=AK")))
    assert "We cannot see people in Alaska yet" in page


def test_one_number_has_few_places(client, search, settings):
    settings.BOOKINGS_PER_CONTACT = 20
    for _n in range(waiting.MOST_PLACES):
        client.post(search, FORM)
    page = shown(client.post(search, FORM), 409)
    assert "You are on our list already" in page
    assert 'value="Ash"' in page


# --- A place ----------------------------------------------------------------------------------------------------------


def test_a_place_is_seen_and_left_by_its_link_alone(client):
    place = make.waits(client=make.client(name="Ash"))
    link = path(waiting.place_link(place))
    page = shown(client.get(link))
    assert "Ash" not in page
    shown(client.get("/w/" + "x" * 22 + "/"), 404)
    assert shown(client.post(link, {"do": "nonsense"}), 422)
    assert "You have left the waitlist" in shown(client.post(link, {"do": "leave"}, follow=True))
    place.refresh_from_db()
    assert place.left_at


def test_a_place_shows_what_is_kept_and_leads_there(client):
    place = make.waits()
    make.given_back()
    make.sweep()
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        link = path(waiting.place_link(place))
        assert "Wednesday, October 21, 11:00 AM" in shown(client.get(link))
        answer = client.post(link, {"do": "see"}, follow=True)
        assert "Take this time" in shown(answer)


# --- An offer ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def offer():
    """An offer made a minute ago."""
    place = make.waits()
    make.given_back()
    make.sweep()
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        yield place.offers.get()


def test_opening_an_offer_takes_nothing_and_one_post_does(client, offer):
    link = path(waiting.offer_link(offer))
    for _scanner in range(3):
        page = shown(client.get(link))
    assert "Wednesday, October 21, 11:00 AM, Eastern time" in page
    assert "We keep it for you until 10:3" in page
    assert Appointment.objects.booked().count() == 0
    answer = client.post(link, {"do": "accept"}, follow=True)
    assert "Your time is booked" in shown(answer)
    assert "Your time is booked" in shown(client.get(link, follow=True))


def test_letting_it_pass_says_that_the_place_stays(client, offer):
    answer = client.post(path(waiting.offer_link(offer)), {"do": "decline"}, follow=True)
    assert "You keep your place on the waitlist" in shown(answer)


def test_an_offer_that_is_over_says_so(client, offer):
    link = path(waiting.offer_link(offer))
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert "This time is not kept any more" in shown(client.get(link))
        assert "You keep your place" in shown(client.post(link, {"do": "accept"}), 409)
    shown(client.get("/o/" + "x" * 22 + "/"), 404)


def test_who_has_booked_too_much_meanwhile_is_told(client, offer, settings):
    for day in range(settings.MOST_OPEN_BOOKINGS):
        make.appointment(client=offer.waiting.client, starts_at=make.moment(5 + day))
    page = shown(client.post(path(waiting.offer_link(offer)), {"do": "accept"}), 409)
    assert "You already have appointments with us" in page


# --- Taking a cancellation back ---------------------------------------------------------------------------------------


def test_the_page_offers_the_minute_and_no_longer(client):
    canceled = make.given_back()
    link = path(scheduling.manage_link(canceled))
    assert "Do not cancel it" in shown(client.get(link))
    with time_machine.travel(timezone.now() + timedelta(seconds=70)):
        assert "Do not cancel it" not in shown(client.get(link))
        shown(client.post(link, {"do": "undo"}), 409)
    assert "Your time is yours again" in shown(client.post(link, {"do": "undo"}, follow=True))


# --- A recurring time -------------------------------------------------------------------------------------------------


def test_the_dates_are_seen_in_the_clients_own_zone_and_each_leads_to_its_page(client):
    series = make.series(client=make.client(name="Ash", zone="America/Chicago"), times=3)
    link = path(recurring.series_link(series))
    page = shown(client.get(link))
    assert "Every Wednesday, 10:00 AM, Central time" in page
    assert "Wednesday, November 4, 10:00 AM" in page
    assert "Ash" not in page
    assert not client.get(link).cookies
    one = series.appointments.first()
    answer = client.post(link, {"appointment": str(one.pk)}, follow=True)
    assert "Your time is booked" in shown(answer)


def test_another_ones_date_is_not_reached_from_here(client):
    series, other = make.series(times=2), make.series(times=2)
    answer = client.post(path(recurring.series_link(series)), {"appointment": str(other.appointments.first().pk)})
    assert "That time is not coming any more" in shown(answer, 422)
    shown(client.get("/r/" + "x" * 22 + "/"), 404)
    shown(client.get(path(recurring.series_link(series)).replace("/r/", "/ro/")), 404)


def test_the_dates_are_a_file_for_any_calendar(client):
    link = path(recurring.series_link(make.series(times=3)))
    assert f"{link}dates.ics" in shown(client.get(link))
    answer = client.get(f"{link}dates.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer.content.count(b"BEGIN:VEVENT") == 3
    shown(client.get("/r/" + "x" * 22 + "/dates.ics"), 404)


def test_a_series_is_left_by_one_post_after_one_question(client):
    series = make.series(times=3)
    link = path(recurring.series_link(series))
    assert "3 times are still to come" in shown(client.get(f"{link}leave/"))
    assert Appointment.objects.booked().count() == 3
    answer = client.post(f"{link}leave/", follow=True)
    assert "All of them are canceled" in shown(answer)
    assert Appointment.objects.booked().count() == 0


def test_an_offered_series_is_taken_by_one_post(client):
    offered = make.series_offer(times=6)
    link = path(proposing.offer_link(offered))
    page = shown(client.get(link))
    assert "Every Wednesday, 11:00 AM, Eastern time" in page
    assert "Wednesday, November 11, 11:00 AM" in page
    assert "2 more dates follow" in page
    assert Appointment.objects.booked().count() == 0
    answer = client.post(link, {"do": "accept"}, follow=True)
    assert "These times are yours" in shown(answer)
    assert "You have taken this time" in shown(client.get(link))


def test_an_offered_series_is_declined_or_runs_out(client):
    offered = make.series_offer()
    link = path(proposing.offer_link(offered))
    assert "You have let this time pass" in shown(client.post(link, {"do": "decline"}, follow=True))
    second = make.series_offer()
    late = path(proposing.offer_link(second))
    with time_machine.travel(timezone.now() + timedelta(hours=48)):
        assert "This offer is over" in shown(client.get(late))
        shown(client.post(late, {"do": "accept"}), 409)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_dates_asks_the_same_whatever_their_number(client, django_assert_max_num_queries, number):
    series = make.series(times=number)
    link = path(recurring.series_link(series))
    with django_assert_max_num_queries(4):
        client.get(link)


def test_the_pages_speak_spanish(client):
    series = make.series(client=make.client(language="es"), times=3)
    page = shown(client.get(path(recurring.series_link(series))))
    assert "Cada miércoles, " in page, re.findall("Cada[^<]*", page)
