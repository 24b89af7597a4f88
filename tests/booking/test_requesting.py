"""What a wish for a time promises: up to three times kept for two days, one POST takes one, another asks again."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import offering, overseeing, pickers, scheduling
from booking.models import Appointment, Block, TimeRequest
from booking.offering import Rule
from booking.wishes import requesting
from practice.crisis.models import Alert
from practice.messaging.models import Message
from practice.staff.models import AuditEntry
from tests import make

State, Status = Appointment.State, TimeRequest.Status
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def ask(**more):
    kind = make.session_type("family", mode="request")
    answers = make.answers(email="alex@example.test", phone="", words="Mondays after four") | more
    return requesting.ask(
        answers=answers, language="en", address="192.0.2.1", session_type=kind, clinician=None, state="NY"
    )


def propose(wish, *days, clinician=None):
    clinician = clinician or make.working_clinician()
    times = [(clinician, make.moment(day)) for day in days]
    return requesting.propose(request=wish, times=times, actor=make.user())


def link():
    body = Message.objects.filter(key__contains=":proposed:").latest("created_at").body
    return next(word for word in body.split() if "/times/" in word).partition("localhost:8000")[2]


def test_three_times_are_kept_for_two_days_and_one_mail_tells_of_them():
    proposals = propose(ask(), 2, 3, 4)

    assert {one.state for one in proposals} == {State.HELD}
    assert all(one.hold_expires_at - timezone.now() > timedelta(hours=47) for one in proposals)
    assert Message.objects.count() == 1
    with pytest.raises(scheduling.SlotTaken):
        make.appointment(clinician=proposals[0].clinician)


@pytest.mark.parametrize("days", [(), (2, 3, 4, 5)])
def test_none_and_four_are_refused(days):
    with pytest.raises(requesting.NoTimes):
        propose(ask(), *days)


def test_opening_the_link_takes_nothing_and_one_post_takes_one(client):
    wish = ask()
    first, second, third = propose(wish, 2, 3, 4)
    assert client.get(link()).status_code == 200
    assert Appointment.objects.filter(state=State.HELD).count() == 3

    assert client.post(link(), {"do": "choose", "time": str(second.pk)}).status_code == 302
    assert [Appointment.objects.get(pk=one.pk).state for one in (first, second, third)] == [
        "expired",
        "booked",
        "expired",
    ]
    wish.refresh_from_db()
    assert wish.status == Status.BOOKED
    assert client.post(link(), {"do": "choose", "time": str(first.pk)}).status_code == 422


def test_none_of_them_frees_all_of_them_and_is_before_staff_again(client):
    wish = ask()
    propose(wish, 2, 3)
    assert b"We look for other times" in client.post(link(), {"do": "again", "words": "Fridays"}).content

    wish.refresh_from_db()
    assert (wish.status, wish.words) == (Status.OPEN, "Fridays")
    assert not Appointment.objects.live().exists()
    assert propose(wish, 5)


def test_proposing_again_lets_the_first_proposals_go():
    wish, clinician = ask(), make.working_clinician()
    propose(wish, 2, clinician=clinician)
    propose(wish, 2, clinician=clinician)
    assert Appointment.objects.filter(state=State.HELD).count() == 1


def test_a_time_that_is_taken_leaves_no_proposal_behind():
    wish, taken = ask(), make.appointment(starts_at=make.moment(3))
    with pytest.raises(scheduling.SlotTaken):
        propose(wish, 2, 3, clinician=taken.clinician)
    assert Appointment.objects.live().count() == 1
    assert TimeRequest.objects.get().status == Status.OPEN


def test_what_nobody_chose_of_in_two_days_is_free_and_before_staff_again(client):
    wish = ask()
    propose(wish, 4)
    with time_machine.travel(timezone.now() + timedelta(hours=49)):
        scheduling.let_run_out()
        assert requesting.reopen_lapsed() == 1
        assert client.get(link()).status_code == 410
    wish.refresh_from_db()
    assert wish.status == Status.OPEN


def test_closing_frees_what_was_kept():
    wish = ask()
    propose(wish, 2)
    requesting.close(request=wish, actor=make.user())
    assert not Appointment.objects.live().exists()
    with pytest.raises(scheduling.NotPossible):
        propose(wish, 3)


def test_what_can_be_booked_at_once_is_not_wished_for():
    with pytest.raises(scheduling.NotOffered):
        requesting.ask(
            answers=make.answers(),
            language="en",
            address="",
            session_type=make.session_type(),
            clinician=None,
            state="NY",
        )


def form(**more):
    plain = {
        "type": "family",
        "state": "NY",
        "words": "Mondays after four",
        "name": "Alex",
        "email": "alex@example.test",
        "contact_ok": "on",
    }
    return plain | more


def test_the_page_takes_a_wish_and_thanks_for_it(client):
    make.session_type("family", mode="request")
    assert "/book/wish/?type=family" in client.get("/book/").content.decode()
    assert client.get("/book/wish/?type=family").status_code == 200
    answer = client.post("/book/wish/", form())
    assert answer.status_code == 302
    assert b"We have your wish" in client.get(answer.url).content
    assert TimeRequest.objects.get().words == "Mondays after four"


@pytest.mark.parametrize("missing", ["type", "state", "words", "name", "email", "contact_ok"])
def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(client, missing):
    make.session_type("family", mode="request")
    answer = client.post("/book/wish/", form(**{missing: ""}))
    assert answer.status_code == 422
    assert missing == "words" or b"Mondays after four" in answer.content
    assert not TimeRequest.objects.exists()


def test_words_of_danger_bring_the_lines_first_and_an_alert_with_the_wish(client):
    make.session_type("family", mode="request")
    danger = form(words="I want to kill myself")
    first = client.post("/book/wish/", danger)
    assert b"988" in first.content
    assert not TimeRequest.objects.exists()
    assert client.post("/book/wish/", danger | {"shown": "1"}).status_code == 302
    assert Alert.objects.count() == 1


def test_words_of_danger_in_asking_again_raise_an_alert_and_show_the_lines(client):
    propose(ask(), 2)
    answer = client.post(link(), {"do": "again", "words": "I want to kill myself"})
    assert b"988" in answer.content
    assert Alert.objects.count() == 1


@pytest.fixture
def desk(client):
    client.force_login(make.user(is_front_desk=True))
    return client


def test_the_desk_proposes_from_the_open_times(desk):
    wish, clinician = ask(), make.working_clinician()
    page = f"/desk/diary/requests/{wish.pk}/"
    assert b"Alex" in desk.get("/desk/diary/requests/").content
    assert desk.get(page).status_code == 200
    assert desk.post(page, {"times": [pickers.slot(make.moment(), clinician)]}).status_code == 302
    assert not offering.is_offered(
        session_type=wish.session_type, clinician=clinician, starts_at=make.moment(), state="NY"
    )
    assert desk.post(page, {}).status_code == 422


def test_the_desk_lists_what_waits_in_as_many_questions_for_three_as_for_one(desk):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            assert desk.get("/desk/diary/requests/").status_code == 200
        return len(asked)

    ask()
    one = questions()
    ask(email="robin@example.test"), ask(email="sam@example.test")
    assert questions() == one


@pytest.mark.parametrize("path", ["requests/", "blocks/", "outside/"])
def test_strangers_do_not_see_the_desk(client, path):
    assert client.get(f"/desk/diary/{path}").status_code in (302, 403)
    client.force_login(make.user(is_editor=True))
    assert client.get(f"/desk/diary/{path}").status_code == 403


def test_the_desk_blocks_and_unblocks(desk):
    assert desk.post("/desk/diary/blocks/", {"way": "nobody", "reason": "x"}).status_code == 422
    assert desk.post("/desk/diary/blocks/", {"way": "202 555 0143", "reason": ""}).status_code == 422
    assert desk.post("/desk/diary/blocks/", {"way": "202 555 0143", "reason": "Rude"}).status_code == 302
    assert desk.post("/desk/diary/blocks/", {"way": "(202) 555-0143", "reason": "Rude"}).status_code == 409
    page = desk.get("/desk/diary/blocks/").content
    assert b"Rude" in page
    assert b"5550143" not in page
    row = Block.objects.get()
    assert desk.post(f"/desk/diary/blocks/{row.pk}/lift/").status_code == 302
    assert not Block.objects.current().exists()
    assert [note.action for note in AuditEntry.objects.order_by("pk")][-2:] == ["contact blocked", "contact unblocked"]


def test_what_lies_outside_the_hours_is_listed_and_stays_where_it_is(desk):
    clinician = make.working_clinician()
    early, late = (
        make.appointment(clinician=clinician, starts_at=make.moment(2, clock)) for clock in ("14:00", "18:00")
    )
    assert b"Nothing lies outside" in desk.get("/desk/diary/outside/").content

    clinician.working_hours.update(closes="13:00")
    assert [(stray.appointment, stray.rules) for stray in overseeing.strays(Appointment.objects.all())] == [
        (late, [Rule.HOURS])
    ]
    make.holiday(early.starts_at.date())
    make.time_off(clinician, early.starts_at, early.ends_at)
    strays = overseeing.strays(Appointment.objects.all())
    assert {stray.appointment: set(stray.rules) for stray in strays} == {
        early: {Rule.HOLIDAY, Rule.TIME_OFF},
        late: {Rule.HOURS},
    }
    assert desk.get("/desk/diary/outside/").content.count(b"/desk/diary/appointments/") >= 2
    early.refresh_from_db(), late.refresh_from_db()
    assert (early.state, late.state) == (State.BOOKED, State.BOOKED)


def test_what_lies_outside_takes_as_many_questions_for_three_as_for_one():
    def questions():
        with CaptureQueriesContext(connection) as asked:
            overseeing.strays(Appointment.objects.all())
        return len(asked)

    clinician = make.working_clinician()
    make.appointment(clinician=clinician)
    one = questions()
    for day in (3, 4):
        make.appointment(clinician=make.working_clinician(), starts_at=make.moment(day))
    assert questions() == one
