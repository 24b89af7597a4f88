"""What a private feed promises: one diary, as much of the client as was chosen, and an end at any time."""

import pytest
import vobject

from booking import scheduling
from booking.calendars import feeding
from booking.models import Feed
from practice.staff.models import AuditEntry
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture
def clinician():
    return make.working_clinician(user=make.user())


def address(clinician, shows="nothing"):
    return feeding.make(clinician=clinician, shows=shows, actor=make.user(is_owner=True)).removeprefix(
        "http://localhost:8000"
    )


def events(text):
    return [(event.summary.value, event.dtstart.value) for event in vobject.readOne(text).vevent_list]


def test_the_feed_holds_what_is_booked_asked_for_and_taken_off(client, clinician):
    make.appointment(clinician=clinician)
    asked = make.session_type("asked", mode="approve")
    make.appointment(clinician=clinician, session_type=asked, starts_at=make.moment(3))
    make.time_off(clinician, make.moment(5), make.moment(6))
    gone = make.appointment(clinician=clinician, starts_at=make.moment(4))
    scheduling.cancel(appointment=gone, by="client")
    make.appointment()  # another clinician's
    make.hold(clinician=clinician, starts_at=make.moment(7))

    answer = client.get(address(clinician))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert events(answer.content.decode()) == [
        ("Session", make.moment(2)),
        ("Session", make.moment(3)),
        ("Away", make.moment(5)),
    ]
    assert "TENTATIVE" in answer.content.decode()


@pytest.mark.parametrize(("shows", "name"), [("nothing", "Session"), ("initials", "A.M."), ("names", "Alex Mirren")])
def test_it_shows_as_much_of_the_client_as_was_chosen(client, clinician, shows, name):
    make.appointment(clinician=clinician, client=make.client(name="Alex Mirren"))

    page = client.get(address(clinician, shows)).content.decode()

    assert events(page)[0][0] == name
    assert ("Mirren" in page) is (shows == "names")


def test_an_unchanged_diary_is_not_sent_twice(client, clinician):
    appointment = make.appointment(clinician=clinician)
    where = address(clinician)
    first = client.get(where)

    assert client.get(where, headers={"If-None-Match": first["ETag"]}).status_code == 304
    scheduling.move(appointment=appointment, starts_at=make.moment(3), by="client")
    again = client.get(where, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_a_feed_takes_as_many_queries_for_three_as_for_one(client, clinician, django_assert_num_queries):
    feed = feeding.behind(address(clinician).split("/")[-1].removesuffix(".ics"))
    for days in (2, 3, 4):
        make.appointment(clinician=clinician, starts_at=make.moment(days))
        with django_assert_num_queries(2):
            feeding.calendar(feed)


def test_a_new_address_ends_the_one_before_and_revoking_ends_it_for_good(client, clinician):
    first, second = address(clinician), address(clinician)

    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200
    feeding.revoke(clinician=clinician, actor=clinician.user)
    assert client.get(second).status_code == 410
    feeding.revoke(clinician=clinician, actor=clinician.user)  # twice changes nothing
    notes = AuditEntry.objects.filter(subject=f"clinician {clinician.pk}").order_by("pk")
    assert [note.action for note in notes] == [
        "feed made",
        "feed revoked",
        "feed made",
        "feed revoked",
    ]


def test_the_address_is_kept_nowhere_and_cannot_be_guessed(client, clinician):
    where = address(clinician)
    token = where.split("/")[-1].removesuffix(".ics")

    assert len(token) == 22
    assert token not in str(list(Feed.objects.values()))
    assert token not in str(list(AuditEntry.objects.values()))
    assert client.get(where.replace(token, token.swapcase())).status_code == 404


def test_a_clinician_who_has_left_has_no_feed(client, clinician):
    where = address(clinician)
    clinician.is_active = False
    clinician.save()
    assert client.get(where).status_code == 410


def test_a_feed_is_read_without_a_cookie_and_never_stored_by_others(client, clinician):
    answer = client.get(address(clinician))
    assert not answer.cookies
    assert answer["Cache-Control"] == "private, no-cache"
    assert client.post(address(clinician)).status_code in {403, 405}


def test_the_feed_does_not_reach_back_for_ever(client, clinician):
    make.past_appointment(clinician=clinician, days=20)
    make.past_appointment(clinician=clinician, days=40)
    text = client.get(address(clinician)).content.decode()
    assert [start for _name, start in events(text)] == [make.moment(-20)]
