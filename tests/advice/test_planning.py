"""What is planned for an hour happens by the rules of that hour, or not at all, and somebody hears of it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from advice import editing, planning, publishing, reviewing
from advice.models import Plan, Post
from practice.messaging.models import Message
from practice.staff.models import AuditEntry, Reviewer
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-11-22T12:00:00Z", tick=False) as clock:
        yield clock


def signed(*, author, reviewer=None, **fields):
    reviewer = reviewer or make.reviewer()
    post = make.draft(author=author, **fields)
    review = reviewing.submit(post=post, by=author)
    reviewing.sign(review=review, by=reviewer.user, checklist=list(reviewing.CHECKLIST))
    return post


@pytest.fixture
def editor():
    return make.user(is_editor=True)


def test_a_signed_post_is_published_at_its_hour_and_not_before(noon, editor):
    post = signed(author=editor)
    planning.plan_publication(post=post, by=editor, at=timezone.now() + HOUR)

    assert planning.carry_out_due() == 0
    assert not Post.objects.public().exists()
    noon.shift(HOUR)
    assert planning.carry_out_due() == 1

    post = Post.objects.public().get()
    assert (post.published_by, post.published_at) == (editor, timezone.now())
    assert planning.carry_out_due() == 0
    assert not Plan.objects.open().exists()


def test_what_is_written_after_the_plan_waits_for_its_own_signature(noon, editor):
    post = signed(author=editor, slug="one")
    planning.plan_publication(post=post, by=editor, at=timezone.now() + HOUR)
    editing.revise(post=post, document=make.document(slug="one", title="Written later"), author=editor)

    noon.shift(HOUR)
    planning.carry_out_due()

    post = Post.objects.public().get()
    assert (post.shown.number, post.head.number) == (1, 2)


@pytest.mark.parametrize("what", ["licence", "supervised", "overdue"])
def test_a_signature_that_no_longer_holds_is_refused_at_the_hour_and_staff_hear_of_it(noon, editor, what):
    reviewer = make.reviewer(licence_expires_on=date(2028, 1, 1))
    post = signed(author=editor, reviewer=reviewer)
    days = timedelta(days=400) if what == "overdue" else HOUR
    plan = planning.plan_publication(post=post, by=editor, at=timezone.now() + days)
    if what == "licence":
        Reviewer.objects.update(licence_expires_on=date(2026, 11, 1))
    if what == "supervised":
        Reviewer.objects.update(is_supervised=True)

    noon.shift(days)
    assert planning.carry_out_due() == 1

    plan.refresh_from_db()
    assert plan.refused == "signature_ended"
    assert not Post.objects.public().exists()
    note = Message.objects.get()
    assert note.recipient == editor.email
    assert post.head.title not in note.subject
    assert AuditEntry.objects.filter(action="publication refused", detail="signature_ended").exists()
    with pytest.raises(publishing.SignatureEnded):
        publishing.publish(post=post, by=editor)


def test_where_the_planner_has_left_the_owners_hear_of_it(noon, editor):
    owner = make.user(is_owner=True)
    post = signed(author=editor)
    planning.plan_publication(post=post, by=editor, at=timezone.now() + HOUR)
    Reviewer.objects.update(is_supervised=True)
    editor.is_active = False
    editor.save()

    noon.shift(HOUR)
    planning.carry_out_due()

    assert Message.objects.get().recipient == owner.email


def test_a_retraction_at_an_hour_tells_readers_why(noon, editor, client):
    post = make.published(author=editor)
    planning.plan_retraction(post=post, by=editor, at=timezone.now() + HOUR, reason="Its source ends today.")

    assert client.get(post.get_absolute_url()).status_code == 200
    noon.shift(HOUR)
    planning.carry_out_due()

    gone = client.get(post.get_absolute_url())
    assert gone.status_code == 410
    assert "Its source ends today." in gone.content.decode()
    assert not post.passages.exists()


def test_a_plan_needs_what_its_deed_needs(editor):
    draft, at = make.draft(author=editor), timezone.now() + HOUR
    with pytest.raises(publishing.NotApproved):
        planning.plan_publication(post=draft, by=editor, at=at)
    with pytest.raises(publishing.NotPossible):
        planning.plan_publication(post=make.sample(), by=editor, at=at)
    with pytest.raises(publishing.NotPossible):
        planning.plan_retraction(post=draft, by=editor, at=at, reason="x")
    public = make.published(author=editor)
    with pytest.raises(publishing.NotPossible):
        planning.plan_retraction(post=public, by=editor, at=at, reason=" ")
    with pytest.raises(planning.HourHasPassed):
        planning.plan_retraction(post=public, by=editor, at=timezone.now(), reason="x")
    planning.plan_retraction(post=public, by=editor, at=at, reason="x")
    with pytest.raises(planning.AlreadyPlanned):
        planning.plan_retraction(post=public, by=editor, at=at, reason="x")


def test_a_plan_called_off_does_not_happen(noon, editor):
    post = signed(author=editor)
    plan = planning.plan_publication(post=post, by=editor, at=timezone.now() + HOUR)

    planning.call_off(plan=plan, by=editor)
    noon.shift(HOUR)

    assert planning.carry_out_due() == 0
    assert not Post.objects.public().exists()
    with pytest.raises(planning.NothingPlanned):
        planning.call_off(plan=plan, by=editor)


def test_a_plan_never_puts_an_older_wording_over_a_newer_one(noon, editor):
    reviewer = make.reviewer()
    post = signed(author=editor, reviewer=reviewer, slug="one")
    plan = planning.plan_publication(post=post, by=editor, at=timezone.now() + HOUR)
    editing.revise(post=post, document=make.document(slug="one", title="Newer"), author=editor)
    make.publish(post, editor=editor, reviewer=reviewer)

    noon.shift(HOUR)
    planning.carry_out_due()

    plan.refresh_from_db()
    assert plan.refused == "newer_is_public"
    assert Post.objects.get().shown.number == 2


def test_the_desk_plans_in_the_practice_s_own_zone_and_calls_off(client, editor):
    post = signed(author=editor)
    client.force_login(editor)
    address = f"/desk/column/posts/{post.uuid}/plan/"

    for wrong in ("", "soon", "2026-11-22T06:59"):
        client.post(address, {"do": "publish", "at": wrong})
        assert not Plan.objects.exists()
    page = client.post(address, {"do": "publish", "at": "2026-11-22T09:00"}, follow=True).content.decode()

    plan = Plan.objects.get()
    assert plan.at.isoformat() == "2026-11-22T14:00:00+00:00"
    assert "9 a.m." in page
    client.post(f"/desk/column/plans/{plan.pk}/call-off/")
    assert not Plan.objects.open().exists()
