"""Nothing but a sample reaches readers without two people and a valid licence."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from advice import editing, publishing, reviewing
from advice.models import Post, Review, Revision
from advice.models.posts import Frozen
from practice.staff.models import AuditEntry
from tests import make

pytestmark = pytest.mark.django_db
ALL = list(reviewing.CHECKLIST)


def submitted(**fields):
    author = fields.pop("author", None) or make.user(is_editor=True)
    return reviewing.submit(post=make.draft(author=author, **fields), by=author)


def test_a_text_goes_from_submitted_through_review_to_published_and_each_step_says_who():
    author, reviewer = make.user(is_editor=True), make.reviewer()
    post = make.draft(author=author)
    review = reviewing.submit(post=post, by=author)
    review = reviewing.claim(review=review, by=reviewer.user)
    assert review.state == "under_review"

    review = reviewing.sign(review=review, by=reviewer.user, checklist=ALL)
    post = publishing.publish(post=post, by=author)

    assert (post.state, post.review, post.shown) == ("published", review, review.revision)
    assert (review.decided_by, review.reviewer, review.licence) == (
        reviewer.user,
        reviewer,
        "Licensed Psychologist, NY",
    )
    assert review.next_review_due >= timezone.localdate() + timedelta(days=364)
    trail = AuditEntry.objects.filter(subject=f"post {post.uuid}").order_by("pk").values_list("action", "actor")
    assert list(trail) == [
        ("post made", author.pk),
        ("review asked", author.pk),
        ("review claimed", reviewer.user.pk),
        ("review approved", reviewer.user.pk),
        ("post published", author.pk),
    ]


def test_nobody_signs_what_they_wrote_or_handed_in():
    reviewer, other = make.reviewer(), make.user(is_editor=True)
    own = reviewing.submit(post=make.draft(author=reviewer.user), by=other)
    handed_in = reviewing.submit(post=make.draft(author=None), by=reviewer.user)

    for review in (own, handed_in):
        with pytest.raises(reviewing.MayNotSign):
            reviewing.sign(review=review, by=reviewer.user, checklist=ALL)
        with pytest.raises(IntegrityError), transaction.atomic():
            force_approval(review, reviewer)


def force_approval(review, reviewer):
    """What a rule with a mistake in it might try."""
    Review.objects.filter(pk=review.pk).update(
        state="approved",
        decided_at=timezone.now(),
        decided_by=reviewer.user,
        reviewer=reviewer,
        licence="x",
        next_review_due=timezone.localdate(),
    )


@pytest.mark.parametrize("fields", [{"licence_expires_on": date(2020, 1, 1)}, {"is_supervised": True}])
def test_without_a_valid_licence_of_ones_own_nobody_signs(fields):
    reviewer = make.reviewer(**fields)

    with pytest.raises(reviewing.MayNotSign):
        reviewing.sign(review=submitted(), by=reviewer.user, checklist=ALL)


def test_an_editor_without_a_licence_does_not_sign():
    with pytest.raises(reviewing.MayNotSign):
        reviewing.sign(review=submitted(), by=make.user(is_editor=True), checklist=ALL)


@pytest.mark.parametrize("checklist", [[], ALL[:-1], [*ALL, "more"]])
def test_signing_takes_the_whole_checklist(checklist):
    with pytest.raises(reviewing.ChecklistOpen):
        reviewing.sign(review=submitted(), by=make.reviewer().user, checklist=checklist)


def test_a_signature_holds_for_exactly_one_revision():
    author = make.user(is_editor=True)
    post = make.published(slug="one", author=author)
    editing.revise(post=post, document=make.document(slug="one", title="Changed"), author=author)

    with pytest.raises(publishing.NotApproved):
        publishing.publish(post=post, by=author)

    assert Post.objects.get().shown.number == 1
    make.publish(post, editor=author)
    assert Post.objects.get().shown.number == 2


def test_a_newer_wording_takes_the_place_of_the_one_that_waits():
    author = make.user(is_editor=True)
    post = make.draft(slug="one", author=author)
    first = reviewing.submit(post=post, by=author)
    editing.revise(post=post, document=make.document(slug="one", title="Better"), author=author)

    second = reviewing.submit(post=post, by=author)

    first.refresh_from_db()
    assert (first.state, second.revision.number) == ("sent_back", 2)


def test_nothing_is_submitted_twice_and_no_sample_at_all():
    review = submitted()
    with pytest.raises(reviewing.NotReviewable):
        reviewing.submit(post=review.revision.post, by=review.submitted_by)
    with pytest.raises(reviewing.NotReviewable):
        reviewing.submit(post=make.sample(), by=make.user(is_editor=True))


def test_a_text_with_blocking_findings_is_not_submitted():
    with pytest.raises(reviewing.LintBlocks):
        submitted(body="Take 20 mg of it.")


def test_a_decided_review_stays_decided():
    reviewer = make.reviewer()
    review = reviewing.send_back(review=submitted(), by=reviewer.user, note="Shorter, please.")
    assert review.note == "Shorter, please."

    with pytest.raises(reviewing.NotOpen):
        reviewing.sign(review=review, by=reviewer.user, checklist=ALL)


def test_a_revision_never_changes():
    revision = make.draft().head

    revision.title = "Changed"
    with pytest.raises(Frozen):
        revision.save()
    with pytest.raises(Frozen):
        Revision.objects.update(title="Changed")
    assert revision.sha256 == Revision.objects.get().document.digest


def test_revising_without_a_change_makes_no_revision():
    post = make.draft(slug="one")

    same = editing.revise(post=post, document=post.head.document)

    assert same == post.head
    assert post.revisions.count() == 1


def test_a_post_may_be_published_again_after_its_retraction_and_says_so_no_more():
    editor = make.user(is_editor=True)
    post = make.published(slug="one", author=editor)
    publishing.retract(post=post, by=editor, reason="A mistake.")
    publishing.publish(post=post, by=editor)

    post = Post.objects.public().get()
    assert (post.retraction_reason, post.retracted_by) == ("", None)
    assert post.passages.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": ""},
        {"slug": "Not A Slug"},
        {"slug": "write"},
        {"slug": "x" * 130},
        {"title": ""},
        {"title": "x" * 201},
        {"body": ""},
        {"body": "x" * 300_000},
        {"signed": "x" * 121},
    ],
)
def test_a_document_that_is_no_post_is_refused(fields):
    with pytest.raises(editing.BadDocument):
        editing.make_post(document=make.document(**fields))
    assert not Post.objects.exists()


def test_unknown_topics_and_taken_addresses_are_refused():
    with pytest.raises(editing.BadDocument):
        editing.make_post(
            document=make.document().__class__(slug="a", kind="article", title="A", body="B", topics=("none",))
        )
    make.draft(slug="one")
    with pytest.raises(editing.SlugTaken):
        make.draft(slug="one")
    assert make.draft(slug="one", language="es").translation_of == Post.objects.get(language="en")
