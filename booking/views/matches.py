"""Who fits: up to three first, everybody who qualifies on asking, and where nobody does, why and what else there is."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from booking import labels, offering, pickers
from booking.intake import asking, choices, matching, reasons, receiving
from booking.intake.filters import Filter
from booking.intake.matching import WISHED, Judgement, Match
from booking.models import Intake, SessionType
from booking.offering import OpenTime
from booking.views.intake import LAST
from practice import places
from practice.staff.models import Clinician

FIRST_SHOWN, PER_PAGE = 3, 24
NEXT = 2
Aside = tuple[str, ...]


@require_safe
def matches(request: HttpRequest, token: str) -> HttpResponse:
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    if missing := asking.first_missing(kept.answers or {}):
        return redirect("booking:intake_step", token, missing)
    if choices.is_minor(kept.answers):
        return redirect("booking:intake_step", token, LAST)
    judged = matching.judge(intake=kept)
    aside = tuple(rule for rule in WISHED if rule in request.GET.getlist("aside"))
    narrowed = Filter(request.GET, judged.matches(aside=aside))
    is_whole = bool("all" in request.GET or aside or narrowed.chosen)
    fitting = narrowed.shown()
    page = Paginator(fitting, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page) if is_whole else fitting[:FIRST_SHOWN]
    soon = _next_times(judged, [match.clinician for match in shown])
    zone = judged.wishes.time_zone
    kinds = _other_kinds(kept, judged)
    context = {
        "token": token,
        "zone": labels.zone(zone),
        "matches": [_card(match, token, soon.get(match.clinician, []), zone, kinds) for match in shown],
        "more": 0 if is_whole else len(fitting) - len(shown),
        "page": page if is_whole else None,
        "fitting": len(fitting),
        "everyone": len(narrowed.found),
        "state": judged.wishes.state,
        "state_name": places.name_of(judged.wishes.state),
        "filter": narrowed if is_whole and len(narrowed.found) > FIRST_SHOWN and narrowed.fields else None,
        "aside": aside,
        "instead": _instead(judged, aside),
        "screening": receiving.screen(kept.answers),
        **_why_nobody(judged, narrowed.found),
    }
    return render(request, "booking/matches.html", context)


def _next_times(judged: Judgement, clinicians: list[Clinician]) -> dict[Clinician, list[OpenTime]]:
    """The next few times of each that suit, or else the next few, of all of them in one look."""
    kind, wishes = judged.session_type, judged.wishes
    if kind is None or not clinicians:
        return {}
    today = judged.now.astimezone(wishes.time_zone).date()
    times = offering.open_times(
        session_type=kind,
        clinicians=clinicians,
        first_day=today,
        last_day=today + timedelta(days=pickers.DAYS_SHOWN - 1),
        zone=wishes.time_zone,
        state=wishes.state,
        now=judged.now,
    )
    each: dict[Clinician, list[OpenTime]] = {one: [] for one in clinicians}
    for time in sorted(times, key=lambda time: not wishes.suits(time.starts_at)):
        each[time.clinician].append(time)
    return {one: sorted(found[:NEXT], key=lambda time: time.starts_at) for one, found in each.items()}


def _other_kinds(intake: Intake, judged: Judgement) -> list[SessionType]:
    """What may be booked at once instead of the talk that was asked for, where the practice allows it."""
    kinds = SessionType.objects.from_match(intake.session_type)
    return [kind for kind in kinds if kind != judged.session_type]


def _card(match: Match, token: str, soon: list[OpenTime], zone: ZoneInfo, kinds: list[SessionType]) -> dict[str, Any]:
    query = f"?{urlencode({'clinician': match.clinician.slug})}"
    times = reverse("booking:times", args=[token])
    return {
        "clinician": match.clinician,
        "reasons": match.reasons,
        "lacks": match.lacks,
        "times": [pickers.button(time, zone, with_day=True) for time in soon],
        "times_url": times + query,
        "other_kinds": [
            {"label": labels.session(kind), "url": f"{times}{query}&{urlencode({'type': kind.slug})}"} for kind in kinds
        ],
        "hold_url": reverse("booking:hold", args=[token]) + query,
    }


def _instead(judged: Judgement, aside: Aside) -> list[dict[str, Any]]:
    """How many more there are without a wish that sends people away, and the address that sets it aside."""
    now = len(judged.able(aside=aside))
    ways: list[Aside] = [(rule,) for rule in WISHED if rule not in aside]
    gains = {way: len(judged.able(aside={*way, *aside})) - now for way in ways}
    if len(ways) == len(WISHED) and not any(gains.values()):
        gains = {WISHED: len(judged.able(aside=WISHED)) - now}
    return [
        {"label": _more(way, number), "url": f"?{urlencode({'aside': [*aside, *way]}, doseq=True)}"}
        for way, number in gains.items()
        if number
    ]


def _more(way: Aside, number: int) -> str:
    if way == ("hours",):
        said = ngettext("See %(n)d person who works at other times", "See %(n)d people who work at other times", number)
    elif way == ("language",):
        said = ngettext(
            "See %(n)d person who does not speak that language",
            "See %(n)d people who do not speak that language",
            number,
        )
    else:
        said = ngettext(
            "See %(n)d person who works at other times and does not speak that language",
            "See %(n)d people who work at other times and do not speak that language",
            number,
        )
    return said % {"n": number}


def _why_nobody(judged: Judgement, found: list[Match]) -> dict[str, Any]:
    """The rule that stands in the way, in words for the person it concerns, and whether waiting may help."""
    obstacle = None if found else judged.obstacle()
    if obstacle is None:
        return {"why": "", "may_wait": False, "is_their_wish": False}
    return {
        "why": reasons.nobody(obstacle.rule, judged.wishes),
        "may_wait": obstacle.rule != "licence",
        "is_their_wish": obstacle.rule in WISHED,
    }
