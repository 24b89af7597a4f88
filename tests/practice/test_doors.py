"""What every request passes on its way in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client


def test_alive_answers_without_a_database(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_says_what_is_up(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["database"] == "up"


@pytest.mark.django_db(transaction=True)
def test_without_a_database_nobody_is_ready(monkeypatch, tmp_path):
    nowhere = str(tmp_path / "away" / "database") if connection.vendor == "sqlite" else "no_such_practice"
    monkeypatch.setitem(connections.settings["default"], "NAME", nowhere)

    with ThreadPoolExecutor(1) as other:  # a thread has a connection of its own, to where there is no database
        answer = other.submit(Client().get, "/readyz").result()

    assert answer.status_code == 503
    assert answer.json()["database"] == "down"
    assert "database" in answer.json()["degraded"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_cannot_drive_an_anonymous_form(headers):
    client = Client(enforce_csrf_checks=True, headers=headers)
    assert client.post("/ask/", {"text": "hello"}).status_code == 403
    assert client.post("/api/v1/ask/", {"text": "hello"}, content_type="application/json").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver"}]
)
def test_our_own_pages_and_plain_clients_may_post_without_a_token(headers):
    client = Client(enforce_csrf_checks=True, headers=headers)
    assert client.post("/ask/", {"text": "how do I sleep better"}).status_code == 200


@pytest.mark.django_db
def test_a_form_of_a_signed_in_person_needs_its_token():
    assert (
        Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.c", "password": "x"}).status_code
        == 403
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/ask/", "/api/v1/ask/", "/advice/write/", "/crisis/text/", "/sms/inbound/"])
def test_a_body_too_large_is_refused_in_words(client, path):
    answer = client.post(path, "x" * 1_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert b"too much" in answer.content or b"more text than" in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/", "/advice/", "/ask/", "/find/", "/book/", "/crisis/", "/crisis/text/", "/texts/", "/es/", "/es/crisis/"],
)
def test_public_pages_set_no_cookie_and_allow_nothing_foreign(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not answer.cookies
    policy = answer["Content-Security-Policy"]
    assert "'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert b"csrfmiddlewaretoken" not in answer.content


@pytest.mark.django_db
def test_a_page_that_is_not_there_says_how_to_go_on(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert b"988" in answer.content


@pytest.mark.django_db
def test_a_made_up_forwarding_address_escapes_no_limit(client):
    # The hundredth of a minute's questions, each said to come from somewhere else.
    answers = [
        client.post("/api/v1/ask/", b"{}", content_type="application/json", headers={"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(100)
    ]
    assert {answer.status_code for answer in answers[:60]} == {400}
    assert {answer.status_code for answer in answers[60:]} == {429}
