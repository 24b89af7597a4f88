"""What the desk does with an intake: match, write, close and open again, and tell two people apart."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import forgetting, scheduling
from booking.intake import concluding, handling, likening, measuring
from booking.models import Intake, Outcome
from booking.series import proposing
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
Status, Fate = Intake.Status, Intake.Outcome
AGREED = [
    {"channel": "text", "wording": "Text me.", "version": "1"},
    {"channel": "mail", "wording": "Mail me.", "version": "1"},
]
INTAKES = "/desk/diary/intakes/"


@pytest.fixture
def robin():
    return make.user(is_front_desk=True, name="Robin")


@pytest.fixture
def desk(client, robin):
    client.force_login(robin)
    return client


def again(intake):
    return Intake.objects.get(pk=intake.pk)


def alike(intake):
    return likening.alike(again(intake), among=Intake.objects.all())


def test_whoever_fits_is_matched_without_a_word_and_others_only_with_a_reason(robin):
    intake, fits = make.intake(), make.working_clinician()
    full = make.working_clinician(accepts_new_clients=False)

    handling.assign(intake=intake, clinician=fits, actor=robin)
    assert (again(intake).status, again(intake).clinician) == (Status.MATCHED, fits)

    with pytest.raises(handling.NoReason):
        handling.assign(intake=intake, clinician=full, actor=robin)
    handling.assign(intake=intake, clinician=full, actor=robin, reason="A place comes free in March.")
    assert again(intake).clinician == full
    assert again(intake).changes.last().text == f"{full.name}: A place comes free in March."


@pytest.mark.parametrize("channel", ["text", "mail"])
def test_what_the_desk_writes_goes_out_once_and_counts_as_contact(robin, channel):
    intake = make.intake(name="Ash", email="ash@example.test", consents=AGREED)
    sent = handling.write(intake=intake, channel=channel, words="May I call at four?", actor=robin)

    assert "May I call at four?" in sent.body
    assert "four" not in sent.subject
    assert (again(intake).status, again(intake).changes.last().what) == (Status.CONTACTED, "wrote")


def test_nobody_is_written_to_in_a_way_they_did_not_agree_to(robin):
    intake = make.intake()
    with pytest.raises(handling.CannotBeReached):
        handling.write(intake=intake, channel="text", words="Hello", actor=robin)
    assert not Message.objects.exists()
    assert again(intake).status == Status.NEW


def test_a_text_that_is_too_long_or_empty_is_not_sent(robin):
    intake = make.intake(consents=AGREED)
    with pytest.raises(handling.TooLong):
        handling.write(intake=intake, channel="text", words="x" * 320, actor=robin)
    with pytest.raises(handling.NothingWritten):
        handling.write(intake=intake, channel="text", words=" \n", actor=robin)
    assert not Message.objects.exists()


def test_closing_says_what_became_of_it_and_can_be_taken_back(robin):
    intake = make.intake()
    with pytest.raises(handling.NoOutcome):
        handling.set_status(intake=intake, status="closed", actor=robin, reason="Gone")

    handling.set_status(intake=intake, status="closed", actor=robin, reason="Gone", outcome=Fate.LOST)
    assert (again(intake).status, again(intake).outcome) == (Status.CLOSED, Fate.LOST)

    handling.set_status(intake=intake, status="contacted", actor=robin)
    kept = again(intake)
    assert (kept.status, kept.outcome, kept.closed_at, kept.changes.last().what) == ("contacted", "", None, "reopened")


def test_the_same_number_or_the_same_name_age_and_state_is_shown(robin):
    first = make.intake(name="Ash", phone="+12025550101")
    by_number = make.intake(name="A. Hill", phone="+12025550101")
    by_name = make.intake(name="  ash ")
    make.intake(name="Ash", state="OR")
    make.intake(name="Ash", sent=False)

    found = {one.intake: one.shared for one in alike(first)}
    assert found == {by_number: "the same number or address", by_name: "the same name, age and state"}


def test_the_same_mail_is_found_under_another_number():
    first = make.intake(name="Ash", email="ash@example.test")
    other = make.intake(name="Someone", email="Ash@Example.test")
    assert [one.intake for one in alike(first)] == [other]


def test_one_person_s_second_intake_is_closed_and_opening_it_parts_them(robin):
    first, second = make.intake(name="Ash"), make.intake(name="Ash")
    likening.same(intake=first, other=second, actor=robin)

    assert (again(second).status, again(second).same_as) == (Status.CLOSED, first)
    assert alike(first) == []
    assert len(measuring.sent(timezone.now())) == 1

    handling.set_status(intake=second, status="contacted", actor=robin)
    assert again(second).same_as is None


def test_an_intake_with_a_coming_time_is_not_closed_by_mistake(robin):
    first, second = make.intake(name="Ash"), make.intake(name="Ash")
    make.appointment(client=second.client, intake=second)
    with pytest.raises(likening.HasTimes):
        likening.same(intake=first, other=second, actor=robin)


def test_a_closed_intake_takes_no_other_in_nor_one_itself(robin):
    first, second = make.intake(name="Ash"), make.intake(name="Ash")
    handling.set_status(intake=first, status="closed", actor=robin, reason="Gone", outcome=Fate.LOST)
    for other in (first, second):
        with pytest.raises(likening.IsClosed):
            likening.same(intake=first, other=other, actor=robin)
    with pytest.raises(likening.IsClosed):
        likening.same(intake=second, other=second, actor=robin)
    assert again(second).status == Status.NEW


def test_writing_to_a_joined_intake_parts_nobody(robin):
    first, second = (make.intake(name="Ash", consents=AGREED) for _n in range(2))
    likening.same(intake=first, other=second, actor=robin)
    closed_at = again(second).closed_at
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        handling.write(intake=second, channel="text", words="May I call?", actor=robin)

    kept = again(second)
    assert (kept.status, kept.same_as, kept.closed_at) == (Status.CLOSED, first, closed_at)


@pytest.mark.parametrize("by", ["client", "staff"])
def test_a_canceled_talk_brings_its_intake_back_to_the_desk_until_that_is_taken_back(robin, by):
    intake = make.intake()
    talk = make.appointment(client=intake.client, intake=intake, session_type=make.matchmaking())
    assert again(intake).status == Status.BOOKED

    scheduling.cancel(appointment=talk, by=by, actor=robin if by == "staff" else None)
    assert again(intake) in Intake.objects.waiting()
    assert (again(intake).status, again(intake).changes.last().what) == (Status.CONTACTED, "canceled")

    scheduling.restore(appointment=talk, by=by, actor=robin if by == "staff" else None)
    assert (again(intake).status, again(intake).outcome) == (Status.BOOKED, "")


@pytest.mark.parametrize("answer", ["yes", "no", "none"])
def test_a_time_that_is_only_requested_answers_no_intake(robin, answer):
    intake = make.intake()
    asked = make.appointment(client=intake.client, intake=intake, session_type=make.session_type(mode="approve"))
    intake.client.refresh_from_db()
    assert (asked.state, again(intake).status, intake.client.clinician) == ("requested", Status.NEW, None)

    if answer == "yes":
        scheduling.approve(appointment=asked, actor=robin)
        intake.client.refresh_from_db()
        assert (again(intake).status, intake.client.clinician) == (Status.BOOKED, asked.clinician)
        return
    if answer == "no":
        scheduling.decline(appointment=asked, actor=robin)
    else:
        with time_machine.travel(asked.starts_at):
            scheduling.close_passed()
    asked.refresh_from_db()
    assert asked.state == {"no": "declined", "none": "expired"}[answer]
    assert again(intake) in Intake.objects.waiting()


def test_whoever_has_another_time_stays_booked_when_one_is_canceled():
    intake = make.intake()
    talk = make.appointment(client=intake.client, intake=intake, session_type=make.matchmaking())
    make.appointment(client=intake.client, intake=intake, starts_at=make.moment(days=9))
    scheduling.cancel(appointment=talk, by="client")
    scheduling.restore(appointment=talk, by="client")

    assert (again(intake).status, again(intake).outcome) == (Status.BOOKED, Fate.BOOKED)


def test_who_was_told_apart_is_not_asked_about_again(robin):
    first, second = make.intake(name="Ash"), make.intake(name="Ash")
    likening.apart(intake=first, other=second, actor=robin)
    assert alike(first) == alike(second) == []


def test_what_is_emptied_leaves_nothing_to_be_found_by(robin):
    first, second = make.intake(name="Ash"), make.intake(name="Ash")
    handling.set_status(intake=second, status="closed", actor=robin, reason="Gone", outcome=Fate.LOST)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        forgetting.forget()

    assert (again(second).name_digest, again(second).email_digest) == ("", "")
    assert alike(first) == []


def test_the_funnel_counts_each_step_or_one_after_it(robin, django_assert_num_queries):
    make.intake()  # only sent
    handling.claim(intake=make.intake(), actor=robin)
    handling.assign(intake=make.intake(), clinician=make.working_clinician(), actor=robin)
    came = make.intake()
    talk = make.appointment(client=came.client, intake=came, session_type=make.matchmaking())
    with time_machine.travel(talk.starts_at + timedelta(hours=1)):
        at = timezone.now() + timedelta(days=7)
        made = concluding.propose(
            appointment=talk,
            clinician=talk.clinician,
            session_type=make.session_type("weekly"),
            starts_at=at,
            actor=robin,
        )
        proposing.accept(series=made.series)
        with django_assert_num_queries(1):
            assert [number for _name, number in measuring.funnel()] == [4, 3, 2, 1, 1, 1]
        assert [share for _week, share in measuring.acceptance()] == [100.0]
        assert [days for _week, days in measuring.times_to_first()] == [
            round((talk.starts_at - came.submitted_at) / timedelta(days=1), 1)
        ]


def test_waits_are_of_those_a_person_answered(robin):
    intake = make.intake()
    make.intake()
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        handling.set_status(intake=intake, status="contacted", actor=robin)
        assert [hours for _week, hours in measuring.waits()] == [3.0]


# --- Doors -----------------------------------------------------------------------------------------------------------


def test_the_desk_matches_writes_closes_and_opens_again(desk):
    intake, fits = make.intake(name="Ash", consents=AGREED), make.working_clinician()
    page = f"{INTAKES}{intake.pk}/"

    assert "The next step" in desk.post(f"{page}assign/", {"who-clinician": fits.slug}, follow=True).content.decode()
    told = desk.post(f"{page}write/", {"to-channel": "text", "to-words": "May I call?"}, follow=True)
    assert "On its way" in told.content.decode()
    closed = {"close-outcome": "referred", "close-reason": "Needs evenings"}
    assert "sent the list" in desk.post(f"{page}close/", closed, follow=True).content.decode()
    assert "Open it again" in desk.get(page).content.decode()
    desk.post(f"{page}status/", {"far-status": "contacted"})
    assert again(intake).status == Status.CONTACTED


@pytest.mark.parametrize(
    ("door", "form", "said"),
    [
        ("assign", {"who-clinician": "nobody"}, "Choose one from the list."),
        ("write", {"to-channel": "text", "to-words": ""}, "Write the message first."),
        ("write", {"to-channel": "text", "to-words": "y" * 320}, "A text may have 320 characters"),
        ("close", {"close-reason": "Gone"}, "Say what became of it."),
        ("status", {"far-status": "closed"}, "Choose one from the list."),
        ("note", {"note-text": ""}, "Write the note first."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_happens(desk, door, form, said):
    intake = make.intake(consents=AGREED)
    answer = desk.post(f"{INTAKES}{intake.pk}/{door}/", form)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert again(intake).status == Status.NEW
    assert not again(intake).changes.exists()


def test_an_overruled_match_asks_for_a_reason_beside_the_field(desk):
    intake, full = make.intake(), make.working_clinician(accepts_new_clients=False)
    answer = desk.post(f"{INTAKES}{intake.pk}/assign/", {"who-clinician": full.slug})
    assert answer.status_code == 422
    assert "Say in a few words why." in answer.content.decode()


def test_the_desk_joins_and_parts_two_intakes(desk):
    first, second, third = (make.intake(name="Ash") for _n in range(3))
    page = f"{INTAKES}{first.pk}/"
    assert desk.get(page).content.decode().count("the same name, age and state") == 2

    desk.post(f"{page}same/{second.pk}/", {"do": "same"})
    desk.post(f"{page}same/{third.pk}/", {"do": "apart"})
    assert "Perhaps the same person" not in desk.get(page).content.decode()
    assert again(second).same_as == first
    assert "goes on" in desk.get(f"{INTAKES}{second.pk}/").content.decode()


def test_a_clinician_is_shown_no_likeness_to_whom_they_may_not_see(client):
    clinician = make.clinician(user=make.user(name="Kim"))
    mine, other = make.intake(name="Ash"), make.intake(name="Ash")
    Intake.objects.filter(pk=mine.pk).update(clinician=clinician)
    client.force_login(clinician.user)
    page = f"{INTAKES}{mine.pk}/"

    assert "Perhaps the same person" not in client.get(page).content.decode()
    assert client.post(f"{page}same/{other.pk}/", {"do": "same"}).status_code == 404
    assert again(other).status == Status.NEW


def test_the_figures_are_shown_also_when_there_are_none(desk, django_assert_max_num_queries):
    assert "Nobody has been answered yet" in desk.get(f"{INTAKES}figures/").content.decode()
    for _n in range(3):
        handling.claim(intake=make.intake(), actor=desk_user())
    with django_assert_max_num_queries(12):
        assert "How far people came" in desk.get(f"{INTAKES}figures/").content.decode()


def desk_user():
    return make.user(is_front_desk=True)


def test_a_stranger_sees_no_figures(client):
    assert client.get(f"{INTAKES}figures/").status_code == 302
    assert Outcome.objects.count() == 0
