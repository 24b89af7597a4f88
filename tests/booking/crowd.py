"""Who races for the diary's times, made once, and found again by each process of a race."""

import random
import time
from functools import partial

from django.db import connection

from booking import offering, scheduling, taking
from booking.models import Appointment, Client, SessionType
from booking.series import planning, recurring
from practice.staff.models import Clinician, User
from tests import make

By = Appointment.By
# Asked of the database in its own words, not through the code that is on trial.
OVERLAPS = """
    SELECT count(*) FROM booking_appointment a JOIN booking_appointment b
    ON a.id < b.id AND a.clinician_id = b.clinician_id
    AND a.blocks_from < b.blocks_until AND b.blocks_from < a.blocks_until
    AND NOT a.overbooked AND NOT b.overbooked
    WHERE a.state IN ('held', 'requested', 'booked') AND b.state IN ('held', 'requested', 'booked')
"""


def overlaps():
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return cursor.fetchone()[0]


def gather_rivals(number):
    """So many clients for one hour of one clinician."""
    make.working_clinician()
    make.session_type()
    for _n in range(number):
        make.client()


def rivals(*, part=0, of=1, without_guards=False):
    """This share of their calls, each for the same hour."""
    if without_guards:
        let_the_guards_sleep()
    kind = SessionType.objects.get(slug=make.session_type().slug)
    common = {"session_type": kind, "clinician": Clinician.objects.get(), "starts_at": make.moment(), "state": "NY"}
    clients = list(Client.objects.select_related("contact").order_by("pk"))
    return [partial(scheduling.book, client=client, **common) for client in clients[part::of]]


class Crowd:
    """Ten clinicians, forty clients, and whatever people do with times, drawn by lot: each attempt by its number."""

    LENGTHS = [("instant", 30), ("instant", 80), ("approve", 50)]

    def __init__(self, seed):
        self.seed = seed
        self.kinds = [SessionType.objects.get(slug=f"{mode}-{minutes}") for mode, minutes in self.LENGTHS]
        self.clinicians = list(Clinician.objects.order_by("pk"))
        self.clients = list(Client.objects.select_related("contact").order_by("pk"))
        self.actor = User.objects.order_by("pk").first()

    @classmethod
    def gather(cls):
        make.user()
        for mode, minutes in cls.LENGTHS:
            make.session_type(f"{mode}-{minutes}", minutes=minutes, step=10, buffer_after=10, mode=mode)
        for _n in range(10):
            make.working_clinician("09:00", "12:00")
        for _n in range(40):
            make.client()

    def attempt(self, number):
        dice = random.Random(f"{self.seed}:{number}")
        common = {
            "session_type": dice.choice(self.kinds),
            "clinician": dice.choice(self.clinicians),
            "starts_at": make.moment(dice.choice([2, 3]), f"{dice.randint(13, 15)}:{dice.randint(0, 5)}0"),
            "state": "NY",
        }
        client, what = dice.choice(self.clients), number % 8
        if what == 0:
            return partial(scheduling.hold, visitor=f"visitor {number % 31}", **common)
        if what == 1:
            return partial(book_and_move, client, common, make.moment(3, "14:30"))
        if what == 2:
            return partial(hold_that_runs_out, f"visitor of {number}", common)
        if what == 3:
            return partial(ask_and_approve, client, common | {"session_type": self.kinds[2]}, self.actor)
        if what == 4:
            return partial(recurring.make, series=planning.wanted(client=client, times=2, **common))
        if what == 5:
            return scheduling.let_run_out
        return partial(scheduling.book, client=client, by=By.STAFF, **common)


def attempts(*, seed, number, part=0, of=1):
    """This share of so many attempts of the crowd."""
    crowd = Crowd(seed)
    return [crowd.attempt(n) for n in range(part, number, of)]


def hold_that_runs_out(visitor, common):
    """Held, and so long ago that whoever comes next may have it."""
    held = scheduling.hold(visitor=visitor, **common)
    Appointment.objects.filter(pk=held.pk).update(hold_expires_at=held.created_at)
    return held


def ask_and_approve(client, common, actor):
    return scheduling.approve(appointment=scheduling.book(client=client, **common), actor=actor)


def book_and_move(client, common, starts_at):
    booked = scheduling.book(client=client, by=By.STAFF, **common)
    return scheduling.move(appointment=booked, starts_at=starts_at, by=By.STAFF, reason="test")


# --- The control: a race without guards ------------------------------------------------------------------------------


def let_the_guards_sleep(patch=setattr):
    """No queue, and a moment between looking and writing, as there is on a busy day."""
    looked = offering.is_offered

    def is_offered(**asked):
        answer = looked(**asked)
        time.sleep(0.05)
        return answer

    patch(offering, "is_offered", is_offered)
    patch(taking, "_line_up", lambda _new: None)


def drop_guards():
    """Take the database's guards away; returns the statements that bring them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'appointment_cl%'")
            rows = cursor.fetchall()
            for name, _sql in rows:
                cursor.execute(f'DROP TRIGGER "{name}"')
            return [sql for _name, sql in rows]
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'x' AND conrelid = 'booking_appointment'::regclass"
        )
        rows = cursor.fetchall()
        for name, _definition in rows:
            cursor.execute(f'ALTER TABLE booking_appointment DROP CONSTRAINT "{name}"')
        return [f'ALTER TABLE booking_appointment ADD CONSTRAINT "{name}" {definition}' for name, definition in rows]
