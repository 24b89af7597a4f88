"""The mail server's door: its word, hours later, that a mail of ours came back for good."""

import hashlib
import hmac
import json
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from practice import tallies
from practice.messaging import recording

SIGNATURE = "X-Signature"
CAME_BACK = "mail_bounced"


def sign(body: bytes) -> str:
    """What stands in X-Signature: `sha256=` and the HMAC of the body with MAIL_BOUNCE_SECRET."""
    secret = settings.MAIL_BOUNCE_SECRET.encode()
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def bounced(request: HttpRequest) -> HttpResponse:
    """A POST of {"message_id": "<the mail's Message-ID>"}, signed. Telling it twice notes it once.

    Unsigned it is 403, also where no secret is set; whatever the id is, the answer is the same.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if not settings.MAIL_BOUNCE_SECRET or not hmac.compare_digest(
        sign(request.body).encode(), request.headers.get(SIGNATURE, "").encode()
    ):
        tallies.counting.add("bounce without signature")
        return HttpResponse(status=403)
    message = _message(request.body)
    if message is not None:
        recording.note_receipt(message_id=message, carrier_id="", status="undelivered", code=CAME_BACK)
    return HttpResponse(status=204)


def _message(body: bytes) -> uuid.UUID | None:
    """The message that a Message-ID of ours names: <uuid@our host>."""
    try:
        said: Any = json.loads(body)
        return uuid.UUID(str(said["message_id"]).strip("<> ").partition("@")[0])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
