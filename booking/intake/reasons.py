"""The plain words of a match: why this person fits, what they lack, and why nobody does, said to the client."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from booking.intake import choices
from booking.intake.candidates import Candidate, Right
from booking.intake.wanted import PARTS, Cell, Wishes
from booking.offering import OpenTime
from practice import places
from practice.staff.models import Licence

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
SPOKEN_BY_ALL = "en"
NOT_PAYERS = {"self_pay", "other"}


def why(one: Candidate, right: Right, wishes: Wishes, cells: frozenset[Cell], soonest: OpenTime | None) -> list[str]:
    """Every reason, what must hold first; `cells` are the parts of the client's week that were asked for and fit."""
    genders = choices.labels(choices.GENDERS, _both(wishes.genders, one.genders))
    said = [
        licensed(wishes.state, right.basis),
        works_with(_both(wishes.concerns, one.specialities)),
        offers(_both(wishes.modalities, one.modalities)),
        works_so(_both(wishes.styles, one.styles)),
        speaks(_both(wishes.languages_needed + wishes.languages_preferred, one.languages)),
        *(_("%(who)s, as you asked.") % {"who": gender} for gender in genders),
        knows(_both(wishes.cultures, one.cultures)),
        believes(_both(wishes.faiths, one.faiths)),
        takes(_both([wishes.payment], one.payments)),
        *(works_on(wishes, cells) if wishes.names_times else ()),
        free_from(soonest.starts_at) if soonest else "",
    ]
    return [sentence for sentence in said if sentence]


def licensed(state: str, basis: str = Licence.Basis.LICENCE) -> str:
    if basis == Licence.Basis.COMPACT:
        return _("May see you in %(state)s under an agreement between states.") % {"state": places.name_of(state)}
    return _("Licensed in %(state)s.") % {"state": places.name_of(state)}


def works_with(concerns: list[str]) -> str:
    return _("Works with %(what)s.") % {"what": _said(CONCERNS, concerns)} if concerns else ""


def offers(modalities: list[str]) -> str:
    return _("Offers what you named: %(what)s.") % _what(choices.MODALITIES, modalities) if modalities else ""


def works_so(styles: list[str]) -> str:
    return _("Way of working: %(what)s.") % {"what": _said(STYLES, styles)} if styles else ""


def speaks(languages: list[str]) -> str:
    told = [code for code in languages if code != SPOKEN_BY_ALL]
    return _("Speaks %(what)s.") % _what(choices.LANGUAGES, told) if told else ""


def knows(cultures: list[str]) -> str:
    return _("Knows from experience or training: %(what)s.") % _what(choices.CULTURES, cultures) if cultures else ""


def believes(faiths: list[str]) -> str:
    if faiths == ["none"]:
        return _("Leaves religion out, as you asked.")
    return _("Can give faith a place: %(what)s.") % _what(choices.FAITHS, faiths) if faiths else ""


def takes(payments: list[str]) -> str:
    # That one may pay oneself goes without saying; a payer by name is news.
    told = [payment for payment in payments if payment not in NOT_PAYERS]
    return _("Takes %(what)s.") % _what(choices.PAYMENTS, told) if told else ""


def works_on(wishes: Wishes, cells: frozenset[Cell]) -> list[str]:
    """ "Works on Tuesday and Thursday evenings.", of the days and parts of the day that were asked for."""
    patterns = {
        "morning": _("Works on %(days)s mornings."),
        "afternoon": _("Works on %(days)s afternoons."),
        "evening": _("Works on %(days)s evenings."),
    }
    if not wishes.parts:
        days = _days(day for day, _part in cells)
        return [_("Works on %(days)s.") % {"days": days}] if days else []
    found = {part: _days(day for day, one in cells if one == part) for part in PARTS}
    return [patterns[part] % {"days": days} for part, days in found.items() if days]


def free_from(moment: datetime) -> str:
    """ "First free on Tuesday afternoon, Nov. 24.", in the zone of `moment` and the reader's language."""
    day = {"weekday": date_format(moment, "l"), "date": date_format(moment, "MONTH_DAY_FORMAT")}
    if moment.hour < PARTS["morning"]:
        return _("First free on %(weekday)s morning, %(date)s.") % day
    if moment.hour < PARTS["afternoon"]:
        return _("First free on %(weekday)s afternoon, %(date)s.") % day
    return _("First free on %(weekday)s evening, %(date)s.") % day


def lacks(rule: str, wishes: Wishes) -> str:
    """What somebody should know who sets a wish of theirs aside."""
    if rule == "language":
        return _("Does not speak %(what)s.") % _what(choices.LANGUAGES, list(wishes.languages_needed))
    return _("Works at other times than you asked for.")


def nobody(rule: str, wishes: Wishes) -> str:
    """The first rule after which nobody was left."""
    said = {
        "licence": _(
            "None of our clinicians holds a licence in %(place)s, and without one they may not see you there."
        ),
        "age": _("We have people licensed in %(place)s, but none of them sees people of that age."),
        "kind": _("We have people licensed in %(place)s, but none of them offers this kind of sessions at that age."),
        "virtual": _("We have people licensed in %(place)s who could help, but none of them works by video."),
        "accepting": _("We have people licensed in %(place)s who could help, but none has room for someone new now."),
        "language": _("We have people licensed in %(place)s with room for you, but none of them speaks %(what)s."),
        "hours": _("We have people licensed in %(place)s with room for you, but none works at the times you chose."),
    }
    named = {"place": places.name_of(wishes.state)} | _what(choices.LANGUAGES, list(wishes.languages_needed))
    return said["accepting" if rule == "capacity" else rule] % named


def listed(words: list[str]) -> str:
    """ "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _both(asked: Iterable[str], has: frozenset[str]) -> list[str]:
    return [slug for slug in dict.fromkeys(asked) if slug in has]


def _days(slugs: Iterable[str]) -> str:
    return listed(choices.labels(choices.DAYS, list(slugs)))


def _what(options: Sequence[tuple[str, Any]], slugs: list[str]) -> dict[str, str]:
    return {"what": listed(choices.labels(options, slugs))}


def _said(words: Words, slugs: list[str]) -> str:
    return listed([str(words[slug]) for slug in slugs if slug in words])
