import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from practice.messaging import conversing, receiving, sending
from practice.messaging.models import InboundText, Message
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
Status = Message.Status


@pytest.fixture
def desk(client):
    client.force_login(make.user(is_front_desk=True))
    return client


def failed(reason="no_carrier", status=Status.FAILED, **fields):
    return make.aged(
        make.message(**fields), status=status, reason=reason, claim=uuid.uuid4(), claimed_at=timezone.now()
    )


def pages():
    message = failed()
    return ["/desk/texts/", f"/desk/texts/{message.pk}/", f"/desk/texts/with/{message.contact.pk}/"]


def test_only_those_who_handle_clients_enter(client, desk):
    addresses = pages()
    assert [desk.get(page).status_code for page in addresses] == [200, 200, 200]
    client.logout()
    assert {client.get(page).status_code for page in addresses} == {302}
    client.force_login(make.user(is_editor=True))
    assert {client.get(page).status_code for page in addresses} == {403}


def test_what_failed_says_why_and_what_to_do(desk):
    failed("21610", status=Status.FAILED)
    failed("stuck", status=Status.UNKNOWN)
    failed("77777", status=Status.UNDELIVERED)
    page = desk.get("/desk/texts/").content.decode()
    for words in ("They told the carrier STOP", "It may have arrived", "a reason we do not know"):
        assert words in page


@pytest.mark.parametrize(
    ("topic", "words"),
    [("reminders:9:20261125", "Reminders of one day"), ("letter-fate:3", "Letter fate"), ("", "Nothing in particular")],
)
def test_what_a_message_is_about_stands_in_words(desk, topic, words):
    page = desk.get(f"/desk/texts/{failed(topic=topic).pk}/").content.decode()
    assert f"<dd>{words}</dd>" in page


def test_the_list_asks_the_database_as_often_for_three_as_for_one(desk):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            desk.get("/desk/texts/")
        return len(asked)

    failed()
    receiving.receive(number=make.mobile(), body="hello", message_sid="SM1")
    one = queries()
    for number in range(2):
        failed()
        receiving.receive(number=make.mobile(), body="hello", message_sid=f"SM2{number}")
    assert queries() == one


def test_a_message_is_sent_again_from_the_desk(desk):
    message = failed()
    assert desk.post(f"/desk/texts/{message.pk}/resend/").status_code == 302
    sending.deliver_due()
    assert Message.objects.filter(status=Status.DELIVERED).count() == 1
    assert message.pk not in set(Message.objects.needing_attention().values_list("pk", flat=True))


def test_what_may_not_be_sent_again_is_not(desk):
    message = failed("21610")
    assert "Send it again" not in desk.get(f"/desk/texts/{message.pk}/").content.decode()
    desk.post(f"/desk/texts/{message.pk}/resend/")
    assert Message.objects.count() == 1


def test_what_was_looked_after_leaves_the_list(desk):
    message = failed()
    desk.post(f"/desk/texts/{message.pk}/seen/")
    assert not Message.objects.needing_attention().exists()
    assert AuditEntry.objects.filter(action="message seen").count() == 1


def test_opening_a_conversation_is_audited_and_shows_both_sides(desk):
    contact = make.contact(name="Alex")
    make.message(contact, body="Our text")
    receiving.receive(number=contact.number, body="When are <b>you</b> open", message_sid="SM1")
    page = desk.get(f"/desk/texts/with/{contact.pk}/").content.decode()
    assert "Our text" in page
    assert "When are &lt;b&gt;you&lt;/b&gt; open" in page
    assert AuditEntry.objects.filter(action="conversation read", subject=f"contact {contact.pk}").count() == 1


def test_texts_are_read_by_somebody(desk):
    contact = make.contact()
    receiving.receive(number=contact.number, body="hello", message_sid="SM1")
    desk.post(f"/desk/texts/with/{contact.pk}/read/")
    text = InboundText.objects.get()
    assert text.read_by
    assert text.read_at
    assert not InboundText.objects.waiting().exists()


def test_nothing_is_changed_by_looking_and_unknown_things_are_not_found(desk):
    message = failed()
    assert desk.get(f"/desk/texts/{message.pk}/resend/").status_code == 405
    assert desk.get(f"/desk/texts/{uuid.uuid4()}/").status_code == 404
    assert desk.get("/desk/texts/with/999999/").status_code == 404
    assert desk.get("/desk/texts/with/99999999999999999999999/").status_code == 404


def test_no_body_stands_in_the_lists(desk):
    message = failed(body="A private matter")
    for page in ("/desk/texts/", f"/desk/texts/{message.pk}/"):
        assert "private matter" not in desk.get(page).content.decode()
        assert not re.search(re.escape(message.contact.number), desk.get(page).content.decode())


def test_an_emptied_conversation_says_so(desk):
    contact = make.contact()
    make.aged(make.message(contact), body="", emptied_at=timezone.now())
    assert "(emptied)" in desk.get(f"/desk/texts/with/{contact.pk}/").content.decode()
    assert conversing.read(contact=contact, reader=make.user())


def test_what_raised_an_alert_opens_only_for_those_who_may_read_alerts(desk):
    contact = make.contact()
    receiving.receive(number=contact.number, body="I want to kill myself", message_sid="SM1")
    address = f"/desk/texts/with/{contact.pk}/"
    hidden = desk.get(address).content.decode()
    assert "kill myself" not in hidden
    assert "fetch them" in hidden
    desk.force_login(make.user(is_front_desk=True, is_on_call=True))
    assert "kill myself" in desk.get(address).content.decode()


def test_who_cannot_be_texted_is_called_instead(desk):
    message = failed()
    page = desk.get(f"/desk/texts/{message.pk}/").content.decode()
    assert "Call instead" in page
    assert message.to not in page
    assert f'href="tel:{message.to}"' in desk.get(f"/desk/texts/with/{message.contact.pk}/").content.decode()

    desk.post(f"/desk/texts/{message.pk}/seen/", {"do": "called"})

    assert AuditEntry.objects.filter(action="message called").count() == 1
    assert not Message.objects.needing_attention().exists()
