"""Protocol: what the public page about our way with crises says of the rota, of tests and of the year's counts."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from practice import tallies
from practice.crisis.models import Acceptance
from practice.staff.models import Rota

NAME = "protocol"
HERE = Path(__file__).parent
PAGE = HERE / "templates" / "crisis" / "protocol.html"
KINDS = ("self", "other", "abuse", "violence", "medical")
TIERS = ("act_now", "check_in")


@cache
def digest() -> str:
    """Changes with every word of the page, so that its acceptance is of these words and no others."""
    return hashlib.sha256(PAGE.read_bytes()).hexdigest()


@cache
def measured() -> dict[str, Any]:
    """How the screen did on lines it had not seen, as counted once and written down."""
    found = tomllib.loads((HERE / "measured.toml").read_text(encoding="utf-8"))
    return found | {
        "found_percent": 100 * found["found"] // found["hits"],
        "alarmed_percent": -(-100 * found["alarmed"] // found["quiet"]),
    }


def readers() -> str:
    """Who reads alerts: "now" somebody on call, "later" somebody on the rota, "hours" whoever opens the desk."""
    now = timezone.now()
    if Rota.objects.at(now).exists():
        return "now"
    return "later" if Rota.objects.filter(ends_at__gt=now, user__is_active=True).exists() else "hours"


def years() -> list[dict[str, int]]:
    """How often lines were shown because of what somebody wrote, by year and kind; nothing of what was written."""
    counted, texted = tallies.counting.by_year("crisis "), tallies.counting.by_year("lines texted")
    rows = []
    for year in sorted(counted.keys() | texted.keys(), reverse=True):
        here = counted.get(year, {})
        row = {kind: sum(here.get(f"crisis {kind} {tier}", 0) for tier in TIERS) for kind in KINDS}
        sent = texted.get(year, {}).get("lines texted", 0)
        rows.append({"year": year, "chat": here.get("crisis in chat", 0), "texted": sent} | row)
    return rows


def accepted() -> Acceptance | None:
    """The owner's acceptance of the protocol as it stands now, or None: then the chatbot has no right to answer."""
    return Acceptance.objects.filter(name=NAME, digest=digest()).first()


def facts() -> dict[str, Any]:
    """What only the database knows; without one the page says so and still stands."""
    try:
        with transaction.atomic():
            found = {"readers": readers(), "years": years(), "acceptance": accepted(), "is_counted": True}
    except DatabaseError:
        found = {"readers": "hours", "years": [], "acceptance": None, "is_counted": False}
    return found | {"measured": measured()}
