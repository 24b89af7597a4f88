"""Seeing, moving and cancelling by the JSON door: its token does it, only a POST changes anything, and 409 says why."""

import json

import pytest
import time_machine
from django.test import Client as Browser

from booking import scheduling
from booking.models import Appointment
from tests import make

State = Appointment.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def url(appointment, deed=""):
    token = scheduling.manage_link(appointment).rstrip("/").rpartition("/")[2]
    return f"/api/v1/appointments/{token}/{deed}"


def post(path, body=None):
    return Browser().post(path, json.dumps(body or {}), content_type="application/json")


def moved(appointment, moment):
    return post(url(appointment, "move/"), {"starts_at": moment.isoformat()})


def test_a_token_shows_its_appointment_and_nothing_else():
    appointment = make.appointment()
    row = Browser().get(url(appointment)).json()
    assert set(row) == {"id", "status", "starts_at", "ends_at", "clinician", "manage_url"}
    assert (row["id"], row["status"]) == (str(appointment.pk), "booked")
    assert row["starts_at"].endswith("-04:00")


def test_it_moves_and_cancels():
    appointment = make.appointment()
    answer = moved(appointment, make.moment(3))
    assert (answer.status_code, answer.json()["starts_at"]) == (200, "2026-10-22T11:00:00-04:00")
    assert post(url(appointment, "cancel/")).json()["status"] == "canceled"
    appointment.refresh_from_db()
    assert (appointment.state, appointment.version) == (State.CANCELED, 2)


@pytest.mark.parametrize("deed", ["move/", "cancel/"])
def test_looking_changes_nothing(deed):
    appointment = make.appointment()
    assert Browser().get(url(appointment, deed)).status_code == 200
    appointment.refresh_from_db()
    assert (appointment.state, appointment.version) == (State.BOOKED, 1)


def test_a_taken_time_is_refused_with_the_nearest_open_ones():
    taken = make.appointment()
    appointment = make.appointment(clinician=taken.clinician, starts_at=make.moment(3))
    answer = moved(appointment, taken.starts_at)
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["alternatives"]


def test_too_late_and_over_and_never_offered_are_said():
    appointment = make.appointment(session_type=make.session_type(move_notice=24 * 60))
    with time_machine.travel(make.moment(1, "20:00")):
        assert moved(appointment, make.moment(5)).json()["code"] == "not_offered"
    assert moved(appointment, make.moment(3, "03:00")).json()["code"] == "not_offered"
    post(url(appointment, "cancel/"))
    assert post(url(appointment, "cancel/")).status_code == 409


@pytest.mark.parametrize("body", [{}, {"starts_at": "soon"}, {"starts_at": "2026-10-22T15:00:00"}, {"starts_at": None}])
def test_bad_input_is_answered_beside_its_field(body):
    answer = post(url(make.appointment(), "move/"), body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["starts_at"])


def test_a_token_that_leads_nowhere_is_a_problem():
    for deed in ("move/", "cancel/"):
        answer = post(f"/api/v1/appointments/nothing/{deed}", {"starts_at": "2026-10-22T15:00:00Z"})
        assert (answer.status_code, answer.json()["code"]) == (404, "link_unknown")
    assert Browser().get("/api/v1/appointments/nothing/").status_code == 404
