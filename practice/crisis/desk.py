"""The desk's door to alerts: what waits, one of them, and saying that one has looked."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from practice.crisis import alerting
from practice.crisis.models import Alert
from practice.refusals import Refused
from practice.staff.doors import staff_only

PER_PAGE = 50


@require_safe
@never_cache
@staff_only
def list_alerts(request: HttpRequest) -> HttpResponse:
    waiting = Alert.objects.waiting()
    done = Paginator(Alert.objects.acknowledged().select_related("acknowledged_by"), PER_PAGE)
    page = done.get_page(request.GET.get("page"))
    return render(request, "crisis/desk/list.html", {"waiting": waiting, "done": page, "page": page})


@require_safe
@never_cache
@staff_only
def one(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(Alert.objects.select_related("acknowledged_by"), pk=pk)
    words = alerting.read(alert=alert, user=request.user)  # type: ignore[arg-type]
    page = {"alert": alert, "words": words, "outcomes": Alert.Outcome.choices}
    return render(request, "crisis/desk/one.html", page)


@require_POST
@staff_only
def acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    alert = get_object_or_404(Alert, pk=pk)
    try:
        alerting.acknowledge(alert=alert, user=request.user, outcome=request.POST.get("outcome", ""))  # type: ignore[arg-type]
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("alerts:one", pk=pk)
    messages.success(request, _("Thank you. It is marked as looked after."))
    return redirect("alerts:list")
