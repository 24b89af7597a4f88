"""From "I need someone" to a confirmed session, with the texts in between, at any hour, without a script."""

import re

import pytest

from booking.models import Appointment, Intake
from practice.demo import phoning
from practice.messaging.models import InboundText, Message
from tests.journeys.conftest import NEW_YORK

Status = Message.Status
PHONE = "202 555 0143"


def reach(visitor, state="NY", **more):
    """The intake as far as the people who fit."""
    visitor.open("/find/").press("Start")
    visitor.press("Continue", concerns=["anxiety", "sleep"], words="I worry a lot at night.")
    visitor.press("Continue", kind="self", age="adult", **more)
    visitor.press("Continue", state=state)
    while visitor.page.find("progress"):  # the other questions may all be left empty
        visitor.press("Continue")
    return visitor


def book(visitor):
    """Choose the first person, the first time, and leave a number."""
    visitor.follow("See all times")
    first = visitor.page.select_one(".times button")
    visitor.press(first.get_text(" ", strip=True))
    return visitor.press("Book", name="Robin", phone=PHONE, text_ok="on", contact_ok="on")


def text(body, sid):
    """A text from the visitor's number, by the webhook a carrier calls."""
    from django.conf import settings
    from django.test import Client

    from practice.messaging import carriers

    url = settings.PUBLIC_URL + "/sms/inbound/"
    fields = {"MessageSid": sid, "From": "+12025550143", "To": settings.PRACTICE["phone"], "Body": body}
    return Client(headers={"X-Twilio-Signature": carriers.sign(url, fields)}).post("/sms/inbound/", fields)


@pytest.mark.usefixtures("demo")
def test_from_the_first_question_to_a_confirmed_session(at_any_hour, visitor, staff, work):
    reach(visitor).sees("Why this person", "Licensed in New York")
    book(visitor)
    booked = Appointment.objects.get(state="booked", series=None)
    visitor.sees("When", booked.clinician.name)

    contact = booked.client.contact
    written = Message.objects.filter(contact=contact)

    work()
    confirmation = written.get(channel="text")
    assert confirmation.status in {Status.ACCEPTED, Status.DELIVERED}
    link = re.search(r"/a/[\w-]{22}/", confirmation.body)[0]
    visitor.open(link).sees("What happens next")

    phoning.bring_forward(contact=contact)
    work()
    reminder = written.filter(channel="text").exclude(pk=confirmation.pk).get()
    assert "Reply C to confirm" in reminder.body
    due = reminder.left_at.astimezone(NEW_YORK)
    assert 8 <= due.hour < 21, "no reminder at night, by the client's clock"
    work()
    assert written.count() == 2, "asking twice owes nothing twice"

    answer = text("C", "SM1")
    assert "confirmed" in answer.content.decode()
    booked.refresh_from_db()
    assert booked.confirmed_at is not None
    assert text("C", "SM1").content == answer.content
    assert InboundText.objects.count() == 1

    staff.open("/desk/").sees("Today")
    staff.open("/desk/diary/appointments/")
    staff.open(f"/desk/diary/appointments/{booked.pk}/").sees("Robin", "confirmed")


@pytest.mark.usefixtures("demo")
def test_the_private_link_moves_and_cancels_only_when_a_button_is_pressed(at_any_hour, visitor, work):
    reach(visitor)
    book(visitor)
    first = Appointment.objects.get(state="booked", series=None)
    visitor.follow("Move to another time")
    moved_to = visitor.page.select(".times button")[-1]
    visitor.press(moved_to.get_text(" ", strip=True))
    first.refresh_from_db()
    assert first.version == 2
    visitor.sees("It was")
    visitor.follow("Cancel")
    first.refresh_from_db()
    assert first.state == "booked", "opening a page cancels nothing"
    visitor.press("Cancel")
    first.refresh_from_db()
    assert first.state == "canceled"
    work()
    assert not Message.objects.filter(topic=first.topic, status=Status.SCHEDULED).exists()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("state", ["IL", "NV"])
def test_where_nobody_is_licensed_the_visitor_hears_why_and_can_ask_for_a_call(visitor, staff, state):
    reach(visitor, state=state).sees("Nobody here may see you yet", "call back")
    visitor.follow("Ask for a call back")
    visitor.press("Send", name="Robin", phone=PHONE, contact_ok="on")
    assert Intake.objects.waiting().count() == 1
    staff.open("/desk/").sees("Intakes waiting")


@pytest.mark.usefixtures("demo")
def test_going_back_loses_nothing(visitor):
    visitor.open("/find/").press("Start")
    visitor.press("Continue", concerns=["sleep"], words="Nights are long.")
    visitor.press("Back")
    assert visitor.page.find("textarea").get_text().strip() == "Nights are long."
    assert visitor.page.find("input", {"value": "sleep"}).has_attr("checked")
