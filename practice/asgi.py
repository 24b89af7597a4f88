"""The asynchronous web server's way in. It refuses to start unless DEBUG is set in the environment."""

import gc
import os

import django
from django.core.handlers.asgi import ASGIHandler, ASGIRequest

from practice.charsets import AnyCharset

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")


class Request(AnyCharset, ASGIRequest):
    pass


class Handler(ASGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
gc.collect()  # as in wsgi.py
gc.freeze()
