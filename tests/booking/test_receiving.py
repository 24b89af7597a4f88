"""What taking an intake in promises: screened first, kept as it was said, and given to the desk once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from booking.intake import asking, receiving
from booking.models import Client, Intake
from practice import tallies
from practice.crisis.models import Alert
from practice.links import linking
from practice.links.models import Link
from practice.messaging.models import Contact
from tests import make

pytestmark = pytest.mark.django_db
DANGER = "I want to kill myself"


def draft(**answers):
    intake, token = receiving.start(language="en")
    if answers:
        receiving.save_step(intake=intake, step="concerns", answers=answers)
    return intake, token


def test_a_draft_is_known_by_nothing_but_its_private_link():
    intake, token = draft()

    assert receiving.reopen(token) == intake
    assert len(token) == 22
    assert not Link.objects.filter(digest=token).exists()
    assert intake.client is None


def test_a_draft_can_be_reopened_for_fourteen_days_and_no_longer():
    intake, token = draft()

    with time_machine.travel(timezone.now() + timedelta(days=13, hours=23), tick=False):
        assert receiving.reopen(token) == intake
    with (
        time_machine.travel(timezone.now() + timedelta(days=14, minutes=1), tick=False),
        pytest.raises(linking.LinkExpired),
    ):
        receiving.reopen(token)


def test_an_altered_link_leads_nowhere():
    _intake, token = draft()

    with pytest.raises(linking.LinkUnknown):
        receiving.reopen(token[:-1])


def test_a_link_to_an_appointment_does_not_open_an_intake():
    intake, _token = draft()
    other = linking.issue(purpose="appointment", subject=intake.pk, expires_at=timezone.now() + timedelta(days=1))

    with pytest.raises(linking.LinkUnknown):
        receiving.reopen(other)


def test_an_emptied_intake_is_gone():
    intake, token = draft()
    Intake.objects.filter(pk=intake.pk).update(emptied_at=timezone.now())

    with pytest.raises(linking.LinkExpired):
        receiving.reopen(token)


def test_what_was_answered_before_is_kept_when_another_page_is_saved():
    intake, _token = draft(concerns=["sleep"], words="Nights are long.")

    receiving.save_step(intake=intake, step="where", answers={"state": "OR", "zone": "America/Los_Angeles"})

    intake.refresh_from_db()
    assert intake.answers["words"] == "Nights are long."
    assert intake.state == intake.answers["state"] == "OR"
    assert intake.step == "where"


def test_two_tabs_do_not_undo_each_other():
    intake, _token = draft()
    stale = Intake.objects.get(pk=intake.pk)

    receiving.save_step(intake=intake, step="concerns", answers={"concerns": ["sleep"]})
    receiving.save_step(intake=stale, step="when", answers={"days": ["tue"]})

    assert {"concerns": ["sleep"], "days": ["tue"]}.items() <= Intake.objects.get(pk=intake.pk).answers.items()


def test_old_answers_keep_the_wording_they_were_given_to():
    intake, _token = draft()

    receiving.save_step(intake=intake, step="concerns", answers={"words": "x"}, wording={"words": "In your own words"})
    receiving.save_step(intake=intake, step="when", answers={"days": []}, wording={"days": "Days"})

    assert intake.answers["wording"] == {"words": "In your own words", "days": "Days"}


def test_a_hit_is_returned_kept_and_counted_while_nobody_can_be_reached():
    intake, _token = receiving.start(language="en")

    found = receiving.save_step(intake=intake, step="concerns", answers={"words": DANGER})

    assert found is not None
    assert found.kind == "self"
    assert intake.answers["words"] == DANGER
    assert intake.urgency == Intake.Urgency.SAME_DAY
    assert tallies.counting.total("crisis in intake") == 1
    assert not Alert.objects.exists()


def test_the_same_words_are_a_hit_only_once_so_that_their_writer_can_go_on():
    intake, _token = receiving.start(language="en")
    answers = {"words": DANGER, "concerns": []}

    assert receiving.save_step(intake=intake, step="concerns", answers=answers) is not None
    assert receiving.save_step(intake=intake, step="concerns", answers=answers | {"concerns": ["sleep"]}) is None
    assert tallies.counting.total("crisis in intake") == 1


def test_an_alert_is_raised_as_soon_as_there_is_a_way_to_reach_the_writer():
    intake, _token = draft(words=DANGER)

    receiving.save_step(intake=intake, step="reach", answers=make.answers(phone="+12025550143"))

    alert = Alert.objects.get()
    assert DANGER in alert.text
    assert alert.who == "number ending 0143"
    assert alert.source_url == f"/desk/diary/intakes/{intake.pk}/"


def test_going_back_and_forth_does_not_raise_the_alert_again():
    intake, _token = draft(words=DANGER)
    reach = make.answers()

    for _time in range(3):
        receiving.save_step(intake=intake, step="reach", answers=reach)
        receiving.save_step(intake=intake, step="concerns", answers={"words": DANGER})
    receiving.submit(intake=intake)

    assert Alert.objects.count() == 1


def test_new_words_of_danger_from_someone_who_can_be_reached_raise_an_alert_at_once():
    intake, _token = draft()
    receiving.save_step(intake=intake, step="reach", answers=make.answers())

    receiving.save_step(intake=intake, step="concerns", answers={"words": DANGER})

    assert Alert.objects.count() == 1


def test_words_taken_back_do_not_make_it_less_urgent():
    intake, _token = draft(words=DANGER)

    receiving.save_step(intake=intake, step="concerns", answers={"words": "It was only a figure of speech."})

    assert intake.urgency == Intake.Urgency.SAME_DAY


@pytest.mark.parametrize("key", asking.FREE_TEXT)
def test_every_free_text_is_screened(key):
    intake, _token = draft()

    assert receiving.save_step(intake=intake, step="any", answers={key: DANGER}) is not None


def test_sending_makes_a_client_with_a_contact_and_the_consents_as_they_were_worded():
    consents = [{"channel": "text", "wording": "You may text me.", "version": "7"}]
    intake = make.intake(phone="+12025550143", consents=consents)

    consent = intake.client.contact.consents.get()
    assert (consent.channel, consent.wording, consent.version, consent.source) == (
        "text",
        "You may text me.",
        "7",
        "intake",
    )
    assert intake.client.contact.may_be_texted
    assert intake.status == Intake.Status.NEW
    assert intake.submitted_at is not None


def test_an_unticked_box_is_no_consent():
    intake = make.intake(phone="+12025550143")

    assert not intake.client.contact.may_be_texted


def test_a_consent_to_texts_without_a_number_is_not_kept():
    intake = make.intake(
        phone="", email="a@example.test", consents=[{"channel": "text", "wording": "x", "version": "1"}]
    )

    assert not intake.client.contact.consents.exists()


def test_sending_twice_makes_one_client():
    intake = make.intake()

    assert receiving.submit(intake=intake) == receiving.submit(intake=intake)
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    "missing", [{"name": ""}, {"state": ""}, {"age": ""}, {"kind": ""}, {"phone": "", "email": ""}]
)
def test_what_is_missing_is_asked_for_and_nothing_is_made(missing):
    with pytest.raises(receiving.Incomplete):
        make.intake(**missing)

    assert not Client.objects.exists()
    assert not Contact.objects.exists()


def test_what_was_sent_is_not_changed_any_more():
    intake = make.intake()

    with pytest.raises(receiving.AlreadySent):
        receiving.save_step(intake=intake, step="concerns", answers={"words": "other"})


def test_one_number_may_serve_several_clients():
    first, second = make.intake(phone="+12025550143", name="Ash"), make.intake(phone="+12025550143", name="Wren")

    assert first.client.contact == second.client.contact
    assert (first.client.name_to_use, second.client.name_to_use) == ("Ash", "Wren")


def test_whoever_books_without_an_intake_becomes_a_client_and_is_screened_too():
    client = receiving.introduce(answers=make.answers(reach=DANGER), language="en")

    assert client.state == "NY"
    assert Alert.objects.get().source_label == "booking"


def test_no_free_answer_lies_open_in_the_database():
    intake, _token = draft(words="the marzipan harbour", wishes="xylophone")

    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM booking_intake")
        stored = cursor.fetchone()[0]
    assert "marzipan" not in stored
    assert "xylophone" not in stored
    assert intake.answers["wishes"] == "xylophone"
