"""What the self-checks promise: published bands, no total without every answer, the lines first where it must, and
nothing kept unless the person says so."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from booking.intake import carrying, receiving, scoring
from booking.models import Intake
from practice.crisis.models import Alert
from practice.tallies import counting
from tests import make

pytestmark = pytest.mark.django_db
PHQ_BANDS = {
    range(5): "minimal",
    range(5, 10): "mild",
    range(10, 15): "moderate",
    range(15, 20): "moderately severe",
    range(20, 28): "severe",
}
GAD_BANDS = {range(5): "minimal", range(5, 10): "mild", range(10, 15): "moderate", range(15, 22): "severe"}


HARM = [0] * 8 + [1]


def adding_up_to(total, items):
    return [min(3, max(0, total - 3 * n)) for n in range(items)]


@pytest.mark.parametrize(
    ("check", "bands"), [(scoring.PHQ_9, PHQ_BANDS), (scoring.GAD_7, GAD_BANDS)], ids=["PHQ-9", "GAD-7"]
)
def test_every_total_has_its_published_band(check, bands):
    for totals, band in bands.items():
        for total in totals:
            found = scoring.score(check, adding_up_to(total, len(check.items)))
            assert (found.total, found.band) == (total, band)


def test_every_total_of_a_short_form_stands_on_its_side_of_the_cut():
    for check in (scoring.PHQ_2, scoring.GAD_2):
        found = [scoring.score(check, adding_up_to(total, 2)) for total in range(7)]
        assert [one.is_positive for one in found] == [False] * 3 + [True] * 4
        assert {one.band for one in found} == {""}


def test_the_usual_cut_of_the_long_forms_is_ten():
    for check in (scoring.PHQ_9, scoring.GAD_7):
        totals = range(check.most + 1)
        positive = [
            total for total in totals if scoring.score(check, adding_up_to(total, len(check.items))).is_positive
        ]
        assert positive == list(range(10, check.most + 1))


def test_the_short_forms_are_the_first_two_items_of_the_long_ones():
    assert scoring.PHQ_2.items == scoring.PHQ_9.items[:2]
    assert scoring.GAD_2.items == scoring.GAD_7.items[:2]
    assert (scoring.PHQ_2.long_slug, scoring.GAD_2.long_slug) == ("phq-9", "gad-7")


@pytest.mark.parametrize("answers", [[], [0] * 8, [0] * 10, [0] * 8 + [4], [0] * 8 + [-1]])
def test_without_every_answer_there_is_no_total(answers):
    with pytest.raises(ValueError, match="every answer"):
        scoring.score(scoring.PHQ_9, answers)


def post(client, slug, answers):
    return client.post(f"/screening/{slug}/", {f"item{n}": answer for n, answer in enumerate(answers, start=1)})


def test_the_result_names_total_band_and_that_it_is_no_diagnosis(client):
    page = post(client, "gad-7", [1, 1, 1, 1, 1, 1, 1]).content.decode()
    assert "7 of 21" in page
    assert "mild" in page
    assert "not a diagnosis" in page
    assert 'id="crisis-panel"' not in page


def test_a_thought_of_self_harm_shows_the_lines_before_any_score(client):
    page = post(client, "phq-9", [0] * 8 + [1]).content.decode()
    assert page.index('id="crisis-panel"') < page.index("1 of 27")
    assert "988" in page
    assert "nobody at the practice reads this" in page
    assert counting.total("crisis in self-check") == 1
    assert not Alert.objects.exists(), "an alert is for those who can be reached"


@pytest.mark.parametrize("answers", [[0] * 6, ["x"] * 7, ["9"] * 7, ["\x00"] * 7, ["💛"] * 7], ids=range(5))
def test_what_is_missing_or_strange_is_asked_again_beside_its_field(client, answers):
    answer = post(client, "gad-7", answers)
    assert answer.status_code == 422
    assert "of 21" not in answer.content.decode()


def test_only_checked_wordings_are_offered(client):
    assert "English only" not in client.get("/screening/").content.decode()
    assert client.get("/es/screening/").status_code == 200
    assert client.get("/es/screening/phq-9/").status_code == 404
    assert client.get("/screening/other/").status_code == 404


@pytest.mark.parametrize(("slug", "long"), [("phq-2", "phq-9"), ("gad-2", "gad-7")])
def test_a_short_form_leads_on_to_the_long_one_with_what_was_answered(client, slug, long):
    page = post(client, slug, [2, 1]).content.decode()
    assert f'action="/screening/{long}/"' in page
    assert "the longer list is worth the time" in page

    more = client.post(f"/screening/{long}/", {"item1": "2", "item2": "1", "go": "more"})
    chosen = re.findall(r'name="(item\d)" value="(\d)"[^>]*checked', more.content.decode())
    assert more.status_code == 200
    assert chosen == [("item1", "2"), ("item2", "1")]


def test_below_the_cut_the_longer_list_is_still_there(client):
    page = post(client, "phq-2", [1, 1]).content.decode()
    assert "Two questions can miss things" in page
    assert 'action="/screening/phq-9/"' in page


@pytest.mark.parametrize("slug", scoring.QUESTIONNAIRES)
def test_the_licence_and_the_source_stand_on_the_questions_and_on_the_result(client, slug):
    check = scoring.QUESTIONNAIRES[slug]
    for answer in (client.get(f"/screening/{slug}/"), post(client, slug, [0] * len(check.items))):
        page = answer.content.decode()
        assert "educational grant from Pfizer Inc." in page
        assert "No permission required to reproduce, translate, display or distribute." in page
        assert check.source in page


def rows():
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return {table: number for table, number in counts.items() if "tally" not in table}


def test_nothing_is_kept_unless_the_person_says_so(client):
    before = rows()
    page = post(client, "phq-9", HARM).content.decode()
    client.get("/screening/")

    assert rows() == before
    assert "We have not kept your answers" in page


def sealed(page):
    return re.search(r'name="result" value="([^"]+)"', page)[1]


def test_a_result_is_taken_along_into_the_questions_only_by_its_button(client):
    token = sealed(post(client, "gad-7", [1, 2, 1, 0, 0, 0, 0]).content.decode())
    assert not Intake.objects.exists()

    answer = client.post("/find/", {"result": token})

    (kept,) = Intake.objects.get().answers["screenings"]
    assert (kept["slug"], kept["total"], kept["band"], kept["on"]) == ("gad-7", 4, "minimal", str(timezone.localdate()))
    assert "your self-check GAD-7: 4 of 21" in client.get(answer.url).content.decode()


def test_what_is_carried_can_be_read_by_nobody_else_and_not_for_long():
    token = carrying.seal(scoring.GAD_7, [3] * 7)
    assert "gad" not in token
    assert carrying.opened(token) == (scoring.GAD_7, [3] * 7)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)), pytest.raises(carrying.TooOld):
        carrying.opened(token)


@pytest.mark.parametrize("token", ["", "x", "💛", "\ud800", "gAAAA" + "x" * 200], ids=range(5))
def test_what_is_none_of_ours_is_not_carried(client, token):
    with pytest.raises(carrying.TooOld):
        carrying.opened(token)
    assert client.post("/find/", {"result": "altered"}).status_code == 410
    assert not Intake.objects.exists()


@pytest.fixture
def draft():
    """A draft, and the address of its pages."""
    intake, token = receiving.start(language="en")
    return intake, f"/find/{token}/"


def take(client, link, slug, answers):
    return client.post(f"{link}screening/{slug}/", {f"item{n}": answer for n, answer in enumerate(answers, start=1)})


def test_within_the_questions_it_is_added_and_taken_out_again(client, draft):
    intake, link = draft
    page = take(client, link, "phq-2", [3, 3]).content.decode()
    intake.refresh_from_db()
    assert not intake.answers

    assert client.post(f"{link}screening/keep/", {"result": sealed(page)}).status_code == 302
    intake.refresh_from_db()
    assert [one["slug"] for one in intake.answers["screenings"]] == ["phq-2"]
    client.post(f"{link}screening/keep/", {"remove": "phq-2"})
    intake.refresh_from_db()
    assert intake.answers["screenings"] == []


def test_item_nine_of_someone_who_can_be_reached_alerts_staff_at_once_and_once(client, draft):
    intake, link = draft
    receiving.save_step(intake=intake, step="reach", answers=make.answers(phone="+12025550143"))
    asked = client.get(f"{link}screening/phq-9/").content.decode()

    pages = [take(client, link, "phq-9", HARM).content.decode() for _time in range(2)]

    assert "a person from our office gets in touch" in asked, "said before it is answered"
    assert pages[0].index('id="crisis-panel"') < pages[0].index("1 of 27")
    assert "This result is now with your answers" in pages[0]
    alert = Alert.objects.get()
    assert "better off dead" in alert.text
    assert "Several days" in alert.text
    assert (alert.who, alert.source_url) == ("number ending 0143", f"/desk/diary/intakes/{intake.pk}/")
    intake.refresh_from_db()
    assert intake.urgency == Intake.Urgency.SAME_DAY


def test_item_nine_taken_along_alerts_staff_as_soon_as_there_is_a_way_to_reach_its_writer(client, draft):
    intake, link = draft
    page = take(client, link, "phq-9", HARM).content.decode()
    assert "Nobody at the practice reads this unless you add it" in page
    client.post(f"{link}screening/keep/", {"result": sealed(page)})
    assert not Alert.objects.exists()

    receiving.save_step(intake=intake, step="reach", answers=make.answers())

    assert Alert.objects.count() == 1
    assert 'id="crisis-panel"' in client.get(f"{link}matches/").content.decode()


def test_a_sent_intake_may_still_be_given_a_self_check_and_staff_see_it_with_its_date(client):
    intake, token = receiving.start(language="en")
    receiving.save_step(intake=intake, step="reach", answers=make.answers())
    receiving.submit(intake=intake)
    link = f"/find/{token}/"
    page = take(client, link, "gad-7", [1] * 7).content.decode()
    client.post(f"{link}screening/keep/", {"result": sealed(page)})

    client.force_login(make.user(is_front_desk=True))
    desk = client.get(f"/desk/diary/intakes/{intake.pk}/").content.decode()
    assert f"GAD-7 of {timezone.localdate()}: 7 of 21, mild." in desk


def test_a_self_check_is_for_adults(client, draft):
    intake, link = draft
    receiving.save_step(intake=intake, step="who", answers={"kind": "self", "age": "teen"})

    for answer in (client.get(f"{link}screening/"), client.get(f"{link}screening/phq-2/")):
        assert answer.status_code == 422
        assert "made for adults" in answer.content.decode()
    with pytest.raises(receiving.AdultsOnly):
        receiving.attach(intake=intake, check=scoring.PHQ_2, given=[0, 0])


def test_a_self_check_of_someone_who_turns_out_to_be_under_18_is_not_sent():
    intake = make.intake(sent=False)
    receiving.attach(intake=intake, check=scoring.GAD_2, given=[0, 0])
    receiving.save_step(intake=intake, step="who", answers={"kind": "child", "age": "teen"})

    receiving.submit(intake=intake)

    assert "screenings" not in intake.answers


def api(client, body):
    return client.post("/api/v1/screenings/", body, content_type="application/json")


def test_the_json_door_scores_and_keeps_nothing(client):
    before = rows()
    said = api(client, {"questionnaire": "phq-9", "answers": HARM}).json()

    assert next(iter(said)) == "questionnaire"
    assert (said["total"], said["most"], said["band"], said["is_positive"]) == (1, 27, "minimal", False)
    assert "988" in said["crisis"]
    assert "not a diagnosis" in said["what_it_is"]
    assert rows() == before
    assert api(client, {"questionnaire": "gad-2", "answers": [3, 3]}).json()["crisis"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {"questionnaire": "phq-9", "answers": [0] * 8},
        {"questionnaire": "phq-9", "answers": [0] * 10},
        {"questionnaire": "phq-9", "answers": [0] * 8 + [4]},
        {"questionnaire": "phq-9", "answers": [0] * 8 + [None]},
        {"questionnaire": "phq-a", "answers": [0] * 9},
        {"questionnaire": "phq-9"},
        {"answers": [0] * 9},
    ],
    ids=range(7),
)
def test_the_json_door_gives_no_total_without_every_answer(client, body):
    answer = api(client, body)
    assert answer.status_code == 400
    assert "total" not in answer.json()
