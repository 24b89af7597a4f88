"""A request whose charset is none of text is read as if it named none; no middleware could catch it."""

from typing import Any

from django.http import HttpRequest


class AnyCharset(HttpRequest):
    """Stands before Django's own request in a server's way in."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs leave it out
        except LookupError:  # a charset such as "hex" is a codec, but none of text
            self._encoding = None
