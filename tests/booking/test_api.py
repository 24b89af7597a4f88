"""The diary's JSON door: what it gives, how it refuses, and that nothing hostile gets further than its shapes."""

import json
from functools import partial

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from rest_framework.throttling import ScopedRateThrottle

from booking.models import Appointment, Client
from practice.messaging.models import Message
from tests import make
from tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
NOWHERE = "\ud83d"


def get(path, **query):
    return Browser().get(f"/api/v1/{path}", query)


def post(path, body, **headers):
    raw = body if isinstance(body, str) else json.dumps(body)
    return Browser().post(f"/api/v1/{path}", raw, content_type="application/json", headers=headers)


def wish(clinician=None, **more):
    make.session_type()
    plain = {
        "session_type": "initial",
        "clinician": (clinician or make.working_clinician()).slug,
        "starts_at": "2026-10-20T11:00:00-04:00",
        "name": "Alex",
        "email": "alex@example.test",
        "phone": "(312) 555-0143",
        "timezone": "America/New_York",
        "state": "NY",
        "sms_consent": True,
    }
    return {key: value for key, value in (plain | more).items() if value is not None}


def test_it_says_what_can_be_booked():
    make.session_type(mode="approve")
    make.session_type("old", is_active=False)
    rows = {row["slug"]: row for row in get("session-types/").json()["results"]}
    assert rows["initial"] | {"name": "Initial", "minutes": 50, "mode": "approve"} == rows["initial"]
    assert "old" not in rows


def test_open_times_come_in_the_zone_that_was_asked_for():
    clinician = make.working_clinician("09:00", "10:30")
    make.session_type()
    query = {"session_type": "initial", "from": "2026-10-20", "to": "2026-10-20", "timezone": "America/Chicago"}
    assert get("slots/", **query, state="NY").json()["results"] == [
        {
            "starts_at": f"2026-10-20T{start}:00-05:00",
            "ends_at": f"2026-10-20T{end}:00-05:00",
            "clinician": clinician.slug,
            "session_type": "initial",
            "state": "NY",
        }
        for start, end in (("08:00", "08:50"), ("08:30", "09:20"))
    ]
    assert get("slots/", **query, state="CA").json()["results"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"session_type": "no-such"}, "session_type"),
        ({"session_type": "a\0b"}, "session_type"),
        ({"clinician": "nobody"}, "clinician"),
        ({"from": "soon"}, "from"),
        ({"from": "2026-10-25"}, "to"),
        ({"to": "2026-02-30"}, "to"),
        ({"timezone": "America/../../etc/passwd"}, "timezone"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "America"}, "timezone"),
        ({"timezone": "🙂"}, "timezone"),
        ({"state": "ZZ"}, "state"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_beside_its_field(change, field):
    make.session_type()
    make.working_clinician()
    query = {"session_type": "initial", "from": "2026-10-20", "to": "2026-10-21", "timezone": "UTC"} | change
    answer = get("slots/", **query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize(("first", "last"), [("2026-10-20", "2026-12-20"), ("0001-01-01", "9999-12-31")])
def test_more_than_a_month_is_too_much_at_once(first, last):
    make.session_type()
    answer = get("slots/", **{"session_type": "initial", "from": first, "to": last, "timezone": "UTC"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_years_at_the_ends_of_the_calendar_are_empty():
    make.session_type()
    make.working_clinician()
    for day in ("0001-01-01", "9999-12-31"):
        answer = get("slots/", **{"session_type": "initial", "from": day, "to": day, "timezone": "Asia/Tokyo"})
        assert answer.json() == {"results": []}


def test_a_time_is_booked_and_its_link_leads_to_it():
    answer = post("appointments/", wish())
    row, made = answer.json(), Appointment.objects.get()

    assert answer.status_code == 201
    assert row["id"] == str(made.pk)
    assert row["status"] == "booked"
    assert row["starts_at"] == "2026-10-20T11:00:00-04:00"
    assert row["ends_at"] == "2026-10-20T11:50:00-04:00"
    assert Browser().get(row["manage_url"].removeprefix("http://localhost:8000")).status_code == 200
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["mail", "text"]


def test_without_the_box_for_texts_there_is_no_text():
    post("appointments/", wish(sms_consent=False))
    assert list(Message.objects.values_list("channel", flat=True)) == ["mail"]


def test_any_clinician_means_one_who_is_free():
    busy, idle = make.working_clinician(), make.working_clinician()
    make.appointment(clinician=busy, starts_at=make.moment(1, "15:00"))
    anyone = {key: value for key, value in wish(idle).items() if key != "clinician"}
    assert post("appointments/", anyone).json()["clinician"] == idle.slug
    answer = post("appointments/", anyone | {"phone": "312 555 0144", "email": ""})
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert answer.json()["alternatives"]


def test_the_loser_gets_the_nearest_open_times_and_leaves_nothing_behind():
    clinician = make.working_clinician()
    post("appointments/", wish(clinician))
    people = Client.objects.count()
    answer = post("appointments/", wish(clinician, phone="312 555 0144", email=None))

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "slot_taken"
    assert set(answer.json()["alternatives"][0]) == {"starts_at", "ends_at", "clinician", "session_type", "state"}
    assert Client.objects.count() == people


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"state": "CA"}, 409, "not_licensed"),
        ({"starts_at": "2026-10-20T03:00:00-04:00"}, 409, "not_offered"),
        ({"starts_at": "2020-10-20T11:00:00-04:00"}, 409, "not_offered"),
        ({"starts_at": "2099-10-20T11:00:00-04:00"}, 409, "not_offered"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_its_code(change, status, code):
    answer = post("appointments/", wish(**change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Appointment.objects.exists()
    assert not Client.objects.exists()


BAD = [
    ("starts_at", "2026-10-20T11:00:00"),
    ("starts_at", "2026-13-40T11:00:00Z"),
    ("starts_at", "0001-01-01T00:00:00+14:00"),
    ("starts_at", "9999-12-31T23:59:59-14:00"),
    ("starts_at", 5),
    ("starts_at", ["2026-10-20T11:00:00Z"]),
    ("starts_at", None),
    ("session_type", {"slug": "initial"}),
    ("session_type", "a\0b"),
    ("clinician", NOWHERE),
    ("clinician", 7.5),
    ("name", ""),
    ("name", "x" * 81),
    ("name", NOWHERE),
    ("name", {"a": 1}),
    ("email", "not an address"),
    ("email", "a@b\0.test"),
    ("phone", "12"),
    ("phone", "+1 312 555 0143; DROP TABLE"),
    ("phone", "🙂"),
    ("timezone", "Mars/Olympus"),
    ("timezone", "America/New_York\0"),
    ("timezone", 1),
    ("state", "XX"),
    ("state", ["NY"]),
    ("sms_consent", "perhaps"),
]


@pytest.mark.parametrize(("field", "value"), BAD, ids=[f"{field}={value!r:.20}" for field, value in BAD])
def test_bad_input_is_answered_beside_its_field_and_changes_nothing(field, value):
    answer = post("appointments/", wish() | {field: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Appointment.objects.exists()
    assert not Client.objects.exists()


@pytest.mark.parametrize("path", ["appointments/", "intakes/"])
@pytest.mark.parametrize(
    "raw", ["", "null", "[]", "{", '"text"', "1e400", '{"a":' * 500, "\x00", '{"name": "\\ud83d"}']
)
def test_a_body_that_is_no_wish_is_refused(path, raw):
    answer = post(path, raw)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["appointments/", "intakes/"])
def test_a_body_of_a_megabyte_is_refused_unread(path):
    assert post(path, {"name": "x" * 1_000_000}).status_code == 413


def test_a_name_with_control_characters_loses_them():
    assert post("appointments/", wish(name="Al\x07e\0x\u202e 🙂")).status_code == 201
    assert "\x07" not in Client.objects.get().name_to_use


def test_neither_number_nor_address_is_not_enough():
    answer = post("appointments/", wish(phone="", email="", sms_consent=False))
    assert list(answer.json()["errors"]) == ["phone"]


def test_another_site_may_not_book_through_a_visitors_browser():
    answer = post("appointments/", wish(), **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not Appointment.objects.exists()


def test_too_many_bookings_are_asked_to_wait(monkeypatch):
    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "book", "60/min")  # without limit in the demonstration
    statuses = {post("appointments/", {}).status_code for _ in range(70)}
    assert statuses == {400, 429}


def test_too_many_writes_are_asked_to_wait():
    statuses = {post("screenings/", {}).status_code for _ in range(70)}
    assert statuses == {400, 429}


# --- The same key ----------------------------------------------------------------------------------------------------


def test_the_same_key_books_once_and_returns_the_same_appointment():
    body = wish()
    first, again = (post("appointments/", body, **{"Idempotency-Key": "abc"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert Appointment.objects.count() == 1
    assert Message.objects.filter(channel="text").count() == 1


def test_the_same_key_with_another_body_is_refused():
    clinician = make.working_clinician()
    post("appointments/", wish(clinician), **{"Idempotency-Key": "abc"})
    other = wish(clinician, starts_at="2026-10-20T13:00:00-04:00")
    answer = post("appointments/", other, **{"Idempotency-Key": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (422, "another_body")
    assert Appointment.objects.count() == 1


def test_a_refusal_is_not_remembered_under_its_key():
    clinician = make.working_clinician()
    assert post("appointments/", wish(clinician, state="CA"), **{"Idempotency-Key": "abc"}).status_code == 409
    assert post("appointments/", wish(clinician), **{"Idempotency-Key": "abc"}).status_code == 201


def test_a_key_may_not_be_endless():
    assert post("appointments/", wish(), **{"Idempotency-Key": "x" * 201}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_the_same_request_at_the_same_moment_books_once():
    body = wish()
    answers = race([partial(post, "appointments/", body, **{"Idempotency-Key": "abc"})] * 8)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_callers_for_one_time_are_one_booking_and_nineteen_refusals():
    clinician = make.working_clinician()
    bodies = [wish(clinician, phone=f"312 555 {1000 + number}", email=None) for number in range(20)]
    answers = race([partial(post, "appointments/", body) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19


def test_the_schema_is_without_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))
