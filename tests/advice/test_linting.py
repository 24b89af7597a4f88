"""What a text must not say, what it should not say, and what it may."""

import pytest

from advice import grading, linting, publishing, rendering, sampling
from advice.documents import Answered, Document, from_markdown
from advice.models import Post, Topic
from practice.crisis import responding
from practice.crisis.screening import Screening
from tests import make

HELP = "\n\nIf you think of harming yourself, call or text 988. In danger now, call 911."
CITED = "\n\nSources.[^guide] [^paper]"


def codes(text, **fields):
    return {finding.code for finding in linting.lint(document(text, **fields))}


def document(text, **fields):
    return make_document(body=text + CITED, **fields)


def make_document(**fields):
    values = {"slug": "a", "kind": "article", "title": "A calm title", "references": make.REFERENCES}
    values["disclosure"] = "none"
    return Document(**values | fields)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("She told how to hang yourself." + HELP, "B1"),
        ("There is a lethal dose of it.", "B1"),
        ("An easy and painless way to die." + HELP, "B1"),
        ("Es una dosis letal.", "B1"),
        ("His suicide note said: goodbye." + HELP, "B2"),
        ("I thought about suicide.", "B3"),
        ("Pienso en hacerme daño.", "B3"),
        ("Suicide is a way out of pain." + HELP, "B4"),
        ("She is finally at peace.", "B4"),
        ("Hide your scars under long sleeves.", "B5"),
        ("With her eating disorder she ate 800 calories.", "B5"),
        ("Call 1-800-273-8255 at any time." + HELP, "B6"),
        ("Call 988 and press 3." + HELP, "B6"),
        ("Text HELLO to 85258.", "B6"),
        ("Take 0.5 mg at night.", "D1"),
        ("Tome 20 miligramos.", "D1"),
        ("This will cure you.", "P1"),
        ("It is 100% safe.", "P1"),
        ("Success is guaranteed.", "P1"),
        ("Forty is fine but 40% of people sleep badly.", "W8"),
        ("Research shows that rest helps.", "W8"),
        ("It helps.[^nobody]", "R1"),
        ("See [this](/advice/no-such-post/).", "L1"),
    ],
)
def test_what_must_change_is_blocked(text, code):
    found = [f for f in linting.lint(document(text), slugs={"a"}) if f.blocks]

    assert code in {finding.code for finding in found}
    assert all(finding.reason for finding in found)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("He committed suicide." + HELP, "W1"),
        ("Ella cometió suicidio." + HELP, "W1"),
        ("A failed attempt." + HELP, "W2"),
        ("A suicide epidemic." + HELP, "W3"),
        ("His suicide due to debts." + HELP, "W4"),
        ("Suicide victims." + HELP, "W5"),
        ("It was attention-seeking.", "W5"),
        ("Just snap out of it.", "W9"),
    ],
)
def test_what_should_change_is_pointed_out_and_may_stand_in_quotes_as_an_example(text, code):
    assert code in codes(text)
    sentence, rest = text.split(".", 1)
    assert code not in codes(f"People say “{sentence}”, and it hurts.{rest}")


@pytest.mark.parametrize(
    "text",
    [
        "Changed shifts, a long commute, and a change of plans.",
        "There is no cure for a bad week. It is not a cure. Rest isn’t a cure.",
        "In 2019 and from 2019-2021 it was so.",
        "About 40% sleep badly.[^guide]",
        "Research shows that rest helps.[^paper]",
        "He died by suicide." + HELP,
        "Call 988, day or night. In danger call 911.",
        "We jumped at the chance to talk about the hanging baskets.",
        "See [how worry works](/advice/a/).",
        "This is the third wave of visitors.",
    ],
)
def test_what_is_fine_is_left_alone(text):
    assert not [f for f in linting.lint(document(text), slugs={"a"}) if f.code not in {"B7", "G1", "R2"}]


def test_a_finding_stands_at_its_line():
    found = linting.lint(document("A calm start.\n\nIt is guaranteed.\n\nEnd."))

    assert [(finding.where, finding.line, finding.text) for finding in found if finding.blocks] == [
        ("body", 3, "guaranteed")
    ]


def test_every_part_that_readers_see_is_read():
    bad = "guaranteed"
    parts = {
        "title": {"title": bad},
        "summary": {"summary": bad},
        "takeaways": {"takeaways": ("fine", bad)},
        "questions": {"questions": (bad,)},
        "faq": {"faq": (Answered("A?", bad),)},
        "letter": {"letter": bad},
    }
    for where, fields in parts.items():
        assert [f.where for f in linting.lint(document("Fine.", **fields)) if f.blocks] == [where]


def test_method_words_never_stand_in_a_title():
    assert "B1" in codes("Fine.", title="After the overdose")
    assert "W6" in codes("Fine." + HELP, title="After a suicide")


def test_a_reference_nobody_cites_is_pointed_out():
    assert "R2" in {f.code for f in linting.lint(make_document(body="Nothing is cited."))}


def test_hard_words_raise_the_grade():
    hard = "Notwithstanding considerable heterogeneity, individuals characteristically demonstrate deterioration. "
    assert "G1" in codes(hard * 3)
    assert grading.grade("The cat sat. The dog ran. We slept.") < 2


def test_the_words_the_crisis_replies_use_pass_the_lint():
    for language in ("en", "es"):
        for kind, tier in (("self", "act_now"), ("self", "check_in"), ("other", "act_now"), ("bereaved", None)):
            response = responding.response(Screening(kind, tier), language)
            for text in (
                response.heading,
                *response.paragraphs,
                responding.reply_text(Screening(kind, tier), language),
            ):
                assert not [finding for finding in linting.lint_reply(text) if finding.blocks], text


DEMO = sorted((sampling.FOLDER / "posts").glob("*.md"))


@pytest.mark.parametrize("path", DEMO, ids=lambda path: path.stem)
def test_every_demo_post_is_whole_sourced_and_safe(path):
    document = from_markdown(path.read_text(encoding="utf-8"))

    found = linting.lint(document)
    assert not [finding for finding in found if finding.blocks]
    assert not [finding for finding in found if finding.code in {"R2", "W6"}]
    assert (
        path.name == f"{document.slug}.md" if document.language == "en" else f"{document.slug}.{document.language}.md"
    )
    assert 1 <= len(document.topics) <= 3
    assert 3 <= len(document.takeaways) <= 5
    assert 5 <= len(document.questions) <= 8
    assert len(document.references) >= 2
    assert len(document.summary) <= 220
    assert all(reference.found_in and reference.address for reference in document.references)
    assert (document.kind == "letter") == bool(document.letter and document.signed)
    for audience in document.audiences:
        page = rendering.render(document, audience)
        assert "[^" not in page.body + page.letter


def test_six_demo_posts_have_a_clinical_wording_and_their_pictures_are_there():
    documents = [sampling.read(path) for path in DEMO]

    assert sum(bool(document.clinical) for document in documents) >= 6
    shown = {document.image.file for document in documents if document.image}
    assert shown == {path.name for path in (sampling.FOLDER / "pictures").iterdir()}


def test_a_text_says_whether_its_author_has_an_interest_in_it():
    assert "S3" in codes("Fine.", disclosure="")
    assert "S3" not in codes("Fine.", disclosure="Wrote a book on sleep")


@pytest.mark.django_db
def test_the_samples_load_once_and_a_changed_file_becomes_a_new_revision():
    first = sampling.load_samples()
    assert first == len(DEMO)
    assert sampling.load_samples() == 0
    assert Post.objects.public().count() == len(DEMO)
    assert not Post.objects.exclude(state="sample").exists()
    spanish = Post.objects.filter(language="es")
    assert all(post.translation_of is not None for post in spanish)
    assert Topic.objects.count() >= 10


@pytest.mark.django_db
def test_with_the_demonstration_off_no_sample_loads(settings):
    settings.DEMO = False

    with pytest.raises(publishing.NotWhileLive):
        sampling.load_samples()
    assert not Post.objects.exists()
