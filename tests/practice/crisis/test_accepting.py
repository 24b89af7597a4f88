"""Fixed answers and the protocol are drafts until a named person stands behind exactly these words."""

import pytest
from django.core import checks
from django.urls import reverse

from advice import linting
from practice.crisis import accepting, alerting, protocol, responding
from practice.crisis.models import Acceptance
from practice.crisis.screening import KINDS, Screening
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
FIXED = {fixed.name: fixed for fixed in accepting.answers()}
SITUATIONS = [(kind, tier) for kind in KINDS for tier in ("act_now", "check_in") if kind not in ("none", "bereaved")]


def clinician_user(**fields):
    user = make.user(**fields)
    make.clinician(user=user)
    return user


def accept(name="self.act_now.US.en", user=None, digest=None):
    user = user or clinician_user()
    return accepting.accept(name=name, digest=digest or FIXED[name].digest, user=user)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("region", ["US", "INTL"])
@pytest.mark.parametrize(("kind", "tier"), SITUATIONS)
def test_whatever_a_panel_or_a_text_says_stands_in_the_list(kind, tier, region, language):
    everything = "\n".join(fixed.text for fixed in FIXED.values() if fixed.language == language)
    found = Screening(kind, tier)
    said = responding.response(found, language, region, "unseen")
    for words in (said.heading, *said.paragraphs, said.question, said.watch, said.call):
        assert words in everything
    for choice in said.choices:
        assert {choice.label, choice.heading, *choice.paragraphs} <= set(everything.split("\n"))
    assert responding.reply_text(found, language, region) in everything


def test_each_answer_is_listed_once_by_kind_tier_region_and_language():
    assert len(FIXED) == len(accepting.answers())
    assert {"bereaved.none.US.es", "texts.self.US.en", "texts.all.elsewhere.es", "watch.later.US.en"} <= FIXED.keys()


def test_the_linter_would_hold_back_none_of_them():
    blocked = {
        fixed.name: found for fixed in FIXED.values() for found in linting.lint_reply(fixed.text) if found.blocks
    }
    assert not blocked


def test_nothing_is_accepted_until_somebody_does_and_then_it_says_as_whom():
    assert len(accepting.drafts()) == len(FIXED)
    user = clinician_user(name="Ada")

    acceptance = accept(user=user)

    assert "LCSW" in acceptance.signed_as
    assert "Licensed Clinical Social Worker, NY" in acceptance.signed_as
    assert len(accepting.drafts()) == len(FIXED) - 1
    assert AuditEntry.objects.get().subject == "self.act_now.US.en"
    with pytest.raises(accepting.AlreadyAccepted):
        accept()


def test_a_changed_text_is_a_draft_again(monkeypatch):
    accept()
    words = {**responding.words(), "self": {**responding.words()["self"]}}
    changed = {**words["self"]["act_now"]["en"], "heading": "Something else"}
    words["self"]["act_now"] = {**words["self"]["act_now"], "en": changed}
    monkeypatch.setattr(responding, "words", lambda: words)
    assert "self.act_now.US.en" in {fixed.name for fixed in accepting.drafts()}
    with pytest.raises(accepting.WordsChanged):
        accept()


def test_only_a_clinician_with_a_licence_valid_today_accepts():
    expired = make.user()
    make.clinician(user=expired, expires_on=make.ago(days=1).date())
    sample, gone = make.user(), make.user()
    make.clinician(user=sample, is_sample=True)
    make.clinician(user=gone, is_active=False)
    for user in (make.user(is_owner=True, is_on_call=True), expired, sample, gone):
        with pytest.raises(accepting.NotLicensed):
            accept(user=user)
    assert not Acceptance.objects.exists()


def test_the_protocol_is_accepted_by_an_owner_in_the_words_that_were_read(monkeypatch):
    owner = make.user(is_owner=True, name="Olga Owner")
    assert protocol.accepted() is None
    with pytest.raises(accepting.NotAnOwner):
        accepting.accept_protocol(digest=protocol.digest(), user=clinician_user())
    with pytest.raises(accepting.WordsChanged):
        accepting.accept_protocol(digest="0" * 64, user=owner)

    accepting.accept_protocol(digest=protocol.digest(), user=owner)

    assert protocol.accepted().signed_as == "Olga Owner"
    monkeypatch.setattr(protocol, "digest", lambda: "1" * 64)
    assert protocol.accepted() is None


def test_the_deployment_check_says_what_is_a_draft():
    warnings = accepting.warn()
    assert [warning.id for warning in warnings] == ["crisis.W002", "crisis.W003"]
    assert accepting.warn in checks.registry.registry.get_checks(include_deployment_checks=True)
    user = clinician_user(is_owner=True)
    for name in FIXED:
        accept(name, user)
    accepting.accept_protocol(digest=protocol.digest(), user=user)
    assert accepting.warn() == []


# --- On the desk ---


def test_a_clinician_reads_and_accepts_on_the_desk_and_others_only_read(client):
    page, fixed = reverse("desk:crisis_words"), FIXED["self.act_now.US.en"]
    assert client.get(page).status_code == 302
    client.force_login(make.user(is_front_desk=True))
    assert "Accept these words" not in client.get(page).content.decode()
    client.post(reverse("desk:crisis_accept"), {"name": fixed.name, "digest": fixed.digest})
    assert not Acceptance.objects.exists()

    client.force_login(clinician_user())
    text = client.get(page).content.decode()
    assert text.count("Accept these words") == len(FIXED)
    assert "The linter finds nothing." in text
    client.post(reverse("desk:crisis_accept"), {"name": fixed.name, "digest": fixed.digest})
    assert "Accepted by Clinician" in client.get(page).content.decode()


def test_an_owner_accepts_the_protocol_on_the_desk(client):
    client.force_login(make.user(is_owner=True, name="Olga Owner"))
    client.post(reverse("desk:crisis_accept"), {"name": "protocol", "digest": protocol.digest()})
    assert "Olga Owner" in client.get("/crisis/protocol/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_three_acceptances_as_for_one(client, django_assert_max_num_queries, rows):
    user = clinician_user()
    client.force_login(user)
    for name in list(FIXED)[:rows]:
        accept(name, user)
    with django_assert_max_num_queries(13):
        assert client.get(reverse("desk:crisis_words")).status_code == 200


def test_the_morning_page_warns_of_drafts_and_of_lines_nobody_dialed(client):
    client.force_login(make.user())
    text = client.get("/desk/").content.decode()
    assert "crisis lines wait to be dialed" in text
    assert "nobody has put a name under it" in text


def test_the_morning_page_plots_the_time_to_a_first_look(client):
    client.force_login(make.user(is_on_call=True))
    assert "Time to the first look" not in client.get("/desk/").content.decode()
    raised = alerting.raise_alert(screening=Screening("self", "act_now"), text="x", source_label="letter")
    make.aged(raised, created_at=make.ago(minutes=7))
    text = client.get("/desk/").content.decode()
    assert "Time to the first look" in text
    assert '<td class="numeric">7</td>' in text
