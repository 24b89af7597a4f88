"""What the practice says of itself: name, phone, hours; PRACTICE_FACTS lists who knows more."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from practice import phones

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS = re.compile(r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


@dataclass(frozen=True)
class Practice:
    """The practice as its pages name it."""

    name: str
    short_name: str
    phone: str  # as people read it
    phone_href: str
    hours_text: str
    time_zone: str
    zone_name: str  # as people say it: "Eastern time"
    country: str
    open_now: bool


def practice() -> Practice:
    """The practice now; `open_now` says whether someone answers the phone at this moment."""
    facts = settings.PRACTICE
    return Practice(
        name=facts["name"],
        short_name=facts["short_name"],
        phone=_readable(facts["phone"]),
        phone_href=f"tel:{facts['phone']}",
        hours_text=hours_text(facts["hours"]),
        time_zone=facts["time_zone"],
        zone_name=zone_name(facts["time_zone"]),
        country=facts["country"],
        open_now=is_open(timezone.now()),
    )


_readable = lru_cache(maxsize=8)(phones.readable)  # of the practice's own number alone: others are not kept


def hours_text(hours: str) -> str:
    """The hours of the settings with the days named in the reader's language: "lun–vie 09:00–17:00"."""
    named = re.sub("|".join(DAYS), lambda day: str(WEEKDAYS_ABBR[DAYS.index(day[0])]), hours)
    return named.replace("-", "–")


ZONE_NAMES = {
    "America/New_York": gettext_lazy("Eastern time"),
    "America/Chicago": gettext_lazy("Central time"),
    "America/Denver": gettext_lazy("Mountain time"),
    "America/Phoenix": gettext_lazy("Arizona time"),
    "America/Los_Angeles": gettext_lazy("Pacific time"),
    "America/Anchorage": gettext_lazy("Alaska time"),
    "Pacific/Honolulu": gettext_lazy("Hawaii time"),
}


def zone_name(zone: str) -> str:
    """An IANA zone in the words people use; one we have no words for by its city."""
    return str(ZONE_NAMES.get(zone) or zone.rsplit("/", 1)[-1].replace("_", " "))


def is_open(moment: datetime) -> bool:
    """Whether the desk answers at `moment`, by the hours in the settings."""
    local = moment.astimezone(ZoneInfo(settings.PRACTICE["time_zone"]))
    return any(opens <= local < closes for opens, closes in opening(local.date()))


def opening(day: date) -> list[tuple[datetime, datetime]]:
    """From when until when the desk answers on `day`: "Mon-Fri 09:00-17:00, Sat 10:00-12:00", the practice's clock."""
    zone, found = ZoneInfo(settings.PRACTICE["time_zone"]), []
    for span in HOURS.finditer(settings.PRACTICE["hours"]):
        first, last = DAYS.index(span["first"]), DAYS.index(span["last"] or span["first"])
        if first <= day.weekday() <= last:
            opens, closes = (_at(day, span[name], zone) for name in ("opens", "closes"))
            found.append((opens, closes))
    return sorted(found)


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    # 24:00 is how some write the end of a day.
    hours, minutes = map(int, clock.split(":"))
    return datetime.combine(day, time(0), zone) + timedelta(hours=hours, minutes=minutes)


def everything() -> dict[str, str]:
    """Short answers to what people ask of a practice, by key: "phone", "hours", and whatever PRACTICE_FACTS add."""
    here = practice()
    known = {
        "phone": _("You can call us at %(phone)s.") % {"phone": here.phone},
        "hours": _("Someone answers the phone %(hours)s (%(zone)s).")
        % {"hours": here.hours_text, "zone": here.zone_name},
    }
    for path in settings.PRACTICE_FACTS:
        known |= import_string(path)()
    return known


def context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use."""
    return {"practice": practice(), "demo": settings.DEMO}
