"""Places on the waitlist, and times that are given back, through the rules that make them in life."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from booking import scheduling
from booking.waitlist import waiting
from tests.make import booking


def waits(*, client=None, session_type=None, state="NY", **wish):
    """A place for someone who would take anything with anybody, unless told."""
    return waiting.join(
        client=client or booking.client(), session_type=session_type or booking.session_type(), state=state, **wish
    )


def given_back(*, clinician=None, starts_at=None, by="client", **fields):
    """A time that somebody had and canceled; its appointment."""
    made = booking.appointment(
        clinician=clinician or booking.working_clinician(), starts_at=starts_at or booking.moment(), **fields
    )
    return scheduling.cancel(appointment=made, by=by)


def sweep(**later):
    """What the beat does, a minute and a half later unless told."""
    with time_machine.travel(timezone.now() + timedelta(**later or {"seconds": 90}), tick=False):
        return waiting.offer_freed()
