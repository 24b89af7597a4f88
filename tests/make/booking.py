"""Session types, hours, clients, holds and appointments, through the rules that make them in life."""

from datetime import UTC, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from booking import scheduling, settling
from booking.intake import receiving
from booking.models import Appointment, Client, DateOverride, Holiday, SessionType, TimeOff, WorkingHours
from booking.wishes import requesting
from practice.messaging import consenting
from practice.messaging.models import Message
from tests.make import staff

_number = count(1)
DAY = timedelta(days=1)


def session_type(slug="initial", **fields):
    """A session of 50 minutes, every 30 minutes, booked at once, without notice or buffers unless told."""
    plain = {
        "name": slug.title(),
        "minutes": 50,
        "step": 30,
        "notice": 0,
        "buffer_before": 0,
        "buffer_after": 0,
        "horizon_days": 60,
        "move_notice": 0,
        "confirms_first": False,
        "price_text": "$150",
    }
    return SessionType.objects.update_or_create(slug=slug, defaults=plain | fields)[0]


def matchmaking(**fields):
    """The free first session."""
    free = {"minutes": 30, "price_text": "Free", "is_matchmaking": True, "once_per_person": True}
    return session_type("matchmaking", **free | fields)


def working_hours(clinician, opens="09:00", closes="17:00", weekdays=range(7), **fields):
    """The same hours on each of `weekdays`."""
    span = {"opens": time.fromisoformat(opens), "closes": time.fromisoformat(closes)}
    return [WorkingHours.objects.create(clinician=clinician, weekday=day, **span | fields) for day in weekdays]


def working_clinician(opens="09:00", closes="17:00", **fields):
    """A clinician who works every day of the week."""
    made = staff.clinician(**fields)
    working_hours(made, opens, closes)
    return made


def override(clinician, day, opens=None, closes=None, adds=False):
    clock = [time.fromisoformat(text) if text else None for text in (opens, closes)]
    return DateOverride.objects.create(clinician=clinician, day=day, opens=clock[0], closes=clock[1], adds=adds)


def time_off(clinician, starts_at, ends_at):
    return TimeOff.objects.create(clinician=clinician, starts_at=starts_at, ends_at=ends_at)


def holiday(day):
    return Holiday.objects.create(day=day, name="Holiday")


def phone_number():
    """A number that nobody has, and each time another."""
    return f"+1202555{next(_number) % 10000:04d}"


def client(*, phone=None, email="", may_be_texted=True, zone="America/New_York", language="en", name="Alex", **fields):
    """A client with a number of their own who agreed to texts."""
    number = phone_number() if phone is None else phone
    contact = consenting.contact_for(phone=number, email=email, name=name, language=language, time_zone=zone)
    if may_be_texted and number:
        consenting.consent(contact=contact, channel="text", wording="Text me.", version="test", source="test")
    named = {"name_to_use": name, "state": "NY", "time_zone": zone, "language": language}
    return Client.objects.create(contact=contact, **named | fields)


def moment(days=2, clock="15:00"):
    """A moment some days from now, at a clock in UTC."""
    return datetime.combine(timezone.now().date() + days * DAY, time.fromisoformat(clock), UTC)


def hold(*, clinician=None, starts_at=None, session_type=None, visitor="visitor", state="NY"):
    return scheduling.hold(
        session_type=session_type or globals()["session_type"](),
        clinician=clinician or working_clinician(),
        starts_at=starts_at or moment(),
        visitor=visitor,
        state=state,
    )


def appointment(*, clinician=None, client=None, starts_at=None, session_type=None, state="NY", **options):
    """A booked appointment, in two days at 15:00 UTC unless told."""
    return scheduling.book(
        client=client or globals()["client"](),
        session_type=session_type or globals()["session_type"](),
        clinician=clinician or working_clinician(),
        starts_at=starts_at or moment(),
        state=state,
        **options,
    )


def at_the_door(**options):
    """One by video that begins in five minutes, whatever the hour is."""
    made, starts_at = appointment(**options), timezone.now() + timedelta(minutes=5)
    ends_at = starts_at + made.session_type.length
    times = {"starts_at": starts_at, "ends_at": ends_at, "blocks_from": starts_at, "blocks_until": ends_at}
    Appointment.objects.filter(pk=made.pk).update(**times)
    made.refresh_from_db()
    return made


def first_booking(**options):
    """One that waits half an hour for its maker's yes."""
    return settling.reserve(
        client=client(email="first@example.test"),
        session_type=session_type("first", confirms_first=True),
        clinician=working_clinician(),
        starts_at=moment(),
        state="NY",
        **options,
    )


def time_request():
    """A wish for a session whose times we propose."""
    return requesting.ask(
        answers=answers(phone="", email="wishes@example.test", words="Mondays after four"),
        language="en",
        address="",
        session_type=session_type("family", mode="request"),
        clinician=None,
        state="NY",
    )


def proposals_link():
    """The address behind which one of the times proposed for a wish is chosen."""
    wish = time_request()
    requesting.propose(request=wish, times=[(working_clinician(), moment())], actor=staff.user())
    body = Message.objects.get(topic=wish.topic).body
    return next(word for word in body.split() if "/times/" in word)


def past_appointment(*, days=30, client=None, clinician=None, state=Appointment.State.COMPLETED):
    """One that is long over, as the beat would have left it."""
    kind, starts_at = session_type(), moment(-days)
    times = {"starts_at": starts_at, "ends_at": starts_at + kind.length}
    blocks = {"blocks_from": starts_at, "blocks_until": starts_at + kind.length}
    return Appointment.objects.create(
        client=client or globals()["client"](),
        clinician=clinician or working_clinician(),
        session_type=kind,
        state=state,
        client_state="NY",
        **times | blocks,
    )


def answers(**more):
    """What a complete intake says, by the keys of its form."""
    plain = {
        "concerns": ["anxiety"],
        "kind": "self",
        "age": "adult",
        "state": "NY",
        "zone": "America/New_York",
        "name": "Alex",
        "phone": phone_number(),
        "email": "",
    }
    return plain | more


def intake(*, sent=True, language="en", **more):
    """An intake as its form leaves it: sent to the desk, unless told."""
    made, _token = receiving.start(language=language)
    receiving.save_step(intake=made, step="reach", answers=answers(**more))
    if sent:
        receiving.submit(intake=made)
    return made
