"""Wall time and moments: what the clock of some zone means in seconds since 1970, right across its changes."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from practice.places import zone_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MIDNIGHT = time(0)


@cache
def zones() -> frozenset[str]:
    """The names of every zone there is."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


def read_zone(name: object) -> ZoneInfo | None:
    """The zone of that name, or None for whatever else was sent."""
    return ZoneInfo(name) if isinstance(name, str) and name in zones() else None


def zone_for(state: str | None) -> ZoneInfo:
    """The zone most people of a state live in."""
    return ZoneInfo(zone_of(state or ""))


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return (moment - EPOCH) // SECOND


def at(second: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(second, zone)


@lru_cache(maxsize=1 << 15)
def shows(zone: str, day: date, wall: time) -> int:
    """The first second at which the clock of `zone` shows `wall` or later on `day`.

    Where the clock jumps over `wall` that is the jump; where it shows `wall` twice, the first time.
    """
    local = datetime.combine(day, wall, ZoneInfo(zone))
    first = seconds(local)
    if at(first, ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None):
        return first
    return jump(ZoneInfo(zone), seconds(local.replace(fold=1)), first)


def ends(zone: str, day: date, wall: time) -> int:
    """As `shows`, with 00:00 read as the end of `day`."""
    return shows(zone, day + DAY, MIDNIGHT) if wall == MIDNIGHT else shows(zone, day, wall)


def jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second between the two at which the clock has jumped."""
    offset = at(after, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if at(middle, zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
