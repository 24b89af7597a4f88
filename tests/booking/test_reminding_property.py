"""Whatever a family books, moves, cancels and texts: each reminder is true, by day, told once, and joined to others."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking import scheduling
from booking.models import Appointment, Client
from booking.reminders import gathering, reminding
from practice.messaging import consenting, sending
from practice.messaging.models import Message
from practice.refusals import Refused
from tests import make

HALF_HOUR = timedelta(minutes=30)
BEGIN = datetime(2026, 10, 30, 14, tzinfo=UTC)  # the Friday before the clocks of New York go back
ZONE = ZoneInfo("America/New_York")
WAIT = st.tuples(st.just("wait"), st.integers(1, 16))
BOOK = st.tuples(st.just("book"), st.integers(0, 1), st.integers(1, 80))
MOVE = st.tuples(st.just("move"), st.integers(0, 3), st.integers(1, 80))
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 3))
OUTAGE = st.tuples(st.just("outage"), st.integers(1, 30))
STOP = st.tuples(st.just("stop"))
LIVES = st.lists(st.one_of(WAIT, WAIT, BOOK, BOOK, MOVE, CANCEL, OUTAGE, STOP), min_size=4, max_size=14)


class Life:
    """Two children and their parent's number, from one half hour to the next."""

    def __init__(self):
        self.now, self.travel = BEGIN, time_machine.travel(BEGIN, tick=False)
        self.clock = self.travel.start()
        first = make.client()
        second = Client.objects.create(contact=first.contact, name_to_use="B", time_zone="America/New_York")
        self.contact, self.children = first.contact, [first, second]
        self.clinician, self.sent, self.is_calm = make.working_clinician("00:00", "00:00"), [], True
        self.ways_open = []  # when a text could have left

    def live(self, deeds):
        for name, *how in deeds:
            try:
                with transaction.atomic():
                    getattr(self, name)(*how)
            except Refused:
                continue
            finally:
                self.beat()
        self.wait(90)

    def book(self, child, ahead):
        client, starts_at = self.children[child], self.now + ahead * HALF_HOUR
        make.appointment(clinician=self.clinician, client=client, starts_at=starts_at, by="staff")

    def move(self, which, ahead):
        if chosen := self.coming(which):
            starts_at = self.now + ahead * HALF_HOUR
            scheduling.move(appointment=chosen, starts_at=starts_at, by="staff", reason="They asked.")

    def cancel(self, which):
        if chosen := self.coming(which):
            scheduling.cancel(appointment=chosen, by="staff")

    def coming(self, which):
        mine = list(Appointment.objects.booked().filter(starts_at__gt=self.now).order_by("starts_at"))
        return mine[which % len(mine)] if mine else None

    def stop(self):
        """STOP, and START half an hour later."""
        consenting.opt_out(number=self.contact.number)
        self.beat()
        self.step()
        consenting.opt_in(contact=self.contact)
        self.is_calm = False

    def outage(self, half_hours):
        """Reminders are owed, and nothing leaves."""
        for _ in range(half_hours):
            self.step()
            reminding.owe()
        self.is_calm = False

    def wait(self, half_hours):
        for _ in range(half_hours):
            self.step()
            if 7 < self.now.astimezone(ZONE).hour < 22 or not self.now.hour:  # and once in the night
                self.beat()

    def step(self):
        self.now += HALF_HOUR
        self.clock.move_to(self.now, tick=False)

    def beat(self):
        reminding.owe()
        if time(8) <= self.now.astimezone(ZONE).time() < time(21) and self.contact.may_be_texted:
            self.ways_open.append(self.now)
        left = list(Message.objects.due().filter(priority=Message.Priority.REMINDER))
        while left and sending.deliver_due():
            pass
        for message in left:
            message.refresh_from_db()
            if message.status == "delivered":
                self.check(message)

    def check(self, message):
        """At the moment it leaves: every time it tells is still to come, and it is day."""
        local = self.now.astimezone(ZONE)
        assert time(8) <= local.time() < time(21), local
        coming = Appointment.objects.booked().filter(starts_at__gt=self.now)
        marks = set(message.key.split(":")[3].split("+"))
        assert marks <= {gathering.mark(one) for one in coming}, "moved, canceled or past"
        self.sent.append((local.date(), marks, message))

    def account(self):
        told = [(day, mark) for day, marks, _message in self.sent for mark in marks]
        assert len(told) == len(set(told)), "told twice on one day"
        assert self.owed_by_now() <= {mark for _day, mark in told}, "never told"
        for nth, (day, marks, message) in enumerate(self.sent if self.is_calm else []):
            for earlier_day, _marks, earlier in self.sent[:nth]:
                if day == earlier_day:  # a second text only of what was settled after the first had left
                    assert all(self.settled(mark) >= earlier.claimed_at for mark in marks), message.key

    def settled(self, mark):
        (found,) = [one for one in Appointment.objects.all() if gathering.mark(one)[:12] == mark[:12]]
        return reminding._settled_at(found)

    def owed_by_now(self):
        """Every time that took place, and between whose first reminder and itself a text could have left."""
        over = Appointment.objects.booked().filter(starts_at__lte=self.now)
        return {gathering.mark(one) for one in over if self.could_be_told(one)}

    def could_be_told(self, appointment):
        moments = [reminder.at for reminder in reminding.reminders(appointment)]
        return bool(moments) and any(min(moments) <= at < appointment.starts_at for at in self.ways_open)


@pytest.mark.django_db
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(deeds=LIVES)
def test_a_family_is_told_each_time_truly_by_day_and_once(deeds):
    with transaction.atomic():
        life = Life()
        try:
            life.live(deeds)
            life.account()
        finally:
            life.travel.stop()
        transaction.set_rollback(True)
