"""How a free first talk ends: an offer of this clinician and a regular time, or a way on to somebody else."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import forgetting
from booking.intake import concluding, handling, likening
from booking.models import Appointment, Intake, Outcome, Referral, Series
from booking.series import proposing
from practice.dashboard import panels
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
State, Status, What = Appointment.State, Intake.Status, Outcome.What


@pytest.fixture
def robin():
    return make.user(is_front_desk=True, name="Robin")


@pytest.fixture
def weekly():
    """The kind of session that comes every week."""
    return make.session_type("weekly", name="Session")


@pytest.fixture
def talk(weekly):
    """A free first talk that began an hour ago, for an intake that was sent."""
    agreed = [{"channel": "text", "wording": "Text me.", "version": "1"}]
    intake = make.intake(name="Ash", consents=agreed)
    clinician = make.working_clinician(states=("NY", intake.state))
    starts_at = make.moment()
    made = make.appointment(
        client=intake.client, clinician=clinician, session_type=make.matchmaking(), starts_at=starts_at, intake=intake
    )
    with time_machine.travel(starts_at + timedelta(hours=1)):
        yield made


def first_time(talk, hour="15:00"):
    """An open time of next week."""
    day = timezone.now() + timedelta(days=7)
    return day.replace(hour=int(hour[:2]), minute=0, second=0, microsecond=0)


def propose(talk, actor, weekly, **more):
    asked = {"clinician": talk.clinician, "session_type": weekly, "starts_at": first_time(talk)} | more
    return concluding.propose(appointment=talk, actor=actor, **asked)


def intake_of(talk):
    return Intake.objects.get(pk=talk.intake_id)


def test_a_match_is_offered_with_a_regular_time_held_for_two_days(talk, robin, weekly):
    before = Message.objects.count()
    made = propose(talk, robin, weekly)

    talk.refresh_from_db()
    assert (talk.state, made.what, made.clinician) == (State.COMPLETED, What.PROPOSED, talk.clinician)
    assert made.series.status == Series.Status.OFFERED
    assert made.series.offered_until == timezone.now() + timedelta(hours=48) or made.series.offered_until
    assert made.series.appointments.filter(state=State.HELD).count() == 4
    assert Message.objects.count() > before
    assert intake_of(talk).status == Status.OFFERED


def test_a_yes_books_it_and_the_intake_has_come_to_us(talk, robin, weekly):
    made = propose(talk, robin, weekly)
    proposing.accept(series=made.series)

    kept = intake_of(talk)
    assert (kept.status, kept.outcome) == (Status.BOOKED, Intake.Outcome.BOOKED)
    change = kept.changes.last()
    assert (change.what, change.actor) == ("booked", None)


@pytest.mark.parametrize(("says", "row"), [("no", "declined"), ("nothing", "lapsed")])
def test_a_no_or_nothing_brings_the_intake_back_to_the_desk(talk, robin, weekly, says, row):
    made = propose(talk, robin, weekly)
    if says == "no":
        proposing.decline(series=made.series)
    else:
        with time_machine.travel(timezone.now() + timedelta(hours=49)):
            proposing.let_run_out()

    kept = intake_of(talk)
    assert (kept.status, kept.outcome, kept.changes.last().what) == (Status.CONTACTED, "", row)
    assert kept in Intake.objects.waiting()


def test_whom_a_rule_speaks_against_is_offered_only_with_a_reason(talk, robin, weekly):
    full = make.working_clinician(states=("NY",), accepts_new_clients=False)

    with pytest.raises(handling.NoReason):
        propose(talk, robin, weekly, clinician=full)
    assert not Series.objects.exists()
    assert not Outcome.objects.exists()

    made = propose(talk, robin, weekly, clinician=full, reason="Agreed with her on the phone.")
    assert made.reason == "Agreed with her on the phone."


def test_a_time_that_is_taken_changes_nothing(talk, robin, weekly):
    make.appointment(clinician=talk.clinician, session_type=weekly, starts_at=first_time(talk))

    with pytest.raises(Exception, match="conflicts"):
        propose(talk, robin, weekly)
    talk.refresh_from_db()
    assert not Outcome.objects.exists()
    assert talk.state == State.BOOKED


def test_whoever_is_referred_is_sent_the_list_and_the_intake_is_closed(talk, robin):
    place = Referral.objects.create(
        name="Harbor Clinic", kind="clinic", phone="211", verified_on=timezone.localdate(), verified_by=robin
    )
    made = concluding.conclude(appointment=talk, what=What.REFERRED, actor=robin, referrals=[place])

    kept = intake_of(talk)
    assert list(made.referrals.all()) == [place]
    assert (kept.status, kept.outcome) == (Status.CLOSED, Intake.Outcome.REFERRED)
    sent = Message.objects.filter(topic=f"intake:{kept.pk}")
    assert sent
    assert all(f"/help-elsewhere/?state={kept.state}" in one.body for one in sent)


def test_whoever_is_referred_without_an_intake_or_after_it_was_closed_is_sent_the_list_too(talk, robin):
    handling.set_status(intake=talk.intake, status="closed", actor=robin, reason="Gone", outcome="lost")
    concluding.conclude(appointment=talk, what=What.REFERRED, actor=robin)
    assert intake_of(talk).outcome == Intake.Outcome.REFERRED
    assert intake_of(talk).changes.last().what == "closed"
    assert Message.objects.filter(topic=f"intake:{talk.intake_id}").exists()

    Appointment.objects.filter(pk=talk.pk).update(intake=None)
    concluding.conclude(appointment=talk, what=What.REFERRED, actor=robin)
    [sent] = Message.objects.filter(topic=f"talk:{talk.pk}")
    assert "/help-elsewhere/?state=NY" in sent.body


@pytest.mark.parametrize("what", [What.DECLINED, What.REFERRED, What.ABSENT])
def test_what_is_said_after_an_offer_takes_the_offer_back(talk, robin, weekly, what):
    made = propose(talk, robin, weekly)
    concluding.conclude(appointment=talk, what=what, actor=robin)

    made.series.refresh_from_db()
    assert made.series.status == Series.Status.DECLINED
    assert not made.series.appointments.filter(state=State.HELD).exists()


def test_the_answer_to_an_offer_moves_the_intake_of_its_talk_and_no_other(talk, robin, weekly):
    made = propose(talk, robin, weekly)
    later = make.intake(name="Ash")
    Intake.objects.filter(pk=later.pk).update(client=talk.client)
    handling.set_status(intake=talk.intake, status="closed", actor=robin, reason="Silent", outcome="lost")
    proposing.accept(series=made.series)

    assert (intake_of(talk).status, intake_of(talk).outcome) == (Status.BOOKED, Intake.Outcome.BOOKED)
    assert Intake.objects.get(pk=later.pk).status == Status.NEW


def test_a_no_opens_nothing_that_was_closed(talk, robin, weekly):
    made = propose(talk, robin, weekly)
    handling.set_status(intake=talk.intake, status="closed", actor=robin, reason="Silent", outcome="lost")
    proposing.decline(series=made.series)

    assert (intake_of(talk).status, intake_of(talk).outcome) == (Status.CLOSED, Intake.Outcome.LOST)


def test_nobody_who_did_not_come_is_opened_again(talk, robin):
    handling.set_status(intake=talk.intake, status="closed", actor=robin, reason="Called off", outcome="declined")
    concluding.conclude(appointment=talk, what=What.ABSENT, actor=robin)

    assert (intake_of(talk).status, intake_of(talk).outcome) == (Status.CLOSED, Intake.Outcome.DECLINED)


def test_an_outcome_goes_to_the_intake_that_was_kept_of_two(talk, robin, weekly):
    Appointment.objects.filter(pk=talk.pk).update(state=State.COMPLETED)
    kept = make.intake(name="Ash")
    likening.same(intake=kept, other=talk.intake, actor=robin)
    made = propose(talk, robin, weekly)
    assert Intake.objects.get(pk=kept.pk).status == Status.OFFERED
    assert (intake_of(talk).status, intake_of(talk).same_as) == (Status.CLOSED, kept)

    proposing.accept(series=made.series)
    assert Intake.objects.get(pk=kept.pk).status == Status.BOOKED
    assert intake_of(talk).status == Status.CLOSED


@pytest.mark.parametrize("has_intake", [True, False])
def test_the_words_on_an_outcome_are_emptied_in_time(talk, robin, has_intake):
    if not has_intake:
        Appointment.objects.filter(pk=talk.pk).update(intake=None)
    made = concluding.conclude(appointment=talk, what=What.DECLINED, actor=robin, reason="Prefers mornings")
    with time_machine.travel(timezone.now() + timedelta(days=89)):
        forgetting.forget()
    made.refresh_from_db()
    assert made.reason == "Prefers mornings"
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        forgetting.forget()
    made.refresh_from_db()
    assert made.reason == ""


def test_who_does_not_want_to_go_on_is_left_in_peace(talk, robin):
    before = Message.objects.count()
    concluding.conclude(appointment=talk, what=What.DECLINED, actor=robin)

    assert (intake_of(talk).status, intake_of(talk).outcome) == (Status.CLOSED, Intake.Outcome.DECLINED)
    assert Message.objects.count() == before


def test_who_did_not_come_stays_with_the_desk(talk, robin):
    concluding.conclude(appointment=talk, what=What.ABSENT, actor=robin)

    talk.refresh_from_db()
    assert talk.state == State.NO_SHOW
    assert (intake_of(talk).status, intake_of(talk).outcome) == (Status.CONTACTED, "")


def test_nothing_is_concluded_before_it_began_or_of_other_sessions(talk, robin, weekly):
    later = make.appointment(clinician=talk.clinician, session_type=weekly)
    with time_machine.travel(talk.starts_at - timedelta(minutes=1)), pytest.raises(concluding.NotConcludable):
        concluding.conclude(appointment=talk, what=What.DECLINED, actor=robin)
    with pytest.raises(concluding.NotConcludable):
        concluding.conclude(appointment=later, what=What.DECLINED, actor=robin)
    assert not Outcome.objects.exists()


def test_talks_without_an_outcome_stand_on_the_dashboard_of_whom_they_concern(talk, robin, stranger):
    [panel] = panels.talks(robin)
    assert panel.number == 1
    assert panels.talks(stranger) == []

    concluding.conclude(appointment=talk, what=What.DECLINED, actor=robin)
    assert panels.talks(robin) == []


@pytest.fixture
def stranger():
    """Another clinician of the practice."""
    user = make.user()
    make.clinician(user=user)
    return user


@pytest.fixture
def desk(client, robin, talk):
    client.force_login(robin)
    return client


def test_the_desk_offers_a_time_it_sees(desk, talk, weekly):
    page = f"/desk/diary/appointments/{talk.pk}/outcome/"
    assert page in desk.get(f"/desk/diary/appointments/{talk.pk}/").content.decode()
    assert "offer a regular time" in desk.get(page).content.decode()

    asked = f"clinician={talk.clinician.slug}&type=weekly&every=1"
    shown = desk.get(f"{page}?{asked}").content.decode()
    slot = shown.split('name="slot" value="')[1].split('"')[0]
    answer = desk.post(f"{page}offer/?{asked}", {"slot": slot}, follow=True)

    assert "The client has 48 hours" in answer.content.decode()
    assert Outcome.objects.get().series.status == Series.Status.OFFERED


def test_what_is_wrong_is_said_and_nothing_is_done(desk, talk, weekly):
    page = f"/desk/diary/appointments/{talk.pk}/outcome/"
    asked = f"clinician={talk.clinician.slug}&type=weekly&every=1"

    assert desk.post(f"{page}offer/?{asked}", {"slot": "nonsense"}).status_code == 422
    assert desk.post(f"{page}offer/?clinician=nobody", {"slot": ""}).status_code == 422
    assert desk.post(f"{page}end/", {}).status_code == 422
    assert not Outcome.objects.exists()


def test_the_desk_says_it_was_not_to_be(desk, talk):
    page = f"/desk/diary/appointments/{talk.pk}/outcome/"
    answer = desk.post(f"{page}end/", {"end-what": "declined", "end-reason": "Prefers mornings"}, follow=True)

    assert "does not want to go on" in answer.content.decode()
    assert Outcome.objects.get().reason == "Prefers mornings"


def test_other_clinicians_do_not_see_it(client, talk, stranger):
    client.force_login(stranger)
    page = f"/desk/diary/appointments/{talk.pk}/outcome/"
    assert client.get(page).status_code in (403, 404)
    assert client.post(f"{page}end/", {"end-what": "declined"}).status_code in (403, 404)
    assert not Outcome.objects.exists()
