"""Whatever is sent to a public door is answered: never an error of ours, and a refusal changes nothing."""

import pytest
from django.conf import settings

from practice import doors
from practice.messaging import carriers
from tests.hostile.door import EMOJI, KINDS, STRANGE, TIMES, Door, without
from tests.hostile.forms import JSON_DOORS, SIGNED, careful, forms

pytestmark = pytest.mark.django_db


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
