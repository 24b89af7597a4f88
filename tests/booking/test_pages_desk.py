"""What the diary promises on the desk: the right people see it, each opening is remembered, a GET does nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.template import engines
from django.utils import timezone

from booking.intake import handling
from booking.models import Appointment, Intake, IntakeChange
from practice.staff.models import AuditEntry
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
State, Status, Urgency = Appointment.State, Intake.Status, Intake.Urgency
INTAKES, APPOINTMENTS = "/desk/diary/intakes/", "/desk/diary/appointments/"


@pytest.fixture(autouse=True)
def _undefined_variables_show(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "UNDEFINED %s")


@pytest.fixture
def desk(client):
    """A browser in which the front desk is signed in."""
    client.user = make.user(is_front_desk=True, name="Robin")
    client.force_login(client.user)
    return client


def shown(answer):
    page = answer.content.decode()
    assert "UNDEFINED" not in page
    return page


def pages():
    intake, appointment = make.intake(name="Ash"), make.appointment()
    one, other = f"{INTAKES}{intake.pk}/", f"{APPOINTMENTS}{appointment.pk}/"
    reads = [INTAKES, one, APPOINTMENTS, other, f"{other}move/"]
    writes = [f"{one}claim/", f"{one}release/", f"{one}status/", f"{one}note/", f"{other}do/", f"{other}move/"]
    return reads, writes


def test_strangers_are_sent_to_sign_in(client):
    reads, writes = pages()

    for answer in [client.get(page) for page in reads] + [client.post(page) for page in writes]:
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.url


def test_editors_have_no_business_here(client):
    client.force_login(make.user(is_editor=True))
    reads, writes = pages()

    for answer in [client.get(page) for page in reads] + [client.post(page) for page in writes]:
        assert answer.status_code == 403


def test_a_clinician_sees_their_own_clients_and_nobody_elses(client):
    own = make.working_clinician(user=make.user())
    mine, others = make.appointment(clinician=own), make.appointment()
    intake = make.intake(name="Somebody")
    client.force_login(own.user)

    assert client.get(f"{APPOINTMENTS}{mine.pk}/").status_code == 200
    for address in (f"{APPOINTMENTS}{others.pk}/", f"{APPOINTMENTS}{others.pk}/move/", f"{INTAKES}{intake.pk}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{APPOINTMENTS}{others.pk}/do/", {"do": "confirm"}).status_code == 404
    assert "Somebody" not in shown(client.get(INTAKES))


def test_nothing_is_done_by_a_get(desk):
    _reads, writes = pages()

    for page in writes[:-1]:
        assert desk.get(page).status_code == 405


def test_a_desk_form_needs_its_token(desk):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.user)
    intake = make.intake()

    assert strict.post(f"{INTAKES}{intake.pk}/claim/").status_code == 403
    intake.refresh_from_db()
    assert intake.claimed_by is None


def test_what_does_not_exist_is_not_found(desk):
    for address in (f"{INTAKES}{uuid4()}/", f"{APPOINTMENTS}{uuid4()}/", f"{INTAKES}1/"):
        assert desk.get(address).status_code == 404


# --- Intakes ---------------------------------------------------------------------------------------------------------


def test_an_empty_queue_says_so(desk):
    assert "Nobody is waiting" in shown(desk.get(INTAKES))
    assert "Nothing here" in shown(desk.get(f"{INTAKES}?show=closed"))


def test_the_most_urgent_stands_first_then_the_oldest(desk):
    for name, urgency, age in (
        ("Late", "usual", 1),
        ("Early", "usual", 9),
        ("Now", "same_day", 0),
        ("Soon", "soon", 0),
    ):
        made = make.intake(name=name)
        Intake.objects.filter(pk=made.pk).update(urgency=urgency, submitted_at=timezone.now() - timedelta(hours=age))
    page = shown(desk.get(INTAKES))

    assert sorted(("Now", "Soon", "Early", "Late"), key=page.index) == ["Now", "Soon", "Early", "Late"]


def test_drafts_are_nobodys_business(desk):
    draft = make.intake(sent=False, name="Secret")

    assert "Secret" not in shown(desk.get(INTAKES))
    assert desk.get(f"{INTAKES}{draft.pk}/").status_code == 404


def test_taking_one_shows_who_looks_after_it(desk):
    intake = make.intake()

    page = shown(desk.post(f"{INTAKES}{intake.pk}/claim/", follow=True))

    assert "You look after it now." in page
    assert "Robin" in page
    assert "Ash" not in shown(desk.get(f"{INTAKES}?show=mine"))


def test_what_another_has_taken_stays_theirs(desk):
    intake = make.intake()
    handling.claim(intake=intake, actor=make.user(name="Sam"))

    page = shown(desk.post(f"{INTAKES}{intake.pk}/claim/", follow=True))

    assert "Someone else is looking after this one" in page
    intake.refresh_from_db()
    assert intake.claimed_by.name == "Sam"


def test_it_can_be_given_back(desk):
    intake = make.intake()
    desk.post(f"{INTAKES}{intake.pk}/claim/")
    desk.post(f"{INTAKES}{intake.pk}/release/")

    intake.refresh_from_db()
    assert intake.claimed_by is None
    assert [change.what for change in intake.changes.all()] == ["claimed", "released"]


def test_an_intake_shows_the_answers_as_they_were_asked_and_remembers_who_read_it(desk):
    intake = make.intake(
        words="Nights are long.", consents=[{"channel": "mail", "wording": "You may mail.", "version": "1"}]
    )
    answers = intake.answers | {"wording": {"words": "The old question?"}}
    Intake.objects.filter(pk=intake.pk).update(answers=answers)

    page = shown(desk.get(f"{INTAKES}{intake.pk}/"))

    assert "The old question?" in page
    assert "Nights are long." in page
    assert "You may mail." in page
    entry = AuditEntry.objects.get(action="intake opened")
    assert (entry.actor, entry.subject) == (desk.user, f"intake {intake.pk}")


def test_staff_see_who_fits_and_why_the_others_do_not(desk):
    fits, licensed_elsewhere = make.working_clinician(), make.working_clinician(states=("OR",))
    make.matchmaking()

    page = shown(desk.get(f"{INTAKES}{make.intake().pk}/"))

    assert fits.name in page
    assert f"{licensed_elsewhere}: No licence in that state" in page


def test_closing_needs_a_reason_and_keeps_it(desk):
    intake = make.intake()
    without = desk.post(f"{INTAKES}{intake.pk}/close/", {"close-outcome": "lost"})
    desk.post(f"{INTAKES}{intake.pk}/close/", {"close-outcome": "lost", "close-reason": "Found someone nearer."})

    assert without.status_code == 422
    assert "Say in a few words why" in shown(without)
    intake.refresh_from_db()
    assert intake.status == Status.CLOSED
    assert intake.closed_at is not None
    assert intake.changes.get().text == "Found someone nearer."


@pytest.mark.parametrize("status", ["", "new", "draft", "nonsense", "\x00"])
def test_only_steps_that_exist_can_be_set(desk, status):
    intake = make.intake()

    assert desk.post(f"{INTAKES}{intake.pk}/status/", {"far-status": status}).status_code == 422
    intake.refresh_from_db()
    assert intake.status == Status.NEW


def test_a_note_says_that_clinical_notes_do_not_belong_here(desk):
    intake = make.intake()
    desk.post(f"{INTAKES}{intake.pk}/note/", {"note-text": "Call after four."})
    page = shown(desk.get(f"{INTAKES}{intake.pk}/"))

    assert "Call after four." in page
    assert "Clinical notes do not belong here" in page
    assert desk.post(f"{INTAKES}{intake.pk}/note/", {"note-text": " \x07 "}).status_code == 422
    assert IntakeChange.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_queue_asks_the_database_as_much_for_three_as_for_one(desk, number, django_assert_max_num_queries):
    for _n in range(number):
        make.intake()
    with django_assert_max_num_queries(8):
        desk.get(INTAKES)


def test_an_odd_page_or_tab_shows_the_queue(desk):
    for query in ("?page=x", "?page=99999", "?show=\x00", "?show=nothing"):
        assert desk.get(INTAKES + query).status_code == 200


# --- Appointments ----------------------------------------------------------------------------------------------------


def test_a_day_without_appointments_says_so(desk):
    assert "No appointments" in shown(desk.get(APPOINTMENTS))


def test_the_week_shows_each_day_and_can_be_narrowed_to_one_clinician(desk):
    first, second = make.appointment(client=make.client(name="Ash")), make.appointment(client=make.client(name="Wren"))

    week = shown(desk.get(f"{APPOINTMENTS}?span=week"))
    narrowed = shown(desk.get(f"{APPOINTMENTS}?span=week&clinician={second.clinician.slug}"))

    assert "Wednesday, October 21" in week
    assert "Ash" in week
    assert "Ash" not in narrowed
    assert "Wren" in narrowed
    assert first.client.name_to_use not in shown(desk.get(f"{APPOINTMENTS}?day=2026-10-20"))


def test_holds_are_not_appointments(desk):
    held = make.hold()

    assert desk.get(f"{APPOINTMENTS}{held.pk}/").status_code == 404


@pytest.mark.parametrize("query", ["day=x", "span=year", "clinician=nobody", "clinician=%00", "day=2026-99-01"])
def test_an_odd_filter_is_said_to_be_so(desk, query):
    assert desk.get(f"{APPOINTMENTS}?{query}").status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_no_error(desk, day):
    assert desk.get(f"{APPOINTMENTS}?day={day}&span=week").status_code == 200


def test_one_appointment_shows_how_to_reach_its_client_and_remembers_who_looked(desk):
    appointment = make.appointment(client=make.client(name="Ash", phone="+12025550143"))
    page = shown(desk.get(f"{APPOINTMENTS}{appointment.pk}/"))

    assert "(202) 555-0143" in page
    assert "Booked" in page
    assert AuditEntry.objects.filter(action="appointment opened", subject=f"appointment {appointment.pk}").exists()


def test_staff_confirm_and_the_history_says_who(desk):
    appointment = make.appointment()
    page = shown(desk.post(f"{APPOINTMENTS}{appointment.pk}/do/", {"do": "confirm"}, follow=True))

    assert "Confirmed, Robin" in page


def test_cancelling_and_declining_need_a_reason(desk):
    appointment = make.appointment()
    requested = make.appointment(session_type=make.session_type("asked", mode="approve"))

    for pk, deed in ((appointment.pk, "cancel"), (requested.pk, "decline")):
        answer = desk.post(f"{APPOINTMENTS}{pk}/do/", {"do": deed})
        assert answer.status_code == 422
        assert "so that others can follow it later" in shown(answer)
    desk.post(f"{APPOINTMENTS}{appointment.pk}/do/", {"do": "cancel", "reason": "The clinician is ill."})
    desk.post(f"{APPOINTMENTS}{requested.pk}/do/", {"do": "decline", "reason": "The clinician is away."})

    assert "The clinician is ill." in shown(desk.get(f"{APPOINTMENTS}{appointment.pk}/"))
    assert set(Appointment.objects.values_list("state", flat=True)) == {State.CANCELED, State.DECLINED}


def test_a_request_can_be_approved(desk):
    requested = make.appointment(session_type=make.session_type("asked", mode="approve"))
    desk.post(f"{APPOINTMENTS}{requested.pk}/do/", {"do": "approve"})

    requested.refresh_from_db()
    assert requested.state == State.BOOKED


def test_who_came_is_noted_only_once_it_has_begun(desk):
    appointment = make.appointment()
    address = f"{APPOINTMENTS}{appointment.pk}/"

    assert "They did not come" not in shown(desk.get(address))
    assert "no longer possible" in shown(desk.post(f"{address}do/", {"do": "no_show"}, follow=True))
    with time_machine.travel(appointment.ends_at):
        desk.force_login(desk.user)
        assert "They did not come" in shown(desk.get(address))
        desk.post(f"{address}do/", {"do": "no_show"})
    appointment.refresh_from_db()
    assert appointment.state == State.NO_SHOW


@pytest.mark.parametrize("deed", ["", "explode", "\x00", "book"])
def test_an_unknown_deed_changes_nothing(desk, deed):
    appointment = make.appointment()

    assert desk.post(f"{APPOINTMENTS}{appointment.pk}/do/", {"do": deed}).status_code == 422
    appointment.refresh_from_db()
    assert appointment.state == State.BOOKED


def test_moving_needs_a_reason_and_a_time_that_is_open(desk):
    appointment = make.appointment()
    address, good = (
        f"{APPOINTMENTS}{appointment.pk}/move/",
        f"{make.moment(3).isoformat()} {appointment.clinician.slug}",
    )
    night = f"{make.moment(3, '04:00').isoformat()} {appointment.clinician.slug}"

    assert "time-picker" in shown(desk.get(address))
    assert desk.post(address, {"slot": good}).status_code == 422
    assert desk.post(address, {"reason": "x"}).status_code == 422
    assert desk.post(address, {"slot": night, "reason": "x"}).status_code == 409
    assert "Moved. The client is told." in shown(desk.post(address, {"slot": good, "reason": "A meeting"}, follow=True))
    appointment.refresh_from_db()
    assert appointment.starts_at == make.moment(3)


@pytest.mark.parametrize("number", [1, 3])
def test_the_diary_asks_the_database_as_much_for_three_as_for_one(desk, number, django_assert_max_num_queries):
    for _n in range(number):
        make.appointment()
    with django_assert_max_num_queries(14):
        assert desk.get(f"{APPOINTMENTS}?span=week").status_code == 200
