"""The web server's way in. It refuses to start unless DEBUG is set in the environment."""

import gc
import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")


class Request(WSGIRequest):
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # the stubs leave it out
        except LookupError:  # a charset such as "hex" is a codec, but none of text; no middleware could catch this
            self._encoding = None


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
# What the code is made of stays as long as the process does: no collection needs to walk through it again.
gc.collect()
gc.freeze()
