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


def test_it_pages_again_every_ten_minutes_six_times_at_most(on_call, time_machine):
    start = timezone.now()
    alert(minutes=6)
    paged = []
    for minute in range(0, 120, 2):
        time_machine.move_to(start + minute * MINUTE, tick=False)
        paged += [minute] * paging.page()
    assert paged == [0, 10, 20, 30, 40, 50]


def test_an_acknowledged_alert_pages_nobody(on_call):
    taken = alert(minutes=6)
    alerting.acknowledge(alert=taken, user=on_call.user)
    assert paging.page() == 0


def test_whose_turn_is_over_is_not_paged(on_call):
    Rota.objects.update(ends_at=make.ago(minutes=1))
    alert(minutes=6)
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
        Rota(user=make.user(), number="at home", starts_at=now, ends_at=now + MINUTE).full_clean()
