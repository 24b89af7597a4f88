"""What every request passes: the lines as staff left them are looked up once a minute, on no one's way to help."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from practice.crisis import deciding

HELP = ("crisis:", "messaging:text_lines", "messaging:call_me")


class KnownLines:
    """Looks them up after an ordinary page; never on a page of lines, nor where somebody wrote to us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if _is_ordinary(request):
            deciding.refresh_if_due()
        return response


def _is_ordinary(request: HttpRequest) -> bool:
    match = request.resolver_match
    if request.method != "GET" or request.GET or match is None:
        return False
    return bool(match.namespace) and not match.view_name.startswith(HELP)
