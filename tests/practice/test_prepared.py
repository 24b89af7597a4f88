"""A prepared query is compiled once, and answers what the same query answers that is compiled each time."""

from datetime import timedelta

import pytest
from django.db.models import BigIntegerField, DateTimeField, UUIDField
from django.utils import timezone

from booking.models import Appointment
from practice.prepared import Among, Given, Prepared
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def compiled():
    """A prepared query and how often it was built."""
    built = []

    @Prepared
    def query(number):
        built.append(number)
        rows = Appointment.objects.filter(clinician=Given("clinician", BigIntegerField()))
        rows = rows.filter(starts_at__gt=Given("since", DateTimeField()), state__in=["booked", "held"])
        return rows.exclude(pk__in=Among("known", number, UUIDField())).order_by("starts_at").values_list("starts_at")

    return query, built


def test_other_values_are_asked_without_compiling_anew(compiled, django_assert_num_queries):
    query, built = compiled
    clinician = make.working_clinician()
    first, second = (make.appointment(clinician=clinician, starts_at=make.moment(days)) for days in (2, 3))
    other = make.appointment(starts_at=make.moment(2))
    asked = {"clinician": clinician.pk, "since": timezone.now(), "known": [other.pk]}

    with django_assert_num_queries(4):
        assert len(query.ask(1, **asked)) == 2
        assert len(query.ask(1, **asked | {"known": [first.pk]})) == 1
        assert len(query.ask(1, **asked | {"since": second.starts_at - timedelta(hours=1)})) == 1
        assert len(query.ask(1, **asked | {"clinician": other.clinician_id, "known": [first.pk]})) == 1
    assert built == [1]


def test_another_shape_is_another_query(compiled):
    query, built = compiled
    one = make.appointment()
    asked = {"clinician": one.clinician_id, "since": timezone.now()}

    assert len(query.ask(1, known=[make.appointment().pk], **asked)) == 1
    assert query.ask(2, known=[make.appointment().pk, one.pk], **asked) == []
    assert built == [1, 2]


def test_a_value_that_is_not_given_is_an_error_and_no_wider_answer(compiled):
    query, _built = compiled
    with pytest.raises(KeyError):
        query.ask(1, clinician=1, known=[make.appointment().pk])
    with pytest.raises(IndexError):
        query.ask(2, clinician=1, since=timezone.now(), known=[make.appointment().pk])
