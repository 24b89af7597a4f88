"""Twilio's doors: check the signature, call one rule, answer."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from practice import tallies
from practice.messaging import carriers, receiving, recording

LONGEST_ID = 64


def inbound(request: HttpRequest) -> HttpResponse:
    """A text for us, answered in the same breath."""
    if (refused := _refused(request)) is not None:
        return refused
    number, sid = request.POST.get("From", ""), request.POST.get("MessageSid", "")
    if not number or not 0 < len(sid) <= LONGEST_ID:
        tallies.counting.add("inbound text without sender")
        return _twiml(None)
    reply = receiving.receive(
        number=number,
        body=request.POST.get("Body", ""),
        message_sid=sid.replace("\0", ""),
        opt_out_type=request.POST.get("OptOutType", "").strip().upper(),
    )
    return _twiml(reply)


def status(request: HttpRequest, message_id: str) -> HttpResponse:
    """What became of a text of ours. Whatever the id, the answer is the same."""
    if (refused := _refused(request)) is not None:
        return refused
    try:
        pk = UUID(message_id)
    except ValueError:
        return HttpResponse(status=204)
    recording.note_receipt(
        message_id=pk,
        carrier_id=request.POST.get("MessageSid", "").replace("\0", ""),
        status=request.POST.get("MessageStatus", "").lower(),
        code=request.POST.get("ErrorCode", "").replace("\0", ""),
    )
    return HttpResponse(status=204)


def _refused(request: HttpRequest) -> HttpResponse | None:
    if not carriers.is_signed(request):
        tallies.counting.add("webhook without signature")
        return HttpResponse(status=403)
    return None if request.method == "POST" else HttpResponseNotAllowed(["POST"])


def _twiml(reply: str | None) -> HttpResponse:
    return HttpResponse(carriers.twiml(reply), content_type="text/xml; charset=utf-8")
