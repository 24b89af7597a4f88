"""Taking a time: it is held, its taker says how to be reached, and it is booked."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from booking import arranging, labels, limiting, notifying, pickers, scheduling
from booking.intake import asking, forms, receiving
from booking.models import Appointment, SessionType
from booking.offering import OpenTime
from booking.search import Search
from booking.views import times
from practice import privacy
from practice.messaging.views import address_of
from practice.refusals import Refused
from practice.staff.models import Clinician


class Choice(NamedTuple):
    """A time somebody chose, whether or not it is still free."""

    starts_at: datetime
    clinician: Clinician


def _chosen(raw: str | None, found: Search) -> Choice | None:
    read = pickers.chosen(raw or "", found.candidates)
    return Choice(*read) if read else None


@require_POST
@times.searching
def hold(request: HttpRequest, found: Search) -> HttpResponse:
    choice = _chosen(request.POST.get("slot"), found)
    if choice is None:
        return times.show(request, found, notice=_("Choose one of the times below."), status=422)
    limiting.check("hold", address=address_of(request))
    visitor = found.visitor or ("" if found.intake else secrets.token_urlsafe(16))
    try:
        scheduling.hold(
            session_type=found.session_type,
            clinician=choice.clinician,
            starts_at=choice.starts_at,
            visitor=_visitor(found, visitor),
            state=found.state,
            intake=found.intake,
        )
    except Refused as refused:
        instead = getattr(refused, "alternatives", [])
        return times.show(request, found, notice=refused.message, instead=instead, status=refused.status)
    return redirect(_details_address(found, choice, visitor))


def _visitor(found: Search, visitor: str) -> str:
    """Behind an intake's link its writer holds; without one, whoever has this address."""
    return str(found.intake.pk) if found.intake else visitor


def _details_address(found: Search, choice: Choice, visitor: str) -> str:
    at = pickers.slot(choice.starts_at, choice.clinician)
    return found.address("booking:details", visitor=visitor, slot=at)


@require_http_methods(["GET", "HEAD", "POST"])
@times.searching
def details(request: HttpRequest, found: Search) -> HttpResponse:
    choice = _chosen(request.POST.get("slot") or request.GET.get("slot"), found)
    if choice is None:
        return times.show(request, found, notice=_("Choose one of the times below."), status=422)
    if request.method != "POST":
        kept = found.intake.answers if found.intake else {}
        return _page(request, found, choice, forms.Reach.filled(kept, asking.reach(found.intake)))
    form = forms.Reach(request.POST, questions=asking.reach(found.intake))
    if not form.is_valid():
        if "shown" not in request.POST:
            receiving.screen_unsent(_written(form))
        return _page(request, found, choice, form, status=422)
    if _is_news(request, found, form):
        return _page(request, found, choice, form)
    try:
        appointment = _book(request, found, choice, form)
    except Refused as refused:
        instead = getattr(refused, "alternatives", [])
        return _page(request, found, choice, form, notice=refused.message, instead=instead, status=refused.status)
    return redirect(notifying.manage_path(appointment) + "?new")


def _is_news(request: HttpRequest, found: Search, form: forms.Step) -> bool:
    """Whether what they wrote is a hit whose lines they were not shown yet. Where there is an intake it is kept."""
    answers = form.answers()
    if found.intake is None:
        return "shown" not in request.POST and receiving.screen_unsent(answers).is_hit
    news = receiving.save_step(intake=found.intake, step=form.slug, answers=answers, wording=form.wording())
    return news is not None


def _written(form: forms.Step) -> dict[str, Any]:
    return {key: form[key].value() or "" for key in asking.free(form.fields)}


def _book(request: HttpRequest, found: Search, choice: Choice, form: forms.Step) -> Appointment:
    known = {"state": found.state, "age": found.age, "zone": found.zone.key}
    return arranging.arrange(
        answers=form.answers() | known,
        language=get_language() or "en",
        address=address_of(request),
        session_type=found.session_type,
        clinician=choice.clinician,
        starts_at=choice.starts_at,
        state=found.state,
        held=_held(found, choice),
        intake=found.intake,
    )


def _held(found: Search, choice: Choice) -> Appointment | None:
    """The hold of this very visitor on this very time, while it lasts."""
    visitor = _visitor(found, found.visitor)
    if not visitor:
        return None
    return Appointment.objects.filter(
        state=Appointment.State.HELD,
        visitor=privacy.digest(visitor, purpose="visitor"),
        clinician=choice.clinician,
        starts_at=choice.starts_at,
    ).first()


def _page(
    request: HttpRequest,
    found: Search,
    choice: Choice,
    form: forms.Step,
    *,
    notice: object = "",
    instead: list[OpenTime] | None = None,
    status: int = 200,
) -> HttpResponse:
    if instead:
        _offer(form, instead, found)
    held = _held(found, choice)
    asks_first = found.session_type.mode == SessionType.Mode.APPROVE
    context: dict[str, Any] = {
        "form": form,
        "kind": labels.session(found.session_type),
        "clinician": choice.clinician,
        "when": labels.moment(choice.starts_at, found.zone),
        "held_until": None if held is None else held.hold_expires_at,
        "here": _details_address(found, choice, found.visitor),
        "times_url": found.address("booking:times"),
        "notice": notice,
        "submit": _("Ask for this time") if asks_first else _("Book this time"),
        "screening": receiving.screen(_written(form)),
    }
    return render(request, "booking/details.html", context, status=status)


def _offer(form: forms.Step, instead: list[OpenTime], found: Search) -> None:
    """Ask, above everything else, which of the free times it shall be; all the rest stays as it was filled in."""
    options = [(pickers.slot(time.starts_at, time.clinician), _nearby(time, found)) for time in instead]
    form.fields["slot"] = forms.one_of(_("Choose another time"), options, missing=_("Choose one of these times."))
    form.order_fields(["slot", *form.fields])


def _nearby(time: OpenTime, found: Search) -> str:
    return _("%(when)s, with %(name)s") % {
        "when": labels.moment(time.starts_at, found.zone),
        "name": time.clinician.name,
    }
