"""The intake's pages: what it is, one question a page, who fits, and what happens after sending."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import choices, clocks, forms, labels, limiting, matching, offering, pickers, receiving
from booking.matching import Match
from booking.models import Intake, SessionType
from booking.offering import OpenTime
from practice import places
from practice.messaging.views import address_of
from practice.staff.models import Clinician

ORDER = list(forms.STEPS)
# What must be answered before anybody can be matched, by the page that asks it.
MUST = {"who": ("kind", "age"), "where": ("state",)}
FIRST_SHOWN = 3
NEXT = 2


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "booking/find.html", {"steps": len(ORDER)})
    limiting.check("draft", address=address_of(request))
    _draft, token = receiving.start(language=get_language() or "en")
    return redirect("booking:intake_step", token, ORDER[0])


@require_safe
def intake(request: HttpRequest, token: str) -> HttpResponse:
    """The private link itself: where its writer left off."""
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    return redirect("booking:intake_step", token, kept.step if kept.step in ORDER else ORDER[0])


@require_http_methods(["GET", "HEAD", "POST"])
def intake_step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    if step not in ORDER:
        raise Http404
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    if step == ORDER[-1] and (missing := first_missing(kept)):
        return redirect("booking:intake_step", token, missing)
    if request.method == "POST":
        return _save(request, kept, token, step)
    return _page(request, kept, token, forms.STEPS[step].filled(kept.answers or {}))


def _save(request: HttpRequest, kept: Intake, token: str, step: str) -> HttpResponse:
    form = forms.STEPS[step](request.POST)
    back = request.POST.get("go") == "back"
    if not form.is_valid() and not back:
        return _page(request, kept, token, form, status=422)
    news = receiving.save_step(intake=kept, step=step, answers=form.answers(), wording=form.wording())
    if news is not None:
        return redirect("booking:intake_step", token, step)  # the page shows the lines above what they wrote
    return redirect(*(_before(kept, token, step) if back else _after(kept, token, step)))


def _page(request: HttpRequest, kept: Intake, token: str, form: forms.Step, *, status: int = 200) -> HttpResponse:
    written = {key: form[key].value() or "" for key in form.fields if key in receiving.FREE_TEXT}
    context = {
        "form": form,
        "token": token,
        "number": ORDER.index(form.slug) + 1,
        "count": len(ORDER),
        "is_first": form.slug == ORDER[0],
        "is_last": form.slug == ORDER[-1],
        "minutes": max(1, (len(ORDER) - ORDER.index(form.slug)) * 2 // 3),
        "for_minor": choices.is_minor(kept.answers or {}),
        "expires_at": kept.expires_at,
        "screening": receiving.screen(written),
    }
    return render(request, "booking/step.html", context, status=status)


def _before(kept: Intake, token: str, step: str) -> tuple[str, ...]:
    if step == ORDER[0]:
        return ("booking:find",)
    if step == ORDER[-1] and not choices.is_minor(kept.answers):
        return ("booking:matches", token)
    return ("booking:intake_step", token, ORDER[ORDER.index(step) - 1])


def _after(kept: Intake, token: str, step: str) -> tuple[str, ...]:
    """Where the next page is: after the last question the desk has it; before it come the people who fit."""
    if step == ORDER[-1]:
        receiving.submit(intake=kept)
        return ("booking:sent", token)
    following = ORDER[ORDER.index(step) + 1]
    if following != ORDER[-1]:
        return ("booking:intake_step", token, following)
    if missing := first_missing(kept):
        return ("booking:intake_step", token, missing)
    if choices.is_minor(kept.answers):
        return ("booking:intake_step", token, following)
    return ("booking:matches", token)


def first_missing(kept: Intake) -> str | None:
    """The page that asks what must be known and is not."""
    answers = kept.answers or {}
    return next((step for step, keys in MUST.items() if not all(answers.get(key) for key in keys)), None)


@require_safe
def matches(request: HttpRequest, token: str) -> HttpResponse:
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    if missing := first_missing(kept):
        return redirect("booking:intake_step", token, missing)
    if choices.is_minor(kept.answers):
        return redirect("booking:intake_step", token, ORDER[-1])
    found = matching.matches(intake=kept)
    shown = found if "all" in request.GET else found[:FIRST_SHOWN]
    soon = _next_times(kept, [match.clinician for match in shown])
    context = {
        "token": token,
        "zone": labels.zone(_zone(kept)),
        "matches": [_card(match, token, soon.get(match.clinician, []), _zone(kept)) for match in shown],
        "more": len(found) - len(shown),
        "why": "" if found else _why_nobody(kept),
        "screening": receiving.screen(kept.answers),
    }
    return render(request, "booking/matches.html", context)


def _zone(kept: Intake) -> ZoneInfo:
    return clocks.read_zone(kept.answers.get("zone")) or clocks.zone_for(kept.state)


def _next_times(kept: Intake, clinicians: list[Clinician]) -> dict[Clinician, list[OpenTime]]:
    """The next few free times of the free talk, of all of them in one look."""
    free, today = (
        SessionType.objects.active().filter(is_matchmaking=True).first(),
        timezone.now().astimezone(_zone(kept)),
    )
    if free is None or not clinicians:
        return {}
    times = offering.open_times(
        session_type=free,
        clinicians=clinicians,
        first_day=today.date(),
        last_day=today.date() + timedelta(days=pickers.DAYS_SHOWN - 1),
        zone=_zone(kept),
        state=kept.state,
    )
    return {one: [time for time in times if time.clinician == one][:NEXT] for one in clinicians}


def _card(match: Match, token: str, soon: list[OpenTime], zone: ZoneInfo) -> dict[str, Any]:
    query = f"?{urlencode({'clinician': match.clinician.slug})}"
    return {
        "clinician": match.clinician,
        "reasons": match.reasons,
        "times": [pickers.button(time, zone, with_day=True) for time in soon],
        "times_url": reverse("booking:times", args=[token]) + query,
        "hold_url": reverse("booking:hold", args=[token]) + query,
    }


def _why_nobody(kept: Intake) -> str:
    """The rule that stands in the way, in words for the person it concerns."""
    place = places.name_of(kept.state)
    if not Clinician.objects.active().licensed_in(kept.state, timezone.now().date()).exists():
        return _("None of our clinicians holds a licence in %(place)s, and without one they may not see you there.") % {
            "place": place
        }
    return _(
        "We have people licensed in %(place)s, but right now none of them fits everything that has to hold: "
        "the age, the kind of care, the language you need, and room for someone new."
    ) % {"place": place}


@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """What happens next, and where the intake stands."""
    kept = receiving.reopen(token)
    if kept.status == Intake.Status.DRAFT:
        return redirect("booking:intake", token)
    context = {"intake": kept, "steps": _progress(kept), "screening": receiving.screen(kept.answers or {})}
    return render(request, "booking/sent.html", context)


def _progress(kept: Intake) -> list[dict[str, str]]:
    """Received, someone looks after it, matched, booked: what is done, and what comes next."""
    order = [
        (_("Received"), True),
        (_("Being read"), kept.claimed_at is not None or kept.status != Intake.Status.NEW),
        (
            _("We have an idea for you"),
            kept.status in (Intake.Status.MATCHED, Intake.Status.CONTACTED, Intake.Status.BOOKED),
        ),
        (_("Booked"), kept.status == Intake.Status.BOOKED),
    ]
    upto = max(place for place, (_label, done) in enumerate(order) if done) + 1
    states = ["done"] * upto + ["current"] + ["next"] * len(order)
    return [{"label": label, "state": state} for (label, _done), state in zip(order, states, strict=False)]
