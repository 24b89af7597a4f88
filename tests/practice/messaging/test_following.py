import uuid

import pytest

from practice.messaging import carriers, following, sending, tasks
from practice.messaging.models import Message
from tests import make

pytestmark = pytest.mark.django_db
Status = Message.Status


@pytest.fixture
def silent(twilio):
    """A text the carrier took an hour ago, whose receipts were lost."""
    message = make.message()
    sending.deliver_due()
    return make.aged(message, asked_at=make.ago(hours=1, minutes=1), claimed_at=make.ago(hours=1, minutes=1))


def test_a_text_whose_receipts_were_lost_is_asked_after(silent, twilio):
    twilio.messages[0]["status"], twilio.messages[0]["error_code"] = "undelivered", 30006
    assert following.follow() == 1
    silent.refresh_from_db()
    assert (silent.status, silent.reason) == (Status.UNDELIVERED, "30006")
    assert silent.settled_at


def test_what_is_still_on_its_way_is_asked_after_again_an_hour_later(silent, twilio):
    assert (following.follow(), following.follow()) == (0, 0)
    assert twilio.requests["fetch"] == 1
    twilio.messages[0]["status"] = "delivered"
    make.aged(silent, asked_at=make.ago(hours=2))
    assert following.follow() == 1


def test_a_text_fresh_from_the_carrier_is_left_alone(twilio):
    make.message()
    sending.deliver_due()
    following.follow()
    assert twilio.requests["fetch"] == 0


def test_where_nobody_ever_says_more_sent_is_all_there_is(silent, twilio):
    twilio.messages[0]["status"] = "sent"
    make.aged(silent, claimed_at=make.ago(hours=27))
    tasks.resolve()
    silent.refresh_from_db()
    assert silent.status == Status.SENT
    assert silent.settled_at
    assert not Message.objects.needing_attention().exists()


def test_a_carrier_that_does_not_answer_changes_nothing(silent, twilio):
    twilio.messages.clear()
    assert following.follow() == 0
    silent.refresh_from_db()
    assert silent.status == Status.ACCEPTED


@pytest.mark.parametrize("carrier", [carriers.Sandbox(), carriers.Nobody(), carriers.Mail()])
def test_the_others_know_no_more(carrier):
    with pytest.raises(carriers.Unanswered):
        carrier.state(str(uuid.uuid4()))
