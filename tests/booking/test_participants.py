"""Those who come along hear of the time on their own phones, and of nothing that is the client's."""

from datetime import timedelta

import pytest

from booking import scheduling
from booking.models import Participant
from booking.reminders import reminding
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def partner():
    return make.client(phone="+12025550177", name="Sam", zone="America/Chicago", language="es").contact


@pytest.fixture
def client(partner):
    client = make.client(phone="+12025550143", name="Robin")
    Participant.objects.create(client=client, contact=partner, role="partner", name_to_use="Sam", may_be_reminded=True)
    return client


def test_each_hears_in_their_own_language_and_zone_and_only_the_client_gets_the_link(client, partner):
    make.appointment(client=client)
    theirs, clients = partner.messages.get(channel="text"), client.contact.messages.get(channel="text")
    assert "nos vemos" in theirs.body
    assert "hora Central" in theirs.body
    assert "/a/" in clients.body
    assert "/a/" not in theirs.body
    assert "Robin" not in theirs.body
    assert "Sam" not in clients.body


def test_a_reminder_goes_to_each_once(client, partner):
    booked = make.appointment(client=client, starts_at=make.moment(days=1, clock="13:00"))
    partner.messages.all().delete()
    client.contact.messages.all().delete()
    first = reminding.owe(now=booked.starts_at - timedelta(hours=2))
    assert first
    assert reminding.owe(now=booked.starts_at - timedelta(hours=2)) == 0
    assert (
        partner.messages.filter(channel="text").count() == client.contact.messages.filter(channel="text").count() == 1
    )


def test_after_a_cancellation_nothing_of_it_is_owed_to_anyone_but_the_news(client, partner):
    booked = make.appointment(client=client)
    scheduling.cancel(appointment=booked, by="client")
    owed = Message.objects.owed().filter(contact=partner, channel="text")
    assert [message.body for message in owed if "cancelada" not in message.body] == []
    assert owed.count() == 1


def test_one_who_did_not_ask_for_it_hears_nothing(client, partner):
    Participant.objects.update(may_be_reminded=False)
    make.appointment(client=client)
    assert not partner.messages.exists()
