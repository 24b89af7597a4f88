"""Whatever stands in an address is answered: never an error of ours, and a refusal changes nothing."""

from collections import defaultdict
from datetime import timedelta
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.test import RequestFactory
from django.utils import timezone

from practice import asgi, wsgi
from tests import make
from tests.hostile.door import (
    DAYS,
    EMOJI,
    KINDS,
    NAMES,
    RIGHT_TO_LEFT,
    STRANGE,
    TIMES,
    ZONES,
    Door,
    addresses,
    is_desk,
    routes,
)

pytestmark = pytest.mark.django_db


RAW_QUERIES = ("%ff%fe=%00", "a[]=1&a[b]=2&&&=;", "%", "page=%F0%9F%99%82", "&".join(f"k{n}=1" for n in range(500)))


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


def test_an_odd_method_is_refused_everywhere(world):
    door = Door()
    for route, name in routes():
        for method in ("PUT", "DELETE", "BREW", "OPTIONS", "TRACE", *(() if name in SLOW else ("HEAD",))):
            refuses = method in {"PUT", "DELETE", "BREW"} and not is_desk(route)
            door.send(method, addresses(route, world)[0], about=f"{method} {name}", refuses=refuses)
    assert door.broken == []


NO_TEXT = ("text/plain; charset=hex", "application/json; charset=rot13")


@pytest.mark.parametrize("kind", NO_TEXT)
def test_a_charset_that_is_none_of_text_is_passed_over(kind):
    said = []
    environ = RequestFactory(headers={"Content-Type": kind})._base_environ(PATH_INFO="/healthz", QUERY_STRING="a=%ff")
    body = wsgi.application(environ, lambda status, headers: said.append(status))
    assert b"".join(body) == b"ok\n"
    assert said == ["200 OK"]


@pytest.mark.parametrize("kind", NO_TEXT)
def test_the_asynchronous_way_in_passes_it_over_too(kind):
    headers = [(b"host", b"localhost"), (b"content-type", kind.encode())]
    scope = {"type": "http", "method": "GET", "path": "/healthz", "query_string": b"a=%ff", "headers": headers}
    communicator = ApplicationCommunicator(asgi.application, scope)

    async def talk():
        await communicator.send_input({"type": "http.request"})
        start, body = await communicator.receive_output(10), await communicator.receive_output(10)
        await communicator.wait(10)
        return start["status"], body["body"]

    assert async_to_sync(talk)() == (200, b"ok\n")
