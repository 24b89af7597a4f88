"""What limits promise: they count bookings that were made, say so in words, and leave staff alone."""

import pytest
from django.test import Client as Browser

from booking import limiting
from booking.models import Appointment
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def post(clinician, starts_at, *, phone="", email="", address="192.0.2.1"):
    body = {
        "session_type": make.session_type().slug,
        "clinician": clinician.slug,
        "starts_at": starts_at.isoformat(),
        "name": "Alex",
        "phone": phone,
        "email": email,
        "timezone": "America/New_York",
        "state": "NY",
    }
    return Browser(REMOTE_ADDR=address).post("/api/v1/appointments/", body, content_type="application/json")


@pytest.fixture
def clinician():
    return make.working_clinician()


def several(clinician, number, **options):
    """As many bookings, each by somebody else."""
    return [
        post(clinician, make.moment(2 + n), phone=make.phone_number(), **options).status_code for n in range(number)
    ]


def test_an_address_makes_so_many_bookings_an_hour_and_reads_why_not_more(settings, clinician):
    settings.BOOKINGS_PER_ADDRESS = 3
    assert several(clinician, 4) == [201, 201, 201, 429]

    refusal = post(clinician, make.moment(9), phone=make.phone_number())
    assert refusal.json()["code"] == "too_many"
    assert "call us" in refusal.json()["title"]
    assert several(clinician, 1, address="192.0.2.2") == [409]  # that time is taken: another address is not limited


def test_a_network_is_limited_too(settings, clinician):
    settings.BOOKINGS_PER_NETWORK = 2
    answers = [post(clinician, make.moment(2 + n), phone=make.phone_number(), address=f"192.0.2.{n}") for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


def test_a_number_and_an_address_are_limited_by_the_day(settings, clinician):
    settings.BOOKINGS_PER_CONTACT, settings.MOST_OPEN_BOOKINGS = 2, 9
    answers = [post(clinician, make.moment(2 + n), email="alex@example.test") for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]


def test_an_address_in_capitals_is_the_same_address(settings, clinician):
    settings.BOOKINGS_PER_CONTACT, settings.MOST_OPEN_BOOKINGS = 1, 9
    written = ["alex@example.test", "Alex@Example.test"]
    answers = [post(clinician, make.moment(2 + n), email=email) for n, email in enumerate(written)]
    assert [answer.status_code for answer in answers] == [201, 429]


def test_a_try_that_was_refused_does_not_count(settings, clinician):
    settings.BOOKINGS_PER_ADDRESS = 1
    make.appointment(clinician=clinician)
    refused = [post(clinician, make.moment(), phone=make.phone_number()).status_code for _ in range(5)]
    assert refused == [409] * 5
    assert post(clinician, make.moment(3), phone=make.phone_number()).status_code == 201


def test_rivals_do_not_pass_together_what_is_left_for_one(settings):
    settings.BOOKINGS_PER_ADDRESS = 1
    one = limiting.booking(phone="", email="", address="192.0.2.1")
    other = limiting.booking(phone="", email="", address="192.0.2.1")
    one.__enter__(), other.__enter__()
    one.__exit__(None, None, None)
    with pytest.raises(limiting.TooManyBookings):
        other.__exit__(None, None, None)


def test_two_open_bookings_are_the_most_for_a_contact_whoever_they_are_for(clinician):
    number = make.phone_number()
    answers = [post(clinician, make.moment(2 + n), phone=number) for n in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json()["code"] == "too_many"


def test_an_address_counts_also_where_it_comes_with_another_number(clinician):
    first = post(clinician, make.moment(2), phone=make.phone_number(), email="alex@example.test")
    again = post(make.working_clinician(), make.moment(2), email="alex@example.test")
    assert (first.status_code, again.status_code) == (201, 409)  # nobody is in two places


def test_staff_book_beyond_every_limit(settings):
    settings.BOOKINGS_PER_CONTACT = settings.MOST_OPEN_BOOKINGS = 1
    client = make.client()
    for day in (2, 3, 4):
        make.appointment(client=client, starts_at=make.moment(day), by="staff", actor=make.user())
    assert Appointment.objects.filter(client=client).count() == 3


def test_a_booking_asks_the_database_little_however_much_there_is(django_assert_max_num_queries):
    kind = make.session_type()
    clinician, first = make.working_clinician(), make.client(email="alex@example.test")
    for day in range(2, 12):
        make.appointment(clinician=clinician, starts_at=make.moment(day))
    with django_assert_max_num_queries(15):  # 13 and, inside a test's own transaction, a savepoint's two
        make.appointment(clinician=clinician, client=first, starts_at=make.moment(2, "17:00"), session_type=kind)
    with django_assert_max_num_queries(14):  # their clinician is known by now
        make.appointment(clinician=clinician, client=first, starts_at=make.moment(3, "17:00"), session_type=kind)
