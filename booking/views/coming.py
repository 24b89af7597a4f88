"""What one number has coming, behind the link that a text brings: times only, each opened by a code sent by mail."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking import labels, limiting, notifying, unlocking
from booking.models import Appointment, Code
from booking.unlocking_forms import CodeForm
from practice.links import linking
from practice.messaging.models import Contact
from practice.messaging.views import address_of
from practice.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def coming(request: HttpRequest, token: str) -> HttpResponse:
    """The list; choosing one sends a code to its client's own mail."""
    contact = _contact(token)
    theirs = {str(one.pk): one for one in Appointment.objects.of(contact).coming(contact.now())}
    if request.method != "POST":
        return _page(request, token, theirs)
    chosen = theirs.get(request.POST.get("appointment", ""))
    if chosen is None:
        notice = _("That time is not coming any more. Choose one of these.")
        return _page(request, token, theirs, notice=notice, status=422)
    try:
        limiting.check("code", address=address_of(request))
        sent = unlocking.send(appointment=chosen)
    except Refused as refused:
        return _page(request, token, theirs, notice=str(refused.message), status=refused.status)
    return redirect("booking:code", token, sent.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """Six figures open that one time; its own page follows, behind a link of its own."""
    contact = _contact(token)
    mine = Code.objects.select_related("appointment__client__contact").filter(appointment__client__contact=contact)
    sent = mine.filter(pk=pk).first()
    if sent is None:
        raise linking.LinkUnknown
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            limiting.check("code", address=address_of(request))
            return redirect(urlsplit(unlocking.unlock(code=sent, figures=form.cleaned_data["figures"])).path)
        except unlocking.WrongCode as refused:
            form.add_error("figures", str(refused.message))
        except Refused as refused:
            return _asked(request, token, sent, form, notice=str(refused.message), status=refused.status)
    return _asked(request, token, sent, form, status=status)


def _contact(token: str) -> Contact:
    return Contact.objects.get(pk=linking.subject_of(token, purpose=notifying.COMING))


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


def _asked(
    request: HttpRequest, token: str, sent: Code, form: CodeForm, *, notice: str = "", status: int = 200
) -> HttpResponse:
    client = sent.appointment.client
    assert client is not None  # found by its client's contact
    context = {
        "token": token,
        "sent": sent,
        "form": form,
        "notice": notice,
        "masked": unlocking.masked(client),
        "when": labels.moment(sent.appointment.starts_at, client.contact.zone),
    }
    return render(request, "booking/code.html", context, status=status)
