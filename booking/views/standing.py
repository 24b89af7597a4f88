"""Where an intake stands after it was sent: received, read, matched, offered, booked, and by when a person answers."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from booking import clocks, labels
from booking.intake import promising, receiving
from booking.models import Intake, IntakeChange
from booking.views import checking

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Status, What = Intake.Status, IntakeChange.What


@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """What happens next, and where the intake stands."""
    kept = receiving.reopen(token)
    if kept.status == Status.DRAFT:
        return redirect("booking:intake", token)
    answers = kept.answers or {}
    context = {
        "intake": kept,
        "token": token,
        "steps": _steps(kept),
        "screening": receiving.screen(answers),
        "screenings": answers.get("screenings") or [],
        "offers_check": checking.is_offered(answers),
        **_promise(kept),
    }
    return render(request, "booking/sent.html", context)


def _promise(kept: Intake) -> dict[str, Any]:
    """By when a person answers, whether that has passed, and how long it usually takes; where it still matters."""
    by = promising.answer_by(kept) if kept.status == Status.NEW else None
    zone = clocks.read_zone((kept.answers or {}).get("zone")) or clocks.zone_for(kept.state)
    wait = promising.usual_wait() if by else None
    return {
        "answer_by": labels.moment(by, zone) if by else "",
        "is_late": by is not None and by <= timezone.now(),
        "usual_wait": _in_words(wait) if wait is not None else "",
    }


def _in_words(wait: timedelta) -> str:
    """A wait as one would say it: "3 hours", "2 days"."""
    if wait < HOUR:
        return _("less than an hour")
    if wait < 2 * DAY:
        number = round(wait / HOUR)
        return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
    number = round(wait / DAY)
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


# How far each row of its history brought an intake; what is not named brought it no further.
BROUGHT = {What.CLAIMED: 2, What.WROTE: 2, What.CONTACTED: 2, What.MATCHED: 3, What.ASSIGNED: 3}


def _steps(kept: Intake) -> list[dict[str, str]]:
    """What is done, and what comes next; an offer that came to nothing leaves it at the match."""
    happened = kept.changes.exclude(what=What.OFFERED).values_list("what", flat=True)
    reached = max([1, *(BROUGHT.get(What(what), 1) for what in happened)])
    reached = {Status.OFFERED: 4, Status.BOOKED: 5}.get(Status(kept.status), reached)
    names = [_("Received"), _("Read by a person"), _("Matched with someone"), _("Offered to you"), _("Booked")]
    states = ["done"] * reached + ["current"] + ["next"] * len(names)
    return [{"label": name, "state": state} for name, state in zip(names, states, strict=False)]
