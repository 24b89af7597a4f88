"""What is strange, and a door that sends it, undoes what it did and remembers every broken promise."""

import json
from urllib.parse import quote, urlencode

from django.apps import apps
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from practice.tallies.models import Tally

RIGHT_TO_LEFT, EMOJI = "\u202e\u200fsolleh\u2069", "👩🏽‍⚕️🙂" * 20

STRANGE = {
    "nothing": "",
    "nul": "a\0b",
    "controls": "\x01\x1b[31m\x7f\u0085",
    "emoji": EMOJI,
    "right to left": RIGHT_TO_LEFT,
    "combining": "Z" + "\u0301" * 500,
    "markup": "<script>alert(1)</script>{{ 7|add:1 }}'\"--",
    "huge number": "9" * 400,
    "long": "word " * 1300,
    "arabic digits": "١٢٣",
}

TIMES = (
    "0001-01-01T00:00:00+14:00",
    "1999-12-31T23:59:00+00:00",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59-12:00",
    "2026-11-22T10:00",
    "2026-03-08T02:30:00-05:00",
)

ZONES = ("Mars/Phobos", "america/new_york", "localtime", "UTC+25", "../UTC", "America/New_York\0", "Factory")

DAYS = ("0001-01-01", "9999-12-31", "2026-02-30", "yesterday", "2026-W01", "20261122")

KINDS = dict.fromkeys(("day", "first", "from", "to"), DAYS) | {"zone": ZONES, "timezone": ZONES, "starts_at": TIMES}

NAMES = (
    *("type", "state", "age", "clinician", "zone", "day", "first", "visitor", "slot", "region", "topic", "page"),
    *("post", "language", "kind", "q", "all", "from", "to", "timezone", "session_type", "show", "span", "moved"),
    *("new", "format", "confirmed", "canceled", "lang", "phone", "status", "next"),
)


def rows():
    """How many rows each table of ours holds; counters of events are no one's data."""
    ours = {model for model in apps.get_models() if model.__module__.split(".")[0] in {"practice", "advice", "booking"}}
    tables = sorted(model._meta.db_table for model in ours - {Tally})
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


def routes(patterns=None, before="", spaces=()):
    """Every address pattern of ours: (route, view name)."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route, ":".join((*spaces, one.name or ""))
        elif not route.startswith(("admin/", "accounts/")):
            yield from routes(one.url_patterns, route, spaces + ((one.namespace,) if one.namespace else ()))


def is_desk(route):
    return route.startswith("desk/")


def addresses(route, world):
    """A route's address with its right argument first, then with strange ones."""
    if "<" not in route:
        return [f"/{route}"]
    head, _, rest = route.partition("<")
    converter, _, tail = rest.partition(">")
    tail = tail.replace("<slug:step>", "reach").replace("all/<uuid:pk>", f"all/{world.code.pk}")
    own = {"/all/": "coming", "/yes/": "yes", "/times/": "times"} if head == "a/" else {}
    right = world.links.get(own.get(tail[: tail.find("/", 1) + 1], head.strip("/")), "a-post")
    strange = {
        "str": [right[:-1], right + "A", right.swapcase(), *world.dead, *world.links.values(), "\0", EMOJI, "x" * 3000],
        "slug": ["no-such", "x" * 300, "-", "_"],
        "uuid": ["00000000-0000-0000-0000-000000000000", str(world.booked.pk)],
        "int": ["0", "9" * 30],
    }[converter.split(":")[0]]
    return [f"/{head}{quote(value)}{tail}" for value in [right, *strange]]


class Door:
    """Sends requests, undoes what they did, and remembers every answer that breaks the promise."""

    def __init__(self, **client):
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True, **client)
        self.broken, self.before, self.has_written = [], None, False

    def send(self, method, path, body=b"", content_type="application/octet-stream", *, about="", refuses=False, **more):
        cache.clear()
        self.has_written = False
        with transaction.atomic(), connection.execute_wrapper(self._watch):
            self.before = self.before or rows()  # everything is undone below, so it stays true
            answer = self.client.generic(method, path, body, content_type, **more)
            # Counting every table takes longer than most answers: only where a row came or went is it worth it.
            changed = answer.status_code >= 400 and self.has_written and rows() != self.before
            transaction.set_rollback(True)
        if answer.status_code >= 500 or changed or (refuses and answer.status_code < 400):
            self.broken.append((method, path[:90], about or content_type, answer.status_code))
        return answer

    def _watch(self, execute, sql, *how):
        self.has_written = self.has_written or sql.lstrip()[:6].upper() in {"INSERT", "DELETE"}
        return execute(sql, *how)

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post_form(self, path, fields, **more):
        body = urlencode(fields, doseq=True)
        return self.send("POST", path, body, "application/x-www-form-urlencoded", **more)

    def post_json(self, path, value, **more):
        body = value if isinstance(value, bytes) else json.dumps(value)
        return self.send("POST", path, body, "application/json", **more)
