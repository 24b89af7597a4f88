"""How a free first talk ended: offer a clinician and a regular time, or say that it was not to be."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from booking import clocks, labels, offering, pickers
from booking.desk import visible
from booking.desk.appointments import zone
from booking.desk.intake_forms import ConcludeForm, OverruleForm, ProposalForm
from booking.intake import concluding, handling, matching
from booking.models import Appointment, Series, SessionType
from practice.refusals import Refused
from practice.staff.doors import front_desk_only
from practice.staff.models import Clinician, User


@require_safe
@never_cache
@front_desk_only
def outcome(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, _user = _talk(request, pk)
    return _page(request, kept)


def _talk(request: HttpRequest, pk: UUID) -> tuple[Appointment, User]:
    """A free first talk of those this person may see."""
    user = visible.user_of(request)
    talks = visible.appointments(user).filter(session_type__is_matchmaking=True)
    return get_object_or_404(talks.select_related("intake__client"), pk=pk), user


def _page(
    request: HttpRequest,
    kept: Appointment,
    *,
    proposal: ProposalForm | None = None,
    conclude_form: ConcludeForm | None = None,
    overrule_form: OverruleForm | None = None,
    notice: object = "",
    status: int = 200,
) -> HttpResponse:
    fits = matching.matches(intake=kept.intake) if kept.intake and kept.intake.answers else []
    proposal = proposal or ProposalForm(request.GET if "clinician" in request.GET else None, initial=_first(kept, fits))
    context = {
        "appointment": kept,
        "client": kept.client,
        "when": labels.moment(kept.starts_at, zone()),
        "may": concluding.may_conclude(kept),
        "outcomes": kept.outcomes.select_related("clinician", "actor", "series"),
        "fits": fits,
        "proposal": proposal,
        "picker": _picker(request, kept, proposal) if proposal.is_bound and proposal.is_valid() else None,
        "overrule_form": overrule_form or OverruleForm(),
        "conclude_form": conclude_form or ConcludeForm(prefix="end"),
        "notice": notice,
    }
    return render(request, "booking/desk/outcome.html", context, status=status)


def _first(kept: Appointment, fits: list[matching.Match]) -> dict[str, Any]:
    """What the form begins with: the best match, a first real session, every week."""
    best = fits[0].clinician if fits else kept.clinician
    return {"clinician": best.slug, "every": Series.Every.WEEK}


def _picker(request: HttpRequest, kept: Appointment, proposal: ProposalForm) -> dict[str, Any]:
    """Two weeks of this clinician's open times: the first date of the regular time."""
    chosen: dict[str, Any] = proposal.cleaned_data
    clinician: Clinician = chosen["clinician"]
    kind: SessionType = chosen["type"]
    wished = pickers.read_day(request.GET.get("first"))
    first = pickers.first_shown(wished, zone=zone(), horizon_days=kind.horizon_days)
    times = offering.open_times(
        session_type=kind,
        clinicians=[clinician],
        first_day=first,
        last_day=first + (pickers.DAYS_SHOWN - 1) * clocks.DAY,
        zone=zone(),
        state=kept.client_state,
    )

    def address(**changed: str) -> str:
        kept_query = {key: value for key, value in request.GET.items() if key in proposal.fields}
        query = kept_query | {"first": first.isoformat() if wished else ""} | changed
        asked = urlencode({key: value for key, value in query.items() if value})
        return f"{reverse('diary:outcome', args=[kept.pk])}?{asked}"

    day = pickers.read_day(request.GET.get("day"))
    return pickers.picker(times, zone=zone(), first=first, day=day, horizon_days=kind.horizon_days, address=address)


@require_POST
@never_cache
@front_desk_only
def propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _talk(request, pk)
    form, why = ProposalForm(request.GET), OverruleForm(request.POST)
    if not (form.is_valid() and why.is_valid()):
        return _page(request, kept, proposal=form, overrule_form=why, status=422)
    chosen = pickers.chosen(request.POST.get("slot", ""), [form.cleaned_data["clinician"]])
    if chosen is None:
        return _page(request, kept, proposal=form, notice=_("Choose one of the times below."), status=422)
    try:
        concluding.propose(
            appointment=kept,
            clinician=chosen[1],
            session_type=form.cleaned_data["type"],
            starts_at=chosen[0],
            every=form.cleaned_data["every"],
            actor=user,
            reason=why.cleaned_data["reason"],
        )
    except handling.NoReason as refused:
        why.add_error("reason", str(refused.message))
        return _page(request, kept, proposal=form, overrule_form=why, status=refused.status)
    except Refused as refused:
        return _page(request, kept, proposal=form, notice=refused.message, status=refused.status)
    messages.success(request, _("Offered. The client has 48 hours to answer, by the link in their message."))
    return redirect("diary:outcome", pk)


@require_POST
@never_cache
@front_desk_only
def conclude(request: HttpRequest, pk: UUID) -> HttpResponse:
    kept, user = _talk(request, pk)
    form = ConcludeForm(request.POST, prefix="end")
    if not form.is_valid():
        return _page(request, kept, conclude_form=form, status=422)
    try:
        concluding.conclude(appointment=kept, actor=user, **form.cleaned_data)
    except Refused as refused:
        messages.warning(request, str(refused.message))
    else:
        messages.success(request, _("Saved."))
    return redirect("diary:outcome", pk)
