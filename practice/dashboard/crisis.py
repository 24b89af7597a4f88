"""The desk's pages about our way with crises: the fixed answers and who accepted them, and the time to a first look."""

from statistics import median
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from advice import linting
from practice.crisis import accepting, alerting, protocol, verifying
from practice.refusals import Refused
from practice.staff.doors import staff_only
from practice.staff.models import User


def warnings() -> list[dict[str, str]]:
    """What of our answers to a crisis a person still owes: lines to dial, words to accept."""
    due, drafts = len(verifying.due()), len(accepting.drafts())
    found = []
    if due:
        text = ngettext("%d crisis line waits to be dialed.", "%d crisis lines wait to be dialed.", due) % due
        found.append({"text": text, "url": reverse("alerts:lines"), "label": _("Crisis lines")})
    if drafts or protocol.accepted() is None:
        text = _("What we answer in a crisis is a draft: nobody has put a name under it.")
        found.append({"text": text, "url": reverse("desk:crisis_words"), "label": _("Fixed answers")})
    return found


def first_looks() -> list[tuple[str, int]]:
    """For each week with alerts: half of them had been looked at within so many minutes."""
    weeks = alerting.minutes_to_first_look()
    return [(date_format(week, "SHORT_DATE_FORMAT"), round(median(minutes))) for week, minutes in weeks.items()]


@require_safe
@never_cache
@staff_only
def words(request: HttpRequest) -> HttpResponse:
    """Every fixed answer with what the linter finds in it, and who stands behind it."""
    signed = accepting.accepted()
    rows: list[dict[str, Any]] = [
        {
            "fixed": fixed,
            "lines": fixed.text.split("\n"),
            "findings": linting.lint_reply(fixed.text),
            "acceptance": signed.get((fixed.name, fixed.digest)),
            "was_accepted": any(name == fixed.name for name, _digest in signed),
        }
        for fixed in accepting.answers()
    ]
    page = {
        "rows": rows,
        "drafts": sum(row["acceptance"] is None for row in rows),
        "licensed_as": accepting.licensed_as(_user(request)),
        "protocol": {"digest": protocol.digest(), "acceptance": protocol.accepted()},
    }
    return render(request, "dashboard/crisis_words.html", page)


@require_POST
@staff_only
def accept(request: HttpRequest) -> HttpResponse:
    """Put one's name under one fixed answer, or under the protocol."""
    name, digest, user = request.POST.get("name", ""), request.POST.get("digest", ""), _user(request)
    try:
        if name == protocol.NAME:
            accepting.accept_protocol(digest=digest, user=user)
        else:
            accepting.accept(name=name, digest=digest, user=user)
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
    else:
        messages.success(request, _("Thank you. Your name stands under these words."))
    return redirect("desk:crisis_words")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
