"""The page of crisis lines, which needs nothing, and the desk's pages of alerts."""

import pytest
from django.core.cache import cache
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from practice.crisis import alerting, screening
from practice.crisis.models import Alert
from practice.crisis.screening import Screening
from practice.staff.models import AuditEntry, User

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
    assert html.count('class="button secondary"') == 3
    assert "self.wake_up" not in html


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
def test_the_one_on_call_reads_acknowledges_and_both_are_noted(client):
    alert = raised()
    user = staff(client, is_on_call=True)

    assert "words of a person" in client.get(reverse("alerts:one", args=[alert.pk])).content.decode()
    answer = client.post(reverse("alerts:acknowledge", args=[alert.pk]), {"outcome": "reached"}, follow=True)

    assert answer.status_code == 200
    alert.refresh_from_db()
    assert alert.acknowledged_by == user
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "alert read",
        "alert acknowledged",
    ]


@pytest.mark.django_db
def test_a_wrong_outcome_or_a_second_acknowledgement_changes_nothing(client):
    alert = raised()
    staff(client, is_on_call=True)
    url = reverse("alerts:acknowledge", args=[alert.pk])

    assert client.post(url, {"outcome": "nonsense"}, follow=True).status_code == 200
    assert Alert.objects.waiting().count() == 1
    client.post(url)
    assert client.post(url, {"outcome": "reached"}, follow=True).status_code == 200
    alert.refresh_from_db()
    assert alert.outcome == ""


@pytest.mark.django_db
def test_an_alert_that_does_not_exist_is_not_found(client):
    staff(client, is_on_call=True)
    assert client.get("/desk/alerts/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert client.get("/desk/alerts/nonsense/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_the_list_asks_the_database_as_often_for_three_as_for_one(client, django_assert_max_num_queries, rows):
    staff(client, is_on_call=True)
    for _ in range(rows):
        raised()
        alerting.acknowledge(alert=raised(), user=User.objects.get())
    with django_assert_max_num_queries(8):
        assert client.get(reverse("alerts:list")).status_code == 200


def test_screening_never_asks_the_database():
    assert screening.screen("I want to kill myself").is_hit
