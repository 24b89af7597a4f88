"""What outside calendars promise: what they say is busy is closed, and what they do not say is never free."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from booking import offering, tasks
from booking.calendars import busy, fetching, syncing
from booking.calendars.fetching import Unread
from booking.models import BusyTime, OutsideCalendar
from booking.offering import Rule
from practice.staff.models import AuditEntry
from tests import make
from tests.calendars import calendar, event, served

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
NEW_YORK = ZoneInfo("America/New_York")
BUSY = event("DTSTART:20261021T130000Z", "DTEND:20261021T150000Z")  # Wednesday, 9 to 11 in New York


@pytest.fixture
def server():
    with served() as made:
        yield made


@pytest.fixture
def clinician():
    return make.working_clinician(user=make.user())


def add(server, clinician, path="/mine.ics"):
    return syncing.add(
        clinician=clinician, name="Family", address=server.url + path, actor=clinician.user, way=server.way
    )


def open_at(clinician, clock, day=date(2026, 10, 21)):
    times = offering.open_times(
        session_type=make.session_type(), clinicians=[clinician], first_day=day, last_day=day, zone=NEW_YORK
    )
    return clock in {f"{one.starts_at:%H:%M}" for one in times}


# --- Busy times ------------------------------------------------------------------------------------------------------


def test_what_an_outside_calendar_says_is_busy_is_not_offered(server, clinician):
    assert open_at(clinician, "09:00")
    server.shows("/mine.ics", calendar(BUSY))
    add(server, clinician)

    assert not open_at(clinician, "09:00")
    assert not open_at(clinician, "10:30")
    assert open_at(clinician, "11:00")
    wanted = {"session_type": make.session_type(), "clinician": clinician, "starts_at": make.moment(2, "14:00")}
    assert offering.why_not(**wanted) == [Rule.OUTSIDE_CALENDAR]


def test_another_clinicians_calendar_closes_nothing(server, clinician):
    server.shows("/mine.ics", calendar(BUSY))
    add(server, make.working_clinician(user=make.user()))
    assert open_at(clinician, "09:00")


def test_a_change_outside_is_taken_over(server, clinician):
    server.shows("/mine.ics", calendar(BUSY))
    add(server, clinician)
    server.shows("/mine.ics", calendar())

    assert syncing.read_all(way=server.way) == 0
    assert open_at(clinician, "09:00")
    assert BusyTime.objects.count() == 1, "only what lies beyond the reading"


# --- Failing closed --------------------------------------------------------------------------------------------------

FAILURES = {
    "not there": (lambda server: server.answers("/mine.ics", status=404), "refused"),
    "an error": (lambda server: server.answers("/mine.ics", status=500), "refused"),
    "a page to sign in": (lambda server: server.shows("/mine.ics", b"<html>Sign in</html>"), "not_a_calendar"),
    "nothing": (lambda server: server.shows("/mine.ics", b""), "not_a_calendar"),
    "cut off": (lambda server: server.shows("/mine.ics", calendar(BUSY)[:-20]), "not_a_calendar"),
    "cut off on the way": (lambda server: server.answers("/mine.ics", promises=10_000), "unreachable"),
    "packed": (lambda server: server.answers("/mine.ics", headers={"Content-Encoding": "gzip"}), "not_a_calendar"),
    "too large": (lambda server: server.shows("/mine.ics", b"x" * (fetching.LARGEST + 1)), "too_large"),
    "too slow": (lambda server: server.answers("/mine.ics", trickles=True), "too_slow"),
    "in circles": (lambda server: server.leads("/mine.ics", "/mine.ics"), "refused"),
    "gone": (lambda server: server.stop(), "unreachable"),
    "a broken date": (lambda server: server.shows("/mine.ics", calendar(event("DTSTART:rubbish"))), "unclear"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_calendar_that_cannot_be_read_is_never_free(server, clinician, failure):
    fails, why = FAILURES[failure]
    server.shows("/mine.ics", calendar(BUSY))
    kept, since = add(server, clinician), timezone.now() + timedelta(minutes=10)
    known = list(BusyTime.objects.values_list("starts_at", "ends_at"))
    fails(server)

    with time_machine.travel(since, tick=False):
        assert syncing.read_all(way=server.way) == 1
    with time_machine.travel(since + timedelta(hours=1), tick=False):
        assert syncing.read_all(way=server.way) == 1

    kept.refresh_from_db()
    assert (kept.failing_since, kept.trouble, kept.tried_at) == (since, why, since + timedelta(hours=1))
    assert kept.read_at < since
    assert list(BusyTime.objects.values_list("starts_at", "ends_at")) == known
    assert not open_at(clinician, "09:00")
    assert list(OutsideCalendar.objects.failing()) == [kept]


def test_one_that_answers_again_is_in_order_again(server, clinician):
    server.shows("/mine.ics", calendar(BUSY))
    kept = add(server, clinician)
    server.answers("/mine.ics", status=503)
    syncing.read_all(way=server.way)
    server.shows("/mine.ics", calendar(BUSY))

    assert syncing.read_one(calendar=kept, way=server.way)
    assert not OutsideCalendar.objects.failing().exists()


def test_one_that_fails_does_not_keep_the_others_from_being_read(server, clinician):
    server.shows("/mine.ics", calendar())
    server.shows("/other.ics", calendar())
    add(server, clinician)
    add(server, clinician, "/other.ics")
    server.answers("/mine.ics", status=404)
    server.shows("/other.ics", calendar(BUSY))

    assert syncing.read_all(way=server.way) == 1
    assert not open_at(clinician, "09:00")


def test_what_lies_beyond_the_last_reading_is_closed(server, clinician):
    server.shows("/mine.ics", calendar())
    add(server, clinician)
    silent = timezone.now() + timedelta(days=380)  # sixty days can be booked, four hundred were read
    soon, far = (silent + timedelta(days=days) for days in (10, 30))

    with time_machine.travel(silent):
        assert open_at(clinician, "09:00", soon.date())
        assert not open_at(clinician, "09:00", far.date())


@pytest.mark.parametrize("failure", ["not there", "a page to sign in", "too slow", "a broken date"])
def test_one_that_was_never_read_is_not_taken_in(server, clinician, failure):
    server.shows("/mine.ics", calendar())
    FAILURES[failure][0](server)

    with pytest.raises(syncing.CannotBeRead) as refused:
        add(server, clinician)
    assert str(refused.value.message)
    assert not OutsideCalendar.objects.exists()


def test_the_address_that_calendars_hand_out_is_taken(server, clinician):
    server.shows("/mine.ics", calendar())
    way = dataclasses.replace(server.way, schemes=frozenset({"https"}))
    with pytest.raises(syncing.CannotBeRead) as refused:  # it speaks no https here, but it was asked to
        syncing.add(
            clinician=clinician,
            name="Family",
            address=server.url.replace("http", "webcal") + "/mine.ics",
            actor=clinician.user,
            way=way,
        )
    assert "could not be reached" in str(refused.value.message)


def test_five_are_the_most(server, clinician):
    server.shows("/mine.ics", calendar())
    for _n in range(5):
        add(server, clinician)
    with pytest.raises(syncing.TooManyCalendars):
        add(server, clinician)


def test_adding_and_taking_out_is_remembered_and_taking_out_opens_again(server, clinician):
    server.shows("/mine.ics", calendar(BUSY))
    kept = add(server, clinician)
    syncing.remove(calendar=kept, actor=clinician.user)

    assert open_at(clinician, "09:00")
    actions = AuditEntry.objects.filter(actor=clinician.user).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["outside calendar added", "outside calendar taken out"]


def test_one_taken_out_while_it_is_read_stays_out(server, clinician):
    server.shows("/mine.ics", calendar(BUSY))
    kept = add(server, clinician)
    OutsideCalendar.objects.filter(pk=kept.pk).delete()

    assert syncing.read_one(calendar=kept, way=server.way)
    assert not BusyTime.objects.exists()


def test_the_beat_reads_none_where_there_are_none():
    assert tasks.read_outside_calendars() == 0


# --- What a calendar says --------------------------------------------------------------------------------------------


def spans(*entries, zone=NEW_YORK, **options):
    start, end = datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)
    found = busy.spans(calendar(*entries, **options), zone=zone, start=start, end=end)
    return [tuple(f"{datetime.fromtimestamp(at, zone):%m-%d %H:%M}" for at in span) for span in found]


def test_a_weekly_entry_keeps_its_own_clock_over_the_change():
    berlin = event("DTSTART;TZID=Europe/Berlin:20261006T150000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    assert spans(berlin) == [
        ("10-20 09:00", "10-20 10:00"),
        ("10-27 10:00", "10-27 11:00"),  # Berlin has changed its clocks, New York has not
        ("11-03 09:00", "11-03 10:00"),
    ]


def test_days_left_out_and_days_moved_are_followed():
    weekly = ("UID:w", "DTSTART:20261020T130000Z", "DURATION:PT1H")
    rule = event(*weekly, "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261021T130000Z")
    moved = event("UID:w", "RECURRENCE-ID:20261022T130000Z", "DTSTART:20261022T180000Z", "DURATION:PT30M")
    off = event("UID:w", "RECURRENCE-ID:20261023T130000Z", "DTSTART:20261023T130000Z", "STATUS:CANCELLED")
    assert spans(rule, moved, off) == [("10-20 09:00", "10-20 10:00"), ("10-22 14:00", "10-22 14:30")]


@pytest.mark.parametrize("says", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"])
def test_what_takes_no_time_closes_nothing(says):
    assert spans(event("DTSTART:20261020T130000Z", "DURATION:PT1H", says)) == []


def test_a_whole_day_is_the_clinicians_own_day():
    day = event("DTSTART;VALUE=DATE:20261101", "DTEND;VALUE=DATE:20261102")  # it has 25 hours in New York
    assert spans(day) == [("11-01 00:00", "11-02 00:00")]
    assert spans(day, zone=ZoneInfo("Pacific/Honolulu")) == [("11-01 00:00", "11-02 00:00")]


def test_a_time_without_a_zone_is_the_clinicians_own_clock():
    assert spans(event("DTSTART:20261020T090000", "DURATION:PT1H")) == [("10-20 09:00", "10-20 10:00")]


def test_a_zone_that_the_calendar_explains_itself_is_understood():
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0200\r\n"
        "TZOFFSETTO:+0200\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    assert spans(event("DTSTART;TZID=Ours:20261020T150000", "DURATION:PT1H"), head=zone) == [
        ("10-20 09:00", "10-20 10:00")
    ]


def test_outlooks_names_of_zones_are_known():
    outlook = event("DTSTART;TZID=Eastern Standard Time:20261020T090000", "DURATION:PT1H")
    assert spans(outlook) == [("10-20 09:00", "10-20 10:00")]


def test_free_and_busy_lists_are_read():
    told = (
        "BEGIN:VFREEBUSY\r\nFREEBUSY:20261020T130000Z/PT3H,20261021T130000Z/20261021T140000Z\r\n"
        "FREEBUSY;FBTYPE=FREE:20261022T130000Z/PT3H\r\nEND:VFREEBUSY\r\n"
    )
    assert spans(head=told) == [("10-20 09:00", "10-20 12:00"), ("10-21 09:00", "10-21 10:00")]


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20261020T130000Z", "DTEND:tomorrow"],
        ["DTSTART;TZID=Nowhere/Land:20261020T090000"],
        ["SUMMARY:When?"],
        ["DTSTART:20261020T130000Z", "DTEND:20261020T120000Z"],
        ["DTSTART;VALUE=DATE:20261020", "DTEND:20261020T130000Z"],
        ["DTSTART:20261020T130000Z", "DTEND:20261020T140000Z", "DURATION:PT1H"],
        ["DTSTART:20261020T130000Z", "RRULE:FREQ=NEVER"],
        ["DTSTART:20261020T130000Z", "RRULE:FREQ=WEEKLY;INTERVAL=0"],
        ["DTSTART:20261020T130000Z", "RRULE:FREQ=SECONDLY"],
        ["DTSTART:20261020T130000Z", "RRULE:FREQ=DAILY;BYMINUTE=0,1,2,3"],
    ],
)
def test_what_cannot_be_understood_might_be_taken(lines):
    with pytest.raises(Unread) as unread:
        spans(event(*lines))
    assert unread.value.trouble == "unclear"


def test_more_than_can_be_taken_in_is_refused(monkeypatch):
    monkeypatch.setattr(busy, "MOST_ENTRIES", 20)
    assert len(spans(*[event("DTSTART:20261020T130000Z", "DURATION:PT1H")] * 20)) == 1
    with pytest.raises(Unread) as unread:
        spans(*[event("DTSTART:20261020T130000Z", "DURATION:PT1H")] * 21)
    assert unread.value.trouble == "too_large"
