"""What the intake's pages promise: nothing lost, nothing shown to strangers, help before anything else."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.template import engines
from django.utils import timezone

from booking import forms, receiving
from booking.models import Client, Intake
from practice.crisis.models import Alert
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
DANGER = "I want to kill myself"
PAGES = {
    "concerns": {"concerns": ["anxiety"], "words": "Work is too much."},
    "who": {"kind": "self", "age": "adult"},
    "where": {"state": "NY", "zone": ""},
    "wishes": {"languages_needed": "", "languages_preferred": "es", "styles": ["warm"], "payment": "", "wishes": ""},
    "when": {"days": ["tue"], "parts": ["evening"]},
    "reach": {"name": "Ash", "phone": "202 555 0143", "email": "", "text_ok": "on", "contact_ok": "on", "reach": ""},
}


@pytest.fixture(autouse=True)
def _undefined_variables_show(monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "UNDEFINED %s")


@pytest.fixture
def link(client):
    """The private link of a draft, as its writer gets it."""
    answer = client.post("/find/")
    assert answer.status_code == 302
    return answer.url.removesuffix("concerns/")


def fill(client, link, *steps, **changed):
    """Send these pages one after the other; returns the last answer."""
    answer = None
    for step in steps:
        answer = client.post(f"{link}{step}/", PAGES[step] | changed.get(step, {}))
    return answer


def shown(answer):
    page = answer.content.decode()
    assert "UNDEFINED" not in page
    return page


def title(answer):
    return re.search(r"<title>(.*?)</title>", shown(answer))[1]


def test_the_first_page_says_what_this_is_and_sets_no_cookie(client):
    answer = client.get("/find/")

    assert answer.status_code == 200
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in shown(answer)
    assert "14 days" in shown(answer)


def test_starting_leads_to_a_private_address_and_sets_no_cookie(client):
    answer = client.post("/find/")

    assert re.fullmatch(r"/find/[\w-]{22}/concerns/", answer.url)
    assert not answer.cookies


@pytest.mark.parametrize("step", forms.STEPS)
def test_each_page_opens_with_one_question_and_how_far_one_is(client, link, step):
    fill(client, link, "who", "where")
    answer = client.get(f"{link}{step}/")

    assert answer.status_code == 200
    assert shown(answer).count("<h1>") == 1
    assert "<progress" in shown(answer)
    assert answer["Cache-Control"] == "no-store"


def test_back_and_forward_lose_nothing(client, link):
    fill(client, link, "concerns")

    answer = client.post(f"{link}who/", {"kind": "couple", "go": "back"})

    assert answer.url == f"{link}concerns/"
    assert "Work is too much." in shown(client.get(answer.url))
    assert re.search(r'value="couple"[^>]*checked', shown(client.get(f"{link}who/")))


def test_the_link_opened_elsewhere_leads_to_where_one_was(client, link):
    fill(client, link, "concerns", "who", "where")

    assert client.get(link).url == f"{link}where/"


def test_a_zone_that_was_guessed_follows_the_state(client, link):
    fill(client, link, "where")
    fill(client, link, "where", where={"state": "CA"})

    assert Intake.objects.get().answers["zone"] == "America/Los_Angeles"


def test_errors_stand_beside_the_field_and_in_the_title_and_nothing_is_saved(client, link):
    answer = client.post(f"{link}who/", {"kind": "self", "age": "ancient"})

    assert answer.status_code == 422
    assert title(answer).startswith("Error: Who is it for?")
    assert 'id="id_age_error"' in shown(answer)
    assert Intake.objects.get().answers in ({}, None)


def test_words_of_danger_bring_the_lines_above_what_was_written_and_one_can_go_on(client, link):
    words = {"concerns": [], "words": DANGER}
    answer = client.post(f"{link}concerns/", words)
    page = shown(client.get(answer.url))

    assert answer.url == f"{link}concerns/"
    assert page.index('id="crisis-panel"') < page.index(DANGER)
    assert client.post(f"{link}concerns/", words).url == f"{link}who/"


def test_the_lines_stand_above_any_calendar(client, link):
    make.matchmaking()
    make.working_clinician()
    client.post(f"{link}concerns/", {"words": DANGER})
    fill(client, link, "who", "where", "wishes", "when")

    for page in ("matches/", "times/"):
        assert 'id="crisis-panel"' in shown(client.get(link + page))


def test_whoever_fits_is_shown_with_reasons_and_next_times(client, link):
    make.matchmaking()
    names = [make.working_clinician().name for _ in range(5)]

    answer = fill(client, link, "concerns", "who", "where", "wishes", "when")
    page = shown(client.get(answer.url))

    assert answer.url == f"{link}matches/"
    assert sum(name in page for name in names) == 3
    assert "Licensed in New York." in page
    assert "Tuesday, October 20, 9:00 AM" in page or "Monday, October 19" in page
    assert sum(name in shown(client.get(f"{answer.url}?all")) for name in names) == 5


def test_where_nobody_may_help_the_page_says_why_and_what_else_there_is(client, link):
    make.working_clinician(states=("NY",))

    fill(client, link, "concerns", "who", "where", "wishes", "when", where={"state": "IL"})
    page = shown(client.get(f"{link}matches/"))

    assert "licence in Illinois" in page
    assert f"{link}reach/" in page
    assert "tel:211" in page


def test_for_someone_under_18_nothing_is_booked_at_once(client, link):
    make.matchmaking()
    make.working_clinician(ages=["teen"], kinds=["child"])
    child = {"kind": "child", "age": "teen"}

    answer = fill(client, link, "concerns", "who", "where", "wishes", "when", who=child)

    assert answer.url == f"{link}reach/"
    assert client.get(f"{link}matches/").url == f"{link}reach/"
    assert "We call you first" in shown(client.get(f"{link}times/"))
    assert "We call you first" in shown(client.post(f"{link}hold/", {"slot": "x"}))


def test_a_child_of_50_years_is_asked_about(client, link):
    answer = client.post(f"{link}who/", {"kind": "child", "age": "adult"})

    assert answer.status_code == 422
    assert "under 18" in shown(answer)


@pytest.mark.parametrize("page", ["matches/", "reach/"])
def test_a_page_left_out_is_asked_first(client, link, page):
    fill(client, link, "who")

    assert client.get(link + page).url == f"{link}where/"


def test_times_without_the_pages_before_lead_back_to_them(client, link):
    make.matchmaking()

    assert client.get(f"{link}times/").url == f"{link}who/"


def test_sending_gives_it_to_the_desk_and_says_what_happens_next(client, link):
    answer = fill(client, link, "concerns", "who", "where", "wishes", "when", "reach")

    assert answer.url == f"{link}sent/"
    assert "within one working day" in shown(client.get(answer.url))
    assert Intake.objects.get().status == Intake.Status.NEW
    assert Client.objects.get().contact.may_be_texted


def test_after_sending_every_page_leads_to_where_it_stands(client, link):
    fill(client, link, "concerns", "who", "where", "wishes", "when", "reach")

    for page in ("", "who/", "matches/", "times/", "details/"):
        assert client.get(link + page).url == f"{link}sent/"
    assert client.post(f"{link}who/", PAGES["who"]).url == f"{link}sent/"


def test_a_closed_intake_says_so(client, link):
    fill(client, link, "concerns", "who", "where", "wishes", "when", "reach")
    Intake.objects.update(status=Intake.Status.CLOSED)

    assert "This request is closed" in shown(client.get(f"{link}sent/"))


def test_the_wording_of_questions_and_consents_is_kept_with_the_answers(client, link):
    fill(client, link, "concerns", "who", "where", "wishes", "when", "reach")
    answers = Intake.objects.get().answers

    assert answers["wording"]["kind"] == "The sessions are for"
    assert {given["channel"] for given in answers["consents"]} == {"text", "mail"}
    assert "STOP" in answers["consents"][0]["wording"]


def test_spanish_pages_stay_spanish(client):
    answer = client.post("/es/find/")

    assert answer.url.startswith("/es/find/")
    assert Intake.objects.get().language == "es"


@pytest.mark.parametrize("page", ["", "who/", "matches/", "times/", "sent/", "details/"])
def test_an_altered_link_is_answered_kindly(client, link, page):
    assert client.get(f"{link[:-2]}/{page}").status_code == 404
    assert client.get(f"/find/{'x' * 3000}/{page}").status_code == 404


def test_an_expired_link_is_answered_kindly(client, link):
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        answer = client.get(f"{link}who/")
        posted = client.post(f"{link}who/", PAGES["who"])

    assert answer.status_code == posted.status_code == 410
    assert "expired" in shown(answer)


def test_a_page_that_does_not_exist_is_not_found(client, link):
    assert client.get(f"{link}diagnosis/").status_code == 404


def test_another_site_cannot_send_the_form(client, link):
    headers = {"sec-fetch-site": "cross-site"}

    assert client.post("/find/", headers=headers).status_code == 403
    assert client.post(f"{link}who/", PAGES["who"], headers=headers).status_code == 403


HOSTILE = [
    "\x00",
    "a\x00b",
    "😀" * 50,
    "\ud800",
    "<script>alert(1)</script>",
    "{{ 7 }}",
    "'; DROP TABLE",
    "\u202e\u0007",
    "9" * 5000,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("step", forms.STEPS)
def test_hostile_answers_are_refused_or_kept_as_text(client, link, step, hostile):
    fill(client, link, "who", "where")
    body = "&".join(f"{key}={quote(hostile, errors='surrogatepass')}" for key in (*PAGES[step], "go"))

    answer = client.post(f"{link}{step}/", body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (302, 422)
    assert "<script>alert" not in answer.content.decode()
    assert client.get(f"{link}{step}/").status_code == 200
    assert not Client.objects.exists()


def test_a_body_of_a_megabyte_is_refused(client, link):
    answer = client.post(f"{link}concerns/", {"words": "x" * 1_000_000})

    assert answer.status_code == 413
    assert not receiving.reopen(link.split("/")[2]).answers


def test_words_that_are_too_long_are_said_to_be_so(client, link):
    answer = client.post(f"{link}concerns/", {"words": "x" * 3000})

    assert answer.status_code == 422
    assert "2000" in shown(answer)


@pytest.mark.parametrize("phone", ["555", "nonsense", "+44 7700 900000 0000 0000", "911"])
def test_an_unreadable_number_is_explained(client, link, phone):
    fill(client, link, "who", "where")
    answer = fill(client, link, "reach", reach={"phone": phone})

    assert answer.status_code == 422
    assert "area code" in shown(answer)


def test_texts_need_a_number_that_takes_them(client, link):
    fill(client, link, "who", "where")
    none = fill(client, link, "reach", reach={"phone": "", "email": "a@example.test"})
    abroad = fill(client, link, "reach", reach={"phone": "+44 20 7946 0958"})

    assert none.status_code == abroad.status_code == 422
    assert "untick the box for texts" in shown(none)
    assert "untick the box for texts" in shown(abroad)


def test_an_alert_is_raised_when_the_writer_can_be_reached(client, link):
    client.post(f"{link}concerns/", {"words": DANGER})
    fill(client, link, "who", "where", "wishes", "when", "reach")

    assert Alert.objects.count() == 1
