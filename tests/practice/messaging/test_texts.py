import pytest

from practice.crisis import responding
from practice.messaging import lengths, texts

LONGEST_NAME = "Northwestern Riverside"


@pytest.fixture(autouse=True)
def _longest_name(settings):
    settings.PRACTICE = settings.PRACTICE | {
        "short_name": LONGEST_NAME,
        "hours": "Mon-Fri 09:00-17:00, Sat 10:00-12:00",
    }


@pytest.mark.parametrize("key", sorted(texts.all_replies()))
def test_every_fixed_text_is_one_part_in_each_language(key):
    text = texts.reply(*key)
    assert lengths.fits_one_part(text), (len(text), text)


def test_every_text_stands_in_both_languages():
    kinds = {kind for kind, _language in texts.all_replies()}
    assert set(texts.all_replies()) == {(kind, language) for kind in kinds for language in texts.LANGUAGES}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_help_always_names_988_and_how_to_stop(language):
    assert "988" in texts.reply("help", language)
    assert "STOP" in texts.reply("help", language)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_text_of_ours_says_what_the_practice_is_for(language):
    words = " ".join(texts.reply(kind, language).lower() for kind, lang in texts.all_replies() if lang == language)
    for telling in ("therap", "terapia", "counsel", "mental", "psych", "psic", "clinic"):
        assert telling not in words


@pytest.mark.parametrize("kind", list(responding.words()["texts"]["en"]))
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_crisis_words_are_one_part_too(kind, language):
    assert lengths.fits_one_part(responding.words()["texts"][language][kind])


def test_the_wording_carriers_ask_for_is_all_there():
    wording = texts.consent_wording("opt_in", "en")
    for needed in ("STOP", "HELP", "frequency", "rates may apply", "not a condition", "share or sell"):
        assert needed in wording


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ñ" * 160, 1),
        ("í" * 70, 1),
        ("í" * 71, 2),
        ("í" * 134, 2),
        ("í" * 135, 3),
        ("🌱" * 35, 1),
        ("🌱" * 36, 2),
        ("\ud800", 1),
    ],
)
def test_parts_are_counted_as_carriers_count_them(text, parts):
    assert lengths.segments(text) == parts


@pytest.mark.parametrize(
    ("text", "plain"), [("Óscar, aquí: ‘sí’…", "Oscar, aqui: 'si'..."), ("mañana é", "mañana é"), ("你好 í", "你好 í")]
)
def test_text_is_folded_only_where_that_makes_it_fit(text, plain):
    assert lengths.folded(text) == plain
