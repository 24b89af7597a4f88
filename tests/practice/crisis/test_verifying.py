"""Lines that a person should dial again are named; what staff decide stands over the file, in each process's memory."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import checks
from django.db import OperationalError, connection
from django.urls import reverse

from practice.crisis import deciding, lines, verifying
from practice.crisis.models import Decision
from practice.staff.models import AuditEntry
from tests import make

TODAY = date(2026, 11, 22)
HIDDEN = "gb-papyrus"  # known from memory alone


def verified(days_ago):
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    return replace(lines.book().lines[0], last_verified_on=day, verified_by="A. Person", show=True)


def shown(region="US"):
    return {line.id for line in lines.shown(region)}


@pytest.mark.parametrize(("days_ago", "is_due"), [(0, False), (90, False), (91, True), (-1, True)])
def test_a_line_is_due_again_after_ninety_days(days_ago, is_due):
    assert verifying.is_due(verified(days_ago), TODAY) is is_due


def test_shown_lines_that_nobody_verified_are_due_and_hidden_ones_are_not():
    never = replace(verified(0), last_verified_on="", verified_by="")
    assert verifying.due(TODAY, [never, verified(3), replace(never, show=False)]) == (never,)


@pytest.mark.django_db(transaction=True)
def test_the_deployment_check_names_the_lines_that_are_due_and_none_that_was_dialed():
    user = make.user()
    for line in verifying.due():
        verifying.verify(line=line.id, user=user, dialed=f"{line.channels[0].value}, answered")
    assert verifying.warn() == []
    make.aged(Decision.objects.get(subject="us-988"), decided_at=make.ago(days=91))

    (warning,) = verifying.warn()

    assert warning.msg.endswith(": us-988")
    assert verifying.warn in checks.registry.registry.get_checks(include_deployment_checks=True)
    assert verifying.warn not in checks.registry.registry.get_checks()


@pytest.mark.django_db(transaction=True)
def test_a_verification_says_who_when_and_what_was_dialed_and_shows_a_hidden_line():
    user = make.user(name="Ada")
    assert HIDDEN not in shown("GB")

    verifying.verify(line=HIDDEN, user=user, dialed="0800 068 4141, a person answered")

    line = next(line for line in lines.shown("GB") if line.id == HIDDEN)
    assert (line.verified_by, line.last_verified_on) == ("Ada", f"{Decision.objects.get().decided_at:%Y-%m-%d}")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.subject) == (user, "crisis line verified", HIDDEN)
    assert entry.detail == "0800 068 4141, a person answered"


@pytest.mark.django_db(transaction=True)
def test_a_line_taken_out_is_gone_until_somebody_dials_it_again():
    user = make.user()
    verifying.take_out(line="us-trevor", user=user, why="nobody answers")
    assert "us-trevor" not in shown()
    verifying.verify(line="us-trevor", user=user, dialed="1-866-488-7386, answered")
    assert "us-trevor" in shown()


@pytest.mark.django_db
@pytest.mark.parametrize("line", ["us-911", "us-988", "intl-findahelpline"])
def test_a_line_that_our_words_name_cannot_be_taken_out(line):
    with pytest.raises(verifying.StaysShown):
        verifying.take_out(line=line, user=make.user(), why="x")


@pytest.mark.django_db
def test_a_known_trap_cannot_be_verified_into_sight():
    with pytest.raises(verifying.KnownTrap):
        verifying.verify(line="us-988-legacy", user=make.user(), dialed="it answers")
    Decision.objects.create(kind="verified", subject="us-988-legacy", words="x", decided_by=make.user())
    deciding.refresh()
    assert "us-988-legacy" not in shown()


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["", "   ", "\0"])
def test_nobody_verifies_or_takes_out_without_a_word(words):
    with pytest.raises(verifying.Refused):
        verifying.verify(line="us-trevor", user=make.user(), dialed=words)
    with pytest.raises(verifying.Refused):
        verifying.take_out(line="us-trevor", user=make.user(), why=words)
    with pytest.raises(verifying.UnknownSubject):
        verifying.verify(line="us-nothing", user=make.user(), dialed="x")
    assert not Decision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_owner_takes_a_region_on_and_its_lines_come_with_their_verification():
    owner = make.user(is_owner=True)
    with pytest.raises(verifying.OwnersDecide):
        verifying.switch_region(region="CA", is_on=True, user=make.user(), why="we see people there")
    verifying.switch_region(region="CA", is_on=True, user=owner, why="we see people there")
    assert "CA" not in {region.id for region in lines.regions()}, "nobody has dialed its lines yet"

    verifying.verify(line="ca-988", user=owner, dialed="988 from Toronto")
    assert shown("CA") == {"ca-988", "intl-findahelpline"}
    verifying.switch_region(region="CA", is_on=False, user=owner, why="no longer")
    assert shown("CA") == {"intl-findahelpline"}
    for region in ("US", "INTL"):
        with pytest.raises(verifying.StaysShown):
            verifying.switch_region(region=region, is_on=False, user=owner, why="x")


@pytest.mark.django_db
def test_a_line_verified_in_a_region_that_is_off_stays_hidden():
    Decision.objects.create(kind="verified", subject="ca-988", words="988", decided_by=make.user())
    deciding.refresh()
    assert shown("CA") == {"intl-findahelpline"}


# --- In memory ---


def taken_out(line="us-trevor"):
    return Decision.objects.create(kind="taken_out", subject=line, words="x", decided_by=make.user())


@pytest.mark.django_db
def test_another_process_learns_of_a_decision_with_an_ordinary_page_at_most_once_a_minute(client, monkeypatch):
    taken_out()
    client.get("/")
    assert "us-trevor" in shown(), "asked less than a minute ago"
    monkeypatch.setattr(deciding, "_asked_at", float("-inf"))
    client.get("/")
    assert "us-trevor" not in shown()
    taken_out("us-trans-lifeline")
    client.get("/")
    assert "us-trans-lifeline" in shown()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/crisis/", "/es/crisis/?region=GB", "/crisis/text/", "/advice/?q=help", "/healthz"])
def test_who_is_in_need_never_waits_for_it(client, monkeypatch, path):
    taken_out()
    monkeypatch.setattr(deciding, "_asked_at", float("-inf"))
    client.get(path)
    client.post("/ask/", {"text": "I want to kill myself"})
    assert "us-trevor" in shown()


@pytest.mark.django_db
def test_without_a_database_the_last_known_lines_stand(monkeypatch):
    taken_out()
    deciding.refresh()
    Decision.objects.all().delete()

    def down(*_arguments):
        raise OperationalError

    with connection.execute_wrapper(down):
        deciding.refresh()
    assert "us-trevor" not in shown()
    deciding.forget()
    with connection.execute_wrapper(down):
        deciding.refresh()
    assert "us-trevor" in shown(), "nothing known: the file"


# --- On the desk ---


@pytest.mark.django_db
def test_the_desk_lists_every_line_and_a_stranger_sees_none(client):
    page = reverse("alerts:lines")
    assert client.get(page).status_code == 302
    client.force_login(make.user())
    text = client.get(page).content.decode()
    for line in lines.book().lines:
        assert line.name.replace("&", "&amp;") in text
    assert "Not verified by anyone" in text


@pytest.mark.django_db(transaction=True)
def test_staff_record_what_they_dialed_and_a_refusal_is_said(client):
    client.force_login(make.user(name="Ada"))
    answer = client.post(
        reverse("alerts:verify_line", args=["us-988"]), {"words": "988, answered at once"}, follow=True
    )
    assert "Ada" in answer.content.decode()
    assert "988, answered at once" in answer.content.decode()
    answer = client.post(reverse("alerts:take_out_line", args=["us-988"]), {"words": "x"}, follow=True)
    assert "always stays" in answer.content.decode()
    client.post(reverse("alerts:switch_region", args=["CA"]), {"on": "1", "words": "x"})
    assert Decision.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_three_decisions_as_for_one(client, django_assert_max_num_queries, rows):
    client.force_login(make.user())
    for line in ("us-trevor", "us-988", "ca-988")[:rows]:
        Decision.objects.create(kind="verified", subject=line, words="x", decided_by=make.user())
    with django_assert_max_num_queries(12):
        assert client.get(reverse("alerts:lines")).status_code == 200
