"""The review room: who sees which draft, what is said of a line, revisions side by side, posts to be read again."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.urls import reverse

from advice import comparing, documents, editing, planning, publishing, remarking, renewing, reviewing, tasks
from advice.documents import Clinical
from advice.models import Post, Remark, Review
from practice.messaging.models import Message
from practice.messaging.models.contacts import email_digest
from tests import make

pytestmark = pytest.mark.django_db
ALL = list(reviewing.CHECKLIST)


@pytest.fixture
def editor(client):
    user = make.user(is_editor=True)
    client.force_login(user)
    return user


# --- Who sees what ---------------------------------------------------------------------------------------------------


def test_a_reviewer_from_outside_sees_the_drafts_that_were_handed_in_and_nothing_else(client, editor):
    hidden, handed_in = make.draft(author=editor), make.draft(author=editor)
    reviewing.submit(post=handed_in, by=editor)
    letter = make.letter().letter
    client.force_login(make.reviewer().user)

    assert client.get(reverse("desk:home"))["Location"] == reverse("column:posts")
    page = client.get(reverse("column:posts")).content.decode()
    assert str(handed_in.uuid) in page
    assert str(hidden.uuid) not in page
    assert client.get(reverse("column:post", args=[handed_in.uuid])).status_code == 200
    for name, post in (("post", hidden), ("compare", hidden)):
        assert client.get(reverse(f"column:{name}", args=[post.uuid])).status_code == 404
    refused = [
        reverse("column:letters"),
        reverse("column:letter", args=[letter.uuid]),
        reverse("column:new_post"),
        reverse("column:edit_post", args=[handed_in.uuid]),
        reverse("column:gaps"),
        reverse("column:requests"),
        reverse("alerts:list"),
        reverse("texts:list"),
        reverse("diary:intakes"),
        reverse("diary:appointments"),
        reverse("look:style_guide"),
    ]
    assert [client.get(address).status_code for address in refused] == [403] * len(refused)


def test_a_reviewer_from_outside_signs_and_does_not_publish(client, editor):
    post = make.draft(author=editor)
    reviewing.submit(post=post, by=editor)
    reviewer = make.reviewer()
    client.force_login(reviewer.user)
    act = reverse("column:act", args=[post.uuid])

    client.post(act, {"do": "claim"})
    client.post(act, {"do": "sign", "checklist": ALL})
    assert Review.objects.get().state == "approved"
    for step in ("publish", "retract", "submit"):
        assert client.post(act, {"do": step}).status_code == 403
    assert client.post(reverse("column:plan", args=[post.uuid]), {"do": "publish"}).status_code == 403
    assert not Post.objects.public().exists()


def test_a_supervised_associate_writes_and_hands_in_but_does_not_sign_or_publish(client):
    associate, other = make.reviewer(is_supervised=True).user, make.user(is_editor=True)
    client.force_login(associate)
    client.post(reverse("column:new_post"), {"source": source(slug="mine")})
    mine = Post.objects.get(slug="mine")
    assert mine.head.author == associate
    client.post(reverse("column:act", args=[mine.uuid]), {"do": "submit"})
    assert Review.objects.open().get().submitted_by == associate

    theirs = make.draft(author=other)
    reviewing.submit(post=theirs, by=other)
    act = reverse("column:act", args=[theirs.uuid])
    page = client.post(act, {"do": "sign", "checklist": ALL}, follow=True).content.decode()
    assert "Only a reviewer with a valid license" in page
    assert client.post(act, {"do": "publish"}).status_code == 403
    assert client.get(reverse("column:letters")).status_code == 403
    assert not Review.objects.approved().exists()


def source(**fields):
    return documents.to_markdown(make.document(**fields))


# --- Comments on lines -----------------------------------------------------------------------------------------------


def test_what_is_said_of_a_line_reaches_author_and_reviewer_and_is_settled(client, editor):
    post = make.draft(author=editor, body="One line.[^guide]\n\nAnother line.[^paper]")
    reviewing.submit(post=post, by=editor)
    reviewer = make.reviewer()
    client.force_login(reviewer.user)
    page = client.get(reverse("column:post", args=[post.uuid]), {"at": "body-3"}).content.decode()
    assert page.count('name="words"') == 1

    sent = {"where": "body", "line": "3", "words": "Who says so?"}
    answer = client.post(reverse("column:remark", args=[post.uuid]), sent)
    assert answer["Location"].endswith("#body-3")

    client.force_login(editor)
    page = client.get(reverse("column:post", args=[post.uuid])).content.decode()
    assert "Who says so?" in page
    remark = Remark.objects.get()
    assert (remark.author, remark.revision) == (reviewer.user, post.head)
    client.post(reverse("column:resolve", args=[remark.pk]))
    remark.refresh_from_db()
    assert remark.resolved_by == editor
    with pytest.raises(remarking.AlreadyResolved):
        remarking.resolve(remark=remark, by=editor)


@pytest.mark.parametrize(
    "sent", [{}, {"words": ""}, {"words": " "}, {"line": "2"}, {"line": "99"}, {"where": "nowhere"}]
)
def test_a_comment_needs_words_and_a_line_that_is_there(client, editor, sent):
    post = make.draft(author=editor, body="One line.[^guide]\n\nAnother line.[^paper]")
    whole = {"where": "body", "line": "1", "words": "Fine."} | sent if sent else {}

    page = client.post(reverse("column:remark", args=[post.uuid]), whole, follow=True)

    assert page.status_code == 200
    assert not Remark.objects.exists()


def test_a_comment_stays_with_its_revision_and_is_shown_with_the_next_until_settled(client, editor):
    post = make.draft(slug="one", author=editor)
    remarking.remark(revision=post.head, where="title", line=1, words="Too long.", by=editor)
    editing.revise(post=post, document=make.document(slug="one", title="Shorter"), author=editor)

    page = client.get(reverse("column:post", args=[post.uuid])).content.decode()

    assert "Comments on earlier revisions" in page
    assert post.revisions.get(number=1).title in page
    remarking.resolve(remark=Remark.objects.get(), by=editor)
    assert "Too long." not in client.get(reverse("column:post", args=[post.uuid])).content.decode()


def test_whoever_may_not_see_a_draft_settles_nothing_in_it(client):
    author = make.user(is_editor=True)
    remark = remarking.remark(revision=make.draft(author=author).head, where="title", line=1, words="x", by=author)
    client.force_login(make.reviewer().user)

    assert client.post(reverse("column:resolve", args=[remark.pk])).status_code == 404
    assert client.post(reverse("column:remark", args=[remark.revision.post.uuid]), {}).status_code == 404


# --- Side by side ----------------------------------------------------------------------------------------------------


def said(line):
    return "".join(f"[{piece.text}]" if piece.is_changed else piece.text for piece in line or ())


def test_revisions_stand_side_by_side_word_by_word():
    old = make.document(slug="one", title="A title", body="Sleep is a good thing.\n\nIt stays.\n\nIt goes away now.")
    new = make.document(
        slug="one", title="A title", body="Sleep is a very good thing.\n\nIt stays.", summary=old.summary
    )

    (part,) = [part for part in comparing.compare(old, new) if part.name == "body"]

    assert [(said(row.old), said(row.new)) for row in part.rows] == [
        ("Sleep is a good thing.", "Sleep is a [very ]good thing."),
        ("It stays.", "It stays."),
        ("[It goes away now.]", ""),
    ]
    assert "title" not in {part.name for part in comparing.compare(old, new)}


def test_lines_that_share_nothing_are_two_lines_and_not_one_that_changed():
    old, new = make.document(body="Cats sleep all day."), make.document(body="Nobody wrote this before!")

    (part,) = [part for part in comparing.compare(old, new) if part.name == "body"]

    assert [(said(row.old), said(row.new)) for row in part.rows] == [
        ("[Cats sleep all day.]", ""),
        ("", "[Nobody wrote this before!]"),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_lost_between_two_revisions(seed):
    chance = random.Random(seed)
    words = ["calm", "worry", "sleep", "night", "talk", "rest", "walk"]

    def text():
        return "\n\n".join(
            " ".join(chance.choices(words, k=chance.randint(1, 12))) for _ in range(chance.randint(1, 8))
        )

    old, new = text(), text()
    parts = comparing.compare(make.document(slug="a", body=old), make.document(slug="a", body=new))
    rows = next((part.rows for part in parts if part.name == "body"), None)
    if rows is None:
        assert old == new
        return
    for side, whole in (("old", old), ("new", new)):
        lines = ["".join(piece.text for piece in getattr(row, side)) for row in rows if getattr(row, side) is not None]
        assert lines == whole.split("\n\n")


def test_both_wordings_are_compared(client, editor):
    old = make.document(slug="one", clinical=Clinical(body="Insomnia.[^guide]"))
    new = make.document(slug="one", title=old.title, clinical=Clinical(body="Chronic insomnia.[^guide]"))

    assert "clinical" in {part.name for part in comparing.compare(old, new)}


def test_the_desk_shows_two_revisions_with_words_for_what_colour_says(client, editor):
    post = make.draft(slug="one", author=editor, title="A first title")
    editing.revise(post=post, document=make.document(slug="one", title="A second title"), author=editor)
    address = reverse("column:compare", args=[post.uuid])

    page = client.get(address).content.decode()

    assert '<del><span class="visually-hidden">taken out: </span>first</del>' in page
    assert '<ins><span class="visually-hidden">put in: </span>second</ins>' in page
    assert "These two say the same" in client.get(address, {"old": "2", "new": "2"}).content.decode()
    for strange in ({"old": "9", "new": "x"}, {"old": "2", "new": "1"}):
        assert client.get(address, strange).status_code == 200


# --- To be read again ------------------------------------------------------------------------------------------------


START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_author_and_reviewer_are_reminded_before_a_post_gets_stale_and_readers_are_told_after(client):
    with time_machine.travel(START, tick=False) as clock:
        author, reviewer = make.user(is_editor=True), make.reviewer(licence_expires_on=date(2030, 1, 1))
        post = make.published(author=author, reviewer=reviewer)
        seen = []
        for days in (300, 306, 336, 359, 365):
            clock.move_to(START + timedelta(days=days))
            renewing.remind()
            renewing.remind()
            seen.append(Message.objects.count())
            assert "its review was due" not in client.get(post.get_absolute_url()).content.decode()
        clock.move_to(START + timedelta(days=367))
        caches["pages"].clear()
        page = client.get(post.get_absolute_url()).content.decode()

    assert seen == [0, 2, 4, 6, 8]
    assert set(Message.objects.values_list("recipient_digest", flat=True)) == {
        email_digest(user.email) for user in (author, reviewer.user)
    }
    assert "its review was due" in page


def test_a_post_is_handed_in_again_as_it_stands_and_its_new_signature_shows_at_once(client, editor):
    with time_machine.travel(START, tick=False) as clock:
        reviewer = make.reviewer(licence_expires_on=date(2030, 1, 1))
        post = make.published(author=editor, reviewer=reviewer)
        with pytest.raises(reviewing.NotReviewable):
            reviewing.submit(post=post, by=editor)
        clock.move_to(START + timedelta(days=310))
        client.force_login(editor)
        assert list(renewing.due()) == [post]
        assert "To be read again" in client.get(reverse("column:posts")).content.decode()

        review = reviewing.submit(post=post, by=editor)
        reviewing.sign(review=review, by=reviewer.user, checklist=ALL)

        post.refresh_from_db()
        assert (post.review, post.shown.number) == (review, 1)
        assert not renewing.due().exists()


def test_a_retracted_post_is_not_shown_again_by_a_signature(editor):
    with time_machine.travel(START, tick=False) as clock:
        reviewer = make.reviewer(licence_expires_on=date(2030, 1, 1))
        post = make.published(author=editor, reviewer=reviewer)
        publishing.retract(post=post, by=editor, reason="A mistake.")
        first = Post.objects.get().review
        clock.move_to(START + timedelta(days=400))
        assert not renewing.due().exists()
        with pytest.raises(publishing.SignatureEnded):
            publishing.publish(post=post, by=editor)

        reviewing.sign(review=reviewing.submit(post=post, by=editor), by=reviewer.user, checklist=ALL)

        assert (Post.objects.get().review, Post.objects.get().state) == (first, "retracted")


# --- While writing ---------------------------------------------------------------------------------------------------


def test_what_is_being_written_is_checked_by_a_button_and_nothing_is_kept(client, editor):
    sent = {"source": source(slug="mine", body="It is guaranteed.[^guide] [^paper]"), "do": "check"}

    page = client.post(reverse("column:new_post"), sent).content.decode()

    assert "It promises more than anyone can keep." in page
    assert "How it will look" in page
    assert "guaranteed" in page.partition("<textarea")[2].partition("</textarea>")[0], "what was written stays"
    assert not Post.objects.exists()


def test_the_same_check_comes_as_a_piece_of_the_page_while_one_types(client, editor):
    address = reverse("column:preview")
    page = client.post(address, {"source": source(body="Take 20 mg.[^guide] [^paper]")}).content.decode()
    assert "It gives a dose." in page
    assert "<html" not in page
    assert "no front matter" in client.post(address, {"source": "plain words"}).content.decode()
    assert client.post(address, {}).status_code == 200
    client.force_login(make.reviewer().user)
    assert client.post(address, {"source": ""}).status_code == 403


def test_both_wordings_are_drawn_while_one_types_where_there_are_two(client, editor):
    two = source(
        clinical=Clinical("For colleagues.", (), "Stimulus control is first-line.[^guide]\n\n## Evidence\n\nGood.")
    )

    page = client.post(reverse("column:preview"), {"source": two}).content.decode()

    plain, clinical = page.split('<article class="card flow">')[1:]
    assert "Plain" in plain
    assert "give it a time of its own" in plain
    assert "Stimulus control" not in plain
    assert "For colleagues." in clinical
    assert "Stimulus control is first-line." in clinical
    assert "give it a time of its own" not in clinical
    alone = client.post(reverse("column:preview"), {"source": source()}).content.decode()
    assert alone.count('<article class="card flow">') == 1


def test_the_beat_does_what_is_due(editor):
    with time_machine.travel(START, tick=False) as clock:
        post = make.draft(author=editor)
        review = reviewing.submit(post=post, by=editor)
        reviewing.sign(review=review, by=make.reviewer(licence_expires_on=date(2030, 1, 1)).user, checklist=ALL)
        planning.plan_publication(post=post, by=editor, at=START + timedelta(hours=1))
        clock.shift(timedelta(hours=2))
        tasks.do_planned()
        assert Post.objects.public().get() == post
        clock.shift(timedelta(days=310))
        tasks.remind()
        assert Message.objects.filter(topic=f"post:{post.uuid}").exists()
        tasks.owe_newsletters()
        tasks.forget()


def test_every_task_of_the_column_is_woken_by_the_beat():
    woken = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {name for name in vars(tasks) if hasattr(vars(tasks)[name], "delay")}
    assert {f"advice.tasks.{name}" for name in ours} <= woken
