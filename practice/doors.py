"""What every request passes: privacy headers, a limit on size, where a POST comes from, and refusals put into words."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.translation import gettext as _

from practice import problems, tallies
from practice.refusals import Refused

GetResponse = Callable[[HttpRequest], HttpResponseBase]
LARGEST_PUBLIC_BODY = 256 * 1024
OWN_PAGES = frozenset({400, 403, 404, 410, 429})
LARGEST_DESK_BODY = 10 * 1024 * 1024


def is_json_door(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def is_staff_door(request: HttpRequest) -> bool:
    return request.path.startswith(("/desk/", "/admin/", "/accounts/"))


class PrivacyHeaders:
    """Personal pages are never stored; a page that sets its own Cache-Control keeps it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()")
        return response


class BodyLimit:
    """Refuses a body that is too large before anything reads it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        most = LARGEST_DESK_BODY if is_staff_door(request) else LARGEST_PUBLIC_BODY
        try:
            size = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size = 0
        if size <= most:
            return self.get_response(request)
        message = _("That is more text than we can take at once. Please shorten it and send it again.")
        if is_json_door(request):
            return problems.response(status=413, code="too_large", title=message)
        return render(request, "400.html", {"message": message}, status=413)


class OriginOrToken(CsrfViewMiddleware):
    """Doors named in PUBLIC_POSTS need no token but must not be driven from another site; all others need the token.

    A browser says where a POST comes from (Sec-Fetch-Site, or Origin where it is older). Where neither is sent the
    request is no browser's cross-site request, and is taken; limits guard it.
    """

    def process_view(  # type: ignore[override]  # ours also answers with a problem document
        self, request: HttpRequest, callback: Any, callback_args: Any, callback_kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.view_name not in settings.PUBLIC_POSTS:
            return super().process_view(request, callback, callback_args, callback_kwargs)
        if request.method in {"GET", "HEAD", "OPTIONS"} or self._is_from_here(request):
            return None
        tallies.counting.add("foreign post refused")
        if is_json_door(request):
            return problems.response(
                status=403, code="foreign_origin", title="This may only be sent from our own pages."
            )
        return render(request, "403.html", {"message": _("This form may only be sent from our own pages.")}, status=403)

    def _is_from_here(self, request: HttpRequest) -> bool:
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc in {request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}


class Refusals:
    """An uncaught Refused becomes a page, or a problem document, in the words of the rule that refused."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        if is_json_door(request):
            return problems.response(status=error.status, code=error.code, title=str(error.message))
        page = f"{error.status}.html" if error.status in OWN_PAGES else "409.html"
        return render(request, page, {"message": error.message}, status=error.status)
