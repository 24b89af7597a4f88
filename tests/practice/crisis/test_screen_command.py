"""`manage.py screen`: lines of JSON in, lines of JSON out."""

import io
import json
import sys

import pytest
from django.core.management import call_command


def run(monkeypatch, data: bytes):
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    code = 0
    try:
        call_command("screen", "--jsonl", stdout=out)
    except SystemExit as stop:
        code = stop.code
    return [json.loads(line) for line in out.getvalue().splitlines()], code


def test_each_line_gets_its_answer_in_order(monkeypatch):
    rows, code = run(monkeypatch, b'{"id": 1, "text": "I want to kill myself"}\n\n{"id": "b", "text": "Hello"}\n')

    assert code == 0
    assert [set(row) for row in rows] == [{"id", "kind", "tier", "reasons"}] * 2
    assert (rows[0]["id"], rows[0]["kind"], rows[0]["tier"]) == (1, "self", "act_now")
    assert rows[1] == {"id": "b", "kind": "none", "tier": None, "reasons": []}


def test_a_bad_line_is_named_and_the_others_are_answered(monkeypatch):
    bad = b'nonsense\n[1]\n{"id": 3}\n{"id": 4, "text": 5}\n\xff\xfe\n{"id": 6, "text": "hi"}\n' + b"[" * 100_000
    rows, code = run(monkeypatch, bad)

    assert code == 1
    assert [row.get("error", "")[:7] for row in rows] == [
        "line 1:",
        "line 2:",
        "line 3:",
        "line 4:",
        "line 5:",
        "",
        "line 7:",
    ]
    assert [row["id"] for row in rows] == [None, None, 3, 4, None, 6, None]


def test_without_jsonl_it_screens_its_arguments():
    out = io.StringIO()
    call_command("screen", "my friend wants to die", stdout=out)
    assert json.loads(out.getvalue())["kind"] == "other"


@pytest.mark.parametrize("text", ["", "\\u0000", "\\ud800", "\\u202e💛"])
def test_strange_characters_are_answered(monkeypatch, text):
    rows, code = run(monkeypatch, f'{{"id": null, "text": "{text}"}}'.encode())
    assert code == 0
    assert rows[0]["kind"] == "none"
