import pytest

from practice.crisis.models import Alert
from practice.messaging import consenting
from practice.messaging.models import Contact
from tests import make

pytestmark = pytest.mark.django_db
CRY = "I want to kill myself"


def ask(client, name):
    return client.post("/texts/", {"number": "312 555 0143", "name": name, "agrees": "on"})


def prefer(client, contact, name):
    link = consenting.preferences_link(contact).removeprefix("http://localhost:8000")
    return client.post(link, {"reach": "both", "language": "en", "name": name})


def test_a_cry_for_help_in_place_of_a_name_is_answered_and_put_before_staff(client):
    page = ask(client, CRY).content.decode()
    assert "988" in page
    assert 'id="crisis-panel"' in page
    alert = Alert.objects.get()
    assert (alert.source_label, alert.text) == ("opt-in page", CRY)
    assert Contact.objects.get().name == "", "the words are kept with the alert alone"
    assert Contact.objects.get().may_be_texted, "what they asked for is done all the same"


def test_on_the_page_of_wishes_too(client):
    contact = make.contact(name="Sam")
    page = prefer(client, contact, CRY).content.decode()
    assert 'id="crisis-panel"' in page
    assert Alert.objects.get().source_label == "preferences page"
    contact.refresh_from_db()
    assert contact.name == "Sam"


def test_a_name_raises_nothing(client):
    assert 'id="crisis-panel"' not in ask(client, "Robin").content.decode()
    contact = make.contact()
    assert 'id="crisis-panel"' not in prefer(client, contact, "Robin").content.decode()
    assert not Alert.objects.exists()
    contact.refresh_from_db()
    assert contact.name == "Robin"
