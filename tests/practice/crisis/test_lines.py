"""The lines we give out: what is shown, and the mistakes that must never be printed."""

import pytest

from practice.crisis import lines

BOOK = lines.PATH.read_text(encoding="utf-8")


def values(**chosen):
    return {(line.id, channel.kind, channel.number) for line in lines.shown(**chosen) for channel in line.channels}


def line_called(name):
    return next(line for line in lines.book().lines if line.id == name)


def with_line(name, old, new):
    head, tail = BOOK.split(f'id = "{name}"', 1)
    assert old in tail
    return f'{head}id = "{name}"{tail.replace(old, new, 1)}'


def test_a_reader_in_the_states_gets_988_741741_and_911():
    assert {("us-988", "call", "988"), ("us-988", "text", "988")} <= values()
    assert ("us-crisis-text-line", "text", "741741") in values()
    assert ("us-911", "call", "911") in values()


def test_only_regions_with_shown_lines_can_be_chosen():
    assert [region.id for region in lines.regions()] == ["US", "GB", "IE", "INTL"]


def test_a_region_without_shown_lines_gets_the_directory_of_all_countries():
    for region in ("AU", "DE", "nowhere"):
        assert [line.id for line in lines.shown(region=region)] == ["intl-findahelpline"]


def test_britain_and_ireland_get_samaritans_by_phone():
    assert ("gb-samaritans", "call", "116123") in values(region="GB")
    assert ("ie-samaritans", "call", "116123") in values(region="IE")


def test_nothing_shown_is_known_from_memory_except_911():
    assert [line.id for line in lines.book().lines if line.show and line.certainty == "memory"] == ["us-911"]


def test_software_has_verified_nothing():
    assert not [line.id for line in lines.book().lines if line.last_verified_on or line.verified_by]


def test_no_hours_are_promised_for_trans_lifeline():
    line = line_called("us-trans-lifeline")
    assert "24" not in line.hours("en") + line.hours("es")


def test_the_ended_988_option_is_nowhere():
    assert "press 3" not in BOOK.lower()
    assert "PRIDE" not in BOOK


def test_the_old_number_is_known_and_hidden():
    assert "18002738255" in lines.known_numbers()
    assert not [v for v in values() if v[2] == "18002738255"]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("us-988", 'keyword = "press 2"', 'keyword = "press 3"'),
        ("us-988", 'keyword = "AYUDA"', 'keyword = "PRIDE"'),
        ("gb-samaritans", 'kind = "call"', 'kind = "text"'),
        ("gb-shout", 'value = "85258"', 'value = "741741"'),
        ("us-988-legacy", "show = false", "show = true"),
        ("gb-papyrus", "show = false", "show = true"),
        ("us-trans-lifeline", "Limited hours: call to hear when it is open", "24/7"),
        ("us-988", 'last_verified_on = ""', 'last_verified_on = "2026-11-21"'),
        ("us-988", 'verified_by = ""', 'verified_by = "someone"'),
        ("us-988", 'url = "https://', 'url = "http://'),
        ("us-988", 'kind = "call"', 'kind = "pigeon"'),
        ("us-veterans", 'id = "us-veterans"', 'id = "us-988"'),
        ("us-veterans", 'region = "US"', 'region = "XX"'),
    ],
)
def test_a_book_with_a_known_mistake_does_not_load(name, old, new):
    text = BOOK.replace(old, new, 1) if old.startswith("id =") else with_line(name, old, new)
    with pytest.raises(lines.BadLine):
        lines.read(text)


def test_channels_open_the_dialler_the_texts_or_a_page():
    text = line_called("us-crisis-text-line").channels[0]
    assert text.href == "sms:741741?body=HOME"
    hrefs = {channel.href for channel in line_called("us-988").channels}
    assert {"tel:988", "sms:988", "sms:988?body=AYUDA", "https://988lifeline.org/chat/"} <= hrefs
    assert line_called("us-dv-hotline").channels[0].href == "tel:18007997233"
    assert all(c.href.startswith(("tel:", "sms:", "https://")) for li in lines.book().lines for c in li.channels)


def test_a_spanish_reader_gets_the_spanish_channel_first_and_an_english_one_never_sees_it():
    spanish = line_called("us-crisis-text-line").channels_for("es")
    assert spanish[0].keyword == "AYUDA"
    assert "AYUDA" not in {c.keyword for c in line_called("us-988").channels_for("en")}


def test_abuse_gets_its_own_lines_first_and_danger_gets_the_emergency_number_first():
    assert lines.shown(kind="abuse")[0].id == "us-dv-hotline"
    assert lines.shown(kind="medical")[0].id == "us-911"
    assert lines.shown(kind="self")[0].id == "us-988"
    assert lines.shown(kind="self")[-1].id == "intl-findahelpline"


def test_a_box_holds_few_lines_and_always_the_emergency_number():
    for kind in (None, *lines.TOPICS):
        found = [line.id for line in lines.few(kind=kind)]
        assert "us-911" in found
        assert "us-988" in found
        assert len(found) <= 6


def test_every_shown_line_says_in_two_languages_whom_it_is_for():
    for line in lines.book().lines:
        if line.show:
            assert line.for_whom("en") != line.for_whom("es")
            assert line.hours("en")


def test_every_line_is_told_in_spanish_too_whether_it_is_shown_yet_or_not():
    """A person may verify a hidden one into sight at any moment."""
    for line in lines.book().lines:
        assert line.for_whom_es != line.for_whom_en, line.id
        for words in (line.hours_en, *(channel.note_en for channel in line.channels)):
            assert "memory" not in words, line.id
        for channel in line.channels:
            assert not channel.note_en or channel.note_es != channel.note_en, line.id
