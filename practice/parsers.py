"""Reading what comes through the JSON door."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    """JSON nested deeper than Python can follow is no different from other JSON that cannot be read."""

    def parse(self, *args: Any, **options: Any) -> Any:
        try:
            return super().parse(*args, **options)
        except RecursionError:
            raise ParseError("JSON parse error: it is nested too deeply.") from None
