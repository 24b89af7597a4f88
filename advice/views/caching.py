"""Pages that are the same for everybody: kept by browsers and proxies, and here until something is published.

A page kept here names the state of the column it was made in (IndexVersion, which publishing and retracting count up),
so that a retracted post is gone from every process within a second. All else that a page may say (an opening
hour, a review that has become overdue, a crisis line) is at most FRESH_FOR seconds old.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from advice.models import IndexVersion

FRESH_FOR = 60  # seconds
REMEMBERED_FOR = 24 * 60 * 60  # seconds for which a page that stays the same keeps its date
KEPT_PARAMETERS = {"page", "kind", "wording", "month"}  # others (a search, a newsletter's mark) would fill the memory
View = Callable[..., HttpResponse]


def kept_by_caches(view: View) -> View:
    """Serve GET and HEAD; cookieless, with an ETag, answering 304 to who has the page already."""

    @require_safe
    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = _key(request)
        response = caches["pages"].get(key) if key else None
        if response is None:
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
            if response.status_code == 200 and "Cache-Control" not in response:
                patch_cache_control(response, public=True, max_age=FRESH_FOR)
                set_response_etag(response)
                _date(response, request if key else None)
                if key:
                    caches["pages"].set(key, response, FRESH_FOR)
        changed = parse_http_date_safe(response.get("Last-Modified", ""))
        return get_conditional_response(request, response.get("ETag"), changed, response)

    return cached


def _date(response: HttpResponse, request: HttpRequest | None) -> None:
    """Last-Modified is when this page first read as it does now, as far as this process knows; never too early."""
    del response["Last-Modified"]  # a feed's own is its newest post's, which a retraction does not move
    if request is None:
        return
    place = f"changed:{_named(request)}"
    seen = caches["pages"].get(place)
    if seen is None or seen[0] != response["ETag"]:
        seen = (response["ETag"], int(time()))
        caches["pages"].set(place, seen, REMEMBERED_FOR)
    response["Last-Modified"] = http_date(seen[1])


def _key(request: HttpRequest) -> str | None:
    if not KEPT_PARAMETERS.issuperset(request.GET):
        return None
    return f"{IndexVersion.lately()}:{settings.DEMO}:{_named(request)}"


def _named(request: HttpRequest) -> str:
    named = f"{get_language()} {request.scheme}://{request.get_host()}{request.get_full_path()}"
    return hashlib.sha256(named.encode()).hexdigest()  # an address may be long, and hold what no key may
