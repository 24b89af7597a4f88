"""Posts leave as Markdown files and come back as the same revisions, whatever stands in them."""

import tempfile
from dataclasses import fields, replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils.text import slugify
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from advice import documents, editing, exporting, illustrating, importing, publishing
from advice.documents import Answered, Byline, Clinical, Document, Image, Kind, Reference, ReferenceKind
from advice.models import Picture, Post
from advice.parts import Occasion
from tests import make
from tests.advice.test_wordings import png

# What YAML or Markdown might take for something else than text.
HOSTILE = [
    "---", "--- x", "...", "- x", "a: b", "'", '"', "# no remark", "yes", "null", "~", "1.50", "0x10", "2020-01-02",
    "12:30:00", "|", ">", "&a *a", "!!python/object:x", "{{ x }}", "{a: b}", "[x]", "%YAML", "\t", " lead", "trail ",
    "\u2028", "\x85", "\xa0", "e\u0301", "\u202e", "\U0001f600", "\r\n", "\\", "```", "| a | b |\n| - | - |\n| 1 | 2 |",
    "[^ref-1]", "> [!NOTE]\n> x", "<script>alert(1)</script>", "@x", "`", "=", "<<", "? x", "\n\n---\n\n", "\n  ---\n",
]  # fmt: skip
text = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), max_size=5).map("".join)
said = text.map(documents.tidy).filter(bool)
word = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
answered = st.builds(Answered, said, text)
reference = st.builds(
    Reference,
    key=word,
    kind=st.sampled_from(ReferenceKind.values),
    title=said,
    authors=text,
    publisher=text,
    year=st.none() | st.integers(1000, 2100),
    doi=text,
    url=st.just("") | word.map("https://example.org/{}?a=1#b".format),
    accessed_on=st.just("") | st.dates().map(str),
    found_in=text,
)
news = st.builds(lambda day: Occasion(until=str(day)), st.dates())
hour = st.dates().map("{}T10:30".format)
event = st.builds(lambda at, place: Occasion(at, at.replace("T10", "T12"), place), hour, said)
PARTS = {
    "slug": word,
    "kind": st.sampled_from(Kind.values),
    "language": st.sampled_from(["en", "es"]),
    "title": said,
    "summary": text,
    "topics": st.lists(word, max_size=3).map(tuple),
    "takeaways": st.lists(said, max_size=3).map(tuple),
    "questions": st.lists(said, max_size=3).map(tuple),
    "faq": st.lists(answered, max_size=3).map(tuple),
    "references": st.lists(reference, max_size=3, unique_by=lambda one: one.key).map(tuple),
    "letter": text,
    "signed": text,
    "body": said,
    "byline": st.just(Byline()) | st.builds(Byline, said, text, st.just("") | word),
    "disclosure": text,
    "image": st.just(Image()) | st.builds(Image, word, text, st.integers(1, 9999), st.integers(1, 9999)),
    "clinical": st.just(Clinical())
    | st.builds(Clinical, text, st.lists(said, max_size=2).map(tuple), said, st.lists(answered, max_size=2).map(tuple)),
    "occasion": st.just(Occasion()) | news | event,
}
document = st.builds(Document, **PARTS)


def test_every_part_of_a_post_is_tried():
    assert set(PARTS) == {field.name for field in fields(Document)}


@settings(max_examples=150, deadline=None)
@given(document)
@example(Document(slug="a", kind="letter", title="x", body="y", letter="a\n---\nb"))
def test_a_document_written_and_read_is_the_same(made):
    made = made.tidied()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "post.md"
        path.write_bytes(documents.to_markdown(made).encode())

        again = importing.read(path).document

    assert again == made
    assert again.digest == made.digest


TOPICS = ("grief", "sleep")


def kept(made, number):
    """The document as a post may be made of it: at an address of its own, of the topics and people there are."""
    occasion = made.occasion or Occasion(until="2030-01-01") if made.kind == Kind.NOTICE else Occasion()
    topics = TOPICS[: len(made.topics)]
    slug = f"{slugify(made.slug)}-{number}".strip("-")
    byline = replace(made.byline, clinician="")
    return replace(made, slug=slug, topics=topics, byline=byline, occasion=occasion, image=Image())


@settings(max_examples=8, deadline=None, phases=(Phase.generate,))
@given(st.lists(document, min_size=1, max_size=4))
@pytest.mark.django_db
def test_posts_written_to_files_and_read_elsewhere_are_the_same_revisions(made):
    for slug in TOPICS:
        make.topic(slug)
    with tempfile.TemporaryDirectory() as folder:
        with transaction.atomic():
            for number, one in enumerate(made):
                editing.make_post(document=kept(one, number))
            before = contents()
            list(exporting.write(exporting.files(Post.objects.all()), Path(folder)))
            transaction.set_rollback(True)
        with transaction.atomic():
            assert not Post.objects.exists()
            report = importing.import_paths([Path(folder)])
            assert not report.failed, [str(note) for note in report.notes]
            assert contents() == before
            transaction.set_rollback(True)


def contents():
    posts = Post.objects.select_related("head").prefetch_related("topics")
    return {
        (post.slug, post.language, post.kind): (post.head.sha256, {topic.slug for topic in post.topics.all()})
        for post in posts
    }


@pytest.mark.django_db
def test_readers_posts_are_written_and_the_rest_only_when_asked_for(tmp_path, capsys):
    shown, draft = make.published(slug="shown", title="Signed"), make.draft(slug="a-draft")
    editing.revise(post=shown, document=make.document(slug="shown", title="Not signed yet"))
    gone = make.sample(slug="gone")
    publishing.retract(post=gone, by=make.user(is_editor=True), reason="Out of date.")
    make.sample(slug="shown", language="es")

    call_command("export_posts", str(tmp_path / "public"))
    printed = capsys.readouterr().out
    call_command("export_posts", str(tmp_path / "all"), "--all")

    assert sorted(path.name for path in (tmp_path / "public").iterdir()) == ["shown.es.md", "shown.md"]
    assert "title: Signed\n" in (tmp_path / "public" / "shown.md").read_text()
    assert f"shown.md 1 {shown.shown.sha256}" in printed
    names = {path.name for path in (tmp_path / "all").iterdir()}
    assert names == {"shown.es.md", "shown.md", f"{draft.slug}.md", "gone.md"}


@pytest.mark.django_db
def test_with_the_demonstration_off_no_sample_is_written(tmp_path, settings):
    make.sample()
    settings.DEMO = False

    call_command("export_posts", str(tmp_path / "out"))

    assert not (tmp_path / "out").exists()


@pytest.mark.django_db
def test_reading_an_export_back_where_it_came_from_changes_nothing(tmp_path):
    make.published()
    list(exporting.write(exporting.files(Post.objects.all()), tmp_path))

    report = importing.import_paths([tmp_path])

    assert (len(report.made), report.unchanged, report.failed) == (0, 1, False)


@pytest.mark.django_db
def test_a_picture_travels_beside_the_posts_that_show_it(tmp_path):
    picture = illustrating.take(data=png())
    make.sample(slug="seen", image=Image(picture.file, "A circle"))
    list(exporting.write(exporting.files(Post.objects.all()), tmp_path))
    was = contents()
    Post.objects.update(state="draft", head=None, shown=None, published_at=None)
    Post.objects.all().delete()
    Picture.objects.all().delete()

    report = importing.import_paths([tmp_path])

    assert not report.failed, [str(note) for note in report.notes]
    assert contents() == was
    assert bytes(Picture.objects.get().data) == bytes(picture.data)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "absent.png", "..", "other.png"])
def test_no_picture_is_read_from_elsewhere_or_under_a_false_name(tmp_path, name):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (tmp_path / "pictures" / "other.png").write_bytes(png())
    text = documents.to_markdown(make.document(slug="x", image=Image(name, "A circle", 4, 4)))
    (tmp_path / "x.md").write_text(text)

    report = importing.import_paths([tmp_path / "x.md"])

    assert report.failed
    assert not Post.objects.exists()
    assert not Picture.objects.exists()


@pytest.mark.django_db
def test_a_post_that_would_not_come_back_as_it_is_is_not_written(tmp_path):
    post = make.sample()
    with connection.cursor() as cursor:  # as only a hand in the database could leave it
        cursor.execute("UPDATE advice_revision SET title = 'Changed' WHERE id = %s", [post.head_id])

    with pytest.raises(CommandError, match="would not come back"):
        call_command("export_posts", str(tmp_path))

    assert not list(tmp_path.iterdir())
