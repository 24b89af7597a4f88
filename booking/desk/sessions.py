"""A session by video on the desk: where its client is, how to reach them, where to send help, and the door."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from booking import joining, labels
from booking.desk import visible
from booking.desk.appointments import zone
from booking.desk.calendar_forms import DecisionForm
from booking.models import Appointment, Arrival
from booking.refusals import NoReason
from practice import phones, places
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.doors import front_desk_only


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page a clinician keeps open beside the picture; a POST decides about a client outside the licences."""
    user = visible.user_of(request)
    kept = get_object_or_404(visible.appointments(user), pk=pk)
    arrival = Arrival.objects.filter(appointment=kept).select_related("decided_by").first()
    if request.method != "POST":
        auditing.note(actor=user, action="session opened", subject=f"appointment {kept.pk}")
        return _page(request, kept, arrival, DecisionForm())
    form = DecisionForm(request.POST)
    if arrival is None or not form.is_valid():
        return _page(request, kept, arrival, form, status=422)
    try:
        joining.decide(arrival=arrival, actor=user, **form.cleaned_data)
    except Refused as refused:
        form.add_error("reason" if isinstance(refused, NoReason) else None, str(refused.message))
        return _page(request, kept, arrival, form, status=refused.status)
    if form.cleaned_data["decision"] == Arrival.Decision.MOVE:
        return redirect("diary:move", pk)
    messages.success(request, _("Saved. The client sees it on their page."))
    return redirect("diary:session", pk)


def _page(
    request: HttpRequest, kept: Appointment, arrival: Arrival | None, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    client = kept.client
    assert client is not None  # holds are not shown
    number = (arrival.number if arrival else "") or client.contact.number
    context: dict[str, Any] = {
        "appointment": kept,
        "client": client,
        "arrival": arrival,
        "when": labels.moment(kept.starts_at, zone()),
        "place": (places.name_of(arrival.state) or _("Outside the United States")) if arrival else "",
        "street": arrival.street if arrival else "",
        "number": number,
        "phone": phones.readable(number) if number else "",
        "room_url": joining.room(kept),
        "is_over": timezone.now() >= kept.ends_at + joining.CLOSES_AFTER,
        "form": form,
    }
    return render(request, "booking/desk/session.html", context, status=status)
