"""Limiting: how often one network address may do something, and how many bookings one person or place may make."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from practice.messaging.limiting import DAY, HOUR, Limit, network
from practice.refusals import Refused

log = logging.getLogger(__name__)
# A household, a clinic's waiting room or a school shares one address: generous for people, too few for a machine.
MOST_AN_HOUR = {"draft": 30, "hold": 20, "code": 20}
NETWORK_SHARE = 5


class TooOften(Refused):
    code, status = "too_often", 429
    message = _("That was more often than we can take from one place. Please try again in an hour, or call us.")


class TooManyBookings(TooOften):
    code = "too_many"
    message = _("More was booked from there than we can take online at once. Try again tomorrow, or call us.")


def check(deed: str, *, address: str) -> None:
    """Count one more `deed` ("draft", "hold") from this address, or raise TooOften. A broken cache limits nobody."""
    most = MOST_AN_HOUR[deed]
    limits = [
        Limit(f"{deed} address", address, most, HOUR),
        Limit(f"{deed} network", network(address), most * NETWORK_SHARE, HOUR),
    ]
    for limit in limits:
        if _count(limit) > limit.most:
            raise TooOften


@contextmanager
def booking(*, phone: str, email: str, address: str) -> Iterator[None]:
    """Count the booking made within, in the caller's transaction, or raise TooManyBookings. What is refused there does
    not count, nor does it while it is tried: a hundred rivals of one time are no abuse.

    The numbers are the same whether or not anybody is known here, and so is the answer.
    """
    limits = [
        Limit("bookings address", address, settings.BOOKINGS_PER_ADDRESS, HOUR),
        Limit("bookings network", network(address), settings.BOOKINGS_PER_NETWORK, HOUR),
    ]
    ways = phone, email.strip().lower()
    limits += [Limit("bookings contact", way, settings.BOOKINGS_PER_CONTACT, DAY) for way in ways if way]
    seen = _seen(limits)
    if any(seen[limit.key] >= limit.most for limit in limits):
        raise TooManyBookings
    yield
    # Asked again, now that each has been counted, so that rivals cannot pass together what is left for one.
    counts = [_count(limit) for limit in limits]
    if any(count > limit.most for count, limit in zip(counts, limits, strict=True)):
        for limit in limits:
            _count(limit, -1)
        raise TooManyBookings


def _seen(limits: list[Limit]) -> dict[str, int]:
    """What was counted of each, in one question."""
    try:
        found = cache.get_many([limit.key for limit in limits])
    except Exception as error:  # whatever the cache's client raises
        log.warning("limits were not asked: %s", type(error).__name__)
        found = {}
    return {limit.key: int(found.get(limit.key) or 0) for limit in limits}


def _count(limit: Limit, number: int = 1) -> int:
    try:
        if cache.add(limit.key, number, limit.seconds):
            return number
        return int(cache.incr(limit.key, number))
    except Exception as error:  # whatever the cache's client raises
        log.warning("a limit was not counted: %s", type(error).__name__)
        return 0
