"""Pacing: so many texts a second for each sender and no more, whichever worker sends them.

The count of each second lives in the cache, which all workers share; without it, each process counts alone.
"""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from practice.messaging.models import Channel

log = logging.getLogger(__name__)
FURTHEST = 60  # seconds ahead; beyond that the carrier's own queue has to hold them
KEPT_FOR = 2 * FURTHEST
STOPPED_FOR = 300
_here = LocMemCache("pace of this process", {"OPTIONS": {"MAX_ENTRIES": 1_000}})


def room(most: int) -> int:
    """How many messages may be claimed at a time, so that their turns come within two seconds."""
    rate = settings.TEXTS_PER_SECOND
    return min(most, 2 * rate) if rate else most


def turns(sender: str, number: int) -> list[float]:
    """In how many seconds from now each of `number` texts may leave; a place in that second is then taken."""
    rate, now = settings.TEXTS_PER_SECOND, time.time()
    if not rate:
        return [0.0] * number
    waits: list[float] = []
    for ahead in range(FURTHEST):
        taken = _take(f"pace:{sender}:{int(now) + ahead}", number - len(waits), rate)
        waits += [max(0.0, int(now) + ahead - now)] * taken
        if len(waits) >= number:
            return waits
    return waits + [float(FURTHEST)] * (number - len(waits))


def count_one(sender: str) -> None:
    """Somebody in need does not wait for a turn, but takes the place of one."""
    if settings.TEXTS_PER_SECOND:
        _take(f"pace:{sender}:{int(time.time())}", 1, settings.TEXTS_PER_SECOND)


def _take(key: str, wanted: int, rate: int) -> int:
    """How many of the `wanted` places of this second were still free."""
    try:
        return _free(cache, key, wanted, rate)
    except Exception as error:  # whatever the cache's client raises
        log.warning("texts are paced in this process alone: %s", type(error).__name__)
    return _free(_here, key, wanted, rate)


def _free(counts: Any, key: str, wanted: int, rate: int) -> int:
    counts.add(key, 0, KEPT_FOR)
    taken_before = counts.incr(key, wanted) - wanted
    return max(0, min(wanted, rate - taken_before))


# --- A sender that is refused altogether -----------------------------------------------------------------------------


def stop(channel: str) -> None:
    """The carrier refused us, not the message: let nothing run into the same wall for five minutes."""
    try:
        cache.set(f"stopped:{channel}", 1, STOPPED_FOR)
    except Exception as error:  # whatever the cache's client raises
        log.warning("a sender could not be stopped: %s", type(error).__name__)


def open_channels() -> list[str]:
    """Those that may be used now."""
    try:
        stopped = cache.get_many([f"stopped:{channel}" for channel in Channel.values])
    except Exception as error:  # whatever the cache's client raises
        log.warning("nobody knows whether a sender is stopped: %s", type(error).__name__)
        stopped = {}
    return [channel for channel in Channel.values if f"stopped:{channel}" not in stopped]
