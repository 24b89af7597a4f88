"""Alerts: raised once with their own encrypted copy, acknowledged once, read only by those who may."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from practice import tallies
from practice.crisis import alerting
from practice.crisis.models import Alert
from practice.crisis.screening import Screening
from practice.staff.models import AuditEntry, User

HIT = Screening("self", "act_now", ("self.intent",))
pytestmark = pytest.mark.django_db


def person(name="Ada", **roles):
    return User.objects.create_user(f"{name.lower()}@example.org", "x", name=name, is_staff=True, **roles)


def raised(**changes):
    given = {"screening": HIT, "text": "words of a person", "source_label": "intake", "source_url": "/desk/diary/7/"}
    return alerting.raise_alert(**given | changes)


def test_an_alert_keeps_an_encrypted_copy_of_the_text():
    alert = raised(who="A. B.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT text, who FROM crisis_alert")
        stored = " ".join(cursor.fetchone())
    assert "words" not in stored
    assert "A. B." not in stored
    assert Alert.objects.get(pk=alert.pk).text == "words of a person"


def test_no_alert_is_raised_for_what_is_no_hit():
    for quiet in (Screening(), Screening("bereaved", None, ("bereaved.died_by",))):
        with pytest.raises(alerting.NoHit):
            raised(screening=quiet)
    assert not Alert.objects.exists()


def test_the_oldest_alert_waits_first():
    first, second = raised(), raised()
    assert list(Alert.objects.waiting()) == [first, second]

    alerting.acknowledge(alert=first, user=person())

    assert list(Alert.objects.waiting()) == [second]
    assert list(Alert.objects.acknowledged()) == [first]


def test_an_alert_is_acknowledged_once_and_says_by_whom():
    alert, ada, bob = raised(), person(), person("Bob")

    alerting.acknowledge(alert=alert, user=ada, outcome="reached")

    with pytest.raises(alerting.AlreadyAcknowledged):
        alerting.acknowledge(alert=alert, user=bob)
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.outcome) == (ada, "reached")
    assert AuditEntry.objects.filter(actor=ada, subject=f"alert {alert.pk}").count() == 1


def test_an_outcome_nobody_knows_is_refused():
    alert = raised()
    with pytest.raises(alerting.UnknownOutcome):
        alerting.acknowledge(alert=alert, user=person(), outcome="whatever")
    assert Alert.objects.waiting().get() == alert


@pytest.mark.parametrize("broken", [{"acknowledged_at": timezone.now()}, {"outcome": "reached"}])
def test_the_database_refuses_half_an_acknowledgement(broken):
    alert = raised()
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(**broken)


def test_only_clinicians_and_those_on_call_read_the_words_and_it_is_noted():
    alert, desk, on_call = raised(), person("Desk", is_front_desk=True), person("Call", is_on_call=True)

    assert alerting.read(alert=alert, user=desk) is None
    assert not AuditEntry.objects.exists()
    assert alerting.read(alert=alert, user=on_call) == "words of a person"
    assert AuditEntry.objects.get().actor == on_call


def test_a_hit_from_nobody_is_counted_and_leaves_no_alert():
    alerting.count_hit(screening=HIT, source_label="search")
    alerting.count_hit(screening=Screening(), source_label="search")

    assert tallies.counting.total("crisis self act_now") == 1
    assert tallies.counting.total("crisis in search") == 1
    assert not Alert.objects.exists()
