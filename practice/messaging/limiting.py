"""Limiting: how often a text may be asked for, so that the form serves people and not those who abuse it.

Counts live in the cache under keyed digests, never under a number or an address. Where the cache does not answer, this
process counts by itself, at a quarter of what is allowed.
"""

import ipaddress
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from practice import privacy

log = logging.getLogger(__name__)
HOUR, DAY, MONTH = 3600, 86_400, 30 * 86_400
SHARE_ALONE = 4
_here = LocMemCache("limits of this process", {"OPTIONS": {"MAX_ENTRIES": 20_000}})


@dataclass(frozen=True)
class Limit:
    name: str
    value: str
    most: int
    seconds: int

    @property
    def key(self) -> str:
        return "limit:" + privacy.digest(f"{self.name}\0{self.value}", purpose="limit")


def limits(*, number: str, address: str, about: str = "text") -> Iterator[Limit]:
    """What one request counts against, in the order asked; the last is everybody's budget.

    Texts and calls are counted apart: who has used up the one may still ask for the other.
    """
    yield Limit(f"{about}: number a day", number, 2, DAY)
    yield Limit(f"{about}: number a month", number, 5, MONTH)
    yield Limit(f"{about}: address an hour", address, 5, HOUR)
    yield Limit(f"{about}: network an hour", network(address), 30, HOUR)
    yield Limit(
        f"{about}: prefix an hour", number[:-3], 20, HOUR
    )  # pumping walks through the numbers behind one prefix
    yield Limit(f"{about}: everybody an hour", "", 200, HOUR)


def network(address: str) -> str:
    """The /24 of an IPv4 address, the /56 of an IPv6 one; what is no address is one network of its own."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{address}/{24 if found.version == 4 else 56}", strict=False))


def allowed(*, number: str, address: str, about: str = "text") -> bool:
    """Count this request; whether it is within every limit. What fails another uses nothing of the budget of all."""
    return within(list(limits(number=number, address=address, about=about)))


def within(asked: Sequence[Limit]) -> bool:
    """Count one more against each of these limits, in their order up to the first that is used up; whether none is."""
    try:
        return all(_within(cache, limit, limit.most) for limit in asked)
    except Exception as error:  # whatever the cache's client raises
        log.warning("limits are counted in this process alone: %s", type(error).__name__)
    return all(_within(_here, limit, -(-limit.most // SHARE_ALONE)) for limit in asked)


def _within(counts: Any, limit: Limit, most: int) -> bool:
    counts.add(limit.key, 0, limit.seconds)
    try:
        return bool(counts.incr(limit.key) <= most)
    except ValueError:  # it ran out between the two
        return True
