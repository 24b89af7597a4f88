"""The page of crisis lines, which needs nothing, and the desk's pages of alerts."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone, translation

from practice import tallies
from practice.crisis import alerting, protocol, responding, screening
from practice.crisis.models import Alert
from practice.crisis.screening import Screening
from practice.staff.models import AuditEntry, Rota, User
from practice.tallies.models import Tally
from tests import make

HIT = Screening("self", "act_now", ("self.intent",))


def staff(client, **roles):
    user = User.objects.create_user("ada@example.org", "x", name="Ada", is_staff=True, **roles)
    client.force_login(user)
    return user


def raised():
    return alerting.raise_alert(screening=HIT, text="words of a person", source_label="intake", who="A. B.")


def test_the_page_answers_without_database_session_or_cache(client, monkeypatch):
    monkeypatch.setattr(cache, "get", lambda *a, **k: pytest.fail("asked the cache"))
    page = client.get("/crisis/")  # no django_db mark: any query fails this test

    assert page.status_code == 200
    text = page.content.decode()
    for link in ("tel:988", "sms:988", "sms:741741?body=HOME", "tel:911", "tel:18007997233"):
        assert f'href="{link}"' in text
    assert not page.cookies
    assert "public" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "no-referrer"
    assert "data-leave" in text
    assert "csrfmiddlewaretoken" not in text


@pytest.mark.parametrize("path", ["/crisis/", "/es/crisis/", "/crisis/text/", "/crisis/call/"])
def test_nothing_on_the_way_to_help_asks_the_database_whoever_is_signed_in(client, path):
    """A database that takes connections and answers nothing would hold up whatever asked it."""
    client.cookies["sessionid"] = "of-somebody-who-is-signed-in"
    page = client.get(path)  # no django_db mark: any query fails this test
    assert page.status_code == 200
    assert 'href="tel:988"' in page.content.decode()


def test_the_page_speaks_spanish(client):
    text = client.get("/es/crisis/").content.decode()

    assert "Ayuda ahora" in text
    assert "sms:741741?body=AYUDA" in text
    assert 'lang="es"' in text


def test_another_region_is_one_link_away_and_never_offers_741741(client):
    assert 'href="?region=GB"' in client.get("/crisis/").content.decode()
    text = client.get("/crisis/?region=GB").content.decode()
    assert "tel:116123" in text
    assert "741741" not in text
    assert "sms:116123" not in text


@pytest.mark.parametrize("region", ["", "XX", "AU", "<script>", "us\x00", "💛", "x" * 5000])
def test_a_region_that_is_not_shown_gets_the_first_one(client, region):
    page = client.get("/crisis/", {"region": region})
    assert page.status_code == 200
    assert "tel:988" in page.content.decode()
    assert "<script>" not in page.content.decode()


def test_the_page_is_only_read(client):
    assert client.post("/crisis/").status_code in (403, 405)
    assert client.head("/crisis/").status_code == 200


def drawn(text, **context):
    return Template("{% load crisis %}" + text).render(Context(context))


def test_the_panel_shows_the_words_the_lines_and_three_answers():
    html = drawn("{% crisis_panel found %}", found=Screening("self", "check_in", ("self.wake_up",)))

    assert "Are you safe right now?" in html
    assert "sms:741741?body=HOME" in html
    assert "self.wake_up" not in html


def test_each_of_the_three_answers_opens_a_part_of_the_panel_without_script():
    html = drawn("{% crisis_panel found %}", found=Screening("self", "check_in"))
    targets = re.findall(r'href="#(crisis-(safe|unsure|now)-\w+)"', html)
    assert [name for _id, name in targets] == ["safe", "unsure", "now"]
    for target, _name in targets:
        assert html.count(f'id="{target}"') == 1
    assert 'href="/crisis/call/" target="_blank"' in html


def test_two_panels_on_one_page_share_no_name_that_a_link_leads_to():
    html = drawn("{% crisis_panel found %}{% crisis_panel found %}", found=Screening("self", "check_in"))
    ids = re.findall(r'id="(crisis-(?:safe|unsure|now|heading)-\w+)"', html)
    assert len(ids) == len(set(ids)) == 8


def test_the_panel_folds_and_the_emergency_number_does_not():
    html = drawn("{% crisis_panel found %}", found=Screening("self", "act_now"))
    before, _, rest = html.partition("<details")
    assert rest.startswith(' class="crisis-fold" open')
    assert "tel:911" in before
    assert "All crisis lines" in rest.partition("</details>")[2]


@pytest.mark.parametrize(("kind", "number"), [("self", "988"), ("medical", "911"), ("abuse", "18007997233")])
def test_where_it_calls_for_action_the_first_number_stands_before_the_words(kind, number):
    html = drawn("{% crisis_panel found %}", found=Screening(kind, "act_now"))
    first_words = responding.response(Screening(kind, "act_now")).paragraphs[0]
    assert html.index(f'class="button" href="tel:{number}"') < html.index(first_words)


def test_the_panel_says_that_nobody_here_can_see_who_they_are_where_the_hit_is_only_counted():
    html = drawn("{% crisis_panel found is_alerted=False %}", found=Screening("self", "act_now"))
    assert "We cannot see who you are" in html


def test_the_panel_is_absent_where_nothing_was_found():
    assert not drawn("{% crisis_panel found %}", found=Screening()).strip()
    assert not drawn("{% crisis_panel found %}", found=None).strip()


def test_the_box_follows_the_language_of_the_page():
    with translation.override("es"):
        assert "Todas las líneas" in drawn("{% crisis_box %}")
    assert "tel:988" in drawn("{% crisis_box %}")


@pytest.mark.django_db
def test_a_stranger_sees_no_alert(client):
    alert = raised()
    for url in (reverse("alerts:list"), reverse("alerts:one", args=[alert.pk])):
        assert client.get(url).status_code == 302
    assert client.post(reverse("alerts:acknowledge", args=[alert.pk])).status_code in (302, 403)
    assert Alert.objects.waiting().count() == 1


@pytest.mark.django_db
def test_the_front_desk_is_told_to_fetch_a_clinician(client):
    alert = raised()
    staff(client, is_front_desk=True)

    text = client.get(reverse("alerts:one", args=[alert.pk])).content.decode()

    assert "words of a person" not in text
    assert "clinician on duty" in text


@pytest.mark.django_db
def test_the_one_on_call_reads_acknowledges_concludes_and_all_is_noted(client):
    alert = raised()
    user = staff(client, is_on_call=True)

    assert "words of a person" in client.get(reverse("alerts:one", args=[alert.pk])).content.decode()
    client.post(reverse("alerts:acknowledge", args=[alert.pk]))
    answer = client.post(reverse("alerts:conclude", args=[alert.pk]), {"outcome": "reached"}, follow=True)

    assert "We spoke; safe for now" in answer.content.decode()
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.outcome_by) == (user, user)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "alert read",
        "alert acknowledged",
        "alert concluded",
    ]


@pytest.mark.django_db
def test_a_wrong_outcome_a_second_acknowledgement_or_the_front_desk_change_nothing(client):
    alert = raised()
    user = staff(client, is_on_call=True)
    acknowledge, conclude = (reverse(f"alerts:{deed}", args=[alert.pk]) for deed in ("acknowledge", "conclude"))

    assert client.post(conclude, {"outcome": "reached"}, follow=True).status_code == 200
    assert Alert.objects.waiting().count() == 1
    client.post(acknowledge)
    assert b"already" in client.post(acknowledge, follow=True).content
    client.post(conclude, {"outcome": "nonsense"})
    User.objects.filter(pk=user.pk).update(is_on_call=False, is_front_desk=True)
    client.post(conclude, {"outcome": "reached"})

    alert.refresh_from_db()
    assert (alert.outcome, alert.acknowledged_by) == ("", user)


@pytest.mark.django_db
def test_an_alert_that_does_not_exist_is_not_found(client):
    staff(client, is_on_call=True)
    assert client.get("/desk/alerts/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/desk/alerts/nonsense/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_the_list_asks_the_database_as_often_for_three_as_for_one(client, django_assert_max_num_queries, rows):
    user = staff(client, is_on_call=True)
    for _ in range(rows):
        raised()
        alerting.acknowledge(alert=raised(), user=user)
        alerting.conclude(alert=alerting.acknowledge(alert=raised(), user=user), user=user, outcome="reached")
    with django_assert_max_num_queries(12):
        assert client.get(reverse("alerts:list")).status_code == 200


def test_screening_never_asks_the_database():
    assert screening.screen("I want to kill myself").is_hit


# --- The protocol ---


@pytest.mark.django_db
def test_the_protocol_says_what_is_done_and_that_it_is_a_draft(client):
    page = client.get("/crisis/protocol/")
    text = page.content.decode()
    assert not page.cookies
    for part in ("What the software does", "does not do", "Who reads it", "How it was tested", "This is a draft"):
        assert part in text
    assert "Nobody reads alerts outside our office hours" in text
    assert 'lang="es"' in client.get("/es/crisis/protocol/").content.decode()


@pytest.mark.django_db
def test_the_protocol_follows_the_rota(client):
    now = timezone.now()
    turn = {"number": "+13125550199", "starts_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=2)}
    rota = Rota.objects.create(user=make.user(is_on_call=True), **turn)
    assert "Nobody is on call at this moment" in client.get("/crisis/protocol/").content.decode()
    make.aged(rota, starts_at=now - timedelta(hours=1))
    assert "Someone is on call at this moment" in client.get("/crisis/protocol/").content.decode()


@pytest.mark.django_db
def test_the_protocol_counts_by_year_without_a_word_of_what_was_written(client):
    for kind, where in (("self", "chat"), ("self", "search"), ("abuse", "chat")):
        alerting.count_hit(screening=Screening(kind, "check_in"), source_label=where)
    Tally.objects.update(day=date(2025, 3, 1))
    alerting.count_hit(screening=HIT, source_label="letter")
    tallies.counting.add("lines texted", 4)

    this_year = timezone.now().year
    newest, before = protocol.years()
    assert (newest["year"], newest["self"], newest["texted"]) == (this_year, 1, 4)
    assert (before["year"], before["self"], before["abuse"], before["chat"]) == (2025, 2, 1, 2)
    assert re.search(r"2025.*?<span>2</span>", client.get("/crisis/protocol/").content.decode(), re.S)


def test_the_protocol_stands_without_a_database(client, monkeypatch):
    def down():
        raise OperationalError

    monkeypatch.setattr(protocol.transaction, "atomic", down)
    assert b"cannot be read at this moment" in client.get("/crisis/protocol/").content


def test_the_figures_of_the_protocol_are_those_of_the_docs():
    measured = protocol.measured()
    docs = (settings.ROOT / "docs" / "crisis-screening.md").read_text()
    assert f"{measured['found']}/{measured['hits']}" in docs, (
        "bring practice/crisis/measured.toml up to the docs' table"
    )
    assert f"{measured['alarmed']}/{measured['quiet']}" in docs


@pytest.mark.django_db
def test_those_who_work_here_are_one_press_from_help_too(client):
    staff(client)
    for page in ("/desk/", reverse("alerts:list"), reverse("alerts:lines")):
        assert 'class="help-now" href="/crisis/"' in client.get(page).content.decode()
