"""What an invitation promises: read by a second reader, right on every clock, neutral, and the newest word wins."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject

from booking import scheduling
from booking.calendars import inviting
from booking.models import Participant
from booking.series import recurring
from practice.messaging import consenting
from practice.messaging.models import Message
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
ADDRESS = "alex@example.test"


def booked(**options):
    return make.appointment(client=make.client(email=ADDRESS, **options))


def mails():
    return Message.objects.filter(channel="mail").exclude(calendar="").order_by("created_at", "pk")


def apply(calendar, text):
    """What a careful calendar does with a mail (RFC 5546): by UID, and never back to an older SEQUENCE."""
    read = vobject.readOne(text)
    for event in read.vevent_list:
        uid, sequence = event.uid.value, int(event.sequence.value)
        if sequence < calendar.get(uid, (-1,))[0]:
            continue
        is_off = read.method.value == "CANCEL" or event.status.value == "CANCELLED"
        calendar[uid] = (sequence, None if is_off else event.dtstart.value.astimezone(UTC))


def shown(calendar):
    return [start for _sequence, start in calendar.values() if start is not None]


def changed_four_times():
    """A request, two moves and a cancellation, as the mails that went out."""
    appointment = booked()
    for days in (3, 4):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=days)):
            appointment = scheduling.move(appointment=appointment, starts_at=make.moment(days), by="client")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        scheduling.cancel(appointment=appointment, by="client")
    return [mail.calendar for mail in mails()]


def unfolded(text):
    return text.replace("\r\n ", "")


def test_a_request_two_updates_and_a_cancellation_leave_an_empty_calendar():
    texts = changed_four_times()
    calendar, seen = {}, []

    for text in texts:
        apply(calendar, text)
        seen.append(shown(calendar))

    assert [re.search(r"METHOD:(\w+)", text)[1] for text in texts] == ["REQUEST"] * 3 + ["CANCEL"]
    assert seen == [[make.moment(2)], [make.moment(3)], [make.moment(4)], []]
    assert len(calendar) == 1, "one UID for life"
    assert [vobject.readOne(text).vevent.sequence.value for text in texts] == ["0", "1", "2", "3"]
    assert vobject.readOne(texts[-1]).vevent.status.value == "CANCELLED"


def test_mails_that_arrive_in_the_wrong_order_leave_the_same_calendar():
    first, second, third, last = changed_four_times()
    calendar = {}

    for text in (third, last, first, second):
        apply(calendar, text)

    assert shown(calendar) == []


def test_a_request_that_was_never_settled_is_put_into_no_calendar():
    kind = make.session_type(mode="approve")
    asked = make.appointment(client=make.client(email=ADDRESS), session_type=kind)
    scheduling.cancel(appointment=asked, by="client")
    assert not mails().exists()

    approved = make.appointment(client=make.client(email="b@example.test"), session_type=kind, starts_at=make.moment(5))
    scheduling.approve(appointment=approved, actor=make.user(is_front_desk=True))
    assert [vobject.readOne(mail.calendar).method.value for mail in mails()] == ["REQUEST"]


def test_it_names_no_clinician_no_kind_of_session_and_no_link():
    appointment = booked(name="Unmistakable")
    text = unfolded(mails().get().calendar)

    for word in (appointment.clinician.name, "Initial", "Unmistakable", "therap", "http", "video", "$", "NY"):
        assert word.lower() not in text.lower(), word
    assert "SUMMARY:Harbor Lane: appointment" in text
    assert "CLASS:PRIVATE" in text
    assert f"mailto:{ADDRESS}" in text
    assert 'ORGANIZER;CN="Harbor Lane":mailto:desk@localhost' in text
    assert str(appointment.client_id) not in text


def test_in_spanish_it_is_spanish():
    booked(language="es")
    assert vobject.readOne(mails().get().calendar).vevent.summary.value == "Harbor Lane: cita"


def test_its_lines_are_those_of_the_standard():
    booked(name="x")
    raw = mails().get().calendar.encode()

    assert raw.endswith(b"\r\n")
    lines = raw.split(b"\r\n")[:-1]
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-1] == b"END:VCALENDAR"


def test_accents_are_not_cut_in_two_where_a_line_is_folded(settings):
    settings.PRACTICE = settings.PRACTICE | {"short_name": "ñ" * 60}
    booked()
    raw = mails().get().calendar.encode()

    assert max(map(len, raw.split(b"\r\n"))) <= 75
    for line in raw.split(b"\r\n"):
        line.decode()


ZONES = [
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "Europe/Dublin", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Asia/Kathmandu", "America/Santiago"),
]


@pytest.mark.parametrize("zone", ZONES)
def test_its_own_time_zone_agrees_with_the_database_at_every_hour(zone):
    """Read by rule and not by name: what the text itself says of its zone (RFC 5545, 3.6.5)."""
    text = inviting.vtimezone(zone, 2026, 2026).to_ical().decode()
    parts = re.findall(r"BEGIN:(STANDARD|DAYLIGHT)\r\n(.*?)END:", text, re.DOTALL)
    rules = []
    for _kind, body in parts:
        values = dict(line.split(":", 1) for line in body.strip().split("\r\n"))
        wall = datetime.strptime(values["DTSTART"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        rules.append((wall - offset(values["TZOFFSETFROM"]), offset(values["TZOFFSETTO"])))
    local, moment = ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC)

    while moment.year == 2026:
        says = max((start, to) for start, to in rules if start <= moment)[1]
        assert says == moment.astimezone(local).utcoffset(), moment
        moment += timedelta(minutes=30)


def offset(text):
    sign = -1 if text[0] == "-" else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Europe/Dublin", "UTC"])
def test_the_second_reader_finds_the_same_moment(zone):
    client = make.client(email=ADDRESS, zone=zone)
    for days in (2, 20):  # before and after the clocks change
        make.appointment(client=client, starts_at=make.moment(days))

    assert [vobject.readOne(mail.calendar).vevent.dtstart.value.astimezone(UTC) for mail in mails()] == [
        make.moment(2),
        make.moment(20),
    ]


def test_those_who_come_along_are_invited_by_their_own_address_alone():
    client = make.client(email=ADDRESS)
    contact = consenting.contact_for(email="partner@example.test", name="Sam", language="en", time_zone="UTC")
    Participant.objects.create(client=client, contact=contact, role="partner", name_to_use="Sam", may_be_reminded=True)
    make.appointment(client=client)

    theirs = unfolded(mails().get(contact=contact).calendar)
    assert "partner@example.test" in theirs
    assert ADDRESS not in theirs


def test_a_series_is_told_of_once_and_its_mails_leave_the_calendar_that_is_true():
    """One date is moved alone, the last two are cancelled; each mail about the series tells every date there is."""
    series = make.series(client=make.client(email=ADDRESS), times=4)
    dates = list(series.appointments.order_by("starts_at"))
    moved = dates[1].starts_at + timedelta(hours=3)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        scheduling.move(appointment=dates[1], starts_at=moved, by="client")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        recurring.cancel_from(appointment=dates[2], by="client")
    calendar = {}
    for mail in mails():
        apply(calendar, mail.calendar)

    assert mails().count() == 3
    assert sorted(shown(calendar)) == [dates[0].starts_at, moved]
    assert len(calendar) == 4


def test_what_is_added_by_hand_invites_nobody():
    appointment = booked()
    text = inviting.published(appointments=[appointment], zone="America/New_York", language="en")

    assert vobject.readOne(text).method.value == "PUBLISH"
    assert "ATTENDEE" not in text
    assert "ORGANIZER" not in text
    assert vobject.readOne(text).vevent.uid.value == vobject.readOne(mails().get().calendar).vevent.uid.value


def test_a_text_to_a_phone_carries_no_calendar():
    booked()
    assert [text.calendar for text in Message.objects.filter(channel="text")] == [""]
