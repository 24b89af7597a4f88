"""A post's text as one value: its digest, its two wordings, and its file."""

from dataclasses import replace

import pytest

from advice import cutting, documents
from advice.documents import Answered, Byline, Clinical, Document, Image, Unreadable
from tests import make

CLINICAL = Clinical(
    summary="Stimulus control in brief.",
    takeaways=("Scheduled worry reduces arousal at bedtime.",),
    body="Stimulus control is part of the usual treatment.[^paper]\n\n- one\n\n      two",
    faq=(Answered("Which component matters?", "That is not settled."),),
)


def whole(**fields):
    return make.document(
        byline=Byline("Ada Okoro", "LCSW"),
        disclosure="none",
        image=Image("0" * 64 + ".png", "A circle that grows and shrinks", 800, 400),
        clinical=CLINICAL,
        **fields,
    )


def test_what_was_signed_before_the_later_fields_came_keeps_its_digest():
    """The digest of a document that has none of them, as it was computed then."""
    document = Document(slug="a", kind="article", title="A", summary="B", body="C")

    assert document.digest == "9ebf47249f35eb6a4e66e6d10190589d44953624e292c8cd9b3ef3138656f10d"


@pytest.mark.parametrize(
    "change",
    [
        {"byline": Byline("Ada Okoro", "PhD")},
        {"disclosure": "Wrote a book that is named here"},
        {"image": Image("1" * 64 + ".png", "A circle that grows and shrinks", 800, 400)},
        {"image": Image("0" * 64 + ".png", "Another description", 800, 400)},
        {"clinical": replace(CLINICAL, body="Another body.")},
        {"clinical": replace(CLINICAL, summary="Another summary.")},
    ],
)
def test_the_digest_covers_author_interests_picture_and_both_wordings(change):
    document = whole()

    assert replace(document, **change).digest != document.digest


def test_a_file_reads_back_to_the_same_digest_with_everything_in_it():
    document = whole().tidied()

    read = documents.from_markdown(documents.to_markdown(document))

    assert (read.digest, read) == (document.digest, document)
    kept = Document.from_content(document.content, slug=read.slug, kind=read.kind, language=read.language)
    assert kept == document


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("clinical: words", "clinical is no list"),
        ("clinical: {dose: x}", "unknown in clinical: dose"),
        ("byline: [a]", "byline is no list"),
        ("image: {file: a.png, width: wide}", "no number of pixels"),
        ("image: {src: a.png}", "unknown in image: src"),
    ],
)
def test_a_file_with_a_part_that_is_none_says_which(line, said):
    with pytest.raises(Unreadable, match=said):
        documents.from_markdown(f"---\nslug: a\ntitle: A\n{line}\n---\nBody\n")


def test_each_wording_stands_alone_with_the_references_that_it_cites():
    document = whole(body="Plain words.[^guide]", faq=())

    plain, clinical = document.worded("plain"), document.worded("clinical")

    assert (plain.body, clinical.body) == ("Plain words.[^guide]", CLINICAL.body)
    assert [reference.key for reference in plain.references] == ["guide"]
    assert [reference.key for reference in clinical.references] == ["paper"]
    assert (clinical.title, clinical.summary) == (document.title, CLINICAL.summary)
    assert not plain.clinical
    assert not clinical.clinical
    alone = make.document()
    assert alone.worded("clinical") == alone == alone.worded("plain")


def test_passages_are_cut_from_both_wordings_each_marked_as_what_it_is():
    document = whole()
    before = {cut.key for cut in cutting.cuts(replace(document, clinical=Clinical()))}

    cuts = cutting.cuts(document)

    clinical = [cut for cut in cuts if cut.audience == "clinical"]
    assert [cut.kind for cut in clinical] == ["takeaway", "body", "faq"]
    assert {cut.key for cut in cuts if cut.audience == "plain"} == before
    assert len({cut.key for cut in cuts}) == len(cuts)
