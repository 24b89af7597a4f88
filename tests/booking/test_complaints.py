"""What users of other schedulers complain of most, and the tests that keep each of it from happening here.

Twenty-five, ranked by how often they are heard. Those that a test elsewhere keeps are named here by it; a name that is
gone fails. The rest stands below.
"""

from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.test import Client as Browser

from booking import scheduling
from booking.models import Appointment
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
KEPT = {
    (1, "never double-booked, even at one moment, and in several processes"): [
        "races:an_hour_is_promised_only_once",
        "races:an_hour_is_promised_only_once_to_a_hundred_in_four_processes",
    ],
    (1, "nor while staff still have to approve"): [
        "scheduling:where_staff_approve_a_request_takes_the_time_until_they_answer"
    ],
    (1, "nor what someone is choosing"): ["races:holds_and_bookings_race_for_the_same_hour_and_one_wins"],
    (2, "reminders stop when it is cancelled or moved"): [
        "reminding:cancelling_withdraws_what_was_owed",
        "reminding:moving_brings_new_reminders_and_withdraws_the_old_ones",
    ],
    (2, "and are never sent twice"): ["reminding:two_beats_at_once_owe_each_reminder_once"],
    (3, "reminders by text and mail, more than one"): [
        "reminding:two_reminders_a_day_and_two_hours_before",
        "reminding:text_and_mail_as_the_contact_has_them",
    ],
    (4, "a notice for moving and another for cancelling"): [
        "complaints:the_notice_for_moving_and_for_cancelling_are_two"
    ],
    (5, "right hours over clock changes, in every zone"): [
        "offering_oracle:nothing_is_offered_that_cannot_be_booked_and_nothing_bookable_is_left_out"
    ],
    (5, "the same hour in page, mail and calendar"): ["inviting:the_second_reader_finds_the_same_moment"],
    (6, "series whose one-off changes do not multiply"): [
        "recurring:this_and_the_following_get_another_weekday_and_clock_and_what_was_moved_alone_stays"
    ],
    (7, "a waitlist that offers what is freed"): [
        "waiting:a_canceled_time_is_offered_once_its_minute_is_over_and_only_once"
    ],
    (8, "no client learns of another"): [
        "complaints:a_refused_client_reads_nothing_of_the_one_who_has_the_time",
        "complaints:who_had_the_time_before_hears_nothing_of_who_has_it_now",
        "participants:each_hears_in_their_own_language_and_zone_and_only_the_client_gets_the_link",
    ],
    (9, "a calendar that cannot be read is not free"): ["syncing:a_calendar_that_cannot_be_read_is_never_free"],
    (10, "buffers around sessions"): ["scheduling:buffers_keep_the_time_around_a_session_free"],
    (11, "a cancellation leaves the calendar"): [
        "inviting:a_request_two_updates_and_a_cancellation_leave_an_empty_calendar"
    ],
    (12, "fast pages"): [
        "offering:open_times_take_at_most_six_queries_whatever_there_is",
        "pages_times:the_page_of_times_asks_the_database_as_much_for_three_as_for_one",
    ],
    (13, "questions of one's own, by kind of session, with conditions"): [
        "questioning:a_question_of_our_own_is_asked_in_both_languages_and_its_answer_is_kept",
        "questioning:a_question_may_be_for_some_kinds_of_session_only",
        "questioning:a_question_with_a_condition_is_asked_only_where_it_holds",
    ],
    (15, "no-shows are kept"): ["scheduling:what_is_over_is_completed_and_may_be_corrected_to_a_no_show"],
    (16, "staff are warned and may overbook on purpose"): [
        "overbooking:staff_may_put_a_session_beside_another_and_say_who_and_why",
        "pages_desk_board:beside_another_session_and_at_short_notice_take_a_reason",
    ],
    (17, "outside calendars do not change what is booked"): ["syncing:a_change_outside_is_taken_over"],
    (18, "staff may ignore the notice when they move"): [
        "scheduling:too_late_to_move_for_the_client_is_not_too_late_for_staff_with_a_reason"
    ],
    (20, "whoever is free is chosen fairly"): ["offering:any_clinician_means_the_one_with_least_to_do"],
    (22, "limits against abuse, and a block list"): [
        "limiting:an_address_makes_so_many_bookings_an_hour_and_reads_why_not_more",
        "settling:somebody_who_is_blocked_gets_the_answer_everybody_gets_and_no_message",
    ],
    (23, "limits for each client, and no clash of one's own"): [
        "scheduling:nobody_is_in_two_places_at_once",
        "limiting:two_open_bookings_are_the_most_for_a_contact_whoever_they_are_for",
    ],
    (24, "the loser reads why and keeps the form"): [
        "pages_times:the_loser_of_a_race_keeps_the_form_and_is_offered_the_nearest_times"
    ],
    (25, "the practice chooses: at once, after its yes, or it proposes"): [
        "requesting:three_times_are_kept_for_two_days_and_one_mail_tells_of_them"
    ],
}
# What no test of the diary can keep: why.
ELSEWHERE = {
    14: "self-hosting without a licence wall: there is no licence and no key in the whole house",
    19: "a calendar for screen reader and keyboard: tests/browser drives the whole way to a booked time by keyboard",
    21: "deposits: the practice is paid outside of this software",
}


@pytest.mark.parametrize("test", [test for tests in KEPT.values() for test in tests])
def test_what_is_said_to_be_kept_elsewhere_is(test):
    module, _colon, name = test.partition(":")
    assert callable(getattr(import_module(f"tests.booking.test_{module}"), f"test_{name}"))


def test_each_of_the_twenty_five_has_its_answer():
    assert sorted({number for number, _words in KEPT} | ELSEWHERE.keys()) == list(range(1, 26))


def test_the_notice_for_moving_and_for_cancelling_are_two():
    kind = make.session_type(move_notice=48 * 60, cancel_notice=2 * 60)
    appointment = make.appointment(session_type=kind, starts_at=make.moment(3))
    with time_machine.travel(appointment.starts_at - timedelta(hours=24)):
        with pytest.raises(scheduling.TooLate):
            scheduling.move(appointment=appointment, starts_at=make.moment(5), by="client")
        assert not scheduling.cancel(appointment=appointment, by="client").canceled_late


def test_a_cancelled_time_can_be_booked_again_by_anyone_and_by_the_same():
    first = make.appointment()
    for client in (first.client, make.client(), first.client):
        scheduling.cancel(appointment=Appointment.objects.live().get(), by="client")
        make.appointment(clinician=first.clinician, client=client)
    assert Appointment.objects.filter(state="booked").count() == 1


def test_a_refused_client_reads_nothing_of_the_one_who_has_the_time():
    taken = make.appointment(client=make.client(name="Wilhelmina", email="wilhelmina@example.test"))
    body = {
        "session_type": taken.session_type.slug,
        "clinician": taken.clinician.slug,
        "starts_at": taken.starts_at.isoformat(),
        "name": "Robin",
        "email": "robin@example.test",
        "timezone": "America/New_York",
        "state": "NY",
    }
    answer = Browser().post("/api/v1/appointments/", body, content_type="application/json")
    assert answer.status_code == 409
    for secret in (b"wilhelmina", str(taken.pk).encode(), taken.client.contact.number.encode()):
        assert secret not in answer.content.lower()


def test_who_had_the_time_before_hears_nothing_of_who_has_it_now():
    first = make.appointment()
    scheduling.cancel(appointment=first, by="client")
    told = Message.objects.filter(contact=first.client.contact).count()
    second = make.appointment(clinician=first.clinician)
    scheduling.move(appointment=second, starts_at=make.moment(4), by="client")
    assert Message.objects.filter(contact=first.client.contact).count() == told
