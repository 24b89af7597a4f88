"""The desk's door to alerts (what waits, one of them, how it went) and to the crisis lines and their verification."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from practice.crisis import alerting, deciding, lines, verifying
from practice.crisis.lines import Line
from practice.crisis.models import Alert, Decision
from practice.refusals import Refused
from practice.staff.doors import staff_only
from practice.staff.models import User

PER_PAGE = 50


@require_safe
@never_cache
@staff_only
def list_alerts(request: HttpRequest) -> HttpResponse:
    done = Paginator(Alert.objects.done().select_related("acknowledged_by"), PER_PAGE)
    page = {
        "waiting": Alert.objects.waiting(),
        "looked_after": Alert.objects.looked_after().select_related("acknowledged_by"),
        "page": done.get_page(request.GET.get("page")),
    }
    return render(request, "crisis/desk/list.html", page)


@require_safe
@never_cache
@staff_only
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.select_related("acknowledged_by", "outcome_by"), pk=pk)
    words = alerting.read(alert=alert, user=_user(request))
    page = {"alert": alert, "words": words, "outcomes": Alert.Outcome.choices}
    return render(request, "crisis/desk/one.html", page)


@require_POST
@staff_only
def acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(Alert, pk=pk)
    try:
        alerting.acknowledge(alert=alert, user=_user(request))
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
    else:
        messages.success(request, _("Thank you. Nobody else is paged. Say here how it went."))
    return redirect("alerts:one", pk=pk)


@require_POST
@staff_only
def conclude(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(Alert, pk=pk)
    try:
        alerting.conclude(alert=alert, user=_user(request), outcome=request.POST.get("outcome", ""))
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("alerts:one", pk=pk)
    messages.success(request, _("Thank you. It is kept with the alert."))
    return redirect("alerts:list")


# --- Crisis lines ----------------------------------------------------------------------------------------------------


@require_safe
@never_cache
@staff_only
def list_lines(request: HttpRequest) -> HttpResponse:
    """Every line of the book by region: whether we give it out, who dialed it last, and the ways to say so."""
    deciding.refresh()
    due, book = {line.id for line in verifying.due()}, lines.now()
    newest = {decision.subject: decision for decision in Decision.objects.select_related("decided_by").order_by("pk")}
    regions = [
        {
            "region": region,
            "name": region.name("en"),
            "decision": newest.get(region.id),
            "stays": region.id in {lines.home(), lines.ELSEWHERE},
            "lines": [
                {"line": line, "decision": newest.get(line.id), "is_due": line.id in due, "channels": _ways(line)}
                for line in book.lines
                if line.region == region.id
            ],
        }
        for region in book.regions
    ]
    page = {"regions": regions, "due": len(due), "stay": verifying.NAMED_IN_WORDS, "days": verifying.FRESH_FOR.days}
    return render(request, "crisis/desk/lines.html", page)


def _ways(line: Line) -> list[str]:
    return [channel.label(channel.language or "en") for channel in line.channels]


@require_POST
@staff_only
def verify_line(request: HttpRequest, line: str) -> HttpResponse:
    return _decided(
        request, lambda: verifying.verify(line=line, user=_user(request), dialed=request.POST.get("words", ""))
    )


@require_POST
@staff_only
def take_out_line(request: HttpRequest, line: str) -> HttpResponse:
    return _decided(
        request, lambda: verifying.take_out(line=line, user=_user(request), why=request.POST.get("words", ""))
    )


@require_POST
@staff_only
def switch_region(request: HttpRequest, region: str) -> HttpResponse:
    is_on, why = request.POST.get("on") == "1", request.POST.get("words", "")
    return _decided(request, lambda: verifying.switch_region(region=region, is_on=is_on, user=_user(request), why=why))


def _decided(request: HttpRequest, decide: Callable[[], Decision]) -> HttpResponse:
    try:
        decide()
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
    else:
        messages.success(
            request, _("Thank you. It is kept with your name, and in force on every page within a minute.")
        )
    return redirect("alerts:lines")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
