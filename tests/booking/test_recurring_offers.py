"""A recurring time offered to a client: four dates held for 48 hours, one yes, and nothing lost where it lapses."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment
from booking.series import proposing, recurring
from practice.messaging.models import Message
from tests import make

State = Appointment.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def states(series):
    return list(series.appointments.order_by("starts_at").values_list("state", flat=True))


def later(**span):
    return time_machine.travel(timezone.now() + timedelta(**span))


def test_the_first_four_dates_are_held_for_48_hours_and_nobody_else_gets_them():
    clinician = make.working_clinician()
    offered = make.series_offer(clinician=clinician, times=12)
    assert states(offered) == ["held"] * 4
    assert {row.hold_expires_at for row in offered.appointments.all()} == {offered.offered_until}
    assert timedelta() <= timezone.now() + timedelta(hours=48) - offered.offered_until < timedelta(hours=1)
    with pytest.raises(scheduling.SlotTaken):
        make.appointment(clinician=clinician, starts_at=make.moment(9))
    make.appointment(clinician=clinician, starts_at=make.moment(2 + 28, "16:00"))  # the fifth date is not held


def test_the_client_is_asked_once_by_text_and_mail():
    client = make.client(email="robin@example.test")
    make.series_offer(client=client, actor=make.user())
    text, mail = Message.objects.order_by("channel").reverse()
    assert "a regular time for you, first Wed, Oct 21, 11:00 AM Eastern time. We keep it 48 hours" in text.body
    assert (text.channel, mail.channel) == ("text", "mail")
    assert "/ro/" in text.body
    assert "/ro/" in mail.body


def test_yes_books_the_held_dates_and_of_the_later_ones_those_that_are_free():
    clinician, client = make.working_clinician(), make.client()
    offered = make.series_offer(clinician=clinician, client=client, times=6)
    fifth = make.moment(2 + 28, "16:00")  # 11:00 in New York, in winter
    make.appointment(clinician=clinician, starts_at=fifth)

    missing = proposing.accept(series=offered)

    assert [row.starts_at for row in missing] == [fifth]
    assert states(offered) == ["booked"] * 5
    assert not offered.appointments.exclude(hold_expires_at=None).exists()
    client.refresh_from_db()
    assert client.clinician == clinician
    told = client.contact.messages.get(key__endswith=":made:text")
    assert "5 times for you" in told.body


def test_yes_said_twice_is_one_yes():
    offered = make.series_offer(times=6)
    proposing.accept(series=offered)
    assert proposing.accept(series=offered) == []
    assert states(offered) == ["booked"] * 6


def test_a_holiday_is_left_out_and_four_dates_are_held_all_the_same():
    make.holiday(date(2026, 10, 28))
    offered = make.series_offer(times=6)
    held = offered.appointments.order_by("starts_at").values_list("starts_at__day", flat=True)
    assert list(held) == [21, 4, 11, 18]


def test_an_offer_needs_its_first_date_and_four_in_all():
    clinician = make.working_clinician()
    make.appointment(clinician=clinician)
    with pytest.raises(recurring.Conflicts) as refused:
        make.series_offer(clinician=clinician)
    assert [row.is_free for row in refused.value.dates[:2]] == [False, True]
    other = make.working_clinician()
    make.time_off(other, make.moment(5), make.moment(40))
    with pytest.raises(recurring.Conflicts):
        make.series_offer(clinician=other, times=4)
    assert not Message.objects.filter(topic__startswith="series:").exists()


def test_one_client_has_one_offer_at_a_time():
    client = make.client()
    make.series_offer(client=client)
    with pytest.raises(proposing.AlreadyOffered):
        make.series_offer(client=client)
    with later(hours=49):
        make.series_offer(client=client)


def test_no_frees_the_dates_and_withdraws_what_is_owed():
    clinician = make.working_clinician()
    offered = make.series_offer(clinician=clinician)
    proposing.decline(series=offered)
    assert states(offered) == ["expired"] * 4
    assert not Message.objects.owed().exists()
    make.appointment(clinician=clinician)
    for answer in (proposing.accept, proposing.decline):
        with pytest.raises(proposing.OfferOver):
            answer(series=offered)


def test_after_48_hours_the_dates_are_free_for_others_before_anything_has_tidied_up():
    clinician = make.working_clinician()
    offered = make.series_offer(clinician=clinician)
    with later(hours=48):
        with pytest.raises(proposing.OfferOver):
            proposing.accept(series=offered)
        make.appointment(clinician=clinician, starts_at=make.moment(7))
        assert states(offered).count("expired") == 4


def test_an_offer_nobody_answers_lapses():
    offered = make.series_offer()
    assert proposing.let_run_out() == 0
    with later(hours=48):
        assert proposing.let_run_out() == 1
        assert proposing.let_run_out() == 0
    offered.refresh_from_db()
    assert (offered.status, states(offered)) == ("lapsed", ["expired"] * 4)
