"""What every request passes: texts in need that no database could take are tried again."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from practice.crisis.doors import HELP
from practice.messaging import remembering


class Remembered:
    """After any request, the health check's too; never before one that shows crisis lines."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or not match.view_name.startswith(HELP):
            remembering.try_again()
        return response
