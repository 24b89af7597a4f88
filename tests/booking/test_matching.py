"""Who may see a client, in which order and why; and the few questions that takes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking.intake import matching, wanted
from booking.intake.wanted import Wishes
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]


@pytest.fixture(autouse=True)
def _free_first_session():
    make.matchmaking()


def names(wishes):
    return [match.clinician.name for match in matching.matches(wishes=wishes)]


def why(wishes):
    return {refusal.clinician.name: refusal.why for refusal in matching.refused(wishes=wishes)}


@pytest.mark.parametrize(
    ("fields", "wishes", "rule"),
    [
        ({"states": ("CA",)}, {}, "licence"),
        ({"ages": ["child"]}, {"age": "adult"}, "age"),
        ({"kinds": ["self"]}, {"kind": "couple"}, "kind"),
        ({"accepts_new_clients": False}, {}, "accepting"),
        ({"capacity": 0}, {}, "capacity"),
        ({"offers_virtual": False}, {}, "virtual"),
        ({"languages": ["en"]}, {"languages_needed": ("es",)}, "language"),
    ],
)
def test_what_must_hold_is_never_outweighed(fields, wishes, rule):
    best = {"specialities": ["anxiety", "sleep"], "styles": ["warm"]}
    make.working_clinician(name="Never", **best | fields)
    make.working_clinician(name="Able", languages=["en", "es"], kinds=["self", "couple"])
    asked = Wishes(state="NY", concerns=("anxiety", "sleep"), styles=("warm",), **wishes)

    assert names(asked) == ["Able"]
    assert why(asked) == {"Never": [str(matching.RULES[rule])]}


def test_staff_see_every_reason_why_not():
    make.staff.clinician(name="Never", states=(), accepts_new_clients=False, offers_virtual=False)
    asked = Wishes(state="NY")
    assert why(asked) == {"Never": [str(matching.RULES[rule]) for rule in ("licence", "virtual", "accepting")]}


def test_an_expired_licence_and_one_not_yet_valid_do_not_count():
    today = timezone.now().date()
    ended, coming = make.working_clinician(states=()), make.working_clinician(states=())
    make.licence(ended, "NY", expires_on=today - timedelta(days=1))
    make.licence(coming, "NY", starts_on=today + timedelta(days=1))
    assert names(Wishes(state="NY")) == []


def test_full_means_clients_who_still_come():
    full = make.working_clinician(name="Full", capacity=1)
    client = make.client(clinician=full)
    assert names(Wishes(state="NY")) == []
    client.closed_at = timezone.now()
    client.save()
    assert names(Wishes(state="NY")) == ["Full"]


@pytest.mark.parametrize(
    ("fields", "wishes"),
    [
        ({"specialities": ["sleep"]}, {"concerns": ("sleep",)}),
        ({"styles": ["warm"]}, {"styles": ("warm",)}),
        ({"languages": ["en", "es"]}, {"languages_preferred": ("es",)}),
        ({"payments": ["aetna"]}, {"payment": "aetna"}),
    ],
)
def test_a_fulfilled_wish_comes_first(fields, wishes):
    make.working_clinician(name="A", specialities=[])
    make.working_clinician(name="B", **{"specialities": []} | fields)
    assert names(Wishes(state="NY", **wishes))[0] == "B"


def test_new_clients_are_spread_fairly():
    busy = make.working_clinician(name="Busy", slug="a")
    make.working_clinician(name="Free", slug="b")
    for _ in range(15):
        make.client(clinician=busy)
    assert names(Wishes(state="NY")) == ["Free", "Busy"]


def test_the_reasons_are_said_in_plain_words():
    make.working_clinician(
        specialities=["sleep", "anxiety", "body"], styles=["warm"], languages=["en", "es"], payments=["aetna"]
    )
    asked = Wishes(
        state="NY",
        zone="America/Chicago",
        concerns=("anxiety", "body", "loss"),
        styles=("warm",),
        languages_needed=("es",),
        payment="aetna",
    )
    [match] = matching.matches(wishes=asked)
    assert match.reasons == [
        "Licensed in New York.",
        "Works with anxiety and tension and pain.",
        "Way of working: warm.",
        "Speaks Spanish.",
        "Takes Aetna.",
        "First free on Monday morning, October 19.",
    ]
    assert str(match.soonest.starts_at) == "2026-10-19 09:30:00-05:00"


def test_the_same_wishes_always_give_the_same_order():
    for _ in range(6):
        make.working_clinician()
    asked = Wishes(state="NY", concerns=("anxiety",))
    assert len({tuple(names(asked)) for _ in range(3)}) == 1


def test_an_intake_is_matched_by_its_answers():
    make.working_clinician(name="Able", languages=["en", "es"])
    make.working_clinician(name="Never")
    intake = make.intake(languages_needed=["es"])
    assert [match.clinician.name for match in matching.matches(intake=intake)] == ["Able"]


@pytest.mark.parametrize("nonsense", [None, 5, {"a": 1}, "x", [[1]], [None], ["\ud83d"]])
def test_answers_of_another_shape_count_as_not_given(nonsense):
    make.working_clinician()
    asked = dict.fromkeys((*wanted.ONE, *wanted.MANY), nonsense)
    Wishes.read(asked)
    matching.matches(wishes=Wishes.read(asked | {"state": "NY"}))


def test_it_takes_as_many_questions_for_one_clinician_as_for_many():
    def ask():
        with CaptureQueriesContext(connection) as asked:
            matching.matches(wishes=Wishes(state="NY"))
        return len(asked)

    make.working_clinician()
    few = ask()
    for _ in range(6):
        make.working_clinician()
    assert ask() == few <= 9
