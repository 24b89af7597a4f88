"""What C and X mean in a text from a number we know."""

import pytest

from booking import scheduling
from booking.models import Appointment, SessionType
from booking.reminders import replying
from practice.crisis import responding, screening
from practice.crisis.models import Alert
from practice.links import linking
from practice.messaging import lengths, receiving
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def say(contact, body):
    reply = replying.reply(contact=contact, body=body, message_sid="SM1")
    assert reply is None or lengths.fits_one_part(reply)
    return reply


def linked(reply):
    return reply.rsplit("/a/", 1)[1].strip("/")


@pytest.mark.parametrize(
    "body", ["C", "c", " C. ", "Confirm", "confirmar", "C, thanks!", "yes c please", "C but I am afraid", "See you. C"]
)
def test_c_confirms_the_next_appointment(body):
    booked = make.appointment()
    reply = say(booked.client.contact, body)

    booked.refresh_from_db()
    assert booked.confirmed_at
    assert "Wed, Oct 21, 11:00 AM Eastern time is confirmed" in reply


@pytest.mark.parametrize(
    "body", ["X", "x", "change", "cambiar", "X. I cannot come", "x i want to die", "C\nX", "No puedo. X, por favor"]
)
def test_x_brings_the_link_and_changes_nothing_by_itself(body):
    booked = make.appointment()
    reply = say(booked.client.contact, body)

    assert linking.subject_of(linked(reply), purpose="appointment") == str(booked.pk)
    booked.refresh_from_db()
    assert booked.state == Appointment.State.BOOKED


@pytest.mark.parametrize("body", ["C", "X"])
def test_with_several_coming_neither_changes_anything_but_brings_a_link_to_all(body):
    first = make.appointment()
    make.appointment(client=first.client, clinician=first.clinician, starts_at=make.moment(3))
    contact = first.client.contact
    reply = say(contact, body)

    assert "2 times" in reply
    token = reply.rsplit("/", 3)[1]
    assert linking.subject_of(token, purpose="coming appointments") == str(contact.pk)
    assert not Appointment.objects.exclude(confirmed_at=None).exists()


def test_other_words_are_for_somebody_else_to_answer():
    contact = make.appointment().client.contact
    for body in (
        "CC", "Can we talk?", "", "C U later", "cancel", "🙂", "\x00", "my ex", "x" * 5000, "vitamin c",
        "I change a lot", "see you at c street", "plan b or c and d",
    ):  # fmt: skip
        assert say(contact, body) is None


def test_with_nothing_coming_it_says_so():
    booked = make.appointment()
    scheduling.cancel(appointment=booked, by="client")
    assert "no coming time" in say(booked.client.contact, "C")


def test_a_request_is_not_confirmed_by_its_client():
    asked = make.appointment(session_type=make.session_type(mode=SessionType.Mode.APPROVE))
    assert linked(say(asked.client.contact, "C"))
    asked.refresh_from_db()
    assert (asked.state, asked.confirmed_at) == ("requested", None)


def test_nobody_touches_the_appointment_of_another_number():
    booked = make.appointment()
    say(make.client().contact, "C")
    booked.refresh_from_db()
    assert booked.confirmed_at is None


def test_spanish_speakers_read_spanish():
    booked = make.appointment(client=make.client(language="es"))
    assert "gracias, mie 21 oct, 11:00 AM, hora del Este queda confirmado" in say(booked.client.contact, "C")


@pytest.mark.parametrize("cry", ["C. I want to kill myself", "I want to kill myself. C", "C but i want to kill myself"])
def test_a_cry_beside_the_letter_is_answered_with_lines_and_the_letter_is_carried_out(cry):
    """Through the whole door, with the rules that are set: the words are the crisis lines', the deed is the diary's."""
    booked = make.appointment()
    number = booked.client.contact.number
    answer = receiving.receive(number=number, body=cry, message_sid="SM1")
    assert answer == responding.reply_text(screening.screen(cry), "en")
    booked.refresh_from_db()
    assert booked.confirmed_at
    assert receiving.receive(number=number, body=cry, message_sid="SM1") == answer
    assert Alert.objects.count() == 1
