"""What staff find and enter on the desk: a number's conversation, who ended our texts, a STOP or a yes by voice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practice.messaging import consenting, entering, receiving, sending, texts
from practice.messaging.models import Consent, Message, OptOut
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
Status = Message.Status


@pytest.fixture
def desk(client):
    client.force_login(make.user(is_front_desk=True))
    return client


def address(contact, do=""):
    return f"/desk/texts/with/{contact.pk}/{do}"


@pytest.mark.parametrize("path", ["stops/", "find/", "with/1/stop/", "with/1/agree/"])
def test_only_those_who_handle_clients_enter(client, path):
    ask = client.get if path == "stops/" else client.post
    assert ask(f"/desk/texts/{path}").status_code == 302
    client.force_login(make.user(is_editor=True))
    assert ask(f"/desk/texts/{path}").status_code == 403


# --- Finding ---------------------------------------------------------------------------------------------------------


def test_a_number_leads_to_its_conversation_and_stands_in_no_address(desk):
    contact = make.contact(phone="312 555 0143")
    answer = desk.post("/desk/texts/find/", {"number": "(312) 555-0143"})
    assert answer["Location"] == address(contact)
    assert desk.get("/desk/texts/find/?number=3125550143").status_code == 405


@pytest.mark.parametrize(
    ("number", "words"), [("312 555 0199", "never written to this number"), ("x", "with area code"), ("", "area code")]
)
def test_a_number_that_leads_nowhere_is_said_beside_the_field_and_kept(desk, number, words):
    answer = desk.post("/desk/texts/find/", {"number": number})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert f'value="{number}"' in page or not number
    assert not AuditEntry.objects.exists()


# --- Late ------------------------------------------------------------------------------------------------------------


def test_what_should_have_gone_out_is_shown_whether_nobody_took_it_or_nobody_finished_it(desk):
    owed, taken, fresh = make.due_messages(3)
    Message.objects.claim(Message.objects.reserve(3))
    Message.objects.filter(pk=owed.pk).update(status=Status.SCHEDULED, claim=None, claimed_at=None)
    Message.objects.filter(pk=taken.pk).update(claimed_at=make.ago(minutes=6))
    make.aged(owed, send_at=make.ago(minutes=6))

    page = desk.get("/desk/texts/").content.decode()

    assert '<h2 id="late">' in page
    assert f"/desk/texts/{owed.pk}/" in page
    assert f"/desk/texts/{taken.pk}/" in page
    assert f"/desk/texts/{fresh.pk}/" not in page


def test_where_nothing_is_late_nothing_is_said_of_it(desk):
    make.due_messages(1)
    assert '<h2 id="late">' not in desk.get("/desk/texts/").content.decode()


# --- Who ended our texts ---------------------------------------------------------------------------------------------


def test_who_ended_our_texts_is_listed_with_the_way_they_said_so(desk):
    assert "Nobody has ended our texts" in desk.get("/desk/texts/stops/").content.decode()
    known = make.contact()
    receiving.receive(number=known.number, body="please stop texting me", message_sid="SM1")
    consenting.opt_out(number="+13125550199", source=OptOut.Source.CARRIER)
    back = make.contact()
    receiving.receive(number=back.number, body="STOP", message_sid="SM2")
    receiving.receive(number=back.number, body="START", message_sid="SM3")

    page = desk.get("/desk/texts/stops/").content.decode()

    assert f'href="{address(known)}"' in page
    assert "in their own words" in page
    assert "A number we know nothing else of" in page
    assert address(back) not in page
    assert known.number not in page


def test_the_list_asks_the_database_as_often_for_three_as_for_one(desk):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            desk.get("/desk/texts/stops/")
        return len(asked)

    consenting.opt_out(number=make.contact().number)
    one = queries()
    for _ in range(2):
        consenting.opt_out(number=make.contact().number)
    assert queries() == one


# --- What they told us -----------------------------------------------------------------------------------------------


def test_a_stop_told_to_us_is_a_stop(desk, twilio):
    contact = make.contact()
    owed = make.message(contact, send_at=contact.now() + timedelta(hours=1))
    assert "End all texts to them" in desk.get(address(contact)).content.decode()

    page = desk.post(address(contact, "stop/"), follow=True).content.decode()

    assert "They get no more texts" in page
    assert OptOut.objects.get().source == "staff"
    owed.refresh_from_db()
    assert (owed.status, owed.reason) == (Status.WITHDRAWN, "opted_out")
    make.message(contact)
    sending.deliver_due()
    assert twilio.messages == []
    assert AuditEntry.objects.filter(action="texts ended", subject=f"contact {contact.pk}").count() == 1


def test_pressing_twice_ends_texts_once(desk):
    contact = make.contact()
    for _ in range(2):
        assert desk.post(address(contact, "stop/")).status_code == 302
    assert OptOut.objects.count() == 1
    assert AuditEntry.objects.filter(action="texts ended").count() == 1


def test_a_yes_told_to_us_is_kept_with_the_words_read_out_and_who_heard_it(desk):
    contact = make.contact(agrees=False, language="es")
    wording = texts.consent_wording("opt_in", "es")
    assert wording in desk.get(address(contact)).content.decode()

    desk.post(address(contact, "agree/"), {"how": "phone"})

    kept = Consent.objects.get()
    assert (kept.wording, kept.proof, kept.source) == (wording, "On the phone", "entered by staff")
    assert kept.entered_by.is_front_desk
    assert contact.may_be_texted


@pytest.mark.parametrize("how", ["", "I just know"])
def test_without_saying_how_no_consent_is_kept(desk, how):
    contact = make.contact(agrees=False)
    answer = desk.post(address(contact, "agree/"), {"how": how})
    assert answer.status_code == 400
    assert not Consent.objects.exists()


def test_no_yes_of_ours_ends_a_stop_of_theirs(desk):
    contact = make.contact()
    receiving.receive(number=contact.number, body="STOP", message_sid="SM1")
    assert "They agreed to this" not in desk.get(address(contact)).content.decode()

    assert desk.post(address(contact, "agree/"), {"how": "phone"}).status_code == 409

    assert contact.opted_out
    assert not contact.may_be_texted


def test_where_there_is_no_number_there_is_nothing_to_end(desk):
    contact = make.contact(phone="", email="a@example.test")
    assert 'id="told"' not in desk.get(address(contact)).content.decode()
    assert desk.post(address(contact, "stop/")).status_code == 409
    with pytest.raises(entering.NoNumber):
        entering.agree(contact=contact, how="phone", actor=make.user())
