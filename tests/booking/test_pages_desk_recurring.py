"""Recurring times and the waitlist on the desk: every date before anything is made, and only for whom it concerns."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment, Series, Waiting
from booking.series import recurring
from practice.staff.models import AuditEntry
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
HOME = "/desk/diary/"


@pytest.fixture
def desk(client):
    """A browser in which the front desk is signed in."""
    client.user = make.user(is_front_desk=True, name="Robin")
    client.force_login(client.user)
    return client


def shown(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def new(client, of, **wish):
    asked = {
        "clinician": of.slug, "type": make.session_type().slug, "state": "NY", "day": "2026-10-21",
        "clock": "11:00", "every": "1", "times": "4",
    }  # fmt: skip
    query = {key: value for key, value in (asked | wish).items() if value}
    return f"{HOME}clients/{client.pk}/series/?{urlencode(query)}"


def pages():
    series, place = make.series(times=2), make.waits()
    client, one = f"{HOME}clients/{series.client.pk}/", f"{HOME}appointments/{series.appointments.first().pk}/"
    forms = [f"{client}series/", f"{client}waitlist/", f"{HOME}waitlist/add/", f"{one}following/"]
    reads = [*forms, f"{HOME}series/", f"{HOME}series/{series.pk}/", f"{HOME}waitlist/"]
    writes = [*forms, f"{HOME}series/{series.pk}/take-back/", f"{HOME}waitlist/{place.pk}/take-off/"]
    return reads, writes


def test_strangers_are_sent_to_sign_in_and_editors_away(client):
    reads, writes = pages()
    for answer in [client.get(page) for page in reads] + [client.post(page) for page in writes]:
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.url
    client.force_login(make.user(is_editor=True))
    for answer in [client.get(page) for page in reads] + [client.post(page) for page in writes]:
        assert answer.status_code == 403


def test_a_clinician_sees_their_own_and_not_anothers(client):
    mine, others = make.user(), make.user()
    clinician, other = make.working_clinician(user=mine), make.working_clinician(user=others)
    own, foreign = make.series(clinician=clinician, times=2), make.series(clinician=other, times=2)
    make.waits(clinician=other, client=make.client(name="Wren"))
    client.force_login(mine)
    shown(client.get(f"{HOME}series/{own.pk}/"))
    for address in (
        f"series/{foreign.pk}/", f"clients/{foreign.client.pk}/series/",
        f"appointments/{foreign.appointments.first().pk}/following/", f"series/{uuid4()}/",
    ):  # fmt: skip
        shown(client.get(HOME + address), 404)
    assert "Wren" not in shown(client.get(f"{HOME}waitlist/"))
    assert AuditEntry.objects.filter(action="series opened", actor=mine).count() == 1


def test_every_date_is_shown_with_why_not_and_what_is_near_before_anything_is_made(desk):
    clinician, client = make.working_clinician(), make.client(name="Ash", zone="America/Chicago")
    make.appointment(clinician=clinician, starts_at=make.moment() + timedelta(weeks=1))
    page = shown(desk.get(new(client, clinician)))
    assert "3 of 4 dates are free." in page
    assert "Wednesday, October 28, 11:00 AM" in page
    assert "10:00 AM for the client" in page
    assert "Booked" in page
    assert "Take Wednesday, October 28" in page
    assert Series.objects.count() == 0


def test_staff_book_the_free_ones_with_what_they_ticked_or_all_or_none(desk):
    clinician, client = make.working_clinician(), make.client()
    make.appointment(clinician=clinician, starts_at=make.moment() + timedelta(weeks=1))
    address = new(client, clinician)
    page = shown(desk.post(address, {"do": "all"}), 409)
    assert "Not all of these dates are free. Nothing was changed." in page
    near = page.partition('name="instead" value="')[2].partition('"')[0]
    shown(desk.post(address, {"do": "free", "instead": [near, "nonsense"]}, follow=True))
    series = Series.objects.get()
    assert series.appointments.count() == 4
    assert series.created_by == desk.user


def test_staff_offer_the_time_first_and_may_take_it_back(desk):
    client = make.client()
    page = shown(desk.post(new(client, make.working_clinician(), times="8"), {"do": "offer"}, follow=True))
    assert "Offered until" in page
    series = Series.objects.get()
    assert series.appointments.filter(state="held").count() == 4
    shown(desk.post(f"{HOME}series/{series.pk}/take-back/", follow=True))
    series.refresh_from_db()
    assert series.status == "declined"
    assert "over" in shown(desk.post(f"{HOME}series/{series.pk}/take-back/", follow=True))


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"times": ""}, "one of the two"),
        ({"times": "3", "last_on": "2026-12-01"}, "one of the two"),
        ({"times": "", "last_on": "2026-10-01"}, "Choose a last day after the first"),
        ({"times": "", "last_on": "2036-10-01"}, "Choose a last day after the first"),
        ({"times": "61"}, "60"),
        ({"day": "0001-01-01"}, "Enter a day like"),
        ({"clock": "25:00"}, "Enter a time like"),
        ({"every": "3"}, "valid choice"),
        ({"clinician": "nobody"}, "valid choice"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(desk, wish, words):
    assert words in shown(desk.get(new(make.client(), make.working_clinician(), **wish)), 422)


def test_the_form_begins_with_the_last_appointment_a_week_on(desk):
    booked = make.appointment()
    page = shown(desk.get(f"{HOME}clients/{booked.client.pk}/series/"))
    assert 'value="2026-10-28"' in page
    assert 'value="11:00"' in page


def test_this_and_the_following_are_looked_at_then_moved(desk):
    series = make.series(times=3)
    second = series.appointments.order_by("starts_at")[1]
    address = f"{HOME}appointments/{second.pk}/following/"
    query = "?" + urlencode({"day": "2026-10-29", "clock": "13:00"})
    page = shown(desk.get(address + query))
    assert "All 2 dates are free." in page
    assert "now Wednesday, October 28, 11:00 AM" in page
    assert Appointment.objects.get(pk=second.pk).starts_at == second.starts_at
    shown(desk.post(address + query, {"do": "move_all", "reason": ""}), 422)
    page = shown(desk.post(address + query, {"do": "move_all", "reason": "asked"}, follow=True))
    assert "2 dates have moved" in page
    assert "Thursday, October 29, 1:00 PM" in page


def test_this_and_the_following_are_canceled_with_a_reason(desk):
    series = make.series(times=3)
    second = series.appointments.order_by("starts_at")[1]
    address = f"{HOME}appointments/{second.pk}/following/"
    shown(desk.post(address, {"do": "cancel"}), 422)
    assert "2 dates are canceled" in shown(desk.post(address, {"do": "cancel", "reason": "moving away"}, follow=True))
    shown(desk.post(address, {"do": "cancel", "reason": "again"}), 409)
    shown(desk.post(address, {"do": "nonsense", "reason": "x"}), 409)


def test_an_appointment_of_no_series_has_no_following(desk):
    shown(desk.get(f"{HOME}appointments/{make.appointment().pk}/following/"), 404)


def test_the_waitlist_says_who_waits_how_long_and_what_was_offered(desk):
    make.waits(client=make.client(name="Ash"), days=["wed"])
    make.given_back()
    make.sweep()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        page = shown(desk.get(f"{HOME}waitlist/"))
    assert "Ash" in page
    assert "2 hours ago" in page.replace("\xa0", " ")
    assert "Wednesday, October 21, 11:00 AM" in page
    assert "Not answered yet" in page


def test_staff_put_a_client_or_a_caller_on_the_list_and_take_them_off(desk):
    make.working_clinician()
    client, wish = make.client(), {"type": make.session_type().slug, "state": "NY", "age": "adult", "days": ["mon"]}
    shown(desk.post(f"{HOME}clients/{client.pk}/waitlist/", wish, follow=True))
    assert Waiting.objects.get().client == client
    caller = {"name": "Wren", "phone": "(202) 555-0187", "email": "wren@example.test"}
    assert "Enter a phone number" in shown(desk.post(f"{HOME}waitlist/add/", wish | {"name": "Wren"}), 422)
    assert "Wren" in shown(desk.post(f"{HOME}waitlist/add/", wish | caller, follow=True))
    place = Waiting.objects.get(client__contact__email_digest__gt="")
    shown(desk.post(f"{HOME}waitlist/{place.pk}/take-off/", follow=True))
    place.refresh_from_db()
    assert place.left_at


def test_whoever_waits_and_cannot_be_written_to_is_marked_with_the_number_to_call(desk):
    make.waits(client=make.client(name="Reached"))
    assert "No text or mail" not in shown(desk.get(f"{HOME}waitlist/"))
    make.waits(client=make.client(name="Unreached", phone="+12025550144", may_be_texted=False))
    page = shown(desk.get(f"{HOME}waitlist/"))
    assert page.count("No text or mail reaches them") == 1
    assert "Call (202) 555-0144" in page


@pytest.mark.parametrize(("address", "add"), [("series/", make.series), ("waitlist/", make.waits)])
def test_a_list_asks_the_same_whatever_its_length(desk, address, add):
    add()
    counted = []
    for more in (0, 2):
        for _n in range(more):
            add()
        with CaptureQueriesContext(connection) as asked:
            shown(desk.get(HOME + address))
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_a_cancellation_is_taken_back_on_the_desk(desk):
    canceled = make.given_back(by="staff")
    address = f"{HOME}appointments/{canceled.pk}/"
    assert "Take the cancellation back" in shown(desk.get(address))
    shown(desk.post(f"{address}do/", {"do": "undo"}, follow=True))
    canceled.refresh_from_db()
    assert canceled.state == "booked"


def test_a_series_of_two_sides_of_a_clock_change_reads_the_same_hour(desk):
    series = make.series(times=4)
    page = shown(desk.get(f"{HOME}series/{series.pk}/"))
    assert page.count("11:00 AM") >= 5
    one = series.appointments.order_by("starts_at")[0]
    scheduling.move(appointment=one, starts_at=one.starts_at + timedelta(hours=2), by="staff", reason="x")
    assert "moved by itself" in shown(desk.get(f"{HOME}series/{series.pk}/"))
    recurring.leave(series=series)
    assert "Ended" in shown(desk.get(f"{HOME}series/{series.pk}/"))
