"""The screen of a conversation: turns read joined, and less is enough once there has been a hit."""

import pytest

from practice.crisis import judging, screening, weighing
from practice.crisis.screening import Screening


@pytest.fixture
def no_learning(monkeypatch, tmp_path):
    monkeypatch.setattr(weighing, "PATH", tmp_path / "nothing.npz")
    weighing.model.cache_clear()
    yield
    weighing.model.cache_clear()


def test_no_turns_are_no_hit_and_one_turn_is_screened_as_itself():
    assert screening.screen_conversation([]) == Screening()
    assert screening.screen_conversation(["I want to die"]) == screening.screen("I want to die")


@pytest.mark.parametrize(
    ("turns", "kind"),
    [
        (["I just really want to", "die"], "self"),
        (["hi", "he said that if I leave", "he will kill me"], "abuse"),
        (["es que yo ya no quiero", "vivir"], "self"),
    ],
)
def test_danger_spread_over_turns_is_heard(turns, kind):
    heard = [screening.screen_conversation(turns[:n]) for n in range(1, len(turns) + 1)]
    assert kind in {found.kind for found in heard if found.is_hit}


def test_what_no_turn_says_alone_is_heard_in_them_together(no_learning):
    turns = ["I want to", "die"]
    assert [screening.screen(turn).is_hit for turn in turns] == [False, False]
    assert screening.screen_conversation(turns).kind == "self"


def test_a_turn_before_the_last_three_is_no_longer_read(no_learning):
    assert screening.screen_conversation(["I want to", "die"]).is_hit
    assert not screening.screen_conversation(["I want to", "", "", "die"]).is_hit


def test_what_was_already_heard_is_not_heard_again(no_learning):
    assert not screening.screen_conversation(["I want to die", "what are your opening hours"]).is_hit


def test_joined_turns_can_raise_a_check_in_to_act_now(no_learning):
    turns = ["I want to die", "tonight"]
    assert screening.screen(turns[0]).tier == "check_in"
    assert screening.screen_conversation(turns).is_urgent


def test_after_a_hit_less_is_enough_and_never_more():
    doubtful = []
    for text in (f"{who} {what}" for who in ("I", "everything", "today I") for what in WORDS):
        calm, alert = screening.screen(text), screening.screen(text, alert=True)
        assert alert.is_hit or not calm.is_hit
        doubtful.append(alert.is_hit and not calm.is_hit)
    assert any(doubtful)
    assert judging.LOWERED > 0


WORDS = (
    "am so very tired",
    "feel heavy and far away",
    "gave my cat to my neighbor",
    "am not sure any more",
    "see no light",
    "stopped planning things",
    "like coffee",
    "don't matter to them",
    "am nothing but trouble",
    "am calm now, it is settled",
)
