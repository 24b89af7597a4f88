"""What one number has coming, behind the link that a text brings where C or X could mean several times."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import labels, notifying
from booking.models import Appointment
from practice.links import linking
from practice.messaging.models import Contact


@require_http_methods(["GET", "HEAD", "POST"])
def coming(request: HttpRequest, token: str) -> HttpResponse:
    """The list; choosing one leads to its own page by a link of its own."""
    contact = Contact.objects.get(pk=linking.subject_of(token, purpose=notifying.COMING))
    theirs = {str(one.pk): one for one in Appointment.objects.of(contact).coming(contact.now())}
    if request.method != "POST":
        return _page(request, token, theirs)
    chosen = theirs.get(request.POST.get("appointment", ""))
    if chosen is None:
        notice = _("That time is not coming any more. Choose one of these.")
        return _page(request, token, theirs, notice=notice, status=422)
    return redirect(urlsplit(notifying.manage_link(chosen)).path)


def _page(
    request: HttpRequest, token: str, theirs: dict[str, Appointment], *, notice: str = "", status: int = 200
) -> HttpResponse:
    times = [
        {"name": "appointment", "value": key, "label": labels.moment(one.starts_at, one.client.contact.zone)}
        for key, one in theirs.items()
        if one.client is not None
    ]
    context = {"token": token, "times": times, "notice": notice}
    return render(request, "booking/coming.html", context, status=status)
