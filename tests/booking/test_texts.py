"""Every text of the diary: one part, neutral, and with the words it needs."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from booking import clocks, texts
from practice.messaging import keywords, lengths
from tests import make

LINK = "https://office.harbor-lane-practice.example/es/a/" + "x" * 22 + "/all/"
# 10:30 PM in New York and double figures everywhere: as long as a time can be.
LATE = datetime(2026, 11, 26, 3, 30, tzinfo=UTC)
SEVERAL = [LATE, LATE + timedelta(minutes=50), LATE + timedelta(hours=14)]
NEUTRAL = re.compile(
    r"therap|counsel|psych|mental|clinic|doctor|patient|session|matchmaking|terapi|consejer|psico|salud|doctor|pacient|sesi",
    re.IGNORECASE,
)
US_ZONES = [zone for zones in texts.ZONES.values() for zone in zones]


def every_text(zones):
    for kind, language, zone in product(texts.TEXTS, ("en", "es"), zones):
        yield kind, texts.text(kind, language=language, zone=zone, starts_at=LATE, times=SEVERAL, link=LINK, number=12)


@pytest.mark.parametrize("short_name", ["Harbor Lane", "The Harbor Lane Practice"])
def test_every_text_is_one_part_and_neutral_also_with_long_names(settings, short_name):
    settings.PRACTICE = settings.PRACTICE | {"short_name": short_name}
    for kind, text in every_text([*US_ZONES, "America/Argentina/ComodRivadavia", "America/North_Dakota/New_Salem"]):
        assert lengths.fits_one_part(text), (len(text), text)
        assert not NEUTRAL.search(text), text
        assert (
            kind in {"declined", "canceled", "reminder", "confirmed", "together", "together_several", "none"}
            or LINK in text
        )


def test_every_text_fits_in_every_zone_there_is():
    for _kind, text in every_text(clocks.zones()):
        assert lengths.fits_one_part(text), (len(text), text)


def test_usual_names_get_the_friendly_wording():
    text = texts.text("booked", language="en", zone="America/New_York", starts_at=LATE, link=LINK)
    assert text == f"Harbor Lane: see you Wed, Nov 25, 10:30 PM Eastern time. To move or cancel: {LINK}"


def test_a_reminder_asks_for_c_or_x_and_never_for_a_word_that_carriers_act_on():
    for language, words in (
        ("en", "Reply C to confirm, X to change."),
        ("es", "Responda C para confirmar, X para cambiar."),
    ):
        assert texts.text("reminder", language=language, zone="America/Chicago", starts_at=LATE).endswith(words)
    for _kind, text in every_text(["America/Chicago"]):
        assert not re.search(r"\b(CANCEL|YES|STOP|END|QUIT)\b", text)
        assert keywords.read("C") is keywords.read("X") is None


def test_an_unknown_language_is_answered_in_english():
    assert texts.text("none", language="fr").startswith("Harbor Lane: we find no")


@pytest.mark.django_db
@pytest.mark.usefixtures("a_monday_morning")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_mail_is_neutral_and_complete(language):
    booked = make.appointment(client=make.client(language=language, name="Ana {phone} %s"))
    for kind in texts.MAILS:
        told = {"language": language, "zone": "America/New_York", "starts_at": booked.starts_at, "link": LINK}
        mail = texts.mail(kind, name="Ana {phone} %s", **told)
        assert not NEUTRAL.search(mail.subject + mail.body), mail
        assert "\n" not in mail.subject
        assert "Ana {phone} %s" in mail.body
        assert booked.clinician.name not in mail.body
        assert kind in {"waiting", "proposed", "elsewhere"} or "Oct 21" in mail.subject or "21 oct" in mail.subject
