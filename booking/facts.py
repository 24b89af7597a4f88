"""What the diary knows of the practice, for whoever asks through PRACTICE_FACTS: prices, states, the next free time."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from booking import labels, offering, texts
from booking.intake import reasons
from booking.models import SessionType
from practice import places
from practice.staff.models import Licence


def facts() -> dict[str, str]:
    """Short answers by key: "prices", "states" (where we may see people) and "next_free" (the free first session)."""
    known = {"prices": _prices(), "states": _states(), "next_free": _next_free()}
    return {key: answer for key, answer in known.items() if answer}


def _prices() -> str:
    kinds = SessionType.objects.active().exclude(price_text="")
    return " ".join(f"{labels.session(kind)}." for kind in kinds)


def _states() -> str:
    valid = Licence.objects.valid_on(timezone.now().date()).filter(clinician__is_active=True)
    names = sorted({places.name_of(state) for state in valid.values_list("state", flat=True)})
    return _("We may see people who are in %(states)s.") % {"states": reasons.listed(names)} if names else ""


def _next_free() -> str:
    kind = SessionType.objects.active().filter(is_matchmaking=True).first()
    if kind is None:
        return ""
    zone = ZoneInfo(settings.PRACTICE["time_zone"])
    soonest = offering.next_open(session_type=kind, clinicians=offering.offered_by(kind), zone=zone)
    if soonest is None:
        return ""
    when = texts.when(soonest.starts_at, zone.key, get_language() or "en")
    return _("The next free %(minutes)d-minute session is %(when)s.") % {"minutes": kind.minutes, "when": when}
