"""Calling: somebody who is not sure that they are safe asks to be called when we open; a person is told, at once."""

import logging

from django.db import DatabaseError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from practice import phones, tallies
from practice.crisis import alerting
from practice.crisis.models import Alert
from practice.crisis.screening import CHECK_IN, Screening
from practice.messaging import limiting
from practice.refusals import Refused

log = logging.getLogger(__name__)
SOURCE = "call back"
ASKED = Screening("self", CHECK_IN, ("asked.call",))
LANGUAGES = {"en": "English", "es": "Spanish"}


class TooOften(Refused):
    code, status = "too_often", 429
    message = _(
        "We were asked for several calls from here already, so this one is not noted. If you asked before, we have "
        "your number. Please call us, or one of the lines below."
    )


class NotNoted(Refused):
    code, status = "not_noted", 503
    message = _("We could not take that number down just now. Please call us, or one of the lines below.")


def call_me(*, number: str, language: str, address: str) -> Alert:
    """Tell staff that this number (E.164) waits for a call when the practice opens; raises TooOften or NotNoted.

    The number opens only for those who may read alerts. The hit that led here has been counted already.
    """
    if not limiting.allowed(number=number, address=address, about="call"):
        tallies.counting.add("call not noted: limit")
        raise TooOften
    try:
        return _tell_staff(number, language)
    except DatabaseError:
        log.error("a call could not be noted: no database")
        raise NotNoted from None


def _tell_staff(number: str, language: str) -> Alert:
    alert = alerting.raise_alert(
        screening=ASKED,
        text=_note(number, language),
        source_label=SOURCE,
        source_url=reverse("alerts:list"),
        who=phones.mask(number),
        is_counted=True,
    )
    tallies.counting.add("calls asked for")
    return alert


def _note(number: str, language: str) -> str:
    # For staff. Whoever picks up may not be the one who asked.
    return (
        f"They were not sure that they are safe, and asked to be called when we open: {phones.readable(number)}, "
        f"in {LANGUAGES[language]}. Give your own name, and say nothing of the practice before you know who speaks."
    )
