"""What we send and what our local Twilio answers, against the carrier's own description, where that is at hand.

TWILIO_OPENAPI names the file: the message resource of the carrier's published OpenAPI documents.
"""

import json
import os
import re
import urllib.parse
import uuid
from pathlib import Path

import pytest

from practice.messaging.carriers import Parcel

PATH = os.environ.get("TWILIO_OPENAPI", "")
pytestmark = pytest.mark.skipif(
    not PATH or not Path(PATH).exists(), reason="TWILIO_OPENAPI names no file: the carrier's description is optional"
)
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
TYPES = {"string": str, "integer": int, "object": dict}


@pytest.fixture(scope="module")
def described():
    return json.loads(Path(PATH).read_text())


@pytest.fixture
def posted(ledger, real_client, monkeypatch):
    """The form the real client posted for one text of ours, and what it was answered with."""
    kept = []
    accept = ledger.accept
    monkeypatch.setattr(ledger, "accept", lambda fields: kept.append(fields) or accept(fields))
    real_client.send(Parcel(id=uuid.uuid4(), to="+13125550123", subject="", body="Hello", valid_for=600))
    return kept[0], {name: value for name, value in ledger.messages[0].items() if not name.startswith("_")}


def fits(value, shape, described):
    if "$ref" in shape:
        shape = described["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    if value is None:
        return shape.get("nullable", False)
    of_kind = isinstance(value, TYPES[shape.get("type", "string")])
    return of_kind and value in shape.get("enum", [value]) and bool(re.search(shape.get("pattern", ""), str(value)))


def test_what_we_send_is_what_the_carrier_describes(described, posted):
    form, _answer = posted
    content = described["paths"][MESSAGES]["post"]["requestBody"]["content"]
    schema = content["application/x-www-form-urlencoded"]["schema"]
    assert set(schema["required"]) <= set(form) <= set(schema["properties"])
    assert 1 <= int(form["ValidityPeriod"]) <= 36_000
    assert urllib.parse.urlsplit(form["StatusCallback"]).scheme in {"http", "https"}
    assert fits(form["MessagingServiceSid"], schema["properties"]["MessagingServiceSid"], described)


def test_our_local_twilio_answers_in_the_carriers_shapes(described, posted):
    _form, answer = posted
    shapes = described["components"]["schemas"]["api.v2010.account.message"]["properties"]
    assert {
        name for name, value in answer.items() if name not in shapes or not fits(value, shapes[name], described)
    } == set()


def test_each_state_the_carrier_has_for_what_we_send_means_something_here(described):
    from practice.messaging import recording

    ours_never_have = {"receiving", "received", "partially_delivered"}
    states = set(described["components"]["schemas"]["message_enum_status"]["enum"])
    assert states - ours_never_have <= set(recording.MEANINGS)
