"""Tables of questions and answers become drafts: each row once, in whole batches, and what is left out is named."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advice import editing, pairing, publishing, rows
from advice.documents import Unreadable
from advice.models import Post
from practice.staff.models import Clinician
from tests import make
from tests.racing import race

pytestmark = pytest.mark.django_db
HEAD = ("id", "questionTitle", "questionText", "topic", "therapistInfo", "answerText")
FIRST = ("7", "Why do I lie awake?", "It is every night.", "Sleep", "Pat Example, LCSW", "Because worries are loud.")


@pytest.fixture
def table(tmp_path):
    def write(*lines, name="pairs.csv", head=HEAD, delimiter=","):
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter).writerows([head, *lines])
        path = tmp_path / name
        path.write_text(out.getvalue())
        return path

    return write


def row(number, *, answer="Because worries are loud at night.", topic="sleep"):
    return (str(number), f"Why do I lie awake, time {number}?", "", topic, f"Author {number}", answer)


def test_a_row_becomes_the_draft_of_a_question_page_with_its_topic_and_its_author_as_a_name(table):
    make.topic("sleep")

    report = pairing.import_pairs(table(FIRST))

    post = Post.objects.select_related("head").get()
    assert (report.made, report.skipped, report.notes) == (1, 0, [])
    assert (post.state, post.kind, post.language, post.slug) == ("draft", "question", "en", "why-do-i-lie-awake")
    assert (post.source, post.source_key) == ("import: pairs.csv", "pairs.csv#7")
    assert [topic.slug for topic in post.topics.all()] == ["sleep"]
    assert post.head.title == "Why do I lie awake?"
    assert post.head.body == "> It is every night.\n\nBecause worries are loud."
    assert post.head.byline == {"name": "Pat Example, LCSW", "credentials": "", "clinician": ""}
    assert post.head.author is None
    assert not Clinician.objects.exists()
    assert not Post.objects.public().exists()


def test_the_same_rows_make_the_same_texts_whatever_kind_of_file_they_come_in(table, tmp_path):
    make.topic("sleep")
    lines = tmp_path / "c.jsonl"
    lines.write_text(json.dumps(dict(zip(HEAD, FIRST, strict=True)) | {"topic": ["Sleep"], "upvotes": 3}) + "\n\n")
    paths = [table(FIRST, name="a.csv"), table(FIRST, name="b.tsv", delimiter="\t"), lines]
    paths.append(table(FIRST, name="d.csv", delimiter=";"))

    assert [pairing.import_pairs(path).made for path in paths] == [1, 1, 1, 1]

    assert len(set(Post.objects.values_list("head__sha256", flat=True))) == 1
    assert len(set(Post.objects.values_list("slug", flat=True))) == 4  # each at an address of its own


def test_an_answer_in_html_keeps_its_paragraphs_and_lists_and_loses_what_could_act(table):
    answer = "<p>Rest is <b>not</b> sleep.</p><script>alert(1)</script><ul><li>One</li><li onclick=x()>Two</li></ul>"

    pairing.import_pairs(table(("1", "Why am I tired?", "", "", "", answer)))

    assert Post.objects.get().head.body == "Rest is **not** sleep.\n\n- One\n- Two"


def test_a_long_question_is_kept_whole_above_the_answer(table):
    question = f"{'I have been tired for a long time and I do not know. ' * 6}Why am I so tired? Please help."

    pairing.import_pairs(table(("1", question, "", "", "", "Many things tire.")))

    head = Post.objects.get().head
    assert head.title == "Why am I so tired?"
    assert head.body == f"> {question}\n\nMany things tire."


def test_damage_of_a_wrong_encoding_is_mended(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes("question,answer\nWhy not?,It isnâ€™t your fault.\n".encode() + b"Caf\xe9?,Yes \x96 go.\n")

    pairing.import_pairs(path)

    bodies = set(Post.objects.values_list("head__body", flat=True))
    assert bodies == {"It isn’t your fault.", "Yes – go."}
    assert Post.objects.filter(head__title="Café?").exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1,,,,,An answer alone.", "no question"),
        ("1,Why?,,,,", "no answer"),
        ("1,Why?,,,,...", "no answer"),
        ("1,Why?,,,,a,b,c", "more cells than columns"),
        ('1,Why?,,,,"never closed', "no row of a table"),
        ("1,Why?,,,," + "x" * 900_000, "too long"),
        ("1,Why?,,,," + "word " * 25_000, ""),  # under the limit of one post
        (
            "1,Pourquoi est-ce que je ne dors pas la nuit?,,,,Parce que les soucis sont là et que tu penses trop.",
            "speak",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_named_with_its_line(tmp_path, line, why):
    path = tmp_path / "pairs.csv"
    path.write_text("\n".join([",".join(HEAD), "0,Good one?,,,,Yes.", line]) + "\n")

    report = pairing.import_pairs(path)

    if why:
        assert (report.made, report.skipped) == (1, 1)
        (note,) = report.notes
        assert note.line == 3
        assert why in note.detail
    else:
        assert (report.made, report.skipped) == (2, 0)


def test_bad_json_is_left_out_line_by_line(tmp_path):
    path = tmp_path / "pairs.jsonl"
    good = json.dumps({"question": "Why?", "answer": "Because."})
    path.write_text("\n".join([good, "{", "[1]", "[" * 100_000, '{"question": {"a": 1}, "answer": "x"}', good]))

    report = pairing.import_pairs(path)

    assert report.made == 1
    assert [(note.line, note.detail) for note in report.notes] == [
        (2, "no JSON"),
        (3, "no list of names and values"),
        (4, "no JSON"),
        (5, "no question"),
        (6, "the same row as at line 1"),
    ]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "names no columns"),
        (b"one column\na\n", "names no columns"),
        (b"name,phone\na,b\n", "no column for the question"),
        (b"question,phone\na,b\n", "no column for the answer"),
        (b"%PDF-1.4\n", "no text file"),
        (b"PK\x03\x04", "no text file"),
        ("question,answer\n".encode("utf-16"), "no text file"),
    ],
)
def test_a_file_that_is_no_such_table_fails_as_a_whole(tmp_path, capsys, data, why):
    path = tmp_path / "pairs.csv"
    path.write_bytes(data)

    with pytest.raises(SystemExit) as ended:
        call_command("import_posts", str(path))

    assert ended.value.code == 1
    assert why in capsys.readouterr().out
    assert not Post.objects.exists()


def test_reading_again_changes_nothing_but_what_changed_in_the_file(table):
    pairing.import_pairs(table(row(1), row(2)))

    again = pairing.import_pairs(table(row(1), row(2, answer="Because the night is quiet."), row(3)))

    assert (again.made, again.changed, again.unchanged) == (1, 1, 1)
    post = Post.objects.get(source_key="pairs.csv#2")
    assert (post.head.number, post.head.body) == (2, "Because the night is quiet.")
    third = pairing.import_pairs(table(row(2, answer="Because it is dark.")))
    assert third.changed == 1  # what the import itself wrote it may write over


def test_what_an_editor_changed_or_published_stays_and_is_named(table):
    pairing.import_pairs(table(row(1), row(2), row(3)))
    edited, shown, _plain = Post.objects.order_by("source_key")
    editing.revise(post=edited, document=make.document(slug=edited.slug, kind="question", title="Mine", topics=()))
    publishing.publish_sample(post=shown)

    again = pairing.import_pairs(table(*(row(n, answer="Quite another answer.") for n in (1, 2, 3))))

    assert (again.changed, again.skipped) == (1, 2)
    assert "edited here since" in again.notes[0].detail
    edited.refresh_from_db()
    assert edited.head.title == "Mine"


def test_rows_without_a_key_are_known_by_their_words(table):
    head = ("question", "answer", "author")
    one, other = ("Why?", "Because.", "A"), ("Why?", "For many reasons.", "B")

    first = pairing.import_pairs(table(one, other, one, head=head))
    again = pairing.import_pairs(table(other, one, head=head))

    assert (first.made, first.skipped) == (2, 1)
    assert (again.made, again.unchanged) == (0, 2)
    assert {post.slug for post in Post.objects.all()} >= {"why"}


def test_topics_we_do_not_have_are_counted_and_not_made_up(table):
    make.topic("sleep", name="Sleep and rest", name_es="Dormir")

    listed = ("Dormir, SLEEP; astrology", "astrology|sleep and rest")
    report = pairing.import_pairs(table(*(row(n, topic=topics) for n, topics in enumerate(listed))))

    assert [[t.slug for t in post.topics.all()] for post in Post.objects.all()] == [["sleep"], ["sleep"]]
    assert [str(note).split(": ", 1)[1] for note in report.notes] == [
        "no such topic: astrology (2 rows, imported without it)"
    ]


def test_a_question_that_another_page_stands_at_gets_an_address_beside_it(table):
    pairing.import_pairs(table(("1", "Write", "", "", "", "An answer."), ("2", "你好吗？", "", "", "", "An answer.")))

    slugs = sorted(Post.objects.values_list("slug", flat=True))
    assert slugs[1].startswith("write-")
    assert slugs[0].startswith("question-")


class Stopped(Exception):
    pass


def test_an_import_that_was_stopped_goes_on_where_it_was(table):
    path = table(*(row(n) for n in range(pairing.AT_ONCE + 5)))

    def stop(_offset):
        raise Stopped

    with pytest.raises(Stopped):
        pairing.import_pairs(path, progress=stop)
    assert Post.objects.count() == pairing.AT_ONCE

    again = pairing.import_pairs(path)

    assert (again.made, again.unchanged) == (5, pairing.AT_ONCE)


def test_trying_makes_nothing_and_counts_all(table, capsys):
    path = table(row(1), row(2), ("3", "", "", "", "", ""))

    call_command("import_posts", str(path), "--dry-run")

    printed = capsys.readouterr()
    assert "2 drafts made, 0 changed, 0 unchanged, 1 rows skipped" in printed.out
    assert "pairs.csv: 100%" in printed.err
    assert not Post.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_a_time_make_each_row_once(table):
    path = table(*(row(n) for n in range(8)))

    outcomes = race(partial(pairing.import_pairs, path) for _ in range(4))

    assert all(isinstance(one, pairing.Report) for one in outcomes), outcomes
    assert Post.objects.count() == 8
    assert sum(one.made for one in outcomes) == 8


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_whole_batches_and_goes_on_when_started_again(table):
    """The command itself, ended by the system while it works."""
    from django.db import connection

    path = table(*(row(n) for n in range(6 * pairing.AT_ONCE)))
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        address = f"sqlite:///{name}"
    else:
        settings_dict = connection.settings_dict
        address = f"postgres://{settings_dict['USER']}@{settings_dict['HOST']}:{settings_dict['PORT']}/{name}"
    command = [sys.executable, "manage.py", "import_posts", str(path)]
    running = subprocess.Popen(
        command, env=os.environ | {"DATABASE_URL": address}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not Post.objects.exists():
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    running.send_signal(signal.SIGTERM)
    _out, said = running.communicate(timeout=60)

    assert (running.returncode, "goes on from here" in said) == (130, True), said
    kept = Post.objects.count()
    assert kept % pairing.AT_ONCE == 0
    assert 0 < kept < 6 * pairing.AT_ONCE
    again = pairing.import_pairs(path)
    assert (again.made, again.unchanged) == (6 * pairing.AT_ONCE - kept, kept)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400) | st.text(alphabet=",;\"\n\r'\t{}[]:ab\0é", max_size=400).map(str.encode))
@pytest.mark.parametrize("name", ["x.csv", "x.jsonl"])
def test_no_bytes_break_the_reading(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)

    try:
        found = list(rows.read(path))
    except Unreadable:
        return
    assert [one.line for one in found] == sorted({one.line for one in found})
    assert all(0 < one.offset <= len(data) for one in found)


@pytest.mark.parametrize("address", ["/advice/", "/advice/?q=awake", "/advice/topics/sleep/", "/", "/api/v1/posts/"])
def test_pages_ask_the_database_as_often_for_many_imported_posts_as_for_one(
    client, table, address, django_assert_max_num_queries
):
    make.topic("sleep")
    pairing.import_pairs(table(row(0)))
    publishing.publish_sample(post=Post.objects.get())
    with django_assert_max_num_queries(12) as of_one:
        assert client.get(address).status_code == 200
    pairing.import_pairs(table(*(row(n) for n in range(60))))
    for post in Post.objects.filter(state=Post.State.DRAFT):
        publishing.publish_sample(post=post)

    with django_assert_max_num_queries(len(of_one)):
        assert client.get(address).status_code == 200
