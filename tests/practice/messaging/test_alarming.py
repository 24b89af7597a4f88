import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from practice.messaging import alarming, consenting, measuring, sending
from practice.messaging.models import Incident, Message
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
Status = Message.Status
URL = "/desk/texts/figures/"
DESK = (
    "desk:home", "texts:list", "alerts:list", "column:letters", "column:posts", "diary:intakes", "diary:appointments",
)  # fmt: skip


def ended(status, *, number=1, reason="", **ago):
    for _ in range(number):
        at = make.ago(**(ago or {"minutes": 10}))
        fields = {"claim": uuid.uuid4(), "claimed_at": at - timedelta(seconds=4), "settled_at": at}
        make.aged(make.message(), status=status, reason=reason, **fields)


def names():
    return [alarm.name for alarm in alarming.alarms()]


def test_when_all_is_well_nothing_is_said():
    ended(Status.DELIVERED, number=5)
    ended(Status.UNDELIVERED, number=4)
    make.message()
    assert names() == []


def test_something_due_for_five_minutes_is_an_alarm():
    make.aged(make.message(), send_at=make.ago(minutes=6))
    assert names() == ["late"]


def test_refused_credentials_are_an_alarm_and_stop_the_sender(twilio):
    twilio.faults.extend(["401"])
    make.due_messages(1)
    sending.deliver_due()
    assert names() == ["refused"]
    make.due_messages(2)
    assert sending.deliver_due() == 0, "nothing runs into the same wall"
    cache.clear()
    assert sending.deliver_due() == 2


def test_mail_goes_while_texts_are_stopped(twilio):
    twilio.faults.extend(["401"])
    make.due_messages(1)
    sending.deliver_due()
    make.message(make.contact(phone="", email="a@example.test"), channel="mail")
    make.message()
    assert sending.deliver_due() == 1


def test_a_jump_of_failures_is_an_alarm_and_the_usual_share_is_not():
    ended(Status.UNDELIVERED, number=6)
    ended(Status.DELIVERED, number=6)
    assert names() == ["failing"]
    ended(Status.UNDELIVERED, number=6, days=2)
    ended(Status.DELIVERED, number=6, days=2)
    assert names() == []


def test_the_owners_get_one_mail_for_each_thing_that_begins_to_be_wrong():
    owner, _editor = make.user(is_owner=True), make.user(is_editor=True)
    late = make.aged(make.message(), send_at=make.ago(hours=2))
    now = timezone.now()
    for minutes in (0, 1, 25, 50, 75, 300):  # it never stops for half an hour but the last time, when it begins anew
        assert alarming.tell_owners(now=now + timedelta(minutes=minutes)) == 1
        mails = Message.objects.filter(topic="alarm:late")
        assert mails.count() == 1 + (minutes == 300)
    assert {(mail.to, mail.channel) for mail in mails} == {(owner.email, "mail")}
    sending.withdraw(topic=late.topic)
    assert alarming.tell_owners(now=now + timedelta(minutes=301)) == 0
    latest = Incident.objects.first()
    assert (latest.name, latest.seen_at) == ("late", now + timedelta(minutes=300))


@pytest.mark.django_db(transaction=True)
def test_two_watchers_at_once_tell_once():
    make.user(is_owner=True)
    make.aged(make.message(), send_at=make.ago(hours=2))
    race([partial(alarming.tell_owners, now=timezone.now().replace(second=30))] * 4)
    assert Message.objects.filter(topic="alarm:late").count() == 1


def test_every_page_of_the_desk_shows_the_alarm(client):
    client.force_login(make.user(is_front_desk=True, is_editor=True, is_owner=True))
    pages = [reverse(name) for name in DESK]
    for page in pages:
        assert "Texts are late" not in client.get(page).content.decode()
    make.aged(make.message(), send_at=make.ago(minutes=6))
    for page in [*pages, URL]:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert answer.content.decode().count("Texts are late") == 1, page


def test_the_alarms_are_asked_for_once_for_many_pages(settings, django_assert_num_queries):
    settings.ALARMS_SHOWN_FOR = 20
    alarming._here.clear()
    assert alarming.shown() == []
    make.aged(make.message(), send_at=make.ago(minutes=6))
    with django_assert_num_queries(0):
        assert alarming.shown() == []
    settings.ALARMS_SHOWN_FOR = 0
    with django_assert_num_queries(4):
        assert [alarm.name for alarm in alarming.shown()] == ["late"]


def test_no_public_page_shows_an_alarm(client):
    make.aged(make.message(), send_at=make.ago(minutes=6))
    assert "Texts are late" not in client.get("/").content.decode()


def test_each_day_says_how_many_arrived_how_fast_and_who_ended_them():
    ended(Status.DELIVERED, number=3, seconds=1)
    ended(Status.FAILED, seconds=1)
    consenting.opt_out(number=make.mobile())
    *earlier, today = measuring.days()
    assert len(earlier) == 13
    assert (today.ended, today.delivery_rate, today.wait, today.opt_outs) == (4, 75, 4, 1)
    assert {day.ended for day in earlier} == {0}


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_figures_ask_the_database_as_often_for_many_as_for_none(client, django_assert_max_num_queries, number):
    client.force_login(make.user(is_front_desk=True))
    ended(Status.DELIVERED, number=number, seconds=1)
    with django_assert_max_num_queries(10):
        page = client.get(URL).content.decode()
    assert ("percent" in page) is bool(number)


def test_only_those_who_handle_clients_see_the_figures(client):
    assert client.get(URL).status_code == 302
    client.force_login(make.user(is_editor=True))
    assert client.get(URL).status_code == 403


@pytest.mark.parametrize("model", ["contact", "consent", "optout", "message", "inboundtext"])
def test_the_admin_looks_things_up_and_changes_nothing(admin_client, model):
    message = make.message()
    consenting.opt_out(number=message.to)
    page = admin_client.get(f"/admin/messaging/{model}/")
    assert page.status_code == 200
    assert admin_client.get(f"/admin/messaging/{model}/add/").status_code == 403
    one = admin_client.get(f"/admin/messaging/message/{message.pk}/change/").content.decode()
    assert message.body not in one
    assert message.to not in one
