"""Carriers: who takes texts and mail away. The only file that imports twilio, and only when it is first needed."""

import logging
import re
import smtplib
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.http import HttpRequest

from practice.messaging import lengths

log = logging.getLogger(__name__)
THREADS = 32
TIMEOUT = 10.0
SIGNATURE = "X-Twilio-Signature"
SHORTEST_VALIDITY, LONGEST_VALIDITY = 1, 4 * 3600
NOT_ACCEPTED = {400, 401, 403, 404}
# Surely not accepted, and worth another try: too many at once, queue full, the account's window used up.
BUSY_CODES = {"20429", "21611", "63038"}
METHOD = re.compile(r"^METHOD:([a-z]+)\s*$", re.IGNORECASE | re.MULTILINE)


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    SENT = "sent"  # and nothing more will be heard of it
    DELIVERED = "delivered"
    REFUSED = "refused"
    BUSY = "busy"  # surely not taken; later perhaps
    UNKNOWN = "unknown"  # taken or not, nobody can say


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    carrier_id: str = ""
    code: str = ""


@dataclass(frozen=True)
class Parcel:
    """What a carrier needs of a message; it travels to threads that must not touch the database."""

    id: uuid.UUID
    to: str
    subject: str
    body: str
    valid_for: int  # seconds
    calendar: str = ""  # an iCalendar text; mail alone carries it
    unsubscribe: str = ""  # an address at which one POST ends this kind of mail


class Carrier(Protocol):
    name: str

    def send(self, parcel: Parcel) -> Outcome:
        """Hand the parcel over once. Never raises and never tries twice."""
        ...

    def find(self, parcel: Parcel, *, since: datetime) -> list[str]:
        """Ids of what the carrier took since then that looks like `parcel`; raises Unanswered where it cannot say."""
        ...

    def state(self, carrier_id: str) -> tuple[str, str]:
        """What became of a message it took, in its own words, and the code; raises Unanswered where it cannot say."""
        ...


class Unanswered(Exception):
    """The carrier did not tell us what it has."""


def for_channel(channel: str) -> Carrier:
    """Who takes this channel here: what is configured, else the sandbox in the demonstration, else nobody."""
    origin = settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM
    if channel == "text" and settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN and origin:
        return twilio(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            settings.TWILIO_MESSAGING_SERVICE_SID,
            settings.TWILIO_FROM,
            settings.TWILIO_API_URL,
        )
    if channel == "mail" and settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return Mail()
    return Sandbox() if settings.DEMO else Nobody()


def is_sandbox() -> bool:
    """Whether texts end on the demonstration's phone instead of at a carrier."""
    return isinstance(for_channel("text"), Sandbox)


@cache
def twilio(account: str, token: str, service: str, sender: str, base_url: str) -> "Twilio":
    """One client for the process, so that its connections stay open."""
    return Twilio(account=account, token=token, service=service, sender=sender, base_url=base_url)


class Twilio:
    """Twilio's message resource, through its synchronous client (the other one sends twice on a 503)."""

    name = "twilio"

    def __init__(
        self,
        *,
        account: str,
        token: str,
        service: str = "",
        sender: str = "",
        base_url: str = "",
        timeout: float | None = None,
        threads: int = THREADS,
    ) -> None:
        from twilio.rest import Client

        from practice.messaging.wire import Wire

        self.client = Client(account, token, http_client=Wire(threads=threads, timeout=timeout or TIMEOUT))
        if base_url:
            self.client.api.base_url = base_url
        self.origin = {"messaging_service_sid": service} if service else {"from_": sender}

    def send(self, parcel: Parcel) -> Outcome:
        try:
            taken = self.client.messages.create(
                to=parcel.to,
                body=parcel.body,
                status_callback=f"{settings.PUBLIC_URL}/sms/status/{parcel.id}/",
                validity_period=max(SHORTEST_VALIDITY, min(parcel.valid_for, LONGEST_VALIDITY)),
                **self.origin,
            )
        except Exception as error:  # network failures are no TwilioException; str(error) may hold a number
            return _judged(error)
        return Outcome(Verdict.ACCEPTED, taken.sid) if taken.sid else Outcome(Verdict.UNKNOWN, code="empty_answer")

    def find(self, parcel: Parcel, *, since: datetime) -> list[str]:
        since = since.astimezone(UTC)  # the client formats every zone as if it were UTC
        try:
            listed = self.client.messages.list(to=parcel.to, date_sent_after=since, limit=50)
        except Exception as error:
            raise Unanswered(type(error).__name__) from None
        alike = [found for found in listed if lengths.folded(found.body or "") == lengths.folded(parcel.body)]
        return [found.sid for found in alike if found.sid and (not found.date_created or found.date_created >= since)]

    def state(self, carrier_id: str) -> tuple[str, str]:
        try:
            taken = self.client.messages(carrier_id).fetch()
        except Exception as error:
            raise Unanswered(type(error).__name__) from None
        return str(taken.status or ""), str(taken.error_code or "")


def _judged(error: Exception) -> Outcome:
    """What an exception of the client says about whether Twilio took the message."""
    from twilio.base.exceptions import TwilioException

    if not isinstance(error, TwilioException):
        never_connected = _never_connected(error)
        return Outcome(Verdict.BUSY if never_connected else Verdict.UNKNOWN, code=type(error).__name__[:12].lower())
    status, code = getattr(error, "status", 0), str(getattr(error, "code", "") or getattr(error, "status", ""))
    if status == 429 or code in BUSY_CODES:
        return Outcome(Verdict.BUSY, code=code)
    return Outcome(Verdict.REFUSED if status in NOT_ACCEPTED else Verdict.UNKNOWN, code=code)


def _never_connected(error: Exception) -> bool:
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

    # urllib3 calls it a proxy's error, too, where the connection ended after the text had gone: the cause tells.
    cause = error.original_error if isinstance(error, ProxyError) else error
    is_impostor = bool(cause.args) and isinstance(cause.args[0], ssl.SSLCertVerificationError)
    was_turned_away = type(cause) is OSError and str(cause).startswith("Tunnel connection failed")
    return is_impostor or was_turned_away or isinstance(cause, ConnectTimeoutError | NewConnectionError)


class Mail:
    """The practice's mail server, through Django."""

    name = "mail"

    def send(self, parcel: Parcel) -> Outcome:
        own_id = f"<{parcel.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"  # by it mailboxes know a second copy
        headers = {"Message-ID": own_id, "Auto-Submitted": "auto-generated"}
        if parcel.unsubscribe:  # RFC 8058: mailboxes show a button for it
            headers |= {
                "List-Unsubscribe": f"<{parcel.unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
        mail = EmailMultiAlternatives(parcel.subject, parcel.body, to=[parcel.to], headers=headers)
        if parcel.calendar:
            mail.attach_alternative(parcel.calendar, f"text/calendar; method={_method(parcel.calendar)}")
        mail.connection = get_connection(timeout=TIMEOUT)
        try:
            mail.send()
        except Exception as error:
            return _judged_mail(error)
        return Outcome(Verdict.SENT, own_id[1:-1][:64])

    def find(self, parcel: Parcel, *, since: datetime) -> list[str]:
        raise Unanswered("mail servers keep no list")

    def state(self, carrier_id: str) -> tuple[str, str]:
        raise Unanswered("mail servers keep no list")


def _method(calendar: str) -> str:
    """What a calendar is to do with it: the header must say the same as the text within (RFC 6047)."""
    found = METHOD.search(calendar)
    return found[1].upper() if found else "PUBLISH"


def _judged_mail(error: Exception) -> Outcome:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        lasting = all(code >= 500 for code in codes)
        return Outcome(Verdict.REFUSED if lasting else Verdict.BUSY, code="mail_recipient" if lasting else "mail_busy")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Outcome(Verdict.REFUSED, code="mail_login")
    if isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, smtplib.SMTPConnectError):
        return Outcome(Verdict.REFUSED if error.smtp_code >= 500 else Verdict.BUSY, code=f"mail_{error.smtp_code}")
    if isinstance(error, BadHeaderError | ValueError):
        return Outcome(Verdict.REFUSED, code="mail_header")
    refused = isinstance(error, smtplib.SMTPConnectError | ConnectionRefusedError) or type(error).__name__ == "gaierror"
    return Outcome(Verdict.BUSY if refused else Verdict.UNKNOWN, code="mail_server")


class Sandbox:
    """The demonstration's carrier: takes all but Twilio's magic numbers, and delivers it to the phone on the page."""

    name = "sandbox"
    MAGIC = {
        "+15005550001": "21211",
        "+15005550002": "21612",
        "+15005550003": "21408",
        "+15005550004": "21610",
        "+15005550009": "21614",
    }

    def send(self, parcel: Parcel) -> Outcome:
        if parcel.to in self.MAGIC:
            return Outcome(Verdict.REFUSED, code=self.MAGIC[parcel.to])
        return Outcome(Verdict.DELIVERED, f"SB{parcel.id.hex}")

    def find(self, parcel: Parcel, *, since: datetime) -> list[str]:
        return []

    def state(self, carrier_id: str) -> tuple[str, str]:
        raise Unanswered("nothing more is known")


class Nobody:
    """No carrier is configured: nothing is sent, and staff see why."""

    name = "nobody"

    def send(self, parcel: Parcel) -> Outcome:
        return Outcome(Verdict.REFUSED, code="no_carrier")

    def find(self, parcel: Parcel, *, since: datetime) -> list[str]:
        return []

    def state(self, carrier_id: str) -> tuple[str, str]:
        raise Unanswered("nothing more is known")


# --- Signatures ------------------------------------------------------------------------------------------------------


def sign(url: str, params: Mapping[str, Any]) -> str:
    """The signature Twilio would send with a POST of `params` to `url`; the demonstration's phone signs so too."""
    from twilio.request_validator import RequestValidator

    return str(RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature(url, params))


def twiml(reply: str | None) -> str:
    """The answer to an inbound text: one message, or none."""
    from twilio.twiml.messaging_response import MessagingResponse

    answer = MessagingResponse()
    if reply:
        answer.message("".join(char for char in reply if char.isprintable() or char == "\n"))
    return str(answer)


def is_signed(request: HttpRequest) -> bool:
    """Whether Twilio signed this request for PUBLIC_URL with our token. Never raises."""
    from twilio.request_validator import RequestValidator

    signature = request.headers.get(SIGNATURE) or ""
    if not signature or not settings.TWILIO_AUTH_TOKEN:
        return False
    url = settings.PUBLIC_URL + request.get_full_path()
    try:
        # The form itself, not a plain dictionary: a name may stand in it more than once.
        return bool(RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, request.POST, signature))
    except Exception as error:  # a body that is no form makes the library, or Django, raise
        log.info("a webhook's signature could not be checked: %s", type(error).__name__)
        return False
