"""The JSON door of the intake: every question's answer is taken, the matches are explained, and a check is not kept."""

import json

import pytest
import time_machine
from django.test import Client as Browser

from booking.intake import asking, questioning
from booking.models import Client, Intake, Profile
from practice.crisis.models import Alert
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
DANGER = "I want to kill myself tonight"


def get(path, **query):
    return Browser().get(f"/api/v1/{path}", query)


def post(path, body):
    return Browser().post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def answers(**more):
    plain = {
        "name": "Alex",
        "phone": "312 555 0143",
        "timezone": "America/New_York",
        "kind": "self",
        "age": "adult",
        "state": "NY",
        "contact_consent": True,
        "concerns": ["anxiety"],
    }
    return plain | more


EVERYTHING = {
    "concerns": ["anxiety", "sleep"],
    "words": "Work is too much.",
    "past": "before",
    "past_words": "It helped to walk.",
    "styles": ["warm"],
    "modalities": ["cbt"],
    "wishes": "No homework, please.",
    "languages_needed": ["en"],
    "languages_preferred": ["es"],
    "genders": ["woman"],
    "cultures": ["latino"],
    "faiths": ["none"],
    "payment": "aetna",
    "days": ["mon", "tue"],
    "parts": ["evening", "morning"],
    "channels": ["text"],
    "reach_parts": ["evening"],
    "voicemail": "unnamed",
    "reach": "Ring twice.",
}
MINOR = {
    "kind": "child",
    "age": "teen",
    "consenting": "both",
    "adult": "Robin",
    "may_contact": ["adult", "writer"],
    "not_contact": "Not the grandparents.",
}


def test_the_answer_to_every_question_is_taken_and_kept_with_the_words_it_was_asked_in():
    asked = {question.key for question in asking.questions()} - {"state", "zone", "name", "phone", "email"}
    assert asked - {"text_ok", "contact_ok"} == EVERYTHING.keys() | MINOR.keys()
    for given in (EVERYTHING, EVERYTHING | MINOR):
        assert post("intakes/", answers(**given)).status_code == 201
        kept = Intake.objects.order_by("created_at").last().answers
        assert {key: kept[key] for key in given} == given
        assert kept["wording"]["past_words"] == "What helped, and what did not?"
    told = {key: EVERYTHING[key] for key in asking.REACHING}
    assert [client.reaching for client in Client.objects.all()] == [told]


def test_the_questions_can_be_read_and_our_own_are_answered_by_key():
    robin = make.user(is_front_desk=True)
    heard = questioning.Plan(label="How did you hear?", label_es="¿Cómo?", kind="some", answers=(("A friend", "x"),))
    pet = questioning.Plan(label="Your pet?", label_es="¿Mascota?", kind="line")
    keys = [questioning.add(plan=plan, actor=robin).key for plan in (heard, pet)]
    rows = {row["key"]: row for row in get("intake-questions/").json()["results"]}

    assert rows["kind"]["choices"]["couple"] == "Me and my partner"
    assert rows["kind"]["is_needed"]
    assert rows[keys[0]] == rows[keys[0]] | {"is_own": True, "question": "How did you hear?"}
    assert "a-friend" in rows[keys[0]]["choices"]
    own = {keys[0]: ["a-friend"], keys[1]: "Cat"}
    assert post("intakes/", answers(own=own)).status_code == 201
    kept = Intake.objects.get().answers
    assert {key: kept[key] for key in keys} == own
    assert kept["wording"][f"{keys[0]}=a-friend"] == "A friend"


@pytest.mark.parametrize("given", ["no-such", 5, None, {"a": 1}, [["a-friend"]], [None], ["\0"]])
def test_an_answer_of_another_shape_to_our_own_question_is_refused(given):
    plan = questioning.Plan(label="Heard?", label_es="¿Cómo?", kind="some", answers=(("A friend", "x"),))
    key = questioning.add(plan=plan, actor=make.user(is_front_desk=True)).key
    for own in ({key: given}, {"own_nothing": "x"}, {"state": "CA"}, {"name": ["x"]}):
        answer = post("intakes/", answers(own=own))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["own"])
    assert not Intake.objects.exists()


@pytest.mark.parametrize("key", ["words", "past_words", "wishes", "reach", "name"])
def test_whatever_is_written_freely_is_screened(key):
    answer = post("intakes/", answers(**{key: DANGER}))
    assert "988" in answer.json()["crisis"]
    assert Alert.objects.count() == 1


def test_so_is_what_is_written_to_our_own_questions():
    plan = questioning.Plan(label="Your pet?", label_es="¿Mascota?", kind="words")
    key = questioning.add(plan=plan, actor=make.user(is_front_desk=True)).key
    assert "988" in post("intakes/", answers(own={key: DANGER})).json()["crisis"]
    assert Alert.objects.count() == 1


def test_for_someone_under_18_who_agrees_is_needed_and_nobody_is_shown():
    make.matchmaking()
    make.working_clinician(ages=["teen"], kinds=["child"])
    bare = post("intakes/", answers(kind="child", age="teen"))
    assert (bare.status_code, sorted(bare.json()["errors"])) == (400, ["consenting", "may_contact"])
    assert list(post("intakes/", answers(kind="child", age="adult")).json()["errors"]) == ["age"]
    sent = post("intakes/", answers(**MINOR))
    matches = Browser().get(sent.json()["matches_url"])
    assert (matches.status_code, matches.json()["code"]) == (409, "call_first")


# --- Matches ---------------------------------------------------------------------------------------------------------


def test_an_intake_is_kept_and_its_token_opens_the_matches():
    make.matchmaking()
    fits = make.working_clinician(opens="09:00", closes="20:00")
    Profile.objects.create(clinician=fits, modalities=["cbt"], genders=["woman"], shows_genders=True)
    make.working_clinician(states=("CA",))
    answer = post("intakes/", answers(modalities=["cbt"], genders=["woman"], days=["tue"], parts=["evening"]))

    assert answer.status_code == 201
    assert Intake.objects.get().status == Intake.Status.NEW
    found = Browser().get(answer.json()["matches_url"]).json()
    [row] = found["results"]
    assert found["why_nobody"] == ""
    assert row["clinician"] == fits.slug
    assert row["reasons"] == [
        "Licensed in New York.",
        "Works with anxiety.",
        "Offers what you named: Cognitive behavioral therapy (CBT).",
        "A woman, as you asked.",
        "Works on Tuesday evenings.",
        "First free on Tuesday evening, October 20.",
    ]
    assert row["soonest"] == "2026-10-20T21:00:00Z"
    assert row["right"] == "licence"
    assert row["right_until"] == str(fits.licences.get().expires_on)


def test_where_nobody_qualifies_it_says_why():
    make.working_clinician(kinds=["couple"])
    found = Browser().get(post("intakes/", answers()).json()["matches_url"]).json()
    assert found["results"] == []
    assert "none of them offers this kind of sessions" in found["why_nobody"]


def test_it_says_who_sees_clients_and_where_they_may(django_assert_num_queries):
    clinician = make.staff.clinician(states=("NY", "NJ"))
    Profile.objects.create(clinician=clinician, modalities=["emdr"], faiths=["jewish"], shows_faiths=True)
    make.licence(clinician, "CA", expires_on=make.moment(-1).date())
    make.staff.clinician(is_active=False)
    make.staff.clinician(slug="another")
    with django_assert_num_queries(2):
        rows = {row["slug"]: row for row in get("clinicians/").json()["results"]}
    assert rows.keys() == {clinician.slug, "another"}
    row = rows[clinician.slug]
    assert (row["states"], row["modalities"]) == (["NJ", "NY"], ["emdr"])
    assert "faiths" not in row, "that is for those who ask for it"


def test_an_intake_that_sounds_like_an_emergency_is_answered_with_lines_and_alerts_staff():
    answer = post("intakes/", answers(words=DANGER))
    assert "988" in answer.json()["crisis"]
    assert Alert.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "cat"),
        ("age", None),
        ("concerns", "anxiety"),
        ("concerns", ["unheard-of"]),
        ("words", "x" * 2001),
        ("words", "a\0b"),
        ("wishes", {"a": 1}),
        ("adult", "x" * 81),
        ("genders", [["woman"]]),
        ("own", ["x"]),
        ("contact_consent", False),
        ("days", [1]),
        ("state", "Oregon"),
    ],
)
def test_an_intake_that_makes_no_sense_is_answered_beside_its_field(field, value):
    answer = post("intakes/", answers(**{field: value}))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert not Intake.objects.exists()


@pytest.mark.parametrize("token", ["x" * 22, "%00", "🙂", "x" * 2000])
def test_an_unknown_token_leads_nowhere(token):
    assert Browser().get(f"/api/v1/intakes/{token}/matches/").status_code == 404


def test_a_token_that_ran_out_says_so():
    url = post("intakes/", answers()).json()["matches_url"]
    with time_machine.travel(make.moment(91)):
        assert Browser().get(url).status_code == 410
