"""The doors of the chatbot: the page, the JSON door, the commands."""

import csv
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from advice import asking_lines
from tests import make

PAGE, DOOR = "/ask/", "/api/v1/ask/"


def post(client, text, **more):
    return client.post(PAGE, {"text": text, **more})


def token_in(response):
    return re.search(r'name="chat" value="([^"]+)"', response.content.decode())[1]


def ask(client, body):
    return client.post(DOOR, json.dumps(body), content_type="application/json")


def test_the_page_says_first_what_it_is_and_offers_a_person(client, column):
    page = client.get(PAGE).content.decode()

    assert page.index("not a person and not therapy") < page.index("<form")
    assert "I need help now" in page
    for name in ("advice:letter", "booking:find"):
        assert reverse(name) in page
    assert "tel:" in page


def test_an_answer_cites_passages_where_they_stand_and_sets_no_cookie(client, column):
    response = post(client, "my manager overloads me")

    assert response.status_code == 200
    assert "/advice/too-much-work/#" in response.content.decode()
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_the_conversation_travels_in_the_page_not_in_the_address_or_a_cookie(client, column):
    first = post(client, "my boss overloads me")
    page = post(client, "what do I say to him?", chat=token_in(first)).content.decode()

    assert "my boss overloads me" in page
    assert "/advice/too-much-work/#" in page
    assert 'method="post"' in page
    assert not first.cookies


def test_with_htmx_only_the_turn_and_the_form_come_back(client, column):
    page = client.post(PAGE, {"text": "my boss overloads me"}, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert "hx-swap-oob" in page


def test_the_times_are_loaded_from_the_diary_by_address(client, column):
    page = post(client, "I want to book an appointment").content.decode()

    assert f'hx-get="{reverse("booking:next_times")}"' in page
    assert f'href="{reverse("booking:find")}"' in page


def test_a_cry_for_help_shows_the_lines_and_no_post(client, column):
    page = post(client, "I want to kill myself").content.decode()

    assert "tel:988" in page
    assert 'data-kind="crisis"' in page
    assert "From these posts" not in page


def test_after_the_warm_question_one_may_go_on(client, column, monkeypatch):
    from practice.crisis import screening

    monkeypatch.setattr(screening, "screen", lambda text, **_: screening.Screening("self", "check_in", ("tests",)))
    page = post(client, "my manager overloads me").content.decode()

    assert 'name="safe" value="yes"' in page
    assert "/advice/too-much-work/#" in post(client, "my manager overloads me", safe="yes").content.decode()


def test_after_a_hit_the_lines_stand_once_on_every_later_page_and_are_pointed_to(client, column):
    hit = post(client, "I want to kill myself")
    page = post(client, "what are your hours", chat=token_in(hit)).content.decode()
    added = client.post(
        PAGE, {"text": "what are your hours", "chat": token_in(hit)}, headers={"HX-Request": "true"}
    ).content.decode()

    assert page.count('id="crisis-panel"') == 1
    assert 'id="crisis-panel"' not in added  # it stands on the page already
    assert 'href="#crisis-panel"' in added


def test_a_cry_for_help_that_is_too_long_to_take_still_gets_the_lines(client, column):
    response = post(client, "I want to kill myself. " * 500)

    assert response.status_code == 422
    assert 'id="crisis-panel"' in response.content.decode()
    assert ask(client, {"text": "I want to kill myself. " * 500}).json()["lines"]


@pytest.mark.parametrize("text", ["", "   ", "a\0b", "😀", "x" * 10_000])
def test_what_cannot_be_read_gets_a_message_beside_the_field(client, column, text):
    for headers in ({}, {"HX-Request": "true"}):
        response = client.post(PAGE, {"text": text}, headers=headers)
        assert response.status_code == 422
        assert 'id="id_text_error"' in response.content.decode()


@pytest.mark.parametrize("post_slug", ["no-such-post", "../../etc", "x" * 500, "\0"])
def test_an_unknown_post_is_no_error(client, column, post_slug):
    assert client.get(PAGE, {"post": post_slug}).status_code == 200
    assert post(client, "my boss overloads me", post=post_slug).status_code in {200, 422}


def test_the_question_is_escaped(client, column):
    assert "<script>alert" not in post(client, "<script>alert(1)</script> my boss").content.decode()


def test_every_post_has_the_question_form_on_it_without_a_cookie(client, column):
    response = client.get("/advice/too-much-work/")
    page = response.content.decode()

    assert 'name="post" value="too-much-work"' in page
    assert page.index("Have a follow-up question?") < page.index('name="text"')
    assert not response.cookies
    asked = post(client, "and what do I say to him?", post="too-much-work").content.decode()
    assert "/advice/too-much-work/#" in asked


def test_another_site_cannot_ask_in_a_readers_name(client, column):
    assert client.post(PAGE, {"text": "hi"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_page_costs_the_same_queries_however_many_posts_there_are(client, column, django_assert_max_num_queries):
    for n in range(3):
        make.sample(slug=f"more-{n}")
    post(client, "warm up the index")
    with django_assert_max_num_queries(24):
        post(client, "my manager overloads me")


def test_the_json_door_answers_with_citations(client, column):
    body = ask(client, {"text": "my manager overloads me", "history": []}).json()

    assert body["kind"] == "answer"
    assert set(body["citations"][0]) == {"post", "passage", "quote", "url", "score"}
    assert body["lines"] == []


def test_the_json_door_gives_the_lines_for_an_emergency(client, column):
    body = ask(client, {"text": "quiero matarme"}).json()

    assert body["kind"] == "crisis"
    assert body["lines"][0]["channels"][0]["href"]


@pytest.mark.parametrize(
    "body",
    [
        {}, [], "text", None, {"text": None}, {"text": ""}, {"text": ["a"]}, {"text": "a\0"}, {"text": "\ud800"},
        {"text": "😀"}, {"text": "x" * 3000}, {"text": "hi", "language": "de"}, {"text": "hi", "history": "x"},
        {"text": "hi", "history": ["a"] * 4}, {"text": "hi", "history": [{}]},
    ],
)  # fmt: skip
def test_a_wrong_body_gets_a_problem_document(client, column, body):
    response = ask(client, body)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_broken_json_and_huge_bodies_are_refused(client, column):
    assert client.post(DOOR, "{", content_type="application/json").status_code == 400
    assert client.post(DOOR, "x" * 300_000, content_type="application/json").status_code == 413
    assert client.get(DOOR).status_code == 405


def test_too_many_questions_from_one_address_must_wait(client, column, monkeypatch):
    from advice.asking_limits import AskThrottle

    monkeypatch.setattr(AskThrottle, "THROTTLE_RATES", {"ask": "2/min"})
    assert [ask(client, {"text": "hello"}).status_code for _ in range(3)] == [200, 200, 429]
    assert post(client, "hello").status_code == 429


def command(monkeypatch, capsys, lines, *args):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    try:
        call_command(*args)
    except CommandError:
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()], True
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()], False


def test_the_command_answers_a_line_at_a_time_and_goes_on_after_a_bad_one(column, monkeypatch, capsys):
    lines = [
        '{"id": "a", "text": "my manager overloads me"}',
        "nonsense",
        '{"id": 2, "text": 5}',
        '{"id": "b", "text": "\\ud800 hello"}',
    ]

    said, failed = command(monkeypatch, capsys, lines, "ask", "--jsonl")

    assert [row["id"] for row in said] == ["a", None, None, "b"]
    assert set(said[0]) == {"id", "kind", "text", "citations"}
    assert said[0]["citations"][0]["post"] == "too-much-work"
    assert "line 2" in said[1]["error"]
    assert failed


def test_lines_are_read_one_by_one():
    read = []

    def source():
        for n in range(3):
            yield json.dumps({"id": n, "text": "x"})
            assert len(read) == n + 1  # answered before the next line is asked for

    assert asking_lines.serve(source=source(), sink=io.StringIO(), reply=lambda n, text: read.append(n) or {}) == 0


def test_bytes_that_are_no_text_spoil_their_own_line_alone():
    source = io.TextIOWrapper(
        io.BytesIO(b'\xef\xbb\xbf{"id": 1, "text": "x"}\n\xff\n{"id": 2, "text": "\xff"}\n'), encoding="utf-8"
    )
    sink = io.StringIO()

    assert asking_lines.serve(source=source, sink=sink, reply=lambda n, _text: {"id": n}) == 1
    assert [json.loads(line)["id"] for line in sink.getvalue().splitlines()] == [1, None, 2]


def test_the_command_answers_each_question_before_it_reads_the_next(column, monkeypatch, capsys):
    """So a stream of any length needs the memory of one question; over 10,000 it is measured (bench stream)."""
    answered = []

    def stdin():
        for number in range(20):
            yield json.dumps({"id": number, "text": "my manager overloads me"}) + "\n"
            answered.append(json.loads(capsys.readouterr().out)["id"])  # one line, of this very question

    monkeypatch.setattr("sys.stdin", stdin())
    call_command("ask", "--jsonl")

    assert answered == list(range(20))


def test_a_corpus_is_ranked_in_memory_and_nothing_is_published(db, monkeypatch, capsys, tmp_path):
    from advice.models import Passage

    path = tmp_path / "corpus.csv"
    with path.open("w", newline="") as file:
        rows = [
            ("source", "title", "text"),
            ("s1", "", "Breathe out slowly."),
            ("s2", "", "Tell your boss."),
            ("s2", "", "Rank tasks."),
        ]
        csv.writer(file).writerows(rows)

    said, failed = command(
        monkeypatch,
        capsys,
        ['{"id": 1, "text": "my manager is too demanding"}'],
        "retrieve",
        "--jsonl",
        "--corpus",
        str(path),
    )

    assert [hit["source"] for hit in said[0]["hits"]] == ["s2", "s1"]
    assert not failed
    assert not Passage.objects.exists()


def test_a_corpus_that_is_none_is_reported(db, tmp_path):
    path = tmp_path / "corpus.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="columns"):
        call_command("retrieve", "--jsonl", "--corpus", str(path))
