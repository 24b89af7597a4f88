from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice.links import linking
from practice.messaging import consenting, texts
from practice.messaging.models import Consent, Contact, Message, OptOut
from practice.refusals import Refused
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db


def say(contact, body):
    contact.refresh_from_db()
    return consenting.reply(contact=contact, body=body, message_sid="SM1")


# --- Contacts --------------------------------------------------------------------------------------------------------


def test_one_number_is_one_contact_however_it_is_written():
    first = consenting.contact_for(phone="(312) 555-0143", name="Alex")
    again = consenting.contact_for(phone="+1 312 555 0143", time_zone="America/Los_Angeles", language="es")

    assert first == again
    assert (again.name, again.time_zone, again.language) == ("Alex", "America/Los_Angeles", "es")


@pytest.mark.django_db(transaction=True)
def test_rivals_make_one_contact():
    found = race([partial(consenting.contact_for, phone="312 555 0143") for _ in range(8)])
    assert len({contact.pk for contact in found}) == 1


def test_an_address_alone_is_one_contact():
    assert consenting.contact_for(email="Alex@Example.test ") == consenting.contact_for(email="alex@example.test")


def test_who_types_anothers_number_does_not_get_their_mail():
    theirs = make.contact(name="Robin")
    make.message(theirs)

    found = consenting.contact_for(phone=theirs.number, email="nosy@example.test", name="Nosy")

    assert found == theirs
    assert (found.email, found.name) == ("", "Robin")


def test_who_knows_anothers_address_does_not_get_their_texts():
    theirs = make.contact(email="robin@example.test")

    assert consenting.contact_for(email="robin@example.test") != theirs


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, consenting.NoWayToReach),
        ({"phone": " "}, consenting.NoWayToReach),
        ({"phone": "12"}, consenting.NumberUnreadable),
        ({"phone": "\x00"}, consenting.NumberUnreadable),
        ({"phone": "🌱" * 50_000}, consenting.NumberUnreadable),
    ],
)
def test_a_contact_that_cannot_be_reached_is_refused(given, refusal):
    with pytest.raises(refusal):
        consenting.contact_for(**given)
    assert not Contact.objects.exists()


def test_a_foreign_zone_or_language_that_nobody_knows_is_not_taken_over():
    contact = consenting.contact_for(phone=make.mobile(), time_zone="Mars/Olympus", language="xx")
    assert (contact.time_zone, contact.language) == ("America/New_York", "en")


def test_a_toll_free_number_is_never_texted():
    contact = consenting.contact_for(phone="+18005550143")
    make.agree(contact)
    assert not contact.may_be_texted


def test_nobody_is_texted_without_consent():
    contact = make.contact(agrees=False)
    assert not contact.may_be_texted
    make.agree(contact)
    assert contact.may_be_texted


def test_a_consent_keeps_the_words_and_is_kept_once():
    contact = make.contact()
    make.agree(contact)
    consent = Consent.objects.get()
    assert consent.wording == texts.consent_wording("opt_in", "en")
    assert (consent.version, consent.source) == (texts.CONSENT_VERSION, "test")


def test_staff_who_enter_a_consent_say_how_it_was_given():
    contact, user = make.contact(agrees=False), make.user()
    with pytest.raises(IntegrityError, match="consent_entered_by_staff_says_how"), transaction.atomic():
        consenting.consent(contact=contact, channel="text", wording="x", version="1", source="desk", entered_by=user)


def test_numbers_and_names_lie_encrypted_in_the_database():
    from django.db import connection

    make.contact(phone="+13125550143", email="alex@example.test", name="Alexandria")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM messaging_contact")
        row = str(cursor.fetchall())
    assert not [word for word in ("5550143", "example.test", "Alexandria") if word in row]


# --- STOP, START, HELP -----------------------------------------------------------------------------------------------


def test_one_stop_ends_every_text_and_is_confirmed_once():
    contact = make.contact()
    owed = make.message(contact, send_at=contact.now() + timedelta(days=1), hours=30)

    assert say(contact, "please stop texting me") == texts.reply("stopped", "en")
    assert say(contact, "STOP") is None

    owed.refresh_from_db()
    assert (owed.status, owed.reason) == (Message.Status.WITHDRAWN, "opted_out")
    assert not contact.may_be_texted
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert OptOut.objects.get().source == OptOut.Source.WORDS


@pytest.mark.parametrize(
    ("body", "source"), [("ALTO", "keyword"), ("wrong number", "wrong_number"), ("deja de escribirme", "words")]
)
def test_a_stop_says_in_which_way_it_came(body, source):
    say(make.contact(), body)
    assert OptOut.objects.get().source == source


def test_a_stop_holds_for_a_number_we_know_nothing_else_of():
    assert consenting.opt_out(number="+13125550143")
    contact = make.contact(phone="+13125550143")
    assert contact.opted_out
    assert not contact.may_be_texted


def test_only_their_own_start_ends_a_stop():
    contact = make.contact()
    say(contact, "STOP")
    make.agree(contact)
    assert not contact.may_be_texted

    assert say(contact, "START") == texts.reply("started", "en")

    assert contact.may_be_texted
    assert OptOut.objects.get().ended_at


def test_yes_is_a_start_only_after_a_stop():
    contact = make.contact()
    assert say(contact, "YES") is None
    say(contact, "STOP")
    assert say(contact, "Sí") == texts.reply("started", "es")


def test_help_answers_in_the_language_of_the_word():
    contact = make.contact()
    assert say(contact, "HELP") == texts.reply("help", "en")
    assert say(contact, "AYUDA") == texts.reply("help", "es")
    assert contact.may_be_texted


@pytest.mark.parametrize("body", ["C", "X", "thanks", "see you then"])
def test_everything_else_is_for_others_to_answer(body):
    assert say(make.contact(), body) is None


@pytest.mark.django_db(transaction=True)
def test_a_stop_said_twice_at_once_is_one_stop():
    contact = make.contact()
    results = race([partial(consenting.opt_out, number=contact.number) for _ in range(6)])
    assert sorted(results) == [False] * 5 + [True]
    assert OptOut.objects.count() == 1


# --- Preferences -----------------------------------------------------------------------------------------------------


def prefer(contact, **chosen):
    return consenting.prefer(contact=contact, **{"wants_texts": True, "wants_mail": True, "language": "en"} | chosen)


def test_neither_is_a_choice_and_ends_what_is_owed():
    contact = make.contact(email="alex@example.test")
    owed = [make.message(contact), make.message(contact, channel="mail")]

    prefer(contact, wants_texts=False, wants_mail=False)

    assert not contact.may_be_texted
    assert not contact.may_be_mailed
    assert {type(m).objects.get(pk=m.pk).status for m in owed} == {Message.Status.WITHDRAWN}


def test_choosing_texts_is_a_consent_but_not_a_start():
    contact = make.contact(agrees=False)
    prefer(contact)
    assert contact.may_be_texted
    consenting.opt_out(number=contact.number)
    prefer(contact)
    assert not contact.may_be_texted


def test_a_preferences_link_is_the_contacts_own():
    contact = make.contact(language="es")
    link = consenting.preferences_link(contact)
    assert link.startswith("http://localhost:8000/es/texts/")
    assert linking.subject_of(link.rstrip("/").rpartition("/")[2], purpose="preferences") == str(contact.pk)


def test_a_clock_is_brought_forward_in_the_demonstration_alone(settings):
    settings.DEMO = False
    with pytest.raises(Refused):
        consenting.bring_forward(contact=make.contact(), by=timedelta(hours=1))


# --- Hours -----------------------------------------------------------------------------------------------------------

ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "America/Phoenix",
    "America/St_Johns",
    "Pacific/Guam",
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("week", [datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC)])
def test_no_hour_of_a_change_week_moves_a_reminder_into_the_night(zone, week):
    contact = Contact(time_zone=zone)
    for step in range(0, 4 * 24 * 60, 17):
        moment = week + timedelta(minutes=step)
        later, earlier = consenting.not_before(moment, contact=contact), consenting.not_after(moment, contact=contact)
        assert earlier <= moment <= later
        assert later - moment <= timedelta(hours=12)
        assert moment - earlier <= timedelta(hours=13)
        for moved in (later, earlier):
            assert time(8) <= moved.astimezone(ZoneInfo(zone)).time() < time(21)


@pytest.mark.parametrize(
    ("clock", "quiet"), [("07:59", True), ("08:00", False), ("20:59", False), ("21:00", True), ("03:00", True)]
)
def test_quiet_hours_are_from_nine_to_eight(clock, quiet):
    moment = datetime.fromisoformat(f"2026-11-25T{clock}").replace(tzinfo=ZoneInfo("America/Chicago"))
    assert consenting.is_quiet(moment, contact=Contact(time_zone="America/Chicago")) is quiet


def test_safe_hours_are_kept():
    contact = Contact(time_zone="America/Chicago", safe_from=time(12), safe_until=time(13))
    noon = datetime(2026, 11, 25, 12, 30, tzinfo=ZoneInfo("America/Chicago"))
    assert not consenting.is_quiet(noon, contact=contact)
    assert consenting.is_quiet(noon + timedelta(hours=1), contact=contact)
    assert consenting.not_before(noon + timedelta(hours=1), contact=contact) == noon.replace(minute=0) + timedelta(
        days=1
    )


def test_a_mask_shows_enough_to_its_owner_and_too_little_to_others():
    assert make.contact(phone="+13125550143").masked == "number ending 0143"
    assert make.contact(phone="", email="alex@example.test").masked == "a…@example.test"
    assert "0143" not in str(Contact.objects.first())
    assert timezone.now() - Contact.objects.first().now() < timedelta(seconds=1)
