"""The newsletter: nobody gets it without their own yes, each mail is owed once, and one press ends it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from advice import digesting, publishing, subscribing
from advice.models import Subscriber
from practice import tallies
from practice.links import linking
from practice.messaging import carriers, recording, sending
from practice.messaging.carriers import Outcome, Verdict
from practice.messaging.models import Consent, Message
from tests import make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 17, tzinfo=UTC)  # noon in New York
DAY = timedelta(days=1)
FORM = {"email": "reader@example.test", "wants": ["answers", "events", "news"], "rhythm": "each"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def link_in(message):
    return re.search(r"https?://[^/]+(/\S+)", message.body)[1]


def subscriber(noon, client, **fields):
    noon.shift(timedelta(minutes=1))
    client.post("/newsletter/", FORM | fields)
    client.post(link_in(Message.objects.latest("created_at")))
    noon.shift(timedelta(minutes=1))
    return Subscriber.objects.latest("asked_at")


def published(**fields):
    return make.published(author=make.user(is_editor=True), **fields)


def digests():
    return Message.objects.filter(priority=Message.Priority.NEWS)


# --- Asking and saying yes -------------------------------------------------------------------------------------------


def test_nothing_but_a_question_is_sent_before_its_holder_said_yes(noon, client):
    page = client.post("/newsletter/", FORM).content.decode()
    assert "Look into your mail" in page
    question = Message.objects.get()
    assert (question.channel, question.contact.email) == ("mail", "reader@example.test")
    noon.shift(timedelta(minutes=1))
    published()
    assert digesting.owe() == 0

    link = link_in(question)
    assert client.get(link).status_code == 200
    assert Subscriber.objects.get().confirmed_at is None, "programs that look at mails open links and press none"
    answer = client.post(link, follow=True)

    assert "You are on the list" in answer.content.decode()
    assert Subscriber.objects.get().confirmed_at is not None
    assert Consent.objects.get().wording == str(subscribing.WORDING)
    assert digesting.owe() == 0, "what was published before is not sent"


def test_the_answer_is_the_same_for_an_address_known_or_not(noon, client):
    first = client.post("/newsletter/", FORM)
    subscriber_now = subscriber(noon, client, email="known@example.test")
    known = client.post("/newsletter/", FORM | {"email": "known@example.test"})
    subscribing.leave(subscriber=subscriber_now)
    left = client.post("/newsletter/", FORM | {"email": "known@example.test"})

    assert first.content == known.content == left.content
    assert {answer.status_code for answer in (first, known, left)} == {200}


def test_who_gets_it_already_is_told_so_by_mail_and_stays(noon, client):
    subscriber(noon, client)
    client.post("/newsletter/", FORM | {"wants": ["news"]})

    assert Subscriber.objects.get().wants == ["answers", "events", "news"], "nobody else changes what they get"
    assert "already" in Message.objects.latest("created_at").body


def test_one_address_is_asked_three_times_a_day_and_no_more(noon, client):
    for _minute in range(6):
        noon.shift(timedelta(minutes=1))
        client.post("/newsletter/", FORM)
    assert Message.objects.count() == 3
    assert tallies.counting.total("newsletter not asked: limit") == 3


def test_one_place_asks_for_ten_addresses_an_hour_and_no_more(client):
    for number in range(14):
        client.post("/newsletter/", FORM | {"email": f"reader{number}@example.test"})
    assert Subscriber.objects.count() == 10


def test_a_program_that_fills_in_the_hidden_field_gets_the_same_answer_and_nothing_is_kept(client):
    same = client.post("/newsletter/", FORM)
    answer = client.post("/newsletter/", FORM | {"email": "other@example.test", "website": "http://spam.example"})
    assert answer.content == same.content
    assert Subscriber.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"email": ""}, {"email": "no address"}, {"wants": []}, {"rhythm": "hourly"}, {"wants": ["all"]}]
)
def test_a_form_that_cannot_be_taken_says_why_beside_the_field(client, wrong):
    page = client.post("/newsletter/", FORM | wrong)
    assert page.status_code == 422
    assert 'class="error-summary"' in page.content.decode()
    assert not Subscriber.objects.exists()


def test_the_foot_of_the_column_needs_an_address_alone(client):
    assert 'action="/newsletter/"' in client.get("/").content.decode()
    client.post("/newsletter/", {"email": "reader@example.test"})
    made = Subscriber.objects.get()
    assert (made.wants, made.rhythm) == (["answers"], "monthly")


def test_a_link_to_say_yes_ends_after_seven_days_and_with_it_all_we_know(noon, client):
    client.post("/newsletter/", FORM)
    link = link_in(Message.objects.get())
    noon.shift(8 * DAY)

    assert client.post(link).status_code == 410
    assert subscribing.forget() == 1
    assert not Subscriber.objects.exists()


# --- What is owed ----------------------------------------------------------------------------------------------------


def test_each_new_post_is_told_of_once_with_a_way_out_in_header_and_words(noon, client):
    reader = subscriber(noon, client)
    post = published(title="A sad secret title")

    assert digesting.owe() == 1
    assert digesting.owe() == 0
    mail = digests().get()
    assert "A sad secret title" in mail.body
    assert "A sad secret title" not in mail.subject
    assert post.get_absolute_url() in mail.body
    assert mail.unsubscribe.endswith(subscribing.path(reader, "newsletter_leave"))
    assert mail.unsubscribe in mail.body
    assert "?" not in "".join(re.findall(r"https?://\S+", mail.body)), "no mark on a link tells who followed it"


def test_a_post_is_told_of_in_its_readers_language_and_kind_alone(noon, client):
    subscriber(noon, client, wants=["news"])
    published()
    assert digesting.owe() == 0
    notice = make.notice(until="2026-12-31")
    publishing.publish(post=notice, by=make.user(is_editor=True))
    assert digesting.owe() == 1
    spanish = make.notice(until="2026-12-31", language="es")
    publishing.publish(post=spanish, by=make.user(is_editor=True))
    assert digesting.owe() == 0


def test_nothing_is_owed_at_night_and_all_of_it_in_the_morning(noon, client):
    subscriber(noon, client)
    noon.move_to(NOON + timedelta(hours=12))
    published()
    assert digesting.owe() == 0
    noon.move_to(NOON + timedelta(hours=21))
    assert digesting.owe() == 1


def test_a_post_retracted_before_the_mail_went_is_told_of_no_more(noon, client):
    subscriber(noon, client)
    post = published()
    digesting.owe()
    publishing.retract(post=post, by=make.user(is_editor=True), reason="A mistake.")

    assert digests().get().status == "withdrawn"
    assert digesting.owe() == 0


def test_a_post_of_long_ago_is_not_told_of_late(noon, client):
    subscriber(noon, client)
    published()
    noon.shift(3 * DAY)
    assert digesting.owe() == 0


def test_no_sample_is_ever_mailed(noon, client):
    subscriber(noon, client)
    subscriber(noon, client, email="month@example.test", rhythm="monthly")
    make.sample()
    assert digesting.owe() == 0
    noon.move_to(datetime(2026, 12, 1, 17, tzinfo=UTC))
    assert digesting.owe() == 0


def test_once_a_month_all_of_the_month_in_one_mail(noon, client):
    subscriber(noon, client, rhythm="monthly")
    titles = [published(title=title).text.title for title in ("First of two", "Second of two")]
    assert digesting.owe() == 0
    noon.move_to(datetime(2026, 12, 1, 17, tzinfo=UTC))
    later = published(title="Of the next month")
    assert later

    assert digesting.owe() == 1
    assert digesting.owe() == 0
    body = digests().get().body
    assert all(title in body for title in titles)
    assert "Of the next month" not in body
    noon.move_to(datetime(2026, 12, 4, 17, tzinfo=UTC))
    assert digesting.owe() == 0


def test_a_thousand_readers_are_owed_in_few_questions(noon, client, django_assert_max_num_queries):
    reader = subscriber(noon, client)
    for number in range(30):
        contact = make.contact(phone="", email=f"reader{number}@example.test")
        Subscriber.objects.create(
            contact=contact, rhythm="each", asked_at=reader.asked_at, confirmed_at=reader.confirmed_at
        )
    published()
    with django_assert_max_num_queries(8):
        assert digesting.owe() == 31


# --- The way out -----------------------------------------------------------------------------------------------------


def test_a_mailbox_ends_it_by_one_post_without_a_cookie_or_a_sign_in(noon, client):
    reader = subscriber(noon, client)
    published()
    digesting.owe()
    address = digests().get().unsubscribe.partition("//")[2].partition("/")[2]

    assert client.get(f"/{address}").status_code == 200
    assert Subscriber.objects.get().ended_at is None
    answer = client.post(f"/{address}", {"List-Unsubscribe": "One-Click"})

    reader.refresh_from_db()
    assert answer.status_code == 200
    assert (reader.ending, digests().get().status) == ("left", "withdrawn")
    assert Consent.objects.get().withdrawn_at is not None
    assert client.post(f"/{address}").status_code == 200
    assert digesting.owe() == 0
    noon.shift(31 * DAY)
    subscribing.forget()
    assert not Subscriber.objects.exists()


def test_choices_are_changed_by_the_link_in_each_mail(noon, client):
    reader = subscriber(noon, client)
    address = subscribing.path(reader)
    saved = client.post(address, {"wants": ["events"], "rhythm": "monthly", "language": "es"}, follow=True)
    reader.refresh_from_db()
    assert (reader.wants, reader.rhythm, reader.language) == (["events"], "monthly", "es")
    assert saved.status_code == 200
    assert client.post(address, {"wants": [], "rhythm": "monthly", "language": "es"}).status_code == 422


@pytest.mark.parametrize("name", ["newsletter_choices", "newsletter_leave", "newsletter_confirm"])
def test_a_link_that_was_altered_leads_nowhere(noon, client, name):
    subscriber(noon, client)
    for key in ("x", "x:y", "a" * 300):
        assert client.post(reverse(f"advice:{name}", args=[key])).status_code == 404
    assert Subscriber.objects.get().ended_at is None


def test_an_address_whose_mail_server_refuses_us_for_good_gets_no_more(noon, client, monkeypatch):
    reader = subscriber(noon, client)
    Message.objects.filter(contact=reader.contact).update(status="sent")
    published()
    digesting.owe()
    refused = Outcome(Verdict.REFUSED, code="mail_recipient")
    monkeypatch.setattr(carriers.Sandbox, "send", lambda self, parcel: refused)
    sending.deliver_due()

    assert subscribing.end_bounced() == 1
    reader.refresh_from_db()
    assert reader.ending == "bounced"
    assert subscribing.end_bounced() == 0
    published()
    assert digesting.owe() == 0


def test_a_mail_that_came_back_later_ends_it_too(noon, client):
    reader = subscriber(noon, client)
    published()
    digesting.owe()
    Message.objects.filter(pk=digests().get().pk).update(status="sent")  # as a mail server leaves it
    recording.note_receipt(message_id=digests().get().pk, carrier_id="", status="undelivered", code="mail_bounced")

    assert subscribing.end_bounced() == 1
    reader.refresh_from_db()
    assert reader.ending == "bounced"


def test_who_asks_again_after_that_gets_another_try(noon, client):
    reader = subscriber(noon, client)
    subscribing.leave(subscriber=reader, ending="bounced")
    noon.shift(DAY)
    client.post("/newsletter/", FORM)
    reader.refresh_from_db()
    assert (reader.ended_at, reader.confirmed_at) == (None, None)
    client.post(link_in(Message.objects.latest("created_at")))
    assert Subscriber.objects.live().get() == reader


def test_a_link_to_say_yes_does_not_bring_back_who_left(noon, client):
    reader = subscriber(noon, client)
    link = link_in(Message.objects.earliest("created_at"))
    subscribing.leave(subscriber=reader)
    assert client.post(link).status_code == 410
    with pytest.raises(linking.LinkExpired):
        subscribing.asked(link.strip("/").rpartition("/")[2])


def test_the_desk_shows_numbers_and_no_address(noon, client):
    subscriber(noon, client)
    client.force_login(make.user(is_editor=True))
    page = client.get(reverse("column:subscribers")).content.decode()
    assert "<dd>1</dd>" in page
    assert "reader@" not in page
