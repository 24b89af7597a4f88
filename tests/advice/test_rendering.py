"""Markdown on its way to a page: what is meant is shown, what is hostile is harmless, and nothing takes long."""

import cProfile

import pytest
from django.utils import translation

from advice import cutting, editing, markdown, rendering
from advice.documents import Document, Unreadable, from_markdown, to_markdown
from tests import make


def body(text, **fields):
    return rendering.render(make_document(body=text, **fields)).body


def make_document(**fields):
    return Document(**{"slug": "a", "kind": "article", "title": "A", "references": make.REFERENCES} | fields)


def test_citations_are_numbered_in_reading_order_and_lead_to_their_reference():
    page = rendering.render(make_document(takeaways=("First.[^paper]",), body="Second.[^guide] Again.[^paper]"))

    assert 'href="#reference-1"' in page.takeaways[0]
    assert page.body.index('href="#reference-2"') < page.body.index('href="#reference-1"')
    numbers = {entry["number"]: entry["title"] for group in page.references for entry in group["references"]}
    assert numbers == {1: "A paper", 2: "A guideline"}
    assert [group["kind"] for group in page.references] == ["Guidelines", "Studies"]
    assert page.references[1]["references"][0]["url"] == "https://doi.org/10.1/x"


def test_headings_get_anchors_of_their_own_and_a_contents_list():
    page = rendering.render(make_document(body="## Letter\n\na\n\n## Part\n\n### Inner\n\nb\n\n## Part\n\nc"))

    assert [heading["id"] for heading in page.headings] == ["letter-2", "part", "part-2"]
    assert page.headings[1]["children"][0]["id"] == "inner"
    assert 'id="letter-2"' in page.body


def test_a_callout_becomes_a_notice_and_a_table_scrolls_in_its_box():
    drawn = body(
        "> [!IMPORTANT]\n> Call **someone**.\n\n> [!TIP] Try it.\n\n> Just a quotation.\n\n|a|b|\n|-|-|\n|1|2|"
    )

    assert '<div class="notice warn"><p class="title">Important</p>' in drawn.replace("\n", "")
    assert "[!" not in drawn
    assert "<blockquote>" in drawn
    assert '<div class="table-box"><table>' in drawn


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html,<script>alert(1)</script>)",
        "[a](&#x6A;avascript:alert(1))",
        "![a](https://example.org/x.png)",
        '[a](https://example.org "onmouseover=alert(1)")',
        "<https://example.org/><svg onload=alert(1)>",
        "## <b onclick=alert(1)>Head</b>",
        "[^guide]: <script>alert(1)</script>",
        "> [!NOTE]<script>alert(1)</script>",
        '<a id="main" class="x" style="position:fixed">x</a>',
    ],
)
def test_hostile_markdown_does_nothing(hostile):
    drawn = f"{body(hostile)}{rendering.render(make_document(body='x', takeaways=(hostile,))).takeaways[0]}".lower()

    for tag in ("<script", "<img", "<svg", "<iframe", "<b "):
        assert tag not in drawn
    for href in drawn.split('href="')[1:]:
        assert href.startswith(("https://", "#"))
    for start in drawn.split("<")[1:]:
        inside = start.split(">")[0]
        assert " on" not in inside.replace('title="on', "")
        assert "style=" not in inside


BOMBS = {
    "quotes": lambda n: "> " * n + "x",
    "lists": lambda n: "- " * n + "x",
    "brackets": lambda n: "[" * n,
    "stars": lambda n: "*" * n + "a",
    "images": lambda n: "![" * n,
    "ticks": lambda n: "`" * n,
    "notes": lambda n: "[^" * n,
    "links": lambda n: "a](" * n,
    "tables": lambda n: "|a" * n + "|\n" + "|-" * n + "|\n" + ("|x" * n + "|\n") * 3,
    "tags": lambda n: "<" * n,
    "signs": lambda n: "&" * n,
    "bold": lambda n: "**a " * n,
    "headings": lambda n: "# a\n" * n,
    "callouts": lambda n: "> [!NOTE]\n" * n,
    "definitions": lambda n: "[a]: b\n" * n + "[a]" * n,
}


def calls(action):
    """How many calls `action` makes: its work, counted rather than timed."""
    profile = cProfile.Profile()
    profile.runcall(action)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_of_twice_the_length_costs_about_twice_the_work(bomb):
    def work(length):
        text = bomb(length)
        return calls(lambda: (body(text), cutting.cuts(make_document(body=text))))

    work(10)  # what is made once is not counted
    assert work(800) < 3 * work(400)


def test_a_table_of_a_megabyte_is_refused_before_anything_draws_it(db):
    table = "| a | b |\n| - | - |\n" + "| x | y |\n" * 105_000
    assert len(table) > 1_000_000

    with pytest.raises(editing.BadDocument):
        editing.make_post(document=make_document(body=table))
    with pytest.raises(Unreadable, match="longer than"):
        from_markdown(f"---\ntitle: A\n---\n{table}")


def test_a_text_is_drawn_in_its_own_language_whatever_the_page_speaks():
    with translation.override("es"):
        assert "Important" in body("> [!IMPORTANT]\n> x", language="en")


def test_passages_hold_sixty_to_a_hundred_and_eighty_words_where_the_text_allows():
    paragraph = " ".join(["word"] * 49) + " end."
    one, three = "\n\n".join([paragraph] * 9), f"{paragraph} " * 10
    found = cutting.cuts(make_document(body=f"## One\n\n{one}\n\n## Two\n\nShort.\n\n## Three\n\n{three}"))
    bodies = [cut for cut in found if cut.kind == "body"]

    assert [cut.headings for cut in bodies if len(cut.text.split()) < 60] == [("Two",)]
    assert all(len(cut.text.split()) <= 180 for cut in bodies)
    assert len({cut.key for cut in found}) == len(found)
    assert len({cut.anchor for cut in bodies if cut.headings == ("Three",)}) == 1


def test_every_passage_can_be_found_on_its_page():
    document = make_document(
        kind="letter",
        letter="Dear column,\n\n" + "x " * 70,
        body="Dear you,\n\n## A\n\n- one\n- two\n\n## B\n\n|a|b|\n|-|-|\n|1|2|",
    )
    page = rendering.render(document)

    for cut in cutting.cuts(document):
        if cut.kind in {"letter", "reply"}:
            assert f'id="{cut.anchor}"' in page.letter + page.body
    assert "1 | 2" in cutting.cuts(document)[-1].text


def test_a_document_survives_being_written_and_read():
    document = make_document(
        letter='Dear column,\n\nit\'s "late": #1\n- and I count',
        signed="A: b",
        summary="yes",
        body=make.BODY,
        takeaways=("no", "1.5", "- x"),
        topics=("sleep",),
    ).tidied()

    again = from_markdown(to_markdown(document))

    assert again == document
    assert again.digest == document.digest


def test_a_digest_knows_every_word_and_nothing_but_the_words():
    document = make_document(body="One.")

    assert document.digest == make_document(body="One.", slug="other", topics=("sleep",)).digest
    assert document.digest != make_document(body="One!").digest
    assert document.digest != make_document(body="One.", signed="x").digest


def test_plain_text_has_no_marks():
    assert markdown.plain("**Bold** [link](https://example.org) [^key] `code`") == "Bold link code"
