"""What the desk's pages have in common: carrying out one deed and saying so, and a long list behind tabs."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from practice.refusals import Refused

PER_PAGE = 50


def carry_out(request: HttpRequest, deed: Callable[[], object], *, said: str) -> None:
    """Do it and say so, or say why not; the page that comes next shows how things stand now."""
    try:
        deed()
    except Refused as refused:
        messages.warning(request, str(refused.message))
    else:
        messages.success(request, said)


def tabbed(request: HttpRequest, tabs: dict[str, tuple[str, QuerySet[Any]]]) -> dict[str, Any]:
    """`tabs`, the page of rows behind the one that the address names (the first where it names none), and its name."""
    shown = request.GET.get("show", "")
    shown = shown if shown in tabs else next(iter(tabs))
    return {
        "tabs": [
            {"label": label, "url": f"?show={key}", "current": key == shown} for key, (label, _rows) in tabs.items()
        ],
        "page": Paginator(tabs[shown][1], PER_PAGE).get_page(request.GET.get("page")),
        "shown": shown,
    }
