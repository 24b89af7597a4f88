"""The web server's way in. It refuses to start unless DEBUG is set in the environment."""

import gc
import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from practice.charsets import AnyCharset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")


class Request(AnyCharset, WSGIRequest):
    pass


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
# What the code is made of stays as long as the process does: no collection needs to walk through it again.
gc.collect()
gc.freeze()
