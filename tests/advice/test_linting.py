"""What a text must not say, what it should not say, and what it may."""

import pytest

from advice import grading, linting, publishing, rendering, sampling
from advice.documents import Answered, Clinical, Document, Image, Reference, from_markdown
from advice.models import Post, Topic
from practice.crisis import responding, verifying
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
        ("He jumped off a bridge." + HELP, "B1"),
        ("She took a handful of pills." + HELP, "B1"),
        ("Se cortó las venas." + HELP, "B1"),
        ("Suicide was inevitable." + HELP, "B4"),
        ("How to make yourself vomit.", "B5"),
        ("With anorexia her BMI was 15.", "B5"),
        ("Think of suicide? Call 988. In danger call 911.", "B3"),  # no way to text
        ("Call 1-800-273-TALK." + HELP, "B6"),
        ("[Call us](tel:+18002738255) at night." + HELP, "B6"),
        ("Call 555 now.", "B6"),
        ("Two tablets before bed.", "D1"),
        ("Dos pastillas al día.", "D1"),
        ("Take 400 IU of it.", "D1"),
        ("One in four people have it.", "W8"),
        ("Una de cada cinco personas lo vive.", "W8"),
        ("See [this page](/no/such/page/) first.", "L1"),
        ("![a calm lake](https://example.org/lake.png)", "I2"),
        ("Buy my book.", "S1"),
        ("Use code CALM10.", "S1"),
        ("Compre mi curso.", "S1"),
        ("[A lamp](https://example.com/lamp?tag=me-20) helps.", "S1"),
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
        ("The suicide of a neighbor is a growing problem." + HELP, "W3"),
        ("Se suicidó por las deudas." + HELP, "W4"),
        ("Suicide is selfish." + HELP, "W9"),
        ("A 43-year-old man from Akron wrote.", "W7"),
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
        "A 12-year-old in March is not a baby.",
        "Two tablets of stone stood there.",
        "We met at 555 Main Street.",
        "There is [a register of clinicians](https://www.nhs.uk/find/).",
        "See [how to find someone](/find/) and [the letters](/es/advice/).",
        "One in a series.",
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


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Try [Headspace](https://www.headspace.com/).", "S2"),
        ("Get [a lamp](https://www.amazon.com/dp/1).", "S2"),
        ("Read more [here](https://www.nhs.uk/).", "L3"),
    ],
)
def test_links_that_sell_or_say_nothing_are_pointed_out(text, code):
    assert code in codes(text)


def test_an_author_does_not_recommend_what_they_have_an_interest_in():
    interest = "The author sells the Quiet Nights Journal at quietnights.example.com."
    for text in ("Try the Quiet Nights Journal.", "See [a page](https://shop.quietnights.example.com/x)."):
        found = [f for f in linting.lint(document(text, disclosure=interest)) if f.code == "S1"]
        assert found
        assert all(finding.blocks for finding in found)
        assert "S1" not in codes(text.replace("Quiet Nights", "Loud Days").replace("quietnights", "other"))
    assert "S1" not in codes("The author works with a journal.", disclosure="The author works at a clinic. None.")


def test_a_number_nobody_has_dialed_for_ninety_days_is_pointed_out_once():
    found = [f for f in linting.lint(document("Call 988. Or call 988 tomorrow." + HELP)) if f.code == "B7"]
    assert [finding.text for finding in found].count("988") == 1
    assert not any(finding.blocks for finding in found)


def test_a_number_that_was_dialed_lately_is_not(monkeypatch):
    monkeypatch.setattr(verifying, "is_due", lambda line, today: False)
    assert "B7" not in codes("Call 988." + HELP)


def test_a_picture_says_in_words_what_it_shows():
    for alt, level in (("", "block"), ("image.png", "warn"), ("Photo of a lake", "warn")):
        picture = Image(file="a.png", alt=alt, width=1, height=1)
        assert [f.level for f in linting.lint(document("Fine.", image=picture)) if f.code == "I1"] == [level]
    assert "I1" not in codes("Fine.", image=Image(file="a.png", alt="A lake at dawn", width=1, height=1))


def test_the_clinical_wording_is_read_as_closely_and_may_be_harder_to_read():
    clinical = Clinical(body="Take 20 mg.[^guide]\n\nResearch shows it.", takeaways=("It is guaranteed.",))
    found = {(f.where, f.line, f.code) for f in linting.lint(document("Fine.", clinical=clinical)) if f.blocks}
    assert found >= {("clinical-body", 1, "D1"), ("clinical-body", 3, "W8"), ("clinical-takeaways", 1, "P1")}
    hard = "Notwithstanding considerable heterogeneity, individuals characteristically demonstrate deterioration."
    assert "G1" not in codes("Fine.", clinical=Clinical(body=hard * 3))


def test_a_figure_whose_source_has_no_year_is_pointed_out():
    undated = (Reference(key="page", kind="web", title="A page", url="https://example.org/"),)
    found = linting.lint(make_document(body="About 40% sleep badly.[^page]", references=undated))
    assert [(f.code, f.blocks) for f in found if f.code == "W8"] == [("W8", False)]


def test_spanish_is_graded_too():
    hard = "La heterogeneidad interindividual caracteriza considerablemente manifestaciones sintomatológicas. "
    assert grading.grade(hard * 3, "es") > 8
    assert grading.grade("El gato duerme. El perro corre. Hoy hace sol.", "es") < 4


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
