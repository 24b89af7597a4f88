"""Repeating: a caller who asks twice under one key books once."""

import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from booking.models import Appointment, IdempotencyKey
from booking.taking import again_after_deadlock
from practice.privacy import digest
from practice.refusals import Refused

LONGEST_KEY = 200


class AnotherBody(Refused):
    code, status = "another_body", 422
    message = _("This Idempotency-Key was used before, with another request. Use a new one.")


class KeyTooLong(Refused):
    code, status = "invalid", 400
    message = _("An Idempotency-Key has at most 200 characters.")


@again_after_deadlock
def once(*, key: str, body: dict[str, Any], make: Callable[[], Appointment]) -> Appointment:
    """What `make` makes, or what it made before under `key`. Without a key it is simply made.

    Raises AnotherBody, or whatever `make` raises: a refusal is not remembered.
    """
    if not key:
        return make()
    if len(key) > LONGEST_KEY:
        raise KeyTooLong
    marks = digest(key, purpose="idempotency key"), digest(json.dumps(body, sort_keys=True), purpose="request body")
    try:
        return _known(*marks) or _make(*marks, make)
    except (IntegrityError, Refused):
        # The same request may have come a moment ago and be the very one that has taken the time.
        known = _known(*marks)
        if known is None:
            raise
        return known


def _known(key: str, body: str) -> Appointment | None:
    row = IdempotencyKey.objects.filter(key=key).select_related("appointment__clinician").first()
    if row is not None and row.body != body:
        raise AnotherBody
    return row.appointment if row else None


@transaction.atomic
def _make(key: str, body: str, make: Callable[[], Appointment]) -> Appointment:
    made = make()
    IdempotencyKey.objects.create(key=key, body=body, appointment=made)
    return made
