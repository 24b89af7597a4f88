"""Moments and zones as the pages say them, in the reader's language."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from booking import clocks, texts
from booking.intake import choices
from booking.models import Series, SessionType


def zone(of: ZoneInfo) -> str:
    """The zone as people call it: "Eastern time", or its city where it has no such name."""
    # Detroit keeps Eastern time: zones of one region share the name of the first.
    key = next((zones[0] for zones in texts.ZONES.values() if of.key in zones), of.key)
    if name := dict(choices.ZONES).get(key):
        return str(name)
    return _("%(city)s time") % {"city": of.key.rpartition("/")[2].replace("_", " ")}


def clock(at: datetime, in_zone: ZoneInfo) -> str:
    """3:00 PM"""
    return formatted(at.astimezone(in_zone), pgettext("time of day, a format of Django", "g:i A"))


def day(of: date) -> str:
    """Tuesday, November 24"""
    return formatted(of, pgettext("day, a format of Django", "l, F j"))


def moment(at: datetime, in_zone: ZoneInfo, *, with_zone: bool = True) -> str:
    """Tuesday, November 24, 3:00 PM, Eastern time"""
    words = f"{day(at.astimezone(in_zone))}, {clock(at, in_zone)}"
    return f"{words}, {zone(in_zone)}" if with_zone else words


def recurring(of: Series, in_zone: ZoneInfo) -> str:
    """Every Tuesday, 3:00 PM, Eastern time: as the clock of `in_zone` shows the next of its days."""
    today = timezone.now().astimezone(ZoneInfo(of.time_zone)).date()
    day = next((day for day in of.days() if day >= today), of.first_on)
    start = clocks.at(clocks.shows(of.time_zone, day, of.clock), in_zone)
    said = {"weekday": formatted(start, "l"), "clock": clock(start, in_zone), "zone": zone(in_zone)}
    if of.every == 1:
        return _("Every %(weekday)s, %(clock)s, %(zone)s") % said
    return _("Every other %(weekday)s, %(clock)s, %(zone)s") % said


def session(of: SessionType) -> str:
    """Initial session, 50 minutes, $150"""
    name, length = of.name_in(get_language() or "en"), _("%(minutes)d minutes") % {"minutes": of.minutes}
    says_so = of.price_text.lower() in of.name.lower()  # "Free matchmaking"
    return ", ".join([name, length] if says_so else [name, length, of.price_text])
