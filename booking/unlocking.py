"""Unlocking: a coming time of a number that several may share opens by a code that went to its client's own mail.

The codes are rows: hashed, good once and for ten minutes, five tries each, and few for each time and number.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from booking import notifying, texts
from booking.models import Appointment, Client, Code
from practice import privacy
from practice.messaging import consenting, sending
from practice.messaging.models import Channel, Contact
from practice.refusals import Refused

LASTS = timedelta(minutes=10)
FIGURES = 6
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_AN_HOUR, MOST_A_DAY = 3, 6  # for one time: thirty tries a day at one number of a million
MOST_FOR_ALL = 12  # a day, for all that one number has coming
KEPT = timedelta(days=2)


class NoMail(Refused):
    code, status = "no_mail", 409
    message = _("We have no mail address to send a code to for this time. Please call us.")


class TooManyCodes(Refused):
    code, status = "too_many_codes", 429
    message = _("That was more often than we can send codes. Please wait an hour, or call us.")


class WrongCode(Refused):
    code, status = "wrong_code", 422
    message = _("That is not the code. Look at the newest mail from us, and type its six figures.")


class CodeOver(Refused):
    code, status = "code_over", 410
    message = _("This code does not hold any more. Go back and ask for a new one.")


def own_address(client: Client) -> str:
    """Where this client's mail goes: their own address, or their contact's where nobody shares it. It may be empty."""
    if client.email or not client.contact.email:
        return client.email
    return "" if client.contact.clients.exclude(pk=client.pk).exists() else client.contact.email


@transaction.atomic
def send(*, appointment: Appointment) -> Code:
    """Mail a code for this time to its client's own address; raises NoMail or TooManyCodes."""
    client = appointment.client
    address = own_address(client) if client else ""
    if client is None or not address:
        raise NoMail
    # Requests for one number's times come in one by one, so that rivals cannot pass the limit together.
    Contact.objects.select_for_update(no_key=True).get(pk=client.contact_id)
    _check_limits(appointment, client)
    figures = f"{secrets.randbelow(10**FIGURES):0{FIGURES}d}"
    sent = Code(appointment=appointment, expires_at=timezone.now() + LASTS)
    sent.figures = _digest(sent, figures)
    sent.save(force_insert=True)
    _mail(sent, client, address, figures)
    return sent


def _check_limits(appointment: Appointment, client: Client) -> None:
    now = timezone.now()
    earlier = Code.objects.filter(appointment=appointment)
    everyones = Code.objects.filter(appointment__client__contact=client.contact_id, sent_at__gt=now - DAY)
    if (
        earlier.filter(sent_at__gt=now - HOUR).count() >= MOST_AN_HOUR
        or earlier.filter(sent_at__gt=now - DAY).count() >= MOST_A_DAY
        or everyones.count() >= MOST_FOR_ALL
    ):
        raise TooManyCodes


def _mail(sent: Code, client: Client, address: str, figures: str) -> None:
    # The address alone: a contact's own address may be that of somebody else who shares the number.
    contact = consenting.contact_for(email=address, language=client.language, time_zone=client.time_zone)
    subject, body = texts.code(name=client.name_to_use, language=client.language, figures=figures)
    sending.queue(
        contact=contact,
        channel=Channel.MAIL,
        key=f"code:{sent.pk}",
        topic=f"code:{sent.pk}",
        subject=subject,
        body=body,
        expires_at=contact.now() + LASTS,
        language=client.language,
    )


def unlock(*, code: Code, figures: str) -> str:
    """The private link of the time that `figures` open, once; raises WrongCode or CodeOver. Each try counts."""
    alive = Code.objects.filter(pk=code.pk, used_at=None, expires_at__gt=timezone.now())
    # Counted before it is looked at, and kept whatever comes of it: rivals cannot try together what is left for one.
    if not alive.filter(tries__lt=Code.MOST_TRIES).update(tries=F("tries") + 1):
        raise CodeOver
    if not constant_time_compare(_digest(code, "".join(figures.split())), code.figures):
        raise WrongCode
    if not alive.update(used_at=timezone.now()):
        raise CodeOver
    return notifying.manage_link(code.appointment)


def masked(client: Client) -> str:
    """Enough of the address for its owner to know which it is."""
    name, _at, domain = own_address(client).partition("@")
    return f"{name[:1]}…@{domain}"


def forget() -> int:
    """Drop codes of two days ago; returns how many."""
    return Code.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()[0]


def _digest(code: Code, figures: str) -> str:
    return privacy.digest(f"{code.pk}:{figures}", purpose="code")
