"""What the intake's pages promise: nothing lost, nothing shown to strangers, help before anything else."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.template import engines
from django.utils import timezone

from booking.intake import questioning, receiving
from booking.models import Client, Intake
from practice.crisis.models import Alert
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
DANGER = "I want to kill myself"
PAGES = {
    "concerns": {"concerns": ["anxiety"], "words": "Work is too much."},
    "who": {"kind": "self", "age": "adult"},
    "where": {"state": "NY", "zone": ""},
    "past": {"past": "before", "past_words": ""},
    "wishes": {"styles": ["warm"], "modalities": [], "wishes": ""},
    "person": {"languages_needed": "", "languages_preferred": "es", "genders": [], "cultures": [], "faiths": []},
    "payment": {"payment": ""},
    "when": {"days": ["tue"], "parts": ["evening"]},
    "reach": {"name": "Ash", "phone": "202 555 0143", "email": "", "text_ok": "on", "contact_ok": "on", "reach": ""},
}
GUARDIAN = {"consenting": "writer", "adult": "", "may_contact": ["writer"], "not_contact": ""}
BEFORE_REACH = tuple(page for page in PAGES if page != "reach")
CHILD = {"kind": "child", "age": "teen"}


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


@pytest.mark.parametrize("step", PAGES)
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
    fill(client, link, *BEFORE_REACH[1:])

    for page in ("matches/", "times/"):
        assert 'id="crisis-panel"' in shown(client.get(link + page))


def test_for_someone_under_18_nothing_is_booked_at_once(client, link):
    make.matchmaking()
    make.working_clinician(ages=["teen"], kinds=["child"])
    asked = fill(client, link, "concerns", "who", who=CHILD)
    assert asked.url == f"{link}guardian/"
    client.post(asked.url, GUARDIAN)
    answer = fill(client, link, *BEFORE_REACH[2:])

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
    answer = fill(client, link, *PAGES)

    assert answer.url == f"{link}sent/"
    assert "by <strong>Tuesday, October 20, 10:00 AM, Eastern time</strong>" in shown(client.get(answer.url))
    assert Intake.objects.get().status == Intake.Status.NEW
    assert Client.objects.get().contact.may_be_texted


def test_after_sending_every_page_leads_to_where_it_stands(client, link):
    fill(client, link, *PAGES)

    for page in ("", "who/", "matches/", "times/", "details/"):
        assert client.get(link + page).url == f"{link}sent/"
    assert client.post(f"{link}who/", PAGES["who"]).url == f"{link}sent/"


def test_a_closed_intake_says_so(client, link):
    fill(client, link, *PAGES)
    Intake.objects.update(status=Intake.Status.CLOSED)

    assert "This request is closed" in shown(client.get(f"{link}sent/"))


def test_the_wording_of_questions_and_consents_is_kept_with_the_answers(client, link):
    fill(client, link, *PAGES)
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
@pytest.mark.parametrize("step", PAGES)
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
    fill(client, link, *list(PAGES)[1:])

    assert Alert.objects.count() == 1


def test_who_decides_and_who_may_be_spoken_to_is_needed_for_someone_under_18(client, link):
    fill(client, link, "concerns", "who", who=CHILD)
    answer = client.post(f"{link}guardian/", {"adult": "Rowan"})

    assert answer.status_code == 422
    assert "Choose who can agree" in shown(answer)
    assert "Tick at least one person" in shown(answer)
    fill(client, link, "where")
    assert client.get(f"{link}reach/").url == f"{link}guardian/"


def test_for_an_adult_nobody_asks_who_decides(client, link):
    fill(client, link, "concerns", "who")

    assert client.get(f"{link}guardian/").url == f"{link}where/"


def test_a_question_of_our_own_is_asked_screened_and_kept_with_its_words(client, link):
    robin = make.user(is_front_desk=True)
    own = questioning.add(plan=questioning.Plan(label="Your pet?", label_es="¿Mascota?", kind="words"), actor=robin)
    page = shown(client.get(f"{link}more/"))
    hit = client.post(f"{link}more/", {own.key: DANGER})

    assert "Your pet?" in page
    assert hit.url == f"{link}more/"
    assert 'id="crisis-panel"' in shown(client.get(hit.url))
    answers = Intake.objects.get().answers
    assert (answers[own.key], answers["wording"][own.key]) == (DANGER, "Your pet?")


def test_a_page_with_nothing_on_it_is_left_out(client, link):
    assert client.get(f"{link}more/").url == f"{link}reach/"


def test_a_page_that_needs_nothing_may_be_skipped(client, link):
    assert "Skip this page" in shown(client.get(f"{link}past/"))
    assert "Skip this page" not in shown(client.get(f"{link}who/"))


def test_a_link_may_open_the_questions_for_another_kind_of_session(client):
    make.session_type("initial")
    page = shown(client.get("/find/?type=initial"))
    client.post("/find/", {"type": "initial"})
    client.post("/find/", {"type": "\x00"})

    assert 'name="type" value="initial"' in page
    assert [one.session_type and one.session_type.slug for one in Intake.objects.order_by("created_at")] == [
        "initial",
        None,
    ]


def test_the_private_link_is_there_to_be_copied(client, link):
    assert f"http://testserver{link}</a>" in shown(client.get(f"{link}concerns/"))


@pytest.mark.parametrize("more", [0, 20])
def test_a_page_takes_the_same_queries_however_many_questions_there_are(client, link, more, django_assert_num_queries):
    robin = make.user(is_front_desk=True)
    for number in range(more):
        questioning.add(plan=questioning.Plan(label=f"q{number}", label_es="x", page="past"), actor=robin)

    with django_assert_num_queries(4):
        client.get(f"{link}past/")


@pytest.mark.parametrize(
    ("step", "key"), [("concerns", "concerns"), ("person", "faiths"), ("when", "days"), ("wishes", "styles")]
)
def test_boxes_may_be_left_unsaid_which_is_remembered_and_outweighs_the_others(client, link, step, key):
    some = PAGES[step].get(key) or ["jewish"]
    client.post(f"{link}{step}/", PAGES[step] | {key: [*some, "unsaid"]})
    kept = Intake.objects.get().answers

    assert kept[key] == ["unsaid"]
    assert kept["wording"][f"{key}=unsaid"] == "Prefer not to say"
    assert re.search(rf'name="{key}" value="unsaid"[^>]*checked', shown(client.get(f"{link}{step}/")))


def test_whoever_leaves_everything_unsaid_is_matched_all_the_same(client, link):
    make.matchmaking()
    make.working_clinician(name="Ada")
    unsaid = {key: ["unsaid"] for key in ("concerns", "styles", "modalities", "genders", "faiths", "days", "parts")}
    fill(client, link, *BEFORE_REACH, **{page: unsaid | {"languages_preferred": ""} for page in BEFORE_REACH[:1]})
    for step in BEFORE_REACH[3:]:
        client.post(f"{link}{step}/", {key: value for key, value in unsaid.items() if key in PAGES[step]})

    assert "Ada, LCSW" in shown(client.get(f"{link}matches/"))
