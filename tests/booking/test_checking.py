"""The self-check adds up what was answered, shows the lines first where it must, and keeps nothing."""

import pytest

from booking import scoring
from practice.crisis.models import Alert
from practice.tallies import counting

pytestmark = pytest.mark.django_db
PHQ_BANDS = {
    range(5): "minimal",
    range(5, 10): "mild",
    range(10, 15): "moderate",
    range(15, 20): "moderately severe",
    range(20, 28): "severe",
}
GAD_BANDS = {range(5): "minimal", range(5, 10): "mild", range(10, 15): "moderate", range(15, 22): "severe"}


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
    assert "Nobody at the practice reads this" in page
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
