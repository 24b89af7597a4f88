"""What a first booking promises: half an hour, nobody's until its maker says yes, and silence about who is known."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from booking import arranging, blocking, offering, scheduling, settling
from booking.intake import receiving
from booking.models import Appointment, Client
from booking.refusals import OnlyOnce
from booking.reminders import replying
from practice.messaging.models import Message
from tests import make

State = Appointment.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
TEXTED = [{"channel": "text", "wording": "Text me.", "version": "test"}]


def arrange(*, phone="", email="", consents=(), kind=None, clinician=None, **options):
    answers = make.answers(phone=phone, email=email, consents=list(consents), **options.pop("answers", {}))
    return arranging.arrange(
        answers=answers,
        language="en",
        address="192.0.2.1",
        session_type=kind or make.session_type(confirms_first=True),
        clinician=clinician or make.working_clinician(),
        starts_at=options.pop("starts_at", None) or make.moment(),
        state="NY",
        **options,
    )


def by_mail(**options):
    return arrange(email="alex@example.test", **options)


def link_of(kind="mail"):
    body = Message.objects.filter(channel=kind, key__contains=":hold:").latest("created_at").body
    return next(word for word in body.split() if "/yes/" in word).partition("localhost:8000")[2]


def test_a_first_booking_is_held_for_half_an_hour_for_its_link():
    held = by_mail()

    assert held.state == State.HELD
    assert held.hold_expires_at - timezone.now() == pytest.approx(timedelta(minutes=30), abs=timedelta(minutes=1))
    assert [message.channel for message in Message.objects.all()] == ["mail"]
    assert not offering.is_offered(
        session_type=held.session_type, clinician=held.clinician, starts_at=held.starts_at, state="NY"
    )


def test_opening_the_link_does_nothing_and_pressing_the_button_books(client):
    held, link = by_mail(), link_of()

    assert client.get(link).status_code == 200
    held.refresh_from_db()
    assert held.state == State.HELD

    answer = client.post(link)
    assert answer.status_code == 302
    held.refresh_from_db()
    assert held.state == State.BOOKED
    assert [change.what for change in held.changes.all()] == ["held", "booked"]
    assert Message.objects.filter(key__contains=":booked:").exists()
    assert client.get(answer.url).status_code == 200


def test_saying_yes_twice_books_once(client):
    by_mail()
    link = link_of()
    assert client.post(link).status_code == 302
    assert client.post(link).status_code == 302
    assert Appointment.objects.get().changes.filter(what="booked").count() == 1


def test_c_settles_a_held_booking_before_it_confirms_another():
    coming = make.appointment()
    contact = coming.client.contact
    held = arrange(phone=contact.number, consents=TEXTED, starts_at=make.moment(3))

    assert "is confirmed" in replying.reply(contact=contact, body="C", message_sid="SM1")
    held.refresh_from_db(), coming.refresh_from_db()
    assert (held.state, coming.confirmed_at) == (State.BOOKED, None)

    scheduling.cancel(appointment=held, by=Appointment.By.CLIENT)
    replying.reply(contact=contact, body="C", message_sid="SM2")
    coming.refresh_from_db()
    assert coming.confirmed_at is not None


def test_without_a_word_in_half_an_hour_the_time_is_free_again(client):
    held, link = by_mail(), link_of()

    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert scheduling.let_run_out() == 1
        make.appointment(clinician=held.clinician, session_type=held.session_type)
        assert client.get(link).status_code == 410
        with pytest.raises(scheduling.NotPossible):
            settling.settle(held=held)


def test_whoever_can_answer_neither_way_is_called_by_a_person():
    assert arrange(phone=make.phone_number()).state == State.REQUESTED


def test_where_staff_approve_the_yes_is_a_request():
    settled = settling.settle(held=by_mail(kind=make.session_type(confirms_first=True, mode="approve")))
    assert settled.state == State.REQUESTED


def test_what_was_held_for_ten_minutes_becomes_what_is_held_for_thirty():
    kind, clinician = make.session_type(confirms_first=True), make.working_clinician()
    ten = make.hold(session_type=kind, clinician=clinician)
    assert by_mail(kind=kind, clinician=clinician, held=ten).pk == ten.pk


def test_a_stranger_reads_the_same_of_a_known_number_and_of_an_unknown_one(client):
    known = make.appointment(client=make.client(name="Alex"))
    make.appointment(client=known.client, starts_at=make.moment(3))
    pages = []
    for phone in (known.client.contact.number, make.phone_number()):
        held = arrange(phone=phone, consents=TEXTED, starts_at=make.moment(2))
        assert held.state == State.HELD
        pages.append(client.get(scheduling.manage_link(held).partition("localhost:8000")[2]))
    texts = [page.content.decode().split("<main")[1] for page in pages]
    assert texts[0] == texts[1]
    assert Appointment.objects.filter(client=known.client).count() == 2


def test_what_a_contact_may_have_counts_when_it_is_they_who_ask(client):
    kind = make.matchmaking(confirms_first=True)
    settling.settle(held=by_mail(kind=kind))
    again = by_mail(kind=kind, starts_at=make.moment(4))

    with pytest.raises(OnlyOnce):
        settling.settle(held=again)
    assert client.post(link_of()).status_code == 409


def test_the_same_name_is_the_same_client_once_it_is_settled_and_another_name_is_another():
    first = settling.settle(held=by_mail())
    again = settling.settle(held=by_mail(answers={"name": " alex "}, starts_at=make.moment(3)))
    scheduling.cancel(appointment=first, by="client")
    child = settling.settle(held=by_mail(answers={"name": "Robin"}, starts_at=make.moment(4)))

    assert again.client == first.client
    assert child.client != first.client
    assert child.client.contact == first.client.contact


def test_somebody_who_is_blocked_gets_the_answer_everybody_gets_and_no_message():
    blocking.block(way="alex@example.test", reason="Books and never comes", actor=make.user())
    assert by_mail().state == State.HELD
    assert not Message.objects.exists()


def test_somebody_who_is_blocked_books_nothing_where_nothing_is_confirmed():
    actor, number = make.user(), make.phone_number()
    row = blocking.block(way=number, reason="Books and never comes", actor=actor)
    kind, clinician = make.session_type(), make.working_clinician()
    with pytest.raises(scheduling.NotOffered):
        arrange(phone=number, kind=kind, clinician=clinician)
    assert not Client.objects.exists()
    with pytest.raises(blocking.AlreadyBlocked):
        blocking.block(way=number, reason="Again", actor=actor)

    blocking.lift(block=row, actor=actor)
    assert arrange(phone=number, kind=kind, clinician=clinician).state == State.BOOKED


def test_the_json_door_says_held():
    clinician, kind = make.working_clinician(), make.session_type(confirms_first=True)
    body = {
        "session_type": kind.slug,
        "clinician": clinician.slug,
        "starts_at": make.moment().isoformat(),
        "name": "Alex",
        "email": "alex@example.test",
        "timezone": "America/New_York",
        "state": "NY",
    }
    answer = Browser().post("/api/v1/appointments/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (201, "held")
    assert b"say yes" in Browser().get(answer.json()["manage_url"].partition("localhost:8000")[2]).content


def test_one_person_at_two_doors_is_one_client():
    answers = make.answers(phone=make.phone_number())
    one = receiving.introduce(answers=answers, language="en")
    assert receiving.introduce(answers=answers | {"name": "ALEX"}, language="en") == one
    assert receiving.introduce(answers=answers | {"name": "Robin"}, language="en") != one
