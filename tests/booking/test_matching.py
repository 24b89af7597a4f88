"""Who may see a client, in which order and why; and the few questions that takes."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking.intake import matching, receiving, wanted
from booking.intake.wanted import Wishes
from booking.models import Intake, Profile
from practice.staff.models import Clinician
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
        ({"closes": "17:00"}, {"parts": ("evening",)}, "hours"),
    ],
)
def test_what_must_hold_is_never_outweighed(fields, wishes, rule):
    best = {"specialities": ["anxiety", "sleep"], "styles": ["warm"]}
    make.working_clinician(name="Never", **best | fields)
    make.working_clinician(closes="20:00", name="Able", languages=["en", "es"], kinds=["self", "couple"])
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


def test_a_compacts_privilege_counts_while_it_lasts_and_the_reason_says_what_it_is():
    today = timezone.now().date()
    compact, coming = make.working_clinician(name="Compact", states=()), make.working_clinician(states=())
    known = {"compact_issues_from": today - timedelta(days=900), "compact_source": "the compact's own list"}
    make.licence(compact, "NY", basis="compact", expires_on=today + timedelta(days=9), **known)
    make.licence(coming, "NY", basis="compact")  # it issues none there yet
    [match] = matching.matches(wishes=Wishes(state="NY"))
    assert match.reasons[0] == "May see you in New York under an agreement between states."
    assert match.candidate.right.until == today + timedelta(days=9)
    with time_machine.travel(timezone.now() + timedelta(days=10)):
        assert names(Wishes(state="NY")) == []


def test_of_a_licence_and_a_privilege_the_licence_is_named():
    both = make.working_clinician(name="Both")
    known = {"compact_issues_from": timezone.now().date() - timedelta(days=900), "compact_source": "their list"}
    make.licence(both, "NY", basis="compact", expires_on=timezone.now().date() + timedelta(days=2000), **known)
    [match] = matching.matches(wishes=Wishes(state="NY"))
    assert match.reasons[0] == "Licensed in New York."


@pytest.mark.parametrize(("moment", "fits"), [("2026-10-20T03:30:00Z", True), ("2026-10-20T04:30:00Z", False)])
def test_a_licences_last_day_ends_by_the_clock_of_the_state(moment, fits):
    clinician = make.working_clinician(name="Last", states=())
    make.licence(clinician, "NY", expires_on=date(2026, 10, 19))
    with time_machine.travel(moment):
        assert bool(names(Wishes(state="NY"))) is fits


def test_whoever_moves_to_another_state_is_matched_by_the_new_one_alone():
    make.working_clinician(name="Here")
    make.working_clinician(name="There", states=("CA",))
    intake = make.intake(sent=False)
    assert [match.clinician.name for match in matching.matches(intake=intake)] == ["Here"]
    receiving.save_step(intake=intake, step="where", answers={"state": "CA", "zone": "America/Los_Angeles"})
    assert [match.clinician.name for match in matching.matches(intake=intake)] == ["There"]


def test_no_time_is_offered_after_the_licence_has_ended():
    clinician = make.working_clinician(name="Ends", states=())
    make.licence(clinician, "NY", expires_on=date(2026, 10, 22))
    [match] = matching.matches(wishes=Wishes(state="NY", days=("fri",)))
    assert match.soonest is None
    assert not any("First free" in reason for reason in match.reasons)


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
        ({"profile": {"modalities": ["cbt"]}}, {"modalities": ("cbt",)}),
        ({"profile": {"genders": ["woman"], "shows_genders": True}}, {"genders": ("woman", "nonbinary")}),
        ({"profile": {"cultures": ["latino"], "shows_cultures": True}}, {"cultures": ("latino", "immigrant")}),
        ({"profile": {"faiths": ["none"], "shows_faiths": True}}, {"faiths": ("none",)}),
    ],
)
def test_a_fulfilled_wish_comes_first(fields, wishes):
    profile = fields.get("profile")
    make.working_clinician(name="A", specialities=[])
    best = make.working_clinician(
        name="B", **{"specialities": []} | {k: v for k, v in fields.items() if k != "profile"}
    )
    if profile:
        Profile.objects.create(clinician=best, **profile)
    assert names(Wishes(state="NY", **wishes))[0] == "B"


def test_new_clients_are_spread_fairly():
    busy = make.working_clinician(name="Busy", slug="a")
    make.working_clinician(name="Free", slug="b")
    for _ in range(15):
        make.client(clinician=busy)
    assert names(Wishes(state="NY")) == ["Free", "Busy"]


@pytest.mark.parametrize("status", [Intake.Status.BOOKED, Intake.Status.OFFERED])
def test_whoever_booked_a_free_talk_lately_counts_as_coming(status):
    for name in ("Asked", "Free"):
        make.working_clinician(name=name)
    Intake.objects.filter(pk=make.intake().pk).update(status=status, clinician=Clinician.objects.get(name="Asked"))
    assert names(Wishes(state="NY")) == ["Free", "Asked"]
    Intake.objects.update(submitted_at=timezone.now() - timedelta(days=29))
    assert len({match.score for match in matching.matches(wishes=Wishes(state="NY"))}) == 1


def test_between_equals_the_lot_is_drawn_for_each_intake_and_stays_drawn():
    for _ in range(4):
        make.working_clinician()
    firsts = {turn: names(Wishes(state="NY", turn=str(turn)))[0] for turn in range(40)}
    assert len(set(firsts.values())) == 4
    assert {turn: names(Wishes(state="NY", turn=str(turn)))[0] for turn in range(40)} == firsts


def test_the_weights_are_the_practices_own(settings):
    make.working_clinician(name="Knows", specialities=["sleep"])
    make.working_clinician(name="Takes", specialities=[], payments=["aetna"])
    asked = Wishes(state="NY", concerns=("sleep",), payment="aetna")
    assert names(asked) == ["Knows", "Takes"]
    settings.MATCH_WEIGHTS = settings.MATCH_WEIGHTS | {"concern": 1}
    assert names(asked) == ["Takes", "Knows"]


def test_the_soonest_time_is_one_that_suits_both():
    make.working_clinician("09:00", "20:00", name="Busy on Tuesday")
    [match] = matching.matches(wishes=Wishes(state="NY", zone="America/Chicago", days=("tue",), parts=("evening",)))
    assert str(match.soonest.starts_at) == "2026-10-20 17:00:00-05:00"
    assert match.reasons[-2:] == ["Works on Tuesday evenings.", "First free on Tuesday evening, October 20."]


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


def test_staff_see_what_a_score_is_made_of_and_until_when_somebody_may_practise(client):
    make.working_clinician(name="Ada", specialities=["anxiety"])
    make.working_clinician(name="Ben", states=("CA",))
    client.force_login(make.user(is_front_desk=True))
    page = client.get(f"/desk/diary/intakes/{make.intake().pk}/").content.decode()

    [match] = matching.matches(wishes=Wishes(state="NY", concerns=("anxiety",)))
    assert f"Score {match.score:.1f} (concern 10.0, soon 6.0, room 5.0)." in page
    assert f"May see people there until {match.candidate.right.until:%b %-d, %Y}." in page
    assert "Ben, LCSW: No licence in that state" in page
