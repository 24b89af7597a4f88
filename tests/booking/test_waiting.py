"""The waitlist: a freed time goes to whom it suits best, then to the next, and never to who cannot have it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking import blocking, scheduling
from booking.models import Appointment, WaitlistOffer
from booking.waitlist import waiting
from practice.messaging.models import Message
from practice.staff.models import Licence
from tests import make

State, Answer = Appointment.State, WaitlistOffer.Answer
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


def later(**span):
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def offers(place):
    return list(place.offers.order_by("made_at").values_list("answer", flat=True))


def offered():
    """Whose place has an open offer."""
    return [offer.waiting for offer in WaitlistOffer.objects.open().select_related("waiting")]


# --- When and to whom -------------------------------------------------------------------------------------------------


def test_a_canceled_time_is_offered_once_its_minute_is_over_and_only_once():
    place = make.waits()
    make.given_back()
    assert make.sweep(seconds=59) == 0
    assert make.sweep(seconds=61) == 1
    assert make.sweep(seconds=90) == 0
    offer = place.offers.get()
    assert (offer.appointment.state, offer.appointment.client) == (State.HELD, place.client)
    assert offer.appointment.hold_expires_at - offer.made_at == timedelta(minutes=30)


def test_the_offer_is_texted_and_mailed_with_how_long_it_is_kept():
    place = make.waits(client=make.client(email="robin@example.test"))
    make.given_back()
    make.sweep()
    topic = place.offers.get().topic
    text, mail = Message.objects.filter(topic=topic).order_by("channel").reverse()
    assert "Wed, Oct 21, 11:00 AM Eastern time is free. We keep it 30 minutes for you" in text.body
    assert "/o/" in text.body
    assert "/o/" in mail.body
    assert text.expires_at == place.offers.get().appointment.hold_expires_at


def test_an_offer_and_its_text_stand_or_fall_together(monkeypatch):
    place = make.waits()
    make.given_back()
    with monkeypatch.context() as broken:
        broken.setattr(waiting, "_write", lambda offer: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make.sweep()
    assert not place.offers.exists()
    assert make.sweep() == 1
    assert Message.objects.filter(topic=place.offers.get().topic).exists()


def test_a_moved_and_a_declined_time_are_offered_too():
    place, other = make.waits(), make.waits()
    clinician = make.working_clinician()
    moved = make.appointment(clinician=clinician)
    scheduling.move(appointment=moved, starts_at=make.moment(4), by="staff", reason="x")
    kind = make.session_type("asked", mode="approve")
    asked = make.appointment(clinician=clinician, starts_at=make.moment(3), session_type=kind)
    scheduling.decline(appointment=asked, actor=make.user())
    assert make.sweep() == 2
    assert place.offers.get().appointment.starts_at == make.moment()
    assert other.offers.get().appointment.starts_at == make.moment(3)


def test_what_was_open_all_along_is_no_freed_time():
    make.working_clinician()
    make.waits()
    held = make.hold()
    scheduling.release(held=held)
    assert make.sweep() == 0


def test_what_was_freed_before_they_joined_did_not_suit_them():
    make.given_back()
    with later(seconds=5):
        make.waits()
    assert make.sweep() == 0


def test_a_cancellation_taken_back_offers_nothing():
    make.waits()
    canceled = make.given_back()
    scheduling.restore(appointment=canceled, by="client")
    assert make.sweep() == 0


def test_who_asks_most_narrowly_comes_first_and_then_who_has_waited_longest():
    clinician = make.working_clinician()
    places = []
    for number, wish in enumerate(
        [{}, {"days": ["wed"]}, {"days": ["wed"], "parts": ["morning"]}, {"clinician": clinician, "days": ["wed"]}, {}]
    ):
        with later(seconds=number):
            places.append(make.waits(**wish))
    with later(seconds=10):
        make.given_back(clinician=clinician)
    order = []
    for number in range(1, 7):
        make.sweep(minutes=31 * number)
        order += offered()
    assert [places.index(place) for place in order] == [2, 3, 1, 0, 4]


@pytest.mark.parametrize(
    "wish",
    [
        {"days": ["thu"]},
        {"parts": ["evening"]},
        {"since": date(2026, 10, 22)},
        {"until": date(2026, 10, 20)},
        {"age": "older"},
        {"state": "OR"},
    ],
)
def test_what_does_not_suit_is_not_offered(wish):
    make.waits(**wish)
    make.given_back()
    assert make.sweep() == 0


def test_days_and_parts_are_those_of_the_clients_own_clock():
    place = make.waits(client=make.client(zone="America/Chicago"), parts=["morning"])
    make.given_back(starts_at=make.moment(2, "16:30"))  # 12:30 PM in New York, 11:30 AM there
    make.sweep()
    assert offered() == [place]


def test_another_clinician_is_not_offered_to_who_asked_for_one():
    make.waits(clinician=make.working_clinician())
    make.given_back()
    assert make.sweep() == 0


# --- What they cannot have --------------------------------------------------------------------------------------------


def test_no_licence_no_offer():
    clinician = make.working_clinician()
    make.waits()
    make.given_back(clinician=clinician)
    Licence.objects.filter(clinician=clinician).update(expires_on=date(2026, 10, 20))
    assert make.sweep() == 0


def test_too_short_notice_no_offer():
    make.waits(session_type=make.session_type("slow", notice=3 * 24 * 60))
    make.given_back()
    assert make.sweep() == 0


def test_who_has_an_appointment_then_is_passed_over():
    busy = make.waits()
    free = make.waits(client=make.client())
    make.appointment(client=busy.client, starts_at=make.moment() + timedelta(minutes=30))
    make.given_back()
    make.sweep()
    assert offered() == [free]


def test_who_has_as_many_as_they_may_is_passed_over(settings):
    full, free = make.waits(), make.waits()
    for day in range(settings.MOST_OPEN_BOOKINGS):
        make.appointment(client=full.client, starts_at=make.moment(5 + day))
    make.given_back()
    make.sweep()
    assert offered() == [free]


def test_the_free_first_session_is_not_offered_to_who_had_it():
    kind = make.matchmaking()
    place = make.waits(session_type=kind)
    make.appointment(client=place.client, session_type=kind, starts_at=make.moment(6))
    make.given_back(session_type=kind)
    assert make.sweep() == 0


def test_who_cannot_be_written_to_is_passed_over():
    make.waits(client=make.client(may_be_texted=False))
    reachable = make.waits()
    make.given_back()
    make.sweep()
    assert offered() == [reachable]


def test_who_may_book_only_by_speaking_to_us_is_passed_over():
    blocked, free = make.waits(), make.waits()
    blocking.block(way=blocked.client.contact.number, reason="asked by the owner", actor=make.user())
    make.given_back()
    make.sweep()
    assert offered() == [free]


def test_one_offer_at_a_time_however_much_is_freed():
    place = make.waits()
    for day in (2, 3, 4):
        make.given_back(starts_at=make.moment(day))
    assert make.sweep() == 1
    assert make.sweep() == 0
    assert offers(place) == ["none"]


# --- At night ---------------------------------------------------------------------------------------------------------


def test_at_night_the_time_waits_for_who_sleeps_and_is_theirs_in_the_morning():
    place = make.waits()
    make.waits()
    make.given_back()
    with time_machine.travel(datetime(2026, 10, 20, 2, 0, tzinfo=UTC), tick=False):  # 10 PM in New York
        assert waiting.offer_freed() == 0
    with time_machine.travel(datetime(2026, 10, 20, 12, 5, tzinfo=UTC), tick=False):
        assert waiting.offer_freed() == 1
    assert offered() == [place]


def test_where_there_is_no_time_to_wait_for_the_morning_it_goes_to_who_is_awake():
    make.waits()
    awake = make.waits(client=make.client(zone="Pacific/Honolulu"))
    make.given_back(clinician=make.working_clinician("07:00", "17:00"), starts_at=make.moment(1, "12:00"))
    with time_machine.travel(datetime(2026, 10, 20, 2, 0, tzinfo=UTC), tick=False):
        assert waiting.offer_freed() == 1
    assert offered() == [awake]


# --- Answers ----------------------------------------------------------------------------------------------------------


def test_taking_it_books_it_and_ends_the_wait():
    place = make.waits()
    make.given_back()
    make.sweep()
    with later(minutes=5):
        made = waiting.accept(offer=place.offers.get())
        assert waiting.accept(offer=place.offers.get()) == made
    place.refresh_from_db()
    assert (made.state, made.client, made.hold_expires_at) == (State.BOOKED, place.client, None)
    assert place.served_at
    assert offers(place) == ["taken"]
    assert place.client.contact.messages.filter(key__contains=":booked:").count() == 1


def test_letting_it_lapse_costs_no_place_and_the_next_is_asked():
    first, second = make.waits(), make.waits()
    clinician = make.working_clinician()
    make.given_back(clinician=clinician)
    make.sweep()
    assert make.sweep(minutes=31, seconds=40) == 1
    assert (offers(first), offers(second)) == (["lapsed"], ["none"])
    with later(minutes=40):
        make.given_back(clinician=clinician, starts_at=make.moment(4))
    make.sweep(minutes=45)
    assert offers(first) == ["lapsed", "none"]


def test_no_passes_it_on_at_once_and_never_to_the_same_again():
    first, second = make.waits(), make.waits()
    make.given_back()
    make.sweep()
    with later(minutes=3):
        waiting.decline(offer=first.offers.get())
        with pytest.raises(waiting.OfferOver):
            waiting.decline(offer=first.offers.get())
    assert make.sweep(minutes=3, seconds=1) == 1
    with later(minutes=4):
        waiting.decline(offer=second.offers.get())
    assert make.sweep(minutes=5) == 0
    assert (offers(first), offers(second)) == (["declined"], ["declined"])


def test_after_the_half_hour_it_is_over_whether_or_not_the_beat_has_been_there():
    place = make.waits()
    clinician = make.working_clinician()
    make.given_back(clinician=clinician)
    make.sweep()
    with later(minutes=32), pytest.raises(waiting.OfferOver):
        waiting.accept(offer=place.offers.get())
    with later(minutes=32):
        make.appointment(clinician=clinician)
    assert make.sweep(minutes=33) == 0
    assert offers(place) == ["lapsed"]


def test_while_it_is_kept_nobody_else_can_book_it():
    clinician = make.working_clinician()
    make.waits()
    make.given_back(clinician=clinician)
    make.sweep()
    with later(minutes=5), pytest.raises(scheduling.SlotTaken):
        make.appointment(clinician=clinician)


def test_who_leaves_gives_back_what_was_kept_for_them():
    first, second = make.waits(), make.waits()
    make.given_back()
    make.sweep()
    with later(minutes=2):
        waiting.leave(waiting=first)
        waiting.leave(waiting=first)
    make.sweep(minutes=3)
    assert offered() == [second]
    assert not Message.objects.owed().filter(topic=first.offers.get().topic).exists()


def test_a_taken_offer_of_a_kind_that_staff_approve_is_a_request():
    kind = make.session_type("asked", mode="approve")
    place = make.waits(session_type=kind)
    make.given_back()
    make.sweep()
    with later(minutes=2):
        assert waiting.accept(offer=place.offers.get()).state == State.REQUESTED


# --- Places -----------------------------------------------------------------------------------------------------------


def test_joining_is_confirmed_with_the_way_to_leave_and_ends_by_itself():
    place = make.waits(until=date(2027, 12, 31))
    text = place.client.contact.messages.get(channel="text")
    assert "/w/" in text.body
    assert place.until == timezone.now().date() + timedelta(days=90)


def test_one_number_has_few_places():
    client = make.client()
    for _n in range(waiting.MOST_PLACES):
        make.waits(client=client)
    with pytest.raises(waiting.TooManyPlaces):
        make.waits(client=client)


@pytest.mark.parametrize("number", [1, 4])
def test_looking_asks_few_questions_whatever_the_list(number):
    for day in range(number):
        make.waits(parts=["evening"])
        make.given_back(starts_at=make.moment(2 + day))
    with CaptureQueriesContext(connection) as asked:
        assert make.sweep() == 0
    assert len(asked) <= 5


@pytest.mark.parametrize("number", [1, 4])
def test_what_suits_and_is_taken_again_is_judged_in_one_pass(number):
    clinician = make.working_clinician()
    for day in range(number):
        make.waits()
        make.given_back(clinician=clinician, starts_at=make.moment(2 + day))
        make.appointment(clinician=clinician, starts_at=make.moment(2 + day))
    with CaptureQueriesContext(connection) as asked:
        assert make.sweep() == 0
    assert len(asked) <= 12 + number  # whom each was offered before is asked of each
