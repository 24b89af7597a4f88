"""The plain words of a match: why this person fits, said to the client."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from booking.intake import choices
from practice import places

Words = dict[str, str | Promise]
CONCERNS: Words = {
    "stress": gettext_lazy("stress"),
    "burnout": gettext_lazy("burnout"),
    "anxiety": gettext_lazy("anxiety"),
    "worry": gettext_lazy("worry"),
    "sleep": gettext_lazy("sleep"),
    "low-mood": gettext_lazy("low mood"),
    "loss": gettext_lazy("loss and separation"),
    "relationships": gettext_lazy("relationships"),
    "supporting-others": gettext_lazy("people who support others"),
    "parents-and-teens": gettext_lazy("parents and teenagers"),
    "body": gettext_lazy("tension and pain"),
    "habits": gettext_lazy("habits and screens"),
}
STYLES: Words = {
    "gentle": pgettext_lazy("way of working", "gentle"),
    "warm": pgettext_lazy("way of working", "warm"),
    "structured": pgettext_lazy("way of working", "with a plan"),
    "practical": pgettext_lazy("way of working", "practical"),
    "exploratory": pgettext_lazy("way of working", "looking for where it comes from"),
}
MORNING_ENDS, AFTERNOON_ENDS = 12, 17


def licensed(state: str) -> str:
    return _("Licensed in %(state)s.") % {"state": places.name_of(state)}


def works_with(concerns: list[str]) -> str:
    return _("Works with %(what)s.") % {"what": _said(CONCERNS, concerns)} if concerns else ""


def works_so(styles: list[str]) -> str:
    return _("Way of working: %(what)s.") % {"what": _said(STYLES, styles)} if styles else ""


def speaks(languages: list[str]) -> str:
    return _("Speaks %(what)s.") % {"what": listed(choices.labels(choices.LANGUAGES, languages))} if languages else ""


def takes(payment: str) -> str:
    return _("Takes %(what)s.") % {"what": listed(choices.labels(choices.PAYMENTS, [payment]))}


def free_from(moment: datetime) -> str:
    """ "First free on Tuesday afternoon, Nov. 24.", in the zone of `moment` and the reader's language."""
    day = {"weekday": date_format(moment, "l"), "date": date_format(moment, "MONTH_DAY_FORMAT")}
    if moment.hour < MORNING_ENDS:
        return _("First free on %(weekday)s morning, %(date)s.") % day
    if moment.hour < AFTERNOON_ENDS:
        return _("First free on %(weekday)s afternoon, %(date)s.") % day
    return _("First free on %(weekday)s evening, %(date)s.") % day


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _said(words: Words, slugs: list[str]) -> str:
    return listed([str(words[slug]) for slug in slugs if slug in words])
