"""The words we answer with: fixed, in two languages, the emergency number first where a body is in danger."""

import pytest

from practice.crisis import lines, responding
from practice.crisis.screening import KINDS, Screening

GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
WATCHES = ("unseen", "watched", "later", "unknown")
SITUATIONS = [
    Screening(kind, tier)
    for kind in KINDS
    for tier in ((None,) if kind in ("none", "bereaved") else ("act_now", "check_in"))
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("screening", SITUATIONS, ids=lambda s: f"{s.kind}-{s.tier}")
def test_every_situation_has_words_and_lines(screening, language):
    said = responding.response(screening, language)

    assert said.heading
    assert said.paragraphs
    assert {"us-911", "us-988"} <= {line.id for line in said.lines}
    assert said.language == language


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_by_text_is_one_part_and_names_a_line(kind, language):
    text = responding.reply_text(Screening(kind, None), language)

    assert len(text) <= 160
    assert set(text) <= GSM7
    assert "988" in text or "1-800-799-7233" in text


def test_a_body_in_danger_gets_911_first():
    said = responding.response(Screening("medical", "act_now"))

    assert said.emergency_first
    assert said.lines[0].id == "us-911"
    assert "911" in said.heading
    assert responding.reply_text(Screening("medical", "act_now")).startswith("Call 911")


def test_a_check_in_asks_one_question_with_three_ways_to_answer():
    for language in ("en", "es"):
        said = responding.response(Screening("self", "check_in"), language)
        assert said.question.endswith("?")
        assert [choice.name for choice in said.choices] == ["safe", "unsure", "now"]
    assert not responding.response(Screening("self", "act_now")).choices


def test_a_text_to_someone_hurt_at_home_says_nothing_of_it():
    for language in ("en", "es"):
        text = responding.reply_text(Screening("abuse", "act_now"), language).lower()
        assert not [
            word for word in ("abuse", "violence", "partner", "maltrato", "violencia", "pareja") if word in text
        ]


def test_an_unknown_language_is_answered_in_english():
    assert responding.response(Screening("self", "act_now"), "fr").language == "en"
    assert responding.reply_text(Screening("self", "act_now"), "es-MX").startswith("Gracias")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("screening", SITUATIONS, ids=lambda s: f"{s.kind}-{s.tier}")
def test_a_reader_of_another_country_is_given_no_number_of_the_states(screening, language):
    for region in ("GB", "INTL"):
        said = responding.response(screening, language, region)
        choices = [words for choice in said.choices for words in (choice.heading, *choice.paragraphs)]
        words = " ".join([said.heading, *said.paragraphs, *choices, responding.reply_text(screening, language, region)])
        assert not [number for number in ("988", "911", "741741", "1-800", "88788") if number in words]
        assert not said.has_911


def test_each_answer_to_the_question_leads_somewhere():
    safe, unsure, now = responding.response(Screening("self", "check_in")).choices
    assert "go on" in safe.paragraphs[0]
    assert unsure.heading == "You do not have to be sure"
    assert now.heading == responding.response(Screening("self", "act_now")).heading


def test_who_may_see_it_is_said_of_a_hit_and_never_promised():
    said = {watch: responding.response(Screening("self", "act_now"), watch=watch).watch for watch in WATCHES}
    assert len(set(said.values())) == len(WATCHES)
    assert "cannot see who you are" in said["unseen"]
    for watch in ("watched", "later", "unknown"):
        assert "do not wait for us" in said[watch]
    assert responding.response(Screening("bereaved")).watch == ""


def test_every_number_in_the_words_stands_in_the_book_of_lines():
    known = lines.known_numbers()
    for kind in KINDS:
        for language in ("en", "es"):
            text = responding.reply_text(Screening(kind, None), language)
            for word in text.replace(",", " ").replace(".", " ").split():
                if word.replace("-", "").isdigit() and len(word) > 2:
                    assert word.replace("-", "") in known, word
