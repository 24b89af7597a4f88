"""Calendars for machines: a clinician's private feed, and one appointment to be added by hand."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from booking.calendars import feeding, inviting
from booking.models import Appointment
from booking.views.appointments import behind
from practice.links import linking

ICALENDAR = "text/calendar; charset=utf-8"


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The diary of one clinician; a caller who has this very text already gets 304."""
    text = feeding.calendar(feeding.behind(token))
    etag = quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response = HttpResponse(text, content_type=ICALENDAR, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
def add_to_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment as a file that any calendar opens; its name says nothing."""
    appointment = behind(token)
    if appointment.state != Appointment.State.BOOKED or appointment.client is None:
        raise linking.LinkExpired
    client = appointment.client
    text = inviting.published(appointments=[appointment], zone=client.time_zone, language=client.language)
    response = HttpResponse(text, content_type=ICALENDAR)
    response["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return response
