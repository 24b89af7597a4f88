"""Alerts: raised once with their own encrypted copy, acknowledged once, read only by those who may."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from practice import tallies
from practice.crisis import alerting
from practice.crisis.models import Alert
from practice.crisis.screening import Screening
from practice.staff.models import AuditEntry, Rota, User

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

    alerting.acknowledge(alert=first, user=person(is_on_call=True))

    assert list(Alert.objects.waiting()) == [second]
    assert list(Alert.objects.looked_after()) == [first]


def test_an_alert_is_acknowledged_once_and_says_by_whom():
    alert, ada, bob = raised(), person(is_on_call=True), person("Bob", is_on_call=True)

    alerting.acknowledge(alert=alert, user=ada)

    with pytest.raises(alerting.AlreadyAcknowledged):
        alerting.acknowledge(alert=alert, user=bob)
    alert.refresh_from_db()
    assert alert.acknowledged_by == ada
    assert AuditEntry.objects.filter(actor=ada, subject=f"alert {alert.pk}").count() == 1


def test_who_may_not_read_an_alert_cannot_end_its_paging():
    alert, desk = raised(), person(is_front_desk=True, is_owner=True)
    with pytest.raises(alerting.NotYours):
        alerting.acknowledge(alert=alert, user=desk)
    with pytest.raises(alerting.NotYours):
        alerting.conclude(alert=alert, user=desk, outcome="reached")
    assert Alert.objects.waiting().get() == alert


def test_how_it_went_is_said_after_it_was_taken_and_may_be_put_right():
    alert, ada = raised(), person(is_on_call=True)
    with pytest.raises(alerting.NotAcknowledged):
        alerting.conclude(alert=alert, user=ada, outcome="reached")
    alerting.acknowledge(alert=alert, user=ada)
    with pytest.raises(alerting.UnknownOutcome):
        alerting.conclude(alert=alert, user=ada, outcome="whatever")

    for outcome in ("no_answer", "reached"):
        alerting.conclude(alert=alert, user=ada, outcome=outcome)

    assert (alert.outcome, alert.outcome_by) == ("reached", ada)
    assert list(Alert.objects.done()) == [alert]
    said = AuditEntry.objects.filter(action="alert concluded").order_by("pk").values_list("detail", flat=True)
    assert list(said) == ["no_answer", "reached"]


def test_the_first_look_is_timed_and_a_look_of_the_front_desk_is_none():
    alert = raised()
    alerting.read(alert=alert, user=person("Desk", is_front_desk=True))
    alert.refresh_from_db()
    assert alert.looked_at is None

    alerting.read(alert=alert, user=person(is_on_call=True))
    alert.refresh_from_db()
    first = alert.looked_at
    alerting.acknowledge(alert=alert, user=person("Bob", is_on_call=True))

    assert first is not None
    assert alert.looked_at == first


@pytest.mark.parametrize(
    "broken",
    [{"acknowledged_at": timezone.now()}, {"outcome": "reached"}, {"outcome_at": timezone.now()}],
)
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


def test_what_is_said_about_an_alert_follows_the_rota(time_machine):
    now = timezone.now()
    assert alerting.watch(is_alerted=False) == "unseen"
    assert alerting.watch(is_alerted=None) == "unknown"
    assert alerting.watch(is_alerted=True) == "later"
    turn = {"number": "+13125550199", "starts_at": now, "ends_at": now + timedelta(hours=1)}
    Rota.objects.create(user=person(is_on_call=True), **turn)
    assert alerting.watch(is_alerted=True) == "watched"
    time_machine.move_to(now + timedelta(hours=2))
    assert alerting.watch(is_alerted=True) == "later"


def test_the_time_to_a_first_look_is_kept_by_week_and_counts_those_still_waiting(time_machine):
    time_machine.move_to("2026-11-25T12:00:00Z", tick=False)
    now = timezone.now()
    for created, looked in ((10, 4), (30, None), (7 * 24 * 60, 7 * 24 * 60 - 20), (400 * 24 * 60, None)):
        times = {"created_at": now - timedelta(minutes=created)}
        times["looked_at"] = None if looked is None else now - timedelta(minutes=looked)
        Alert.objects.filter(pk=raised().pk).update(**times)
    assert alerting.minutes_to_first_look() == {date(2026, 11, 16): [20.0], date(2026, 11, 23): [30.0, 6.0]}
