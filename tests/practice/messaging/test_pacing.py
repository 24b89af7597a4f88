from collections import Counter
from functools import partial

import pytest

from practice.messaging import pacing, sending
from practice.messaging.models import Message
from tests import make
from tests.racing import race

NOW = "2026-11-25T18:00:00Z"


@pytest.fixture(autouse=True)
def _slow(settings, time_machine):
    settings.TEXTS_PER_SECOND = 3
    time_machine.move_to(NOW, tick=False)


def test_no_more_texts_leave_in_a_second_than_the_sender_may_send():
    assert pacing.turns("twilio", 7) == [0, 0, 0, 1, 1, 1, 2]
    assert pacing.turns("twilio", 3) == [2, 2, 3], "a second worker takes what the first has left"
    assert pacing.turns("another", 1) == [0]


def test_workers_that_ask_at_once_share_the_places():
    waits = race([partial(pacing.turns, "twilio", 4) for _ in range(6)], at_once=6)
    assert max(Counter(wait for some in waits for wait in some).values()) <= 3


def test_whoever_is_in_need_takes_a_place_and_does_not_wait():
    for _ in range(3):
        pacing.count_one("twilio")
    assert pacing.turns("twilio", 1) == [1]


def test_without_the_cache_each_process_paces_itself(monkeypatch):
    def broken(*arguments):
        raise ConnectionError

    monkeypatch.setattr(pacing, "cache", type("Gone", (), {"add": broken, "get_many": broken, "set": broken})())
    assert pacing.turns("alone", 4) == [0, 0, 0, 1]
    assert pacing.open_channels() == ["text", "mail"]
    pacing.stop("text")


def test_a_claim_is_no_larger_than_two_seconds_of_sending(settings):
    assert pacing.room(48) == 6
    settings.TEXTS_PER_SECOND = 0
    assert pacing.room(48) == 48
    assert pacing.turns("twilio", 50) == [0.0] * 50


@pytest.mark.django_db
def test_crisis_lines_go_before_reminders_and_wait_for_no_turn(settings, monkeypatch, twilio):
    settings.TEXTS_PER_SECOND, waited = 1, []
    monkeypatch.setattr(sending.time, "sleep", waited.append)
    reminder = make.message(priority=Message.Priority.REMINDER)
    crisis = make.message(priority=Message.Priority.CRISIS)
    sending.deliver_due()
    assert {text["to"] for text in twilio.messages} == {reminder.to, crisis.to}
    assert [round(seconds) for seconds in waited] == [1]
