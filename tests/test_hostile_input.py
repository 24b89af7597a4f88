"""Whatever is sent to a public door is answered: never an error of ours, and a refusal changes nothing."""

import json
from collections import defaultdict
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote, urlencode, urlsplit

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from advice import conversing
from booking import notifying, unlocking
from booking.intake import carrying, receiving, scoring
from booking.models import WaitlistOffer
from booking.series import proposing, recurring
from booking.waitlist import waiting
from practice import doors
from practice.links import linking
from practice.messaging import carriers, consenting
from practice.tallies.models import Tally
from practice.wsgi import application
from tests import make

pytestmark = pytest.mark.django_db

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
RAW_QUERIES = ("%ff%fe=%00", "a[]=1&a[b]=2&&&=;", "%", "page=%F0%9F%99%82", "&".join(f"k{n}=1" for n in range(500)))
NAMES = (
    *("type", "state", "age", "clinician", "zone", "day", "first", "visitor", "slot", "region", "topic", "page"),
    *("post", "language", "kind", "q", "all", "from", "to", "timezone", "session_type", "show", "span", "moved"),
    *("new", "format", "confirmed", "canceled", "lang", "phone", "status", "next"),
)
ODD_TYPES = (
    "",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=utf-16",
    "multipart/form-data",
    "multipart/form-data; boundary=\x01",
    "multipart/form-data; boundary=x; charset=utf-7",
    "text/csv",
    "\xff/\xff",
)
RAW_BODIES = {
    "no bytes": b"",
    "null": b"null",
    "list": b"[]",
    "word": b'"x"',
    "number": b"1e999",
    "cut short": b'{"text": "a',
    "bad utf-8": b'{"text": "\xff\xfe"}',
    "lone surrogate": rb'{"text": "\ud800", "name": "\udfff", "words": "\ud83d", "email": "a\ud800@b.co"}',
    "nul": rb'{"text": "\u0000", "name": "\u0000"}',
    "deep list": b"[" * 100_000,
    "deep object": b'{"a":' * 40_000,
    "deep value": b'{"text": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "long number": b'{"text": ' + b"1" * 10_000 + b"}",
    "same key twice": b'{"text": [], "text": {}}',
    "form": b"text=hello",
    "one part without end": b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello',
}
WRONG_TYPES = (None, True, 0, -1, 1.5, [], {}, [[]], ["x", None], {"a": {"b": []}}, "\ud800", 10**30, EMOJI, "a\0b")


def rows():
    """How many rows each table of ours holds; counters of events are no one's data."""
    ours = {model for model in apps.get_models() if model.__module__.split(".")[0] in {"practice", "advice", "booking"}}
    tables = sorted(model._meta.db_table for model in ours - {Tally})
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


def token_of(url):
    return urlsplit(url).path.strip("/").split("/")[-1]


def expired(purpose, subject):
    return linking.issue(purpose=purpose, subject=subject, expires_at=timezone.now() - timedelta(seconds=1))


def waitlist_offer():
    """An offer that is open just now."""
    make.waits()
    make.given_back(starts_at=make.moment(9))
    with time_machine.travel(make.moment(1, "16:00"), tick=False):
        waiting.offer_freed()
    return WaitlistOffer.objects.get()


@pytest.fixture
def world():
    """Someone of each kind behind each kind of link, and what a careful visitor would send to each door."""
    clinician = make.working_clinician(states=("NY",))
    kind = make.matchmaking()
    booked = make.appointment(clinician=clinician, session_type=make.session_type())
    contact, (draft, token) = booked.client.contact, receiving.start(language="en")
    booked.client.email = "alex@example.test"
    booked.client.save(update_fields=["email"])
    receiving.save_step(intake=draft, step="reach", answers=make.answers())
    make.sample(slug="a-post")
    slot = f"{make.moment(3).isoformat()} {clinician.slug}"
    links = {
        "a": token_of(notifying.manage_link(booked)),
        "coming": token_of(notifying.coming_link(contact).removesuffix("all/")),
        "find": token,
        "yes": token_of(notifying.settle_link(held := make.first_booking()).removesuffix("yes/")),
        "times": token_of(make.proposals_link().removesuffix("times/")),
        "join": token_of(notifying.manage_link(make.at_the_door())),
        "texts": token_of(consenting.preferences_link(contact)),
        "letters": make.letter().token,
        "w": token_of(waiting.place_link(make.waits())),
        "o": token_of(waiting.offer_link(offer := waitlist_offer())),
        "r": token_of(recurring.series_link(series := make.series(times=2))),
        "ro": token_of(proposing.offer_link(make.series_offer())),
    }
    dead = [
        expired(notifying.PURPOSE, booked.pk),
        expired(notifying.COMING, contact.pk),
        expired(notifying.SETTLE, held.pk),
        expired(receiving.PURPOSE, draft.pk),
        expired(consenting.PREFERENCES, contact.pk),
        expired(waiting.OFFER, offer.pk),
        expired(recurring.PURPOSE, series.pk),
    ]
    return SimpleNamespace(
        links=links,
        dead=dead,
        slot=slot,
        booked=booked,
        kind=kind,
        clinician=clinician,
        contact=contact,
        code=unlocking.send(appointment=booked),
    )


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
        self.broken, self.before = [], None

    def send(self, method, path, body=b"", content_type="application/octet-stream", *, about="", refuses=False, **more):
        cache.clear()
        with transaction.atomic():
            self.before = self.before or rows()  # everything is undone below, so it stays true
            answer = self.client.generic(method, path, body, content_type, **more)
            changed = answer.status_code >= 400 and rows() != self.before
            transaction.set_rollback(True)
        if answer.status_code >= 500 or changed or (refuses and answer.status_code < 400):
            self.broken.append((method, path[:90], about or content_type, answer.status_code))
        return answer

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post_form(self, path, fields, **more):
        body = urlencode(fields, doseq=True)
        return self.send("POST", path, body, "application/x-www-form-urlencoded", **more)

    def post_json(self, path, value, **more):
        body = value if isinstance(value, bytes) else json.dumps(value)
        return self.send("POST", path, body, "application/json", **more)


def test_every_page_answers_whatever_stands_in_its_address(world):
    door = Door()
    for route, name in routes():
        for path in addresses(route, world):
            door.get(path, about=name)
    assert door.broken == []


def test_every_desk_page_answers_its_owner_whatever_stands_in_its_address(world):
    door = Door()
    door.client.force_login(make.user(is_owner=True, is_superuser=True))
    strange = [quote(value[:600]) for value in (*STRANGE.values(), *DAYS[:3])]
    for route, name in routes():
        for path in addresses(route, world) if is_desk(route) else ():
            door.get(path, about=name)
        if is_desk(route) and "<" not in route:
            for value in strange:
                query = "&".join(f"{key}={value}" for key in NAMES)
                door.get(f"/{route}?{query}", about=name)
    assert door.broken == []


SLOW = {"schema", "api_docs", "readyz", "look:style_guide"}  # nothing of theirs is asked for by a query


def test_every_public_page_answers_whatever_is_asked_of_it(world):
    door = Door()
    values = [quote(value[:600]) for value in (*STRANGE.values(), *TIMES[:2], *ZONES[:2], *DAYS[:2])]
    for route, name in routes():
        if name in SLOW or is_desk(route):
            continue
        path = addresses(route, world)[0]
        for turn in range(0, len(values), 8):
            mixed = dict(zip(NAMES, (values * 3)[turn:], strict=False))
            door.get(f"{path}?" + "&".join(f"{key}={value}" for key, value in mixed.items()), about=name)
        for query in RAW_QUERIES:
            door.get(f"{path}?{query}", about=name)
    assert door.broken == []


def searches(world):
    """The pages that search, with what they are rightly asked for."""
    soon = timezone.now().date() + timedelta(days=2)
    asked = {"state": "NY", "zone": "America/New_York", "clinician": world.clinician.slug}
    page = asked | {"type": world.kind.slug, "age": "adult", "day": str(soon), "first": str(soon), "slot": world.slot}
    api = {"session_type": world.kind.slug, "timezone": "America/New_York", "clinician": world.clinician.slug}
    yield "/book/times/", page
    yield "/book/details/", page
    yield f"/find/{world.links['find']}/times/", page
    yield "/api/v1/slots/", api | {"state": "NY", "from": str(soon), "to": str(soon + timedelta(days=3))}
    yield "/api/v1/posts/", {"language": "en", "topic": "sleep", "page": "1"}
    yield "/advice/", {"q": "sleep", "page": "1", "topic": "sleep", "kind": "article"}
    yield "/crisis/", {"region": "US"}
    yield "/demo/phone/", {"phone": str(world.contact.pk)}


def test_a_search_with_one_thing_wrong_is_answered(world):
    door = Door()
    slots = defaultdict(list, slot=[f"{at} {world.clinician.slug}" for at in TIMES])
    for path, asked in searches(world):
        for name in asked:
            for value in (*KINDS.get(name, ()), STRANGE["nul"], EMOJI, RIGHT_TO_LEFT, "9" * 400, "-1", *slots[name]):
                query = "&".join(f"{key}={quote(one)}" for key, one in (asked | {name: value}).items())
                door.get(f"{path}?{query}", about=name)
    assert door.broken == []


REACH = {"name": "Alex", "phone": "(202) 555-0188", "email": "", "contact_ok": "on", "text_ok": "on"}

WISH = {"days": "wed", "parts": "morning", "since": "", "until": ""}


def forms(world):
    """Each anonymous form: its address and what a careful visitor sends."""
    soon = timezone.now().date() + timedelta(days=2)
    asked = {"type": world.kind.slug, "state": "NY", "age": "adult", "day": str(soon)}
    search = "&".join(f"{key}={quote(value)}" for key, value in asked.items())
    links = world.links
    slot = {"slot": world.slot}
    chat = conversing.ask(text="how do I sleep", language="en").token
    return {
        "advice:ask": ("/ask/", {"text": "how do I sleep", "post": "a-post", "chat": chat, "safe": ""}),
        "advice:chat_rate": ("/ask/helpful/", {"chat": chat, "turn": "1", "helpful": "no", "lacking": "person"}),
        "advice:chat_delete": ("/ask/delete/", {"chat": ""}),
        "advice:chat_person": (
            "/ask/person/",
            {"words": "hello", "name": "Al", "reach": "mail", "email": "a@example.org", "agrees": "on", "chat": chat},
        ),
        "advice:letter": (
            "/advice/write/",
            {"pen_name": "Awake", "topic": "", "body": "I lie awake.", "age_band": "18-plus"},
        ),
        "advice:letter_fate": (f"/letters/{links['letters']}/", {"do": "withdraw"}),
        "booking:find": ("/find/", {"type": "initial", "result": carrying.seal(scoring.GAD_2, [1, 1])}),
        "booking:intake_step": (f"/find/{links['find']}/reach/", REACH),
        "booking:hold": (f"/book/hold/?{search}", slot),
        "booking:details": (f"/book/details/?{search}", REACH | slot),
        "booking:manage": (f"/a/{links['a']}/", {"do": "confirm"}),
        "booking:move": (f"/a/{links['a']}/move/", slot),
        "booking:cancel": (f"/a/{links['a']}/cancel/", {}),
        "booking:settle": (f"/a/{links['yes']}/yes/", {}),
        "booking:wish": ("/book/wish/", REACH | {"type": "family", "state": "NY", "words": "Mondays"}),
        "booking:proposals": (f"/a/{links['times']}/times/", {"do": "again", "words": "Fridays", "time": ""}),
        "booking:join": (
            f"/a/{links['join']}/join/",
            {"same": "no", "state": "NY", "street": "12 Long Street", "number": "(202) 555-0188", "keep": "on"},
        ),
        "booking:check": ("/screening/gad-7/", {f"item{n}": "1" for n in range(1, 8)}),
        "booking:intake_check": (
            f"/find/{links['find']}/screening/gad-7/",
            {f"item{n}": "1" for n in range(1, 8)} | {"go": ""},
        ),
        "booking:keep_check": (
            f"/find/{links['find']}/screening/keep/",
            {"result": carrying.seal(scoring.GAD_7, [1] * 7), "remove": ""},
        ),
        "booking:coming": (f"/a/{links['coming']}/all/", {"appointment": str(world.booked.pk)}),
        "booking:code": (f"/a/{links['coming']}/all/{world.code.pk}/", {"figures": "123456"}),
        "booking:waitlist": (f"/book/waitlist/?{search}", REACH | WISH),
        "booking:waiting": (f"/w/{links['w']}/", {"do": "leave"}),
        "booking:waitlist_offer": (f"/o/{links['o']}/", {"do": "accept"}),
        "booking:series": (f"/r/{links['r']}/", {"appointment": str(world.booked.pk)}),
        "booking:series_leave": (f"/r/{links['r']}/leave/", {}),
        "booking:series_offer": (f"/ro/{links['ro']}/", {"do": "accept"}),
        "messaging:text_lines": ("/crisis/text/", {"number": "(202) 555-0188", "website": "", "shown": ""}),
        "messaging:call_me": ("/crisis/call/", {"number": "(202) 555-0189", "website": "", "shown": ""}),
        "messaging:opt_in": ("/texts/", {"number": "(202) 555-0188", "name": "Alex", "agrees": "on"}),
        "messaging:preferences": (
            f"/texts/{links['texts']}/",
            {"reach": "both", "language": "en", "name": "Al", "safe_from": "10:00", "safe_until": "18:00"},
        ),
        "demo:phone": (f"/demo/phone/?phone={world.contact.pk}", {"body": "C"}),
    }


JSON_DOORS = {
    "api:ask": "/api/v1/ask/",
    "api:appointments": "/api/v1/appointments/",
    "api:appointment_move": "/api/v1/appointments/no-such/move/",
    "api:appointment_cancel": "/api/v1/appointments/no-such/cancel/",
    "api:intakes": "/api/v1/intakes/",
    "api:screenings": "/api/v1/screenings/",
    "api:waitlist": "/api/v1/waitlist/",
}
SIGNED = {"sms:inbound", "sms:status"}


def test_every_anonymous_door_is_tried(world):
    assert {*forms(world), *JSON_DOORS, *SIGNED} == settings.PUBLIC_POSTS


def test_a_form_filled_in_strangely_is_refused_or_kept_but_never_breaks(world):
    door = Door()
    for name, (path, fields) in forms(world).items():
        door.post_form(path, {}, about=name)
        door.post_form(path, {f"unknown{n}": "x" for n in range(500)}, about=f"{name} many")
        for field in fields:
            door.post_form(path, without(fields, field), about=f"{name} -{field}")
            for what, value in STRANGE.items():
                door.post_form(path, fields | {field: value}, about=f"{name} {field} {what}")
            door.post_form(path, fields | {field: [fields[field], "again", "\0"]}, about=f"{name} {field} thrice")
        for at in TIMES if "slot" in fields else ():
            wrong = fields | {"slot": f"{at} {world.clinician.slug}"}
            door.post_form(path, wrong, about=f"{name} at {at}", refuses=True)
    assert door.broken == []


def test_a_body_of_another_kind_is_refused_or_read_as_empty(world):
    door = Door()
    everywhere = {name: path for name, (path, _fields) in forms(world).items()} | JSON_DOORS | {"sms": "/sms/inbound/"}
    few = [RAW_BODIES[name] for name in ("no bytes", "bad utf-8", "one part without end")]
    largest = doors.LARGEST_PUBLIC_BODY
    for name, path in everywhere.items():
        for kind in (*ODD_TYPES, "application/json", "multipart/form-data; boundary=x"):
            for body in few if "x" in kind or "json" in kind else (b"text=%ff&name=%00",):
                door.send("POST", path, body, kind, about=f"{name} {kind}")
        door.send("POST", path, b"a=" + b"x" * (largest - 2), "application/x-www-form-urlencoded", about=f"{name} full")
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            assert door.send("POST", path, b"x" * (largest + 1), kind, about=name, refuses=True).status_code == 413
    assert door.broken == []


def test_an_odd_method_is_refused_everywhere(world):
    door = Door()
    for route, name in routes():
        for method in ("PUT", "DELETE", "BREW", "OPTIONS", "TRACE", *(() if name in SLOW else ("HEAD",))):
            refuses = method in {"PUT", "DELETE", "BREW"} and not is_desk(route)
            door.send(method, addresses(route, world)[0], about=f"{method} {name}", refuses=refuses)
    assert door.broken == []


def careful(world):
    """What a careful program sends to each JSON door."""
    person = {
        "name": "Alex",
        "email": "",
        "phone": "(202) 555-0188",
        "timezone": "America/New_York",
        "sms_consent": True,
    }
    wish = {"session_type": world.kind.slug, "clinician": world.clinician.slug, "state": "NY"}
    lists = ("concerns", "languages_needed", "languages_preferred", "styles", "days", "parts")
    said = {"kind": "self", "age": "adult", "state": "NY", "words": "", "payment": "", "contact_consent": True}
    return {
        "api:ask": {"text": "how do I sleep", "language": "en", "history": ["why"]},
        "api:appointments": person | wish | {"starts_at": make.moment(3).isoformat()},
        "api:appointment_move": {"starts_at": make.moment(4).isoformat()},
        "api:appointment_cancel": {},
        "api:intakes": person | said | {name: [] for name in lists},
        "api:screenings": {"questionnaire": "gad-2", "answers": [1, 2]},
        "api:waitlist": person | wish | {"age": "adult", "days": ["wed"], "parts": [], "since": "", "until": ""},
    }


def test_the_json_door_describes_what_it_refuses(world):
    door = Door()
    for name, right in careful(world).items():
        path = JSON_DOORS[name]
        for body in RAW_BODIES.values():
            answer = door.post_json(path, body, about=f"{name} {body[:20]}", refuses=True)
            assert answer["Content-Type"] == "application/problem+json", (name, body[:20])
            assert answer.json()["status"] == answer.status_code
        for field in right:
            door.post_json(path, without(right, field), about=f"{name} -{field}")
            for value in (*WRONG_TYPES, STRANGE["long"], *KINDS.get(field, ())):
                door.post_json(path, right | {field: value}, about=f"{name} {field} {str(value)[:20]!a}")
    for at in TIMES:
        wrong = careful(world)["api:appointments"] | {"starts_at": at}
        door.post_json(JSON_DOORS["api:appointments"], wrong, about=at, refuses=True)
    assert door.broken == []


def test_a_signed_webhook_answers_whatever_the_carrier_passes_on(world):
    door = Door()
    right = {"MessageSid": "SM1", "From": "+13125550199", "To": "+12025550100", "Body": "hello", "OptOutType": ""}
    report = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorCode": ""}
    some_id = "00000000-0000-0000-0000-000000000000"
    for path, fields in (("/sms/inbound/", right), (f"/sms/status/{some_id}/", report), ("/sms/status/x/", report)):
        door.post_form(path, fields, about="unsigned", refuses=True)
        for name in fields:
            for what, value in STRANGE.items():
                sent = fields | {name: value}
                signature = carriers.sign(settings.PUBLIC_URL + path, sent)
                door.post_form(path, sent, about=f"{name} {what}", headers={"X-Twilio-Signature": signature})
    assert door.broken == []


@pytest.mark.parametrize("kind", ["text/plain; charset=hex", "application/json; charset=rot13"])
def test_a_charset_that_is_none_of_text_is_passed_over(kind):
    said = []
    environ = RequestFactory(headers={"Content-Type": kind})._base_environ(PATH_INFO="/healthz", QUERY_STRING="a=%ff")
    body = application(environ, lambda status, headers: said.append(status))
    assert b"".join(body) == b"ok\n"
    assert said == ["200 OK"]
