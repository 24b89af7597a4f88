"""What the way into a session promises: first where the client is, then the door, and a clinician who knows."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from booking import forgetting, joining, notifying, scheduling
from booking.models import Arrival
from booking.refusals import NoReason, NotPossible
from practice.crisis.models import Alert
from practice.messaging.models import Message
from practice.staff.models import AuditEntry
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
STREET = "12 Unmistakable Street, Albany"
HERE = {"state": "NY", "street": STREET, "number": "+12025550143"}
AWAY = HERE | {"state": "TX"}


@pytest.fixture
def clinician(a_monday_morning):
    return make.working_clinician(user=make.user(), room_url="https://video.example/mine", number="+13125550142")


@pytest.fixture
def appointment(clinician):
    return make.appointment(clinician=clinician, client=make.client(email="alex@example.test"))


@pytest.fixture
def at_the_door(appointment):
    """Five minutes before."""
    with time_machine.travel(appointment.starts_at - timedelta(minutes=5)):
        yield


def arrive(appointment, place=HERE, **more):
    return joining.arrive(appointment=appointment, **place | more)[0]


def knocks():
    return Message.objects.filter(topic__startswith="door:").order_by("channel")


# --- When it opens ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "is_open"), [(-11, False), (-10, True), (0, True), (79, True), (80, False)])
def test_the_door_opens_ten_minutes_before_and_stays_open_half_an_hour_after(appointment, minutes, is_open):
    assert joining.is_open(appointment, appointment.starts_at + timedelta(minutes=minutes)) is is_open


def test_there_is_no_way_in_where_nobody_meets_by_video(clinician):
    here = make.appointment(clinician=clinician, session_type=make.session_type("room", is_virtual=False))
    asked = make.appointment(session_type=make.session_type("asked", mode="approve"))
    gone = make.appointment()
    gone = scheduling.cancel(appointment=gone, by="client")
    for one in (here, asked, gone):
        assert not joining.is_open(one, one.starts_at)


def test_nobody_arrives_before_it_opens(appointment):
    with pytest.raises(joining.NotYetOpen):
        arrive(appointment)
    assert not Arrival.objects.exists()


# --- The room --------------------------------------------------------------------------------------------------------


def test_a_room_of_ones_own_comes_first_then_the_practices_server_then_none(appointment, settings):
    settings.JITSI_URL = "https://video.practice.example"
    assert joining.room(appointment) == "https://video.example/mine"
    appointment.clinician.room_url = ""
    room, other = joining.room(appointment), joining.room(make.appointment())
    assert room.startswith("https://video.practice.example/")
    assert len(room.rsplit("/", 1)[1]) >= 40
    assert room != other
    assert room == joining.room(appointment)
    assert str(appointment.pk) not in room
    settings.JITSI_URL = ""
    assert joining.room(appointment) == ""


def test_no_public_server_is_used_by_default(settings):
    assert settings.JITSI_URL == ""


# --- Where the client is ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_the_door")
def test_inside_the_licences_the_door_opens_and_nobody_is_called(appointment):
    assert arrive(appointment).is_open
    assert not knocks().exists()


@pytest.mark.usefixtures("at_the_door")
def test_outside_the_licences_the_clinician_is_told_at_once_by_text_and_mail(appointment, clinician):
    assert not arrive(appointment, AWAY).is_open

    text, mail = knocks().order_by("-channel")
    assert (text.recipient, mail.recipient) == (clinician.number, clinician.user.email)
    for message in (text, mail):
        assert f"/desk/diary/appointments/{appointment.pk}/session/" in message.body
        assert "Alex" not in message.body + message.subject
        assert message.send_at <= timezone.now()
    assert appointment.changes.filter(what="outside_licence", by="client").count() == 1
    assert list(Arrival.objects.waiting(timezone.now())) == [appointment.arrival]


@pytest.mark.usefixtures("at_the_door")
def test_pressing_twice_knocks_once_and_another_place_knocks_again(appointment):
    arrive(appointment, AWAY)
    arrive(appointment, AWAY)
    assert knocks().count() == 2  # one text, one mail
    arrive(appointment, AWAY, state="")  # outside the country
    assert knocks().count() == 4


@pytest.mark.usefixtures("at_the_door")
def test_a_clinician_nobody_can_reach_has_a_front_desk(appointment, clinician):
    clinician.number, clinician.user = "", None
    clinician.save()
    desk = make.user(is_front_desk=True)
    make.user(is_editor=True)

    arrive(appointment, AWAY)
    assert [message.recipient for message in knocks()] == [desk.email]


def test_a_licence_that_ended_yesterday_opens_nothing(appointment, clinician):
    ends = appointment.starts_at.date() - timedelta(days=1)
    clinician.licences.update(expires_on=ends)
    with time_machine.travel(appointment.starts_at):
        assert not arrive(appointment).is_open


# --- The decision ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_the_door")
@pytest.mark.parametrize("decision", ["crisis", "continuity"])
def test_a_clinician_opens_the_door_with_a_reason(appointment, clinician, decision):
    arrival = arrive(appointment, AWAY)
    with pytest.raises(NoReason):
        joining.decide(arrival=arrival, decision=decision, reason="", actor=clinician.user)

    opened = joining.decide(arrival=arrival, decision=decision, reason="They cannot wait", actor=clinician.user)

    assert opened.is_open
    last = appointment.changes.last()
    assert (last.what, last.by, last.actor) == ("outside_licence", "staff", clinician.user)
    assert "They cannot wait" in last.reason
    assert AuditEntry.objects.filter(actor=clinician.user, subject=f"appointment {appointment.pk}").exists()
    assert not Arrival.objects.waiting(timezone.now()).exists()


@pytest.mark.usefixtures("at_the_door")
@pytest.mark.parametrize("decision", ["call", "move"])
def test_calling_and_moving_need_no_reason_and_open_nothing(appointment, decision):
    arrival = arrive(appointment, AWAY)
    decided = joining.decide(arrival=arrival, decision=decision, reason="", actor=make.user(is_front_desk=True))
    assert not decided.is_open
    assert decided.decision == decision


@pytest.mark.usefixtures("at_the_door")
def test_the_front_desk_opens_no_door(appointment):
    arrival = arrive(appointment, AWAY)
    with pytest.raises(joining.NotYours):
        joining.decide(arrival=arrival, decision="crisis", reason="x", actor=make.user(is_front_desk=True))
    arrival.refresh_from_db()
    assert not arrival.is_open


@pytest.mark.usefixtures("at_the_door")
def test_a_decision_for_one_place_does_not_hold_for_another(appointment, clinician):
    arrival = arrive(appointment, AWAY)
    joining.decide(arrival=arrival, decision="crisis", reason="x", actor=clinician.user)
    assert arrive(appointment, AWAY).is_open
    assert not arrive(appointment, AWAY, state="NV").is_open


@pytest.mark.usefixtures("at_the_door")
def test_there_is_nothing_to_decide_where_the_door_is_open(appointment, clinician):
    arrival = arrive(appointment)
    for decision in ("call", "nonsense"):
        with pytest.raises(NotPossible):
            joining.decide(arrival=arrival, decision=decision, reason="x", actor=clinician.user)


@pytest.mark.usefixtures("at_the_door")
def test_the_table_itself_wants_a_reason(appointment):
    arrival = arrive(appointment, AWAY)
    told = {"decision": "crisis", "decided_at": timezone.now(), "decided_by": make.user()}
    with pytest.raises(IntegrityError, match="arrival_outside_a_licence_opens_with_a_reason"):
        Arrival.objects.filter(pk=arrival.pk).update(**told)


# --- What is kept ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_the_door")
def test_where_they_are_lies_encrypted(appointment):
    arrive(appointment)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM booking_arrival")
        row = str(cursor.fetchall())
    assert "Unmistakable" not in row
    assert "5550143" not in row


def test_where_they_were_is_emptied_after_the_session(appointment):
    with time_machine.travel(appointment.starts_at):
        arrival = arrive(appointment)
        forgetting.forget()
        arrival.refresh_from_db()
        assert arrival.street
    with time_machine.travel(appointment.ends_at + timedelta(minutes=61)):
        forgetting.forget()
        arrival.refresh_from_db()
        assert (arrival.street, arrival.number) == ("", "")
        assert arrival.emptied_at
        assert arrival.state == "NY", "that the check was made is part of the record"


def test_a_place_they_asked_us_to_know_is_offered_next_time_and_not_for_ever(appointment, clinician):
    later = make.appointment(clinician=clinician, client=appointment.client, starts_at=make.moment(9))
    other = make.appointment(clinician=clinician, starts_at=make.moment(10))
    with time_machine.travel(appointment.starts_at):
        arrive(appointment, may_be_kept=True)
    with time_machine.travel(later.starts_at):
        forgetting.forget()
        assert joining.last_place(later).street == STREET
        assert joining.last_place(other) is None
    with time_machine.travel(appointment.ends_at + timedelta(days=90)):
        forgetting.forget()
        assert joining.last_place(later) is None


@pytest.mark.usefixtures("at_the_door")
def test_words_of_crisis_in_an_address_are_heard(appointment):
    _arrival, found = joining.arrive(appointment=appointment, **HERE | {"street": "I want to kill myself"})
    assert found.is_hit
    assert Alert.objects.get().source_url.endswith(f"/appointments/{appointment.pk}/session/")


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(appointment):
    """The join page's address."""
    return notifying.manage_link(appointment).removeprefix("http://localhost:8000") + "join/"


FORM = {"state": "NY", "street": STREET, "number": "202 555 0143"}


def test_the_page_says_when_it_opens_and_takes_nothing_before(client, page):
    answer = client.get(page)
    assert "The way in opens here at 10:50 AM" in answer.content.decode()
    assert "video.example" not in answer.content.decode()
    assert client.post(page, FORM).status_code == 409
    assert not Arrival.objects.exists()


@pytest.mark.usefixtures("at_the_door")
def test_the_page_asks_first_and_then_opens(client, page):
    assert "video.example" not in client.get(page).content.decode()
    answer = client.post(page, FORM, follow=True)
    assert 'href="https://video.example/mine"' in answer.content.decode()
    assert STREET not in answer.content.decode()
    assert Arrival.objects.get().number == "+12025550143"


@pytest.mark.usefixtures("at_the_door")
@pytest.mark.parametrize("wrong", [{"state": ""}, {"street": ""}, {"number": "12"}, {"state": "XX"}])
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(client, page, wrong):
    answer = client.post(page, FORM | wrong)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Error:" in shown
    assert ("street" in wrong) or STREET in shown
    assert not Arrival.objects.exists()


@pytest.mark.usefixtures("at_the_door")
def test_an_empty_number_means_the_one_we_know(client, page, appointment):
    client.post(page, FORM | {"number": ""})
    assert Arrival.objects.get().number == appointment.client.contact.number


@pytest.mark.usefixtures("at_the_door")
def test_outside_they_read_that_their_clinician_knows_and_then_what_was_decided(client, page, clinician):
    waits = client.post(page, FORM | {"state": "TX"}, follow=True).content.decode()
    assert "Your clinician knows that you are here" in waits
    assert "video.example" not in waits
    for decision, words in [
        ("call", "Your clinician calls you"),
        ("move", "This session finds another time"),
        ("crisis", "https://video.example/mine"),
    ]:
        arrival = Arrival.objects.get()
        joining.decide(arrival=arrival, decision=decision, reason="Secret reason", actor=clinician.user)
        shown = client.get(page).content.decode()
        assert words in shown
        assert "Secret reason" not in shown


@pytest.mark.usefixtures("at_the_door")
def test_without_a_room_they_are_called(client, page, clinician):
    clinician.room_url = ""
    clinician.save()
    assert "They call you at the number you gave" in client.post(page, FORM, follow=True).content.decode()


def test_the_same_place_is_one_choice_and_is_not_read_out_to_whoever_holds_the_link(client, appointment, clinician):
    with time_machine.travel(appointment.starts_at):
        arrive(appointment, may_be_kept=True)
    later = make.appointment(clinician=clinician, client=appointment.client, starts_at=make.moment(9))
    page = notifying.manage_link(later).removeprefix("http://localhost:8000") + "join/"
    with time_machine.travel(later.starts_at):
        shown = client.get(page).content.decode()
        assert "12 U…, New York" in shown
        assert STREET not in shown
        client.post(page, {"same": "yes"})
        assert Arrival.objects.get(appointment=later).street == STREET


@pytest.mark.usefixtures("at_the_door")
def test_a_crisis_in_the_address_shows_help_first(client, page):
    answer = client.post(page, FORM | {"street": "I want to kill myself"})
    assert answer.status_code == 200
    assert "988" in answer.content.decode()


def test_after_the_session_and_after_a_cancellation_there_is_no_door(client, page, appointment):
    with time_machine.travel(appointment.ends_at + timedelta(minutes=31)):
        assert client.get(page).status_code == 302
    scheduling.cancel(appointment=appointment, by="client")
    with time_machine.travel(appointment.starts_at):
        assert client.get(page).status_code == 302
        assert client.post(page, FORM).status_code == 302


def test_the_appointments_page_leads_to_the_door_and_to_a_calendar(client, page, appointment):
    manage = page.removesuffix("join/")
    assert f'href="{page}"' in client.get(manage).content.decode()
    file = client.get(f"{manage}appointment.ics")
    assert file["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    assert f"UID:{appointment.pk}" in file.content.decode()
    assert client.get(f"/a/{'x' * 22}/join/").status_code == 404
