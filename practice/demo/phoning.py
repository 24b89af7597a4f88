"""The phone on the page: what was sent to a demo number, a text back, and the next reminder brought forward."""

import secrets
import urllib.parse
import urllib.request
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from booking.reminders import reminding
from practice.messaging import carriers, consenting
from practice.messaging.models import Contact, Message
from practice.refusals import Refused

LONGEST_TEXT = 1600


class NothingToBringForward(Refused):
    code = "nothing_to_bring_forward"
    message = _("This phone has no coming session with a reminder that is still owed.")


class NotReached(Refused):
    code = "not_reached"
    message = _("The practice could not be reached at its own address. Start it with the demo command and try again.")


def handsets() -> QuerySet[Contact]:
    """Contacts that something was sent to, the latest first."""
    return Contact.objects.annotate(latest=Max("messages__created_at")).filter(latest__isnull=False).order_by("-latest")


def to_nobody() -> QuerySet[Message]:
    """Texts to numbers that nothing is kept of, such as crisis lines that somebody asked for; the latest first."""
    return Message.objects.filter(contact=None).exclude(body="").order_by("-created_at")


def text_back(*, contact: Contact, body: str) -> None:
    """Send `body` from this phone to the practice, through the same signed webhook that Twilio calls, or NotReached."""
    url = settings.PUBLIC_URL + reverse("sms:inbound")
    fields = {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "From": contact.number,
        "To": settings.PRACTICE["phone"],
        "Body": body,
    }
    request = urllib.request.Request(  # noqa: S310 - our own address
        url, urllib.parse.urlencode(fields).encode(), {"X-Twilio-Signature": carriers.sign(url, fields)}
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            answer.read()
    except OSError:  # nobody listens there, or refuses: PUBLIC_URL is another address than this one
        raise NotReached from None


def bring_forward(*, contact: Contact) -> datetime:
    """Set this contact's clock to the moment its next reminder is due, and return that moment (UTC)."""
    due = reminding.next_moment(contact)
    if due is None:
        raise NothingToBringForward
    consenting.bring_forward(contact=contact, by=due - contact.now() + timedelta(seconds=1))
    return due
