from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from practice.crisis import alerting, screening
from practice.crisis.models import Alert
from practice.messaging import lengths, paging, sending
from practice.messaging.models import Message
from practice.staff.models import Rota
from tests import make

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PAGER = "+13125550199"


def alert(*, minutes):
    found = screening.screen("I want to kill myself tonight")
    raised = alerting.raise_alert(screening=found, text="I want to kill myself tonight", source_label="letter")
    return make.aged(raised, created_at=make.ago(minutes=minutes))


@pytest.fixture
def on_call():
    now = timezone.now()
    user = make.user(is_on_call=True)
    return Rota.objects.create(user=user, number=PAGER, starts_at=now - 600 * MINUTE, ends_at=now + 600 * MINUTE)


def pages():
    return Message.objects.filter(topic__startswith="page:").order_by("created_at")


def test_until_staff_set_a_rota_nobody_is_paged():
    alert(minutes=10)
    assert paging.page() == 0
    assert not pages().exists()


def test_an_alert_nobody_took_in_five_minutes_pages_whoever_is_on_call(on_call, twilio):
    alert(minutes=4)
    assert paging.page() == 0
    late = alert(minutes=6)
    assert paging.page() == 1
    assert paging.page() == 0, "asked twice in a minute, it pages once"
    sending.deliver_due()
    (text,) = twilio.to(PAGER)
    assert str(late.pk) in text["body"]
    assert "kill" not in text["body"]


def test_a_page_is_a_text_and_a_mail_and_neither_says_a_word_of_it(on_call, twilio):
    late = alert(minutes=6)
    paging.page()
    mail = pages().get(channel="mail")
    assert mail.recipient == on_call.user.email
    sending.deliver_due()
    mail.refresh_from_db()
    assert (mail.status, mail.recipient) == ("delivered", "")
    (text,) = twilio.to(PAGER)
    for said in (text["body"], mail.subject + mail.body):
        assert "someone waits" in said
        assert not [word for word in ("kill", "crisis", "alert raised", "letter") if word in said]
    assert f"/desk/alerts/{late.pk}/" in mail.body


def paged_over(minutes, time_machine):
    """Who was texted at which minute, where the watch looks every two minutes."""
    start, told = timezone.now(), {}
    for minute in range(0, minutes, 2):
        time_machine.move_to(start + minute * MINUTE, tick=False)
        known = set(pages().values_list("pk", flat=True))
        paging.page()
        told.update((minute, page.recipient) for page in pages().filter(channel="text").exclude(pk__in=known))
    return told


def test_one_person_is_paged_again_every_five_minutes_for_an_hour_at_most(on_call, time_machine):
    alert(minutes=6)
    told = paged_over(140, time_machine)
    assert list(told)[:4] == [0, 6, 12, 18]
    assert len(told) == paging.MOST == 12
    assert set(told.values()) == {PAGER}


def test_then_the_next_person_is_paged_and_after_the_last_the_first_again(on_call, time_machine):
    now = timezone.now()
    second, coming, much_later = "+13125550198", "+13125550197", "+13125550196"
    for number, begins in ((coming, 120), (second, -1), (much_later, 60 * 25)):
        times = {"starts_at": now + begins * MINUTE, "ends_at": now + (begins + 600) * MINUTE}
        Rota.objects.create(user=make.user(is_on_call=True), number=number, **times)
    alert(minutes=6)
    assert list(paged_over(24, time_machine).values()) == [PAGER, second, coming, PAGER]


def test_whoever_has_two_turns_is_one_person(on_call, time_machine):
    times = {"starts_at": on_call.ends_at, "ends_at": on_call.ends_at + 60 * MINUTE}
    Rota.objects.create(user=on_call.user, number="+13125550198", **times)
    alert(minutes=6)
    assert set(paged_over(24, time_machine).values()) == {PAGER}


def test_an_acknowledged_alert_pages_nobody(on_call):
    taken = alert(minutes=6)
    alerting.acknowledge(alert=taken, user=on_call.user)
    assert paging.page() == 0


def test_whose_turn_is_over_is_not_paged_nor_anyone_before_their_turn_while_nobody_is_on_call(on_call):
    now = timezone.now()
    Rota.objects.update(ends_at=make.ago(minutes=1))
    times = {"starts_at": now + 60 * MINUTE, "ends_at": now + 120 * MINUTE}
    Rota.objects.create(user=make.user(), number="+13125550198", **times)
    alert(minutes=6)
    assert paging.page() == 0


def test_the_watch_that_was_down_pages_once_and_not_for_each_step_it_missed(on_call):
    alert(minutes=45)
    assert paging.page() == 1
    assert paging.page() == 0


def test_a_page_goes_at_night_and_before_all_but_crisis_lines(on_call, twilio, time_machine):
    time_machine.move_to("2026-11-25T09:00:00Z", tick=False)  # 3:00 in Chicago
    Rota.objects.update(starts_at=make.ago(hours=1), ends_at=timezone.now() + 60 * MINUTE)
    make.message(send_at=make.ago(minutes=1), priority=Message.Priority.REMINDER)
    alert(minutes=6)
    paging.page()
    sending.deliver_due()
    assert [text["to"] for text in twilio.messages] == [PAGER]


def test_a_page_is_one_part_and_names_nobody():
    assert lengths.fits_one_part(paging.words(Alert()))


def test_a_number_that_cannot_be_read_is_not_put_on_the_rota():
    now = timezone.now()
    with pytest.raises(ValidationError, match="area code"):
        Rota(user=make.user(is_on_call=True), number="at home", starts_at=now, ends_at=now + MINUTE).full_clean()


def test_nobody_is_put_on_the_rota_who_could_not_open_the_alert():
    now = timezone.now()
    turn = Rota(user=make.user(is_front_desk=True), number="(312) 555-0199", starts_at=now, ends_at=now + MINUTE)
    with pytest.raises(ValidationError, match="on call"):
        turn.full_clean()
    turn.user.is_on_call = True
    turn.full_clean()
