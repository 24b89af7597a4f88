"""The page on which whoever booked for the first time says yes to the time that is kept for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import labels, notifying, settling
from booking.models import Appointment
from booking.views import appointments
from practice.links import linking
from practice.refusals import Refused

State = Appointment.State


@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest, token: str) -> HttpResponse:
    """Mail scanners open links, so opening it does nothing."""
    held = appointments.one(linking.subject_of(token, purpose=notifying.SETTLE))
    if held.state not in (State.HELD, State.EXPIRED):  # said before
        return redirect(notifying.manage_path(held))
    if request.method != "POST":
        return _page(request, held)
    try:
        settled = settling.settle(held=held)
    except Refused as refused:
        return _page(request, held, notice=refused.message, status=refused.status)
    return redirect(notifying.manage_path(settled) + "?new")


def _page(request: HttpRequest, held: Appointment, *, notice: object = "", status: int = 200) -> HttpResponse:
    if held.state == State.EXPIRED and not notice:
        notice, status = _("It was kept for you for half an hour, which is over. Please choose a time again."), 410
    context = {
        "when": labels.moment(held.starts_at, appointments.zone_of(held)),
        "kind": labels.session(held.session_type),
        "clinician": held.clinician,
        "is_kept": held.state == State.HELD,
        "again_url": appointments.again(held),
        "notice": notice,
    }
    return render(request, "booking/settle.html", context, status=status)
