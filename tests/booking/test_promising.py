"""What is promised to whoever sends an intake: by when a person answers, how long others waited, who watches it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.intake import handling, likening, promising, receiving
from booking.models import Intake
from practice import facts
from practice.dashboard import panels
from tests import make

pytestmark = pytest.mark.django_db
# A week of October 2026 in New York, four hours behind UTC; the office is open Monday to Friday, nine to five.
MONDAY, FRIDAY = "2026-10-19", "2026-10-23"


def at(day, clock):
    """A wall time in New York that week, in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}:00-04:00").astimezone(UTC)


def sent(moment, **answers):
    with time_machine.travel(moment, tick=False):
        return make.intake(**answers)


@pytest.mark.parametrize(
    ("sent_at", "by"),
    [
        (at(MONDAY, "09:00"), at(MONDAY, "17:00")),
        (at(MONDAY, "10:00"), at("2026-10-20", "10:00")),
        (at(MONDAY, "03:00"), at(MONDAY, "17:00")),
        (at(MONDAY, "23:00"), at("2026-10-20", "17:00")),
        (at(FRIDAY, "16:00"), at("2026-10-26", "16:00")),
        (at("2026-10-24", "12:00"), at("2026-10-26", "17:00")),
        # The clock goes back on 1 November: the office still opens at nine.
        (at("2026-10-30", "13:00"), datetime(2026, 11, 2, 18, tzinfo=UTC)),
    ],
    ids=["at opening", "in the morning", "before opening", "at night", "friday", "saturday", "over the clock change"],
)
def test_an_answer_is_promised_after_eight_open_hours(sent_at, by):
    assert promising.answer_by(sent(sent_at)) == by


def test_a_holiday_is_no_working_day():
    make.holiday(at("2026-10-20", "12:00").date())

    assert promising.answer_by(sent(at(MONDAY, "10:00"))) == at("2026-10-21", "10:00")


def test_the_hours_of_the_promise_are_a_setting(settings):
    settings.ANSWER_WITHIN_OPEN_HOURS = 2
    settings.PRACTICE = settings.PRACTICE | {"hours": "Mon 09:00-10:00, Wed 09:00-24:00"}

    assert promising.answer_by(sent(at(MONDAY, "08:00"))) == at("2026-10-21", "10:00")


def test_an_office_that_never_opens_promises_nothing(settings):
    settings.PRACTICE = settings.PRACTICE | {"hours": "by appointment"}

    assert promising.answer_by(sent(at(MONDAY, "08:00"))) is None
    assert not facts.is_open(at(MONDAY, "10:00"))


def answered(hours, *, days_ago=10, status=Intake.Status.CONTACTED):
    """An intake of some days ago that was answered after so many hours."""
    sent_at = timezone.now() - timedelta(days=days_ago)
    intake = sent(sent_at)
    with time_machine.travel(sent_at + timedelta(hours=hours), tick=False):
        handling.set_status(intake=intake, status=status, actor=make.user(is_front_desk=True))
    return intake


def test_the_usual_wait_is_the_true_median():
    for hours in (1, 2, 3, 8, 100):
        answered(hours)

    assert promising.usual_wait() == timedelta(hours=3)


def test_a_few_waits_say_nothing_and_old_ones_are_not_counted():
    for hours in (1, 2, 3, 8):
        answered(hours)
    answered(4, days_ago=91)

    assert promising.usual_wait() is None


def test_whoever_still_waits_is_counted_as_waiting():
    for hours in (1, 2, 3):
        answered(hours)
    for _one in range(2):
        sent(timezone.now() - timedelta(days=1))
    assert promising.usual_wait() == timedelta(hours=3)

    for _one in range(2):
        sent(timezone.now() - timedelta(days=1))
    assert promising.usual_wait() is None, "more than half still wait"


def test_whoever_booked_a_time_alone_waited_for_nobody():
    for hours in (1, 2, 3, 4):
        answered(hours)
    Intake.objects.filter(pk=sent(timezone.now()).pk).update(status=Intake.Status.BOOKED)

    assert promising.usual_wait() is None


def test_a_second_intake_and_a_time_canceled_again_lengthen_no_wait():
    waited = [answered(hours) for hours in (1, 2, 3, 8, 100)]
    for first in waited:
        likening.same(intake=first, other=sent(timezone.now()), actor=make.user(is_front_desk=True))
        booked = sent(timezone.now())
        scheduling.cancel(appointment=make.appointment(client=booked.client, intake=booked), by="client")

    assert promising.usual_wait() == timedelta(hours=3)


def test_a_later_step_does_not_lengthen_a_wait():
    for hours in (1, 2, 3, 8):
        answered(hours)
    matched = answered(5, status=Intake.Status.MATCHED)
    handling.set_status(intake=matched, status=Intake.Status.CONTACTED, actor=make.user(is_front_desk=True))

    assert promising.usual_wait() == timedelta(hours=3)


def test_a_promise_that_runs_out_stands_above_everything_but_alerts():
    first, second = sent(at(MONDAY, "10:00")), sent(at(MONDAY, "11:00"))
    sent(at(MONDAY, "16:00"))
    with time_machine.travel(at("2026-10-20", "09:30"), tick=False):
        owner = make.user(is_owner=True)
        assert [one for _by, one in promising.running_out()] == [first, second]
        shown = panels.for_user(owner)
    assert [panel.title for panel in shown][:2] == ["Crisis alerts", "Promised an answer"]
    assert (shown[1].number, shown[1].urgent) == (2, True)
    with time_machine.travel(at("2026-10-20", "09:30"), tick=False):
        handling.set_status(intake=first, status=Intake.Status.CONTACTED, actor=owner)
        assert [one for _by, one in promising.running_out()] == [second]
    with time_machine.travel(at("2026-10-20", "08:00"), tick=False):
        assert "Promised an answer" not in [panel.title for panel in panels.for_user(owner)]


def test_watching_the_promises_takes_two_queries_however_many_wait(django_assert_num_queries):
    for hour in range(10, 15):
        sent(at(MONDAY, f"{hour}:00"))
    with time_machine.travel(at("2026-10-21", "09:30")), django_assert_num_queries(2):
        assert len(promising.running_out()) == 5


@pytest.fixture
def standing(client):
    """The page behind the private link of an intake that was sent on a Monday at ten; and the intake."""
    with time_machine.travel(at(MONDAY, "10:00"), tick=False):
        intake, token = receiving.start(language="en")
        receiving.save_step(intake=intake, step="reach", answers=make.answers())
        receiving.submit(intake=intake)

    def page(moment, language=""):
        with time_machine.travel(moment, tick=False):
            return client.get(f"{language}/find/{token}/sent/").content.decode()

    return page, intake


def test_the_private_link_says_by_what_hour_a_person_answers(standing):
    page, _intake = standing
    assert "Tuesday, October 20, 10:00 AM, Eastern time" in page(at(MONDAY, "11:00"))
    assert "In the last 90 days" not in page(at(MONDAY, "11:00")), "one wait says nothing"
    assert "martes" in page(at(MONDAY, "11:00"), language="/es")


def test_a_broken_promise_is_owned_up_to(standing):
    page, _intake = standing
    shown = page(at("2026-10-20", "10:01"))
    assert "We are sorry" in shown
    assert "10:00 AM" not in shown


def test_the_private_link_shows_where_it_stands_for_ninety_days(standing):
    page, intake = standing
    owner = make.user(is_owner=True)
    seen = [page(at(MONDAY, "11:00")).count("(done)")]
    handling.claim(intake=intake, actor=owner)
    seen.append(page(at(MONDAY, "11:00")).count("(done)"))
    for status in ("contacted", "matched", "contacted", "booked"):
        handling.set_status(intake=intake, status=status, actor=owner)
        seen.append(page(at(MONDAY, "11:00")).count("(done)"))
    assert seen == [1, 2, 2, 3, 3, 5], "writing to them again takes nothing back"
    assert "Your time is booked" in page(at(MONDAY, "10:00") + timedelta(days=89))
    assert "expired" in page(at(MONDAY, "10:00") + timedelta(days=91))


def test_how_long_others_waited_is_said_where_it_is_known(standing):
    page, _intake = standing
    with time_machine.travel(at(MONDAY, "09:00"), tick=False):
        for hours in (1, 2, 3, 3, 3):
            answered(hours)

    assert "half of those who wrote had an answer within 3 hours" in page(at(MONDAY, "11:00"))
