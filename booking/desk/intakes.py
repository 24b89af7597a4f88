"""The queue of intakes on the desk: what waits, one of them, and what may be done with it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from booking import labels
from booking.clocks import zone_for
from booking.desk import visible
from booking.desk.intake_forms import AssignForm, CloseForm, NoteForm, StatusForm, WriteForm
from booking.intake import asking, choices, handling, likening, matching, measuring, promising, scoring
from booking.models import Intake
from booking.models.intake import IntakeQuerySet
from practice import places
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.doors import front_desk_only
from practice.staff.models import User

PER_PAGE = 50
Status, Urgency = Intake.Status, Intake.Urgency
FIRST = {Urgency.SAME_DAY: 0, Urgency.SOON: 1, Urgency.USUAL: 2}
# How the answers are shown: by which page of the intake, and in which words.
CHOICES: dict[str, Sequence[tuple[str, Any]]] = {
    "concerns": choices.CONCERNS,
    "kind": choices.KINDS,
    "age": choices.AGES,
    "state": choices.STATES,
    "zone": choices.ZONES,
    "consenting": choices.CONSENTING,
    "may_contact": choices.CONTACTABLE,
    "past": choices.PAST,
    "modalities": choices.MODALITIES,
    "genders": choices.GENDERS,
    "cultures": choices.CULTURES,
    "faiths": choices.FAITHS,
    "reach_parts": choices.PARTS,
    "voicemail": choices.VOICEMAIL,
    "languages_needed": choices.LANGUAGES,
    "languages_preferred": choices.LANGUAGES,
    "styles": choices.STYLES,
    "payment": choices.PAYMENTS,
    "days": choices.DAYS,
    "parts": choices.PARTS,
    "channels": choices.CHANNELS,
}


@require_safe
@never_cache
@front_desk_only
def intakes(request: HttpRequest) -> HttpResponse:
    user, shown = visible.user_of(request), request.GET.get("show", "waiting")
    mine = visible.intakes(user)
    tabs = {
        "waiting": (_("Waiting"), mine.waiting()),
        "mine": (_("Mine"), mine.waiting().filter(claimed_by=user)),
        "booked": (_("Booked"), mine.filter(status=Status.BOOKED)),
        "closed": (_("Closed"), mine.filter(status=Status.CLOSED)),
    }
    shown = shown if shown in tabs else "waiting"
    page = Paginator(_in_order(tabs[shown][1]), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": [
            {"label": label, "url": f"?show={key}", "current": key == shown} for key, (label, _rows) in tabs.items()
        ],
        "rows": [_row(intake) for intake in page],
        "page": page,
        "shown": shown,
    }
    return render(request, "booking/desk/intakes.html", context)


@require_safe
@never_cache
@front_desk_only
def figures(request: HttpRequest) -> HttpResponse:
    """How far those who wrote to us came, and how long they waited."""
    context = {
        "funnel": measuring.funnel(),
        "waits": _dated(measuring.waits()),
        "firsts": _dated(measuring.times_to_first()),
        "taken": _dated(measuring.acceptance()),
    }
    return render(request, "booking/desk/figures.html", context)


def _dated(weeks: measuring.Weeks) -> list[tuple[str, float]]:
    return [(date_format(week, "SHORT_DATE_FORMAT"), value) for week, value in weeks]


def _in_order(rows: IntakeQuerySet) -> IntakeQuerySet:
    """The most urgent first, then whoever has waited longest."""
    whens = [When(urgency=urgency, then=Value(place)) for urgency, place in FIRST.items()]
    return rows.order_by(Case(*whens, default=Value(9), output_field=IntegerField()), "submitted_at")


def _row(intake: Intake) -> dict[str, Any]:
    answers = intake.answers or {}
    return {
        "intake": intake,
        "name": answers.get("name") or _("No name"),
        "kind": ", ".join(choices.labels(choices.KINDS, answers.get("kind"))),
        "is_minor": choices.is_minor(answers),
        "place": places.name_of(intake.state),
    }


@require_safe
@never_cache
@front_desk_only
def intake(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = visible.user_of(request)
    kept = get_object_or_404(visible.intakes(user), pk=pk)
    auditing.note(actor=user, action="intake opened", subject=f"intake {kept.pk}")
    return _page(request, kept, user)


def _page(
    request: HttpRequest,
    kept: Intake,
    user: User,
    *,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """The whole of it; `forms` are those that were filled in wrongly."""
    answers, ways = kept.answers or {}, handling.ways(kept)
    twins = likening.alike(kept, among=visible.intakes(user))
    context = {
        "intake": kept,
        "name": answers.get("name") or _("No name"),
        "is_minor": choices.is_minor(answers),
        "is_mine": kept.claimed_by == user,
        "answers": _answers(answers),
        "consents": answers.get("consents") or [],
        "screenings": [scoring.in_words(one) for one in answers.get("screenings") or []],
        "answer_by": promising.answer_by(kept) if kept.status == Status.NEW else None,
        "status_form": StatusForm(initial={"status": kept.status}, prefix="far"),
        "close_form": CloseForm(prefix="close"),
        "assign_form": AssignForm(initial={"clinician": kept.clinician and kept.clinician.slug}, prefix="who"),
        "write_form": WriteForm(ways=ways, prefix="to") if ways else None,
        "note_form": NoteForm(prefix="note"),
        "has_error": bool(forms),
        "is_closed": kept.status == Status.CLOSED,
        "twins": [_row(one.intake) | {"shared": one.shared} for one in twins],
        "changes": kept.changes.select_related("actor"),
        "appointments": _appointments(kept),
        **_matches(kept),
        **forms,
    }
    return render(request, "booking/desk/intake.html", context, status=status)


def _answers(answers: dict[str, Any]) -> list[dict[str, str]]:
    """Each question as it was asked, with its answer; what was left empty is left out."""
    asked = answers.get("wording") or {}
    return [
        {"question": asked.get(key) or key, "answer": _said(asked, key, value)}
        for key, value in answers.items()
        if key not in asking.BESIDE and value
    ]


def _said(asked: dict[str, str], key: str, value: Any) -> str:
    """The answer as it was offered when it was chosen; else as it is offered now, or as it was typed."""
    given = value if isinstance(value, list) else [value]
    if any(f"{key}={one}" in asked for one in given):
        return ", ".join(asked.get(f"{key}={one}") or str(one) for one in given)
    return ", ".join(choices.labels(CHOICES[key], value) if key in CHOICES else map(str, given))


def _appointments(kept: Intake) -> list[dict[str, Any]]:
    rows = kept.appointments.exclude(client=None).select_related("clinician", "session_type")
    zone = zone_for(kept.state)
    return [{"appointment": row, "when": labels.moment(row.starts_at, zone)} for row in rows]


def _matches(kept: Intake) -> dict[str, Any]:
    """Who fits and who does not, with the reasons; nothing where the answers are gone."""
    if kept.emptied_at is not None or not kept.answers:
        return {"matches": [], "refused": []}
    judged = matching.judge(intake=kept)
    rows = [{"match": match, "made_of": _made_of(match.points)} for match in judged.matches()]
    return {"matches": rows, "refused": judged.refused()}


def _made_of(points: dict[str, float]) -> str:
    """What counted for somebody, the weightiest first; the names are those of MATCH_WEIGHTS."""
    counted = sorted(points.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {number:.1f}" for name, number in counted if number)


def _mine(request: HttpRequest, pk: UUID) -> tuple[Intake, User]:
    user = visible.user_of(request)
    return get_object_or_404(visible.intakes(user), pk=pk), user


def _do(request: HttpRequest, pk: UUID, deed: Callable[[], object], done: str) -> HttpResponse:
    """Carry it out and say so, or say why not; the intake's page shows how it stands now."""
    try:
        deed()
    except Refused as refused:
        messages.warning(request, str(refused.message))
    else:
        messages.success(request, done)
    return redirect("diary:intake", pk)


@require_POST
@front_desk_only
def claim(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    return _do(request, pk, partial(handling.claim, intake=kept, actor=user), _("You look after it now."))


@require_POST
@front_desk_only
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    return _do(request, pk, partial(handling.release, intake=kept, actor=user), _("It is given back to everyone."))


@require_POST
@front_desk_only
def status(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    form = StatusForm(request.POST, prefix="far")
    if not form.is_valid():
        return _page(request, kept, user, status_form=form, status=422)
    return _do(request, pk, partial(handling.set_status, intake=kept, actor=user, **form.cleaned_data), _("Saved."))


@require_POST
@front_desk_only
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    form = CloseForm(request.POST, prefix="close")
    if not form.is_valid():
        return _page(request, kept, user, close_form=form, status=422)
    deed = partial(handling.set_status, intake=kept, actor=user, status=Status.CLOSED, **form.cleaned_data)
    is_referred = form.cleaned_data["outcome"] == Intake.Outcome.REFERRED
    done = _("Closed. They are sent the list of help elsewhere.") if is_referred else _("Closed. They are not told.")
    return _do(request, pk, deed, done)


@require_POST
@front_desk_only
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    form = AssignForm(request.POST, prefix="who")
    if form.is_valid():
        try:
            handling.assign(intake=kept, actor=user, **form.cleaned_data)
        except handling.NoReason as refused:
            form.add_error("reason", str(refused.message))
        else:
            messages.success(request, _("Matched. The next step is to write to them."))
            return redirect("diary:intake", pk)
    return _page(request, kept, user, assign_form=form, status=422)


@require_POST
@front_desk_only
def write(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    form = WriteForm(request.POST, ways=handling.ways(kept), prefix="to")
    if form.is_valid():
        try:
            handling.write(intake=kept, actor=user, **form.cleaned_data)
        except Refused as refused:
            form.add_error("words", str(refused.message))
        else:
            messages.success(request, _("On its way; at night it waits for the morning."))
            return redirect("diary:intake", pk)
    return _page(request, kept, user, write_form=form, status=422)


@require_POST
@front_desk_only
def twin(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Whether another intake is the same person's."""
    kept, user = _mine(request, pk)
    that = get_object_or_404(visible.intakes(user), pk=other)
    if request.POST.get("do") == "same":
        deed = partial(likening.same, intake=kept, other=that, actor=user)
        return _do(request, pk, deed, _("Joined. The other one is closed; opening it again parts them."))
    deed = partial(likening.apart, intake=kept, other=that, actor=user)
    return _do(request, pk, deed, _("Kept apart. You will not be asked again."))


@require_POST
@front_desk_only
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _mine(request, pk)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _page(request, kept, user, note_form=form, status=422)
    deed = partial(handling.note, intake=kept, actor=user, text=form.cleaned_data["text"])
    return _do(request, pk, deed, _("The note is kept."))
