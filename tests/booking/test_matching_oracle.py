"""Over a made-up practice: the rules hold for everyone, the order does not depend on chance, and each has a reason.

`python3 dev.py bench matching` says the same of 1,000 clinicians and 500 intakes.
"""

import random

import pytest
import time_machine
from django.utils import timezone

from booking.intake import matching, overlapping
from booking.intake.wanted import Wishes
from booking.models import Profile
from tests import make, practices
from tests.matching_oracle import Oracle

pytestmark = pytest.mark.django_db
CLINICIANS, INTAKES = 120, 40
# An ordinary week; one in which Berlin's clock changes, and one in which America's do.
WEEKS = ["2026-10-12T14:00:00Z", "2026-10-23T14:00:00Z", "2026-10-30T14:00:00Z"]


@pytest.fixture(params=WEEKS)
def practice(request):
    """The answers of those who look for someone, and the oracle."""
    with time_machine.travel(request.param, tick=False):
        make.matchmaking()
        practices.clinicians(CLINICIANS, today=timezone.now().date())
        draw = random.Random(request.param)
        oracle = Oracle(timezone.now(), minutes=30, horizon_days=60)
        yield [practices.answers(draw) for _ in range(INTAKES)], oracle


def judge(answers, number=0):
    return matching.judge(wishes=Wishes.read(answers, turn=str(number)))


def said(found):
    return [(one.clinician.slug, one.score, one.reasons, one.soonest and one.soonest.starts_at) for one in found]


def test_every_rule_is_kept_for_everyone_and_each_has_an_explanation(practice):
    everyone, oracle = practice
    names, offered, sent_away = {str(label): rule for rule, label in matching.RULES.items()}, 0, set()
    for answers in everyone:
        judged = judge(answers)
        fitting = {match.clinician.slug: match for match in judged.matches()}
        refused = {refusal.clinician.slug: {names[why] for why in refusal.why} for refusal in judged.refused()}
        assert fitting.keys() | refused.keys() == oracle.clinicians.keys()
        assert not fitting.keys() & refused.keys()
        assert {slug: oracle.broken(slug, answers) for slug in refused} == refused
        assert not any(oracle.broken(slug, answers) for slug in fitting)
        assert all(match.reasons and all(match.reasons) and not match.lacks for match in fitting.values())
        offered, sent_away = offered + len(fitting), sent_away.union(*refused.values())
    assert offered > INTAKES
    assert sent_away == set(matching.RULES)


MISTAKES = {
    "minutes ahead of the clinician's zone": (overlapping.Week, "_minutes_ahead", lambda *_: 0),
    "length of a session": (overlapping, "_of_the_week", lambda start, end: overlapping.NONE if end < start else ALL),
    "last day of hours": (overlapping.Week, "_next", lambda week, zone, *_: week._today(zone)),
    "capacity": (matching, "_broken", lambda one, wishes, week: BROKEN(one, wishes, week)[:-1]),
}
ALL, BROKEN = frozenset(overlapping.IN_ORDER), matching._broken


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("practice", WEEKS[:1], indirect=True)
def test_the_oracle_would_notice(practice, mistake, monkeypatch):
    everyone, oracle = practice
    room, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(room, name, wrong)
    judged = [(answers, judge(answers)) for answers in everyone[:15]]
    assert any(oracle.broken(one.slug, answers) != set(rules) for answers, each in judged for one, rules in each.broken)


def test_the_order_depends_on_nothing_but_the_wishes(practice):
    everyone, _oracle = practice
    for number, answers in enumerate(everyone[:15]):
        judged = judge(answers, number)
        asked = said(judged.matches())
        for seed in (1, 2):
            random.Random(seed).shuffle(judged.broken)
            assert said(judged.matches()) == asked
        assert said(judge(answers, number).matches()) == asked


def test_the_best_come_first(practice):
    everyone, _oracle = practice
    for answers in everyone:
        scores = [match.score for match in judge(answers).matches()]
        assert scores == sorted(scores, reverse=True)


def test_what_a_clinician_does_not_show_of_themselves_changes_nothing(practice):
    everyone, _oracle = practice
    asking = [answers for answers in everyone if {"genders", "cultures", "faiths"} & answers.keys()]
    before = [said(judge(answers).matches()) for answers in asking]
    shown = dict.fromkeys(("genders", "cultures", "faiths"), False)
    for profile in Profile.objects.all():
        for trait in shown:
            shown[trait] |= getattr(profile, f"shows_{trait}") and bool(getattr(profile, trait))
            if not getattr(profile, f"shows_{trait}"):
                setattr(profile, trait, ["woman", "man", "asian", "latino", "none", "muslim"])
        profile.save()
    assert all(shown.values()), "or the test says nothing"
    assert [said(judge(answers).matches()) for answers in asking] == before


def test_what_nobody_asked_about_changes_nothing(practice):
    everyone, _oracle = practice
    quiet = [
        {key: value for key, value in answers.items() if key not in ("genders", "cultures", "faiths")}
        for answers in everyone[:20]
    ]
    before = [said(judge(answers).matches()) for answers in quiet]
    for profile in Profile.objects.all():
        profile.genders, profile.cultures, profile.faiths = ["man"], ["black"], ["jewish"]
        profile.shows_genders = profile.shows_cultures = profile.shows_faiths = True
        profile.save()
    assert [said(judge(answers).matches()) for answers in quiet] == before
