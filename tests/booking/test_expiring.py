"""What the house promises of licences: told three times before they end, each once, with the sessions beyond."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from booking import expiring, tasks
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
TODAY = date(2026, 10, 19)


def ends_in(days, **fields):
    clinician = make.working_clinician(user=make.user(), states=(), **fields)
    return make.licence(clinician, "NY", expires_on=TODAY + timedelta(days=days))


def warnings():
    return Message.objects.filter(topic__startswith="licence:").order_by("created_at", "recipient")


def test_the_clinician_and_the_owner_are_told_at_ninety_sixty_and_thirty_days_each_once():
    licence, owner = ends_in(100), make.user(is_owner=True)
    make.user(is_front_desk=True)
    told = {}
    for days in range(101):
        with time_machine.travel(datetime(2026, 10, 19, 14, tzinfo=UTC) + timedelta(days=days)):
            tasks.warn_of_licences()
            tasks.warn_of_licences()
        if (number := warnings().count()) != sum(told.values()):
            told[100 - days] = number - sum(told.values())

    assert told == {90: 2, 60: 2, 30: 2}
    assert {message.recipient for message in warnings()} == {licence.clinician.user.email, owner.email}
    assert [message.subject for message in warnings()[::2]] == [
        f"A license ends in {days} days" for days in (90, 60, 30)
    ]


def test_a_licence_entered_late_is_warned_of_once_for_where_it_stands():
    ends_in(20)
    for _again in range(2):
        expiring.warn()
    assert [message.subject for message in warnings()] == ["A license ends in 20 days"]


def test_one_that_is_renewed_is_in_order_and_has_warnings_of_its_own_later():
    licence = ends_in(20)
    expiring.warn()
    licence.expires_on = TODAY + timedelta(days=80)
    licence.save()
    expiring.warn()
    subjects = {message.subject for message in warnings()}
    assert subjects == {"A license ends in 20 days", "A license ends in 80 days"}


def test_one_that_another_outlasts_is_in_order():
    licence = ends_in(20)
    issues = {"compact_issues_from": licence.starts_on, "compact_source": "the compact's own list"}
    make.licence(licence.clinician, "NY", expires_on=TODAY + timedelta(days=400), basis="compact", **issues)
    assert expiring.endings() == []


def test_those_who_have_left_are_warned_of_nothing():
    ends_in(20, is_active=False)
    assert expiring.warn() == 0


def test_the_sessions_beyond_are_counted_by_the_clock_of_the_state_and_their_clients_not_named():
    licence = ends_in(20)
    clinician, client = licence.clinician, make.client(name="Unmistakable")
    last_day = make.moment(20, "15:00")
    make.appointment(clinician=clinician, client=client, starts_at=last_day)
    make.appointment(clinician=clinician, client=client, starts_at=last_day - timedelta(days=1))
    licence.expires_on -= timedelta(days=1)
    licence.save()

    [ending] = expiring.endings()
    assert [one.starts_at for one in ending.beyond] == [last_day]
    expiring.warn()
    body = warnings().first().body
    assert "1 booked session lies beyond" in body
    assert "Unmistakable" not in body
    assert "November 7, 2026" in body


def test_what_has_ended_is_still_shown_with_what_lies_beyond_and_is_not_mailed():
    licence = ends_in(20)
    make.appointment(clinician=licence.clinician, starts_at=make.moment(3))
    licence.expires_on = TODAY - timedelta(days=1)
    licence.save()

    [ending] = expiring.endings()
    assert ending.has_ended
    assert len(ending.beyond) == 1
    assert expiring.warn() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_it_takes_two_queries_for_one_and_for_three(number, django_assert_num_queries):
    for _n in range(number):
        licence = ends_in(20)
        make.appointment(clinician=licence.clinician, starts_at=make.moment(3))
    with django_assert_num_queries(2):
        assert len(expiring.endings()) == number
