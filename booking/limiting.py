"""Limiting: how often one network address may start a draft or hold a time, so that nobody can hold the whole diary."""

import logging

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from practice.messaging.limiting import HOUR, Limit, network
from practice.refusals import Refused

log = logging.getLogger(__name__)
# A household, a clinic's waiting room or a school shares one address: generous for people, too few for a machine.
MOST_AN_HOUR = {"draft": 30, "hold": 20}
NETWORK_SHARE = 5


class TooOften(Refused):
    code, status = "too_often", 429
    message = _("That was more often than we can take from one place. Please try again in an hour, or call us.")


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


def _count(limit: Limit) -> int:
    try:
        cache.add(limit.key, 0, limit.seconds)
        return int(cache.incr(limit.key))
    except Exception as error:  # whatever the cache's client raises
        log.warning("a limit was not counted: %s", type(error).__name__)
        return 0
