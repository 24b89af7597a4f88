"""What the board promises whoever answers the phone: who comes when, what is free, and a click to book it."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from booking import scheduling
from booking.models import Appointment, Client
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
APPOINTMENTS, BOOK = "/desk/diary/appointments/", "/desk/diary/book/"
CALLER = {"name": "Robin", "phone": "202 555 0177", "email": "robin@example.test", "state": "NY"}


@pytest.fixture
def desk(client):
    client.user = make.user(is_front_desk=True, name="Sam")
    client.force_login(client.user)
    return client


@pytest.fixture
def clinician():
    make.session_type()
    return make.working_clinician(slug="ada", name="Ada")


def shown(answer):
    return answer.content.decode()


def board(answer):
    """The table of the board, in rows of cells as one reads them."""
    table = re.search(r'<div class="board".*?</table>', shown(answer), re.DOTALL)[0]
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def free_links(answer):
    return [unescape(link) for link in re.findall(r'<a class="free" href="([^"]+)"><span', shown(answer))]


def asked(clinician, moment, **more):
    return {"clinician": clinician.slug, "type": "initial", "at": moment.isoformat()} | more


def test_a_day_shows_the_clinicians_side_by_side_with_what_is_booked_and_what_is_free(desk, clinician):
    make.working_clinician("12:00", "14:00", slug="ben", name="Ben")
    make.appointment(clinician=clinician, client=make.client(name="Ash"), starts_at=make.moment(2, "15:00"))

    head, *rows = board(desk.get(APPOINTMENTS, {"day": "2026-10-21"}))

    assert head == ["Hour", "Ada", "Ben"]
    eleven, noon = rows[2], rows[3]
    assert eleven[:1] + eleven[2:] == ["11 AM", ""]
    assert eleven[1].startswith("11:00 AM, 50 min Ash")
    assert "Move" in eleven[1]
    assert noon == ["12 PM", "Book 12:00 PM Book 12:30 PM", "Book 12:00 PM Book 12:30 PM"]


def test_a_week_of_one_shows_its_days_with_what_is_free_and_of_everyone_who_has_which(desk, clinician):
    make.appointment(clinician=clinician, client=make.client(name="Ash"), starts_at=make.moment(2, "15:00"))
    week = {"day": "2026-10-19", "span": "week"}

    alone = desk.get(APPOINTMENTS, week | {"clinician": "ada"})
    assert board(alone)[0] == [
        "Hour",
        "Mon, Oct 19",
        "Tue, Oct 20",
        "Wed, Oct 21",
        "Thu, Oct 22",
        "Fri, Oct 23",
        "Sat, Oct 24",
        "Sun, Oct 25",
    ]
    assert len(free_links(alone)) > 50

    make.working_clinician(slug="ben", name="Ben")
    everyone = desk.get(APPOINTMENTS, week)
    assert "Ash Ada" in " ".join(board(everyone)[3])
    assert free_links(everyone) == []
    assert "Choose one clinician, or one day" in shown(everyone)


def test_now_is_marked_today_and_on_no_other_day(desk, clinician):
    today, tomorrow = (shown(desk.get(APPOINTMENTS, {"day": f"2026-10-{day}"})) for day in (19, 20))
    assert "now 10:00 AM" in today
    assert 'aria-current="date"' in today
    assert "now 10" not in tomorrow
    assert 'aria-current="date"' not in tomorrow


def test_each_free_time_is_one_that_can_be_booked(desk, clinician):
    link = free_links(desk.get(APPOINTMENTS, {"day": "2026-10-21"}))[0]
    assert "Wednesday, October 21, 9:00 AM" in shown(desk.get(link))

    answer = desk.post(link, CALLER)

    made = Appointment.objects.get()
    assert answer.url == f"{APPOINTMENTS}{made.pk}/"
    assert (made.state, made.client.name_to_use, made.clinician) == ("booked", "Robin", clinician)
    assert made.changes.get().actor == desk.user
    assert [message.channel for message in Message.objects.all()] == ["mail"], "nobody agreed to texts for them"


def test_whoever_called_before_is_known_again(desk, clinician):
    known = make.client(phone="+12025550177", name="Robin")
    desk.post(f"{BOOK}?clinician=ada&type=initial&at=2026-10-21T15:00:00Z", CALLER)
    assert Appointment.objects.get().client == known
    assert Client.objects.count() == 1


def test_another_time_for_a_client_is_two_clicks(desk, clinician):
    kept = make.appointment(clinician=clinician, client=make.client(name="Ash"))
    page = shown(desk.get(f"{APPOINTMENTS}{kept.pk}/"))
    diary = unescape(re.search(r'href="([^"]+client=[^"]+)"', page)[1])
    chosen = desk.get(diary)
    assert "Choose a free time for Ash." in shown(chosen)

    link = free_links(chosen)[-1]
    assert 'name="name"' not in shown(desk.get(link))
    desk.post(link, {"state": "NY"})
    assert Appointment.objects.filter(client=kept.client).count() == 2


def test_a_time_that_went_meanwhile_keeps_the_form(desk, clinician):
    make.appointment(clinician=clinician)
    answer = desk.post(f"{BOOK}?clinician=ada&type=initial&at={make.moment():%Y-%m-%dT%H:%M:%SZ}", CALLER)
    assert answer.status_code == 409
    assert 'value="Robin"' in shown(answer)
    assert not Client.objects.filter(contact__number_digest="").exists()
    assert Client.objects.count() == 1, "the caller is kept only together with a time"


def test_beside_another_session_and_at_short_notice_take_a_reason(desk, clinician):
    make.session_type(notice=24 * 60)
    soon = f"{BOOK}?clinician=ada&type=initial&at={timezone.now() + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    assert desk.post(soon, CALLER).status_code == 409
    assert desk.post(soon, CALLER | {"beside": "on"}).status_code == 422
    assert desk.post(soon, CALLER | {"reason": "in need"}).status_code == 302
    assert (
        desk.post(
            soon, CALLER | {"name": "Kit", "phone": "202 555 0178", "beside": "on", "reason": "agreed"}
        ).status_code
        == 302
    )
    assert Appointment.objects.filter(overbooked=True).count() == 1


def test_what_has_begun_is_marked_as_missed_in_one_click(desk, clinician):
    kept = make.appointment(clinician=clinician, starts_at=make.moment(0, "15:00"))
    with time_machine.travel(kept.starts_at + timedelta(minutes=20)):
        page = shown(desk.get(APPOINTMENTS))
        assert "Did not come" in page
        desk.post(f"{APPOINTMENTS}{kept.pk}/do/", {"do": "no_show"})
    kept.refresh_from_db()
    assert kept.state == "no_show"


def test_what_was_canceled_is_shown_as_that_and_its_time_is_free_again(desk, clinician):
    kept = make.appointment(clinician=clinician, client=make.client(name="Ash"))
    scheduling.cancel(appointment=kept, by="staff", actor=desk.user)
    eleven = board(desk.get(APPOINTMENTS, {"day": "2026-10-21"}))[3][1]
    assert "Ash" in eleven
    assert "Canceled" in eleven
    assert "Book 11:00 AM" in eleven
    assert "Move" not in eleven


def test_a_clinician_books_into_their_own_diary_alone(client, clinician):
    own = make.working_clinician(user=make.user(), slug="own")
    client.force_login(own.user)
    moment = make.moment()
    assert client.get(BOOK, asked(own, moment)).status_code == 200
    assert client.get(BOOK, asked(clinician, moment)).status_code == 404
    assert client.get(BOOK, asked(own, moment, client=make.client().pk)).status_code == 404
    head = board(client.get(APPOINTMENTS, {"day": "2026-10-21"}))[0]
    assert len(head) == 2, "the one day of the one clinician"


@pytest.mark.parametrize(
    "wrong", [{"at": "soon"}, {"at": "9999-12-31T23:59:59Z"}, {"clinician": "\0"}, {"type": "x"}, {"client": "me"}]
)
def test_an_odd_address_leads_nowhere(desk, clinician, wrong):
    assert desk.get(BOOK, asked(clinician, make.moment()) | wrong).status_code == 404


def test_strangers_and_editors_book_nothing(client, clinician):
    address = f"{BOOK}?clinician=ada&type=initial&at=2026-10-21T15:00:00Z"
    assert "/accounts/login/" in client.post(address, CALLER).url
    client.force_login(make.user(is_editor=True))
    assert client.post(address, CALLER).status_code == 403
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("number", [2, 4])
def test_the_board_asks_as_much_for_four_clinicians_as_for_two(desk, number, django_assert_max_num_queries):
    make.session_type()
    for _n in range(number):
        make.appointment(clinician=make.working_clinician())
    with django_assert_max_num_queries(14):
        assert desk.get(APPOINTMENTS, {"day": "2026-10-21"}).status_code == 200
