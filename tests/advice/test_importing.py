"""Importing untidy documents: what is there is found, what does not belong stays out, and nothing is half imported."""

import random
import secrets

import pytest
from django.core.management import call_command

from advice import documents, importing, linting
from advice.models import Post
from tests import make
from tests.advice import untidy

ARTICLE = """blog image

Why does my neck hurt when I worry?

Last updated: May 1, 2025

When you worry, your shoulders rise and stay there. It isnâ€™t your fault 1

Key Takeaways

  • Worry can tighten the neck.
  • Small movements help.

What helps

Even ten minutes loosen the shoulders, as one trial found 1, 2

StepEffect on You
MovingLoosens the neck
RestingCalms the mind

We recommend you to use the Neckomatic device. A warm towel is as good.

Frequently Asked Questions

Can it be serious?

Rarely. See a doctor if your arm goes numb.

References

1. Marsh T, Vega M. Worry and the neck. Rest Research. 2019. doi:10.1000/abc

Disclaimer: For education only.

If you need to talk, here are some lines:

  • National Suicide Prevention Lifeline: 1-800-273-8255

Contact us now to schedule your first session.

Related Posts

Ten pillows we love
"""


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def whats(reading):
    return [note.what for note in reading.notes]


def test_an_article_is_taken_apart(file):
    reading = importing.read(file("neck.txt", ARTICLE))
    document = reading.document

    assert (document.title, document.kind) == ("Why does my neck hurt when I worry?", "question")
    assert document.slug == "why-does-my-neck-hurt-when-i-worry"
    assert document.takeaways == ("Worry can tighten the neck.", "Small movements help.")
    assert [entry.question for entry in document.faq] == ["Can it be serious?"]
    reference = document.references[0]
    assert (reference.authors, reference.title) == ("Marsh T, Vega M", "Worry and the neck")
    assert (reference.publisher, reference.year, reference.doi) == ("Rest Research", 2019, "10.1000/abc")
    assert "It isn’t your fault[^ref-1]" in document.body
    assert "## What helps" in document.body
    assert "A warm towel is as good." in document.body
    for gone in (
        "Neckomatic",
        "1-800",
        "schedule",
        "pillows",
        "Disclaimer",
        "blog image",
        "Last updated",
        "here are some lines",
    ):
        assert gone not in document.body
    assert whats(reading).count("table without columns") == 3
    assert "MovingLoosens the neck" in document.body  # never guessed apart
    citations = next(note for note in reading.notes if note.what == "citations")
    assert citations.detail == "2 tied to a reference, 1 without one"
    places = {note.what: note.line for note in reading.notes}
    assert (places["title"], places["key takeaways"], places["references"]) == (3, 9, 30)


def test_a_letter_and_its_reply_are_told_apart(file):
    letter = "Dear column,\n\nI lie awake and count.\n\n— Counting sheep"
    text = f"Nights\n\n{letter}\n\nDear Counting sheep,\n\nYou are not alone with it."

    document = importing.read(file("a.txt", text)).document

    assert document.kind == "letter"
    assert document.letter == "Dear column,\n\nI lie awake and count."
    assert document.signed == "Counting sheep"
    assert document.body == "Dear Counting sheep,\n\nYou are not alone with it."


def test_a_page_is_freed_of_its_menus_and_keeps_its_table_and_links(file):
    page = """<html><head><title>Rest | Blog</title><meta name=description content="About rest."></head><body>
<nav>Menu</nav><article><h1>Rest</h1><p>Rest is <b>not</b> sleep. See <a href="https://example.org/a">this</a>
and <a href="javascript:alert(1)">that</a>.</p>
<table><tr><th>Kind</th><th>What</th></tr><tr><td>Body</td><td>Lie down</td></tr></table>
<script>alert(1)</script><div class="social share">Tweet</div><ol><li>One<ul><li>Inner</li></ul></li></ol>"""

    document = importing.read(file("rest.html", page)).document

    assert document.summary == "About rest."
    assert "Rest is **not** sleep. See [this](https://example.org/a) and that." in document.body
    assert "| Kind | What |\n| --- | --- |\n| Body | Lie down |" in document.body
    assert "1. One\n\n" in document.body or "1. One" in document.body
    assert "Inner" in document.body
    assert "alert" not in document.body
    assert "Tweet" not in document.body


def test_markdown_with_front_matter_is_read_as_it_stands(file):
    made = make.document(kind="letter", letter="Dear column,\n\nIt is late.", signed="Awake")
    path = file("post.md", documents.to_markdown(made))

    document = importing.read(path).document

    assert document == made.tidied()
    assert document.digest == made.tidied().digest


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.pdf", b"%PDF-1.4", "not a kind of file"),
        ("a.txt", b"%PDF-1.4", "no text file"),
        ("a.txt", b"\x00\x01\x02", "no text file"),
        ("a.txt", b"  \n \n", "empty"),
        ("a.txt", b"this has no title because it runs on and on, as a sentence does.\n", "no title"),
        ("a.txt", b"A title alone\n", "no text"),
        ("a.txt", b"x" * 900_000, "longer than"),
        ("a.md", b"---\ntitle: [unclosed\n---\nText", "no YAML"),
        ("a.md", b"---\ntitle: x\n", "no end"),
        ("a.md", b"---\n- a list\n---\nText", "no list of names"),
        ("a.md", b"---\ntitle: x\nnonsense: y\n---\nText", "nonsense"),
        ("a.md", b"---\ntitle: x\nkind: poem\n---\nText", "kind is none of"),
        (
            "a.md",
            b"---\ntitle: x\nreferences:\n  - {kind: web, title: t, url: 'javascript:x'}\n---\nText",
            "no web address",
        ),
        ("a.md", b"---\ntitle: {a: {b: c}}\n---\nText", "no text"),
        ("a.html", b"<html><body></body></html>", "no title"),
    ],
)
def test_what_cannot_be_read_is_reported_and_nothing_of_it_kept(file, name, content, reason):
    reading = importing.read(file(name, content))

    assert reading.document is None
    assert reading.failed
    assert reason in reading.notes[-1].detail


def test_a_broken_front_matter_is_reported_at_its_line(file):
    reading = importing.read(file("a.md", "---\nslug: a\ntitle: 'x\n---\nText"))

    assert reading.notes[-1].line in {3, 4}


def test_a_missing_file_is_reported(tmp_path):
    assert importing.read(tmp_path / "nothing.txt").failed


@pytest.mark.django_db
def test_one_unreadable_file_keeps_all_others_out(file, capsys):
    good, bad = file("good.txt", ARTICLE), file("bad.txt", b"\x00")

    with pytest.raises(SystemExit) as ended:
        call_command("import_posts", str(good), str(bad))

    assert ended.value.code == 1
    assert not Post.objects.exists()
    printed = capsys.readouterr()
    assert "bad.txt: cannot be read" in printed.out
    assert "Nothing was imported" in printed.err


@pytest.mark.django_db
def test_a_refusal_while_making_undoes_the_whole_run(file):
    make.draft(slug="second", title="Someone else's")
    report = importing.import_paths(
        [file("first.txt", ARTICLE), file("second.txt", "Second\n\nThis is another text altogether.")]
    )

    assert report.failed
    assert [post.slug for post in Post.objects.all()] == ["second"]
    assert "There is a post with this address already." in str(report.notes[-1])


@pytest.mark.django_db
def test_imported_posts_are_drafts_and_importing_twice_changes_nothing(file):
    path = file("neck.txt", ARTICLE)
    assert len(importing.import_paths([path]).made) == 1

    again = importing.import_paths([path])

    assert (len(again.made), again.unchanged) == (0, 1)
    post = Post.objects.get()
    assert (post.state, post.source, post.head.number) == ("draft", "import: neck.txt", 1)
    path.write_text(ARTICLE + "\n")
    path.write_text(ARTICLE.replace("Small movements help.", "Small movements help a lot."))
    assert importing.import_paths([path]).made == [post]
    assert Post.objects.get().head.number == 2


@pytest.mark.django_db
def test_folders_are_read_whole_and_the_report_says_what_was_found(file, tmp_path, capsys):
    file("neck.txt", ARTICLE)
    file("picture.png", b"\x89PNG")

    call_command("import_posts", str(tmp_path))

    printed = capsys.readouterr().out
    assert "neck.txt:30: references: 1 found" in printed
    assert "crisis line: National" in printed
    assert "1 drafts made" in printed


def test_a_dose_that_travelled_in_is_stopped_by_the_lint(file):
    text = "Calm\n\nSome people take 0.5 mg three times a day, says the page we found this on."

    found = linting.lint(importing.read(file("a.txt", text)).document)

    assert "D1" in [finding.code for finding in found if finding.blocks]


SEED = secrets.randbits(32)


@pytest.mark.parametrize("number", range(20))
def test_twenty_new_untidy_documents_are_recognised(tmp_path, number):
    print(f"to see this one again: SEED = {SEED}, document {number}")
    truth, data = untidy.make(random.Random(f"{SEED}-{number}"))
    path = tmp_path / f"untidy{truth.suffix}"
    path.write_bytes(data)

    reading = importing.read(path)
    document = reading.document

    print(path.read_bytes().decode("utf-8", "replace"))
    assert document is not None, reading.notes
    everything = documents.to_markdown(document)
    assert document.title == truth.title
    assert [line[3:] for line in document.body.split("\n") if line.startswith("##")] == truth.heads
    assert list(document.takeaways) == truth.takeaways
    assert [(entry.question, entry.answer) for entry in document.faq] == truth.faq
    found = [(reference.authors, reference.title, reference.year, reference.doi) for reference in document.references]
    assert found == truth.references
    assert document.signed == truth.signed
    assert document.kind == ("letter" if truth.letter else "question" if truth.title.endswith("?") else "article")
    if truth.letter:
        assert document.letter.split("\n\n")[1:] == truth.letter
        assert document.body.startswith(f"Dear {truth.signed},")
    citations = [note.detail for note in reading.notes if note.what == "citations"]
    counted = f"{truth.cited} tied to a reference, {truth.unknown} without one"
    assert citations == ([counted] if truth.cited or truth.unknown else [])
    for noise in truth.noise:
        assert noise not in everything, noise
