"""NoOverlap keeps its promise on both databases, in the database itself and beside the field of a form."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.test.utils import isolate_apps

from booking.models import Appointment
from practice.constraints import NoOverlap, triggers
from tests import make

NOON = datetime(2026, 10, 21, 12, tzinfo=UTC)
GUARDS = {f"appointment_{whose}_is_free_{event}" for whose in ("clinician", "client") for event in ("insert", "update")}
only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL needs no triggers")


def booked(clinician, minutes=0, *, length=60, state="booked", **fields):
    starts_at = NOON + timedelta(minutes=minutes)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=length)}
    times |= {"blocks_from": times["starts_at"], "blocks_until": times["ends_at"]}
    who = {"client": make.client(), "session_type": make.session_type(), "clinician": clinician}
    return Appointment(id=uuid4(), state=state, hold_expires_at=NOON, **{**times, **who, **fields})


def refused(action):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        action()
    return str(error.value)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["held", "requested", "booked"])
@pytest.mark.parametrize(("minutes", "length"), [(0, 60), (-30, 60), (30, 60), (15, 10), (-60, 200), (59, 5), (-4, 5)])
def test_two_live_rows_cannot_share_a_moment_and_the_error_says_which_promise(state, minutes, length):
    clinician = make.clinician()
    booked(clinician).save()

    rival = booked(clinician, minutes, length=length, state=state)
    assert "appointment_clinician_is_free" in refused(lambda: rival.save(force_insert=True))
    with pytest.raises(ValidationError):
        rival.validate_constraints()


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "length"), [(60, 60), (-60, 60), (500, 5)])
def test_rows_that_only_touch_are_fine(minutes, length):
    clinician = make.clinician()
    booked(clinician).save()
    rival = booked(clinician, minutes, length=length)
    rival.validate_constraints()
    rival.save()


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["completed", "no_show", "declined", "expired"])
def test_what_is_not_live_takes_no_time(state):
    clinician = make.clinician()
    booked(clinician).save()
    rival = booked(clinician, state=state)
    rival.validate_constraints()
    rival.save()


@pytest.mark.django_db
def test_another_scope_and_no_scope_are_free():
    booked(make.clinician()).save()
    booked(make.clinician()).save()
    booked(make.clinician(), state="held", client=None).save()
    booked(make.clinician(), state="held", client=None).save()


@pytest.mark.django_db
def test_each_constraint_speaks_for_itself():
    client = make.client()
    booked(make.clinician(), client=client).save()
    rival = booked(make.clinician(), client=client)
    assert "appointment_client_is_free" in refused(lambda: rival.save(force_insert=True))


@pytest.mark.django_db
def test_an_update_is_guarded_as_an_insert_is():
    clinician = make.clinician()
    booked(clinician).save()
    later, over = booked(clinician, 60), booked(clinician, state="expired")
    later.save()
    over.save()
    later_row, over_row = Appointment.objects.filter(pk=later.pk), Appointment.objects.filter(pk=over.pk)

    assert "clinician_is_free" in refused(lambda: later_row.update(blocks_from=NOON + timedelta(minutes=59)))
    assert "clinician_is_free" in refused(lambda: over_row.update(state="booked"))
    later_row.update(blocks_from=NOON + timedelta(minutes=60))  # itself is no rival


@pytest.mark.django_db
def test_a_row_is_no_rival_of_its_own_when_a_form_asks():
    row = booked(make.clinician())
    row.save()
    row.validate_constraints()


@only_sqlite
@pytest.mark.django_db
def test_the_triggers_stand_after_migrating():
    assert triggers() >= GUARDS


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_the_triggers_come_back_when_the_table_is_rebuilt():
    before = Appointment._meta.get_field("visitor")
    after = models.CharField(max_length=99, null=True)
    after.set_attributes_from_name("visitor")
    after.model = Appointment
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(Appointment, before, after, strict=True)
        assert triggers() >= GUARDS
        clinician = make.clinician()
        booked(clinician).save()
        rival = booked(clinician)
        assert "appointment_clinician_is_free" in refused(lambda: rival.save(force_insert=True))
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(Appointment, after, before, strict=True)
    assert triggers() >= GUARDS


@pytest.mark.django_db(transaction=True)
@isolate_apps("tests")
def test_it_can_be_added_to_and_taken_from_a_table_that_is_there():
    class Stretch(models.Model):
        room = models.IntegerField()
        note = models.CharField(max_length=20)
        start = models.DateTimeField()
        end = models.DateTimeField()

        class Meta:
            app_label = "tests"

        def __str__(self):
            return self.note

    promise = NoOverlap(name="room_is_free", scope="room", start="start", end="end", live=Q(note="50% 'full'"))
    fields = {"room": 1, "note": "50% 'full'", "start": NOON, "end": NOON + timedelta(hours=1)}
    with connection.schema_editor() as editor:
        editor.create_model(Stretch)
    try:
        with connection.schema_editor() as editor:
            Stretch._meta.constraints = [promise]
            editor.add_constraint(Stretch, promise)
        Stretch.objects.create(**fields)
        Stretch.objects.create(**fields | {"note": "other"})
        assert "room_is_free" in refused(lambda: Stretch.objects.create(**fields))

        with connection.schema_editor() as editor:
            Stretch._meta.constraints = []
            editor.remove_constraint(Stretch, promise)
        Stretch.objects.create(**fields)
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Stretch)


def test_a_migration_can_write_it_down():
    promise = NoOverlap(name="room_is_free", scope="room", start="start", end="end", live=Q(note="x"))
    path, args, kwargs = promise.deconstruct()
    assert path == "practice.constraints.NoOverlap"
    assert promise == NoOverlap(*args, **kwargs)
    assert promise != NoOverlap(name="room_is_free", scope="room", start="start", end="end", live=Q(note="y"))
