"""Whatever editors, reviewers and the clock do, and in whatever order: readers see only what they may see.

A machine takes random steps through the real rules. It keeps its own book of who held a licence when they signed which
words, and asks after each step whether what is public stands in it. Some steps look at the pages themselves.
"""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from advice import editing, importing, linting, planning, publishing, reviewing, searching
from advice.documents import Occasion, to_markdown
from advice.models import IndexVersion, Passage, Plan, Post, Review
from practice.refusals import Refused
from practice.staff.models import Reviewer
from tests import make

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 22, 17, tzinfo=UTC)
PEOPLE = st.integers(0, 5)
ANY = st.integers(0, 30)


class Column(RuleBasedStateMachine):
    """Two editors, two licensed reviewers, a supervised associate, and a reviewer whose licence ends soon."""

    folder = None

    def __init__(self):
        super().__init__()
        self.undo = contextlib.ExitStack()
        self.clock = self.undo.enter_context(time_machine.travel(START, tick=False))
        self.undo.enter_context(transaction.atomic())
        self.undo.callback(transaction.set_rollback, True)
        self.undo.callback(setattr, django_settings, "DEMO", django_settings.DEMO)
        for name in django_settings.CACHES:
            caches[name].clear()
        IndexVersion.forget()
        self.number = 0
        self.samples = set()
        self.signed = {}  # of each signature: the digest it stands under
        far, soon = (START + timedelta(days=days) for days in (2000, 3))
        reviewers = [make.reviewer(licence_expires_on=far.date()) for _ in range(2)]
        reviewers += [make.reviewer(licence_expires_on=far.date(), is_supervised=True)]
        reviewers += [make.reviewer(licence_expires_on=soon.date())]
        self.people = [make.user(is_editor=True), make.user(is_owner=True), *(one.user for one in reviewers)]

    def teardown(self):
        self.undo.close()
        for name in django_settings.CACHES:
            caches[name].clear()
        IndexVersion.forget()

    # --- What it knows by itself -------------------------------------------------------------------------------------

    def may_sign(self, user):
        """By the rows alone, and not by the rule that is being tried."""
        today = timezone.now().date()
        valid = Reviewer.objects.filter(user=user, is_supervised=False, licence_expires_on__gte=today)
        return valid.exists()

    def one_of(self, rows, number):
        rows = list(rows.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def words(self, **fields):
        self.number += 1
        return make.document(title=f"On lantern{self.number}x worry", **fields)

    @initialize(author=st.integers(0, 1), reviewer=st.integers(2, 3))
    def begin_with_a_post_that_readers_see(self, author, reviewer):
        """A machine that publishes nothing proves nothing, so none begins without."""
        self.go_the_whole_way(author=author, reviewer=reviewer, again=False, which=0, days=None, between=None)
        assert Post.objects.public().get().state == "published"

    # --- Steps -------------------------------------------------------------------------------------------------------

    @rule(who=PEOPLE, bad=st.sampled_from([False, False, False, True]))
    def write(self, who, bad):
        fields = {"body": "It is guaranteed.[^guide] [^paper]"} if bad else {}
        editing.make_post(document=self.words(**fields), author=self.people[who])

    @rule(who=PEOPLE, days=st.integers(1, 40))
    def write_notice(self, who, days):
        until = (timezone.now() + timedelta(days=days)).date().isoformat()
        make.notice(author=self.people[who], title=f"On lantern{self.number}n", until=until)
        self.number += 1

    @rule(off=st.booleans())
    def show_a_sample(self, off):
        post = editing.make_post(document=self.words())
        with contextlib.suppress(Refused):
            publishing.publish_sample(post=post)
            self.samples.add(post.pk)
        if off:
            self.demonstration(on=False)

    @rule(which=ANY)
    def make_a_sample_of_what_is_there(self, which):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                publishing.publish_sample(post=post)
                self.samples.add(post.pk)

    @rule(who=PEOPLE, which=ANY)
    def edit(self, who, which):
        post = self.one_of(Post.objects.all(), which)
        if post:
            self.number += 1
            head = post.head.document
            changed = make.document(
                slug=post.slug, kind=post.kind, title=f"On lantern{self.number}x worry", occasion=head.occasion
            )
            editing.revise(post=post, document=changed, author=self.people[who])

    @rule(which=ANY, new=st.booleans())
    def bring_in(self, which, new):
        post = None if new else self.one_of(Post.objects.exclude(kind="notice"), which)
        document = self.words(slug=post.slug) if post else self.words()
        path = self.folder / f"{document.slug}.md"
        path.write_text(to_markdown(document), encoding="utf-8")
        importing.import_paths([path])
        path.unlink()

    @rule(who=PEOPLE, which=ANY)
    def submit(self, who, which):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                reviewing.submit(post=post, by=self.people[who])

    @rule(who=PEOPLE, which=ANY)
    def claim(self, who, which):
        review = self.one_of(Review.objects.all(), which)
        with contextlib.suppress(Refused):
            if review:
                reviewing.claim(review=review, by=self.people[who])

    @rule(who=PEOPLE, which=ANY, ticks=st.sampled_from([5, 5, 5, 5, 4]))
    def sign(self, who, which, ticks):
        reviews = Review.objects.open() if which % 3 else Review.objects.all()
        review, user = self.one_of(reviews, which), self.people[who]
        if review is None:
            return
        with contextlib.suppress(Refused):
            reviewing.sign(review=review, by=user, checklist=list(reviewing.CHECKLIST)[:ticks])
            assert self.may_sign(user), "no licence was valid at the hour of signing"
            assert ticks == len(reviewing.CHECKLIST)
            assert user != review.revision.author
            assert user.pk != review.submitted_by_id
            self.signed[review.pk] = review.revision.sha256

    @rule(
        author=st.integers(0, 1),
        reviewer=st.integers(2, 5),
        again=st.booleans(),
        which=ANY,
        days=st.sampled_from([None, None, -1, 0]),
        between=st.sampled_from([None, None, "edit", "import"]),
    )
    def go_the_whole_way(self, author, reviewer, again, which, days, between):
        """Most of these reach readers, so that the other steps find something to go wrong with."""
        if days is not None:
            self.licence_changes(who=reviewer, days=days)
        by, signer = self.people[author], self.people[reviewer]
        post = self.one_of(Post.objects.filter(state="published").exclude(kind="notice"), which) if again else None
        with contextlib.suppress(Refused):
            if post:
                editing.revise(post=post, document=self.words(slug=post.slug), author=by)
            else:
                post = editing.make_post(document=self.words(), author=by)
            review = reviewing.submit(post=post, by=by)
            reviewing.sign(review=review, by=signer, checklist=list(reviewing.CHECKLIST))
            assert self.may_sign(signer)
            self.signed[review.pk] = review.revision.sha256
            if between == "edit":
                editing.revise(post=post, document=self.words(slug=post.slug), author=by)
            elif between == "import":
                self.bring_in(which=which, new=False)
            publishing.publish(post=post, by=by)

    @rule(who=PEOPLE, which=ANY, no=st.booleans())
    def send_back(self, who, which, no):
        review = self.one_of(Review.objects.all(), which)
        with contextlib.suppress(Refused):
            if review:
                step = reviewing.decline if no else reviewing.send_back
                step(review=review, by=self.people[who], note="Not yet.")

    @rule(who=PEOPLE, which=ANY)
    def publish(self, who, which):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                publishing.publish(post=post, by=self.people[who])

    @rule(who=PEOPLE, which=ANY, older=st.integers(1, 3))
    def publish_an_older_revision(self, who, which, older):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                revision = post.revisions.filter(number=max(1, post.head.number - older)).get()
                publishing.publish(post=post, by=self.people[who], revision=revision)

    @rule(who=PEOPLE, which=ANY, other=ANY)
    def publish_the_revision_of_another_post(self, who, which, other):
        post, another = self.one_of(Post.objects.all(), which), self.one_of(Post.objects.all(), other)
        with contextlib.suppress(Refused):
            if post and another and post != another:
                publishing.publish(post=post, by=self.people[who], revision=another.head)

    @rule(who=PEOPLE, which=ANY, hours=st.integers(1, 100))
    def plan_publication(self, who, which, hours):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                at = timezone.now() + timedelta(hours=hours)
                planning.plan_publication(post=post, by=self.people[who], at=at)

    @rule(who=PEOPLE, which=ANY, hours=st.integers(1, 100))
    def plan_retraction(self, who, which, hours):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                at = timezone.now() + timedelta(hours=hours)
                planning.plan_retraction(post=post, by=self.people[who], at=at, reason="A source was withdrawn.")

    @rule(who=PEOPLE, which=ANY)
    def call_off(self, who, which):
        plan = self.one_of(Plan.objects.all(), which)
        with contextlib.suppress(Refused):
            if plan:
                planning.call_off(plan=plan, by=self.people[who])

    @rule(who=PEOPLE, which=ANY)
    def retract(self, who, which):
        post = self.one_of(Post.objects.all(), which)
        with contextlib.suppress(Refused):
            if post:
                publishing.retract(post=post, by=self.people[who], reason="A mistake.")

    @rule(hours=st.sampled_from([1, 5, 24, 80, 24 * 40, 24 * 200]))
    def time_passes(self, hours):
        self.clock.shift(timedelta(hours=hours))
        planning.carry_out_due()

    @rule(who=st.integers(2, 5), days=st.sampled_from([-1, 0, 500]))
    def licence_changes(self, who, days):
        until = timezone.now().date() + timedelta(days=days)
        Reviewer.objects.filter(user=self.people[who]).update(licence_expires_on=until)

    @rule(on=st.booleans())
    def demonstration(self, on):
        django_settings.DEMO = on
        caches["pages"].clear()

    @rule(which=ANY)
    def look(self, which):
        """What a reader really gets: pages, feeds, the JSON door, search and the chat."""
        post = self.one_of(Post.objects.all(), which)
        if post is None:
            return
        client = Client()
        answer = client.get(post.get_absolute_url())
        gone = {"retracted": {410}, "draft": {404}}
        public = {200} if post.state == "published" or django_settings.DEMO else {404}
        assert answer.status_code in gone.get(post.state, public)
        if answer.status_code == 200:
            word = post.shown.title.split()[1]
            assert word in answer.content.decode()
            return
        word = post.head.title.split()[1]
        for address in ("/", "/advice/", "/advice/feed/", "/advice/feed.json", "/advice/notices/", "/sitemap.xml",
                        "/api/v1/posts/"):  # fmt: skip
            page = client.get(address).content.decode()
            assert post.slug not in page, address
            assert word not in page, address
        assert client.get(f"/api/v1/posts/{post.slug}/").status_code == 404
        assert post.slug not in {hit.slug for hit in searching.find(f"{word} worry", language="en").hits}
        chat = client.post("/ask/", {"text": f"What about {word} worry?"}).content.decode()
        assert f"/advice/{post.slug}/" not in chat

    # --- What must always hold ---------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_published_without_two_people_and_a_licence(self):
        posts = Post.objects.filter(state="published").exclude(kind="notice")
        for post in posts.select_related("shown", "review__reviewer"):
            review = post.review
            assert review.pk in self.signed
            assert review.revision_id == post.shown_id
            assert review.state == "approved"
            assert review.decided_by_id not in {post.shown.author_id, review.submitted_by_id}
            assert not [found for found in linting.lint(post.shown.document) if found.blocks]

    @invariant()
    def what_is_public_is_word_for_word_what_was_signed(self):
        for post in Post.objects.filter(state="published", review__isnull=False).select_related("shown"):
            assert post.shown.document.digest == post.shown.sha256 == self.signed[post.review_id]

    @invariant()
    def a_notice_is_signed_by_an_editor_and_never_quoted(self):
        for post in Post.objects.filter(kind="notice", state="published").select_related("published_by", "shown"):
            assert post.published_by.may_edit
            assert post.ends_at is not None
            assert Occasion(**post.shown.occasion)
        assert not Passage.objects.filter(post__kind="notice").exists()

    @invariant()
    def only_what_is_public_is_quoted(self):
        public = set(Post.objects.public().values_list("pk", flat=True))
        for post, revision, shown in Passage.objects.public().values_list("post", "revision", "post__shown"):
            assert post in public
            assert revision == shown
        assert not Passage.objects.filter(post__state__in=["draft", "retracted"]).exists()

    @invariant()
    def a_sample_stays_a_sample_and_shows_only_in_the_demonstration(self):
        states = set(Post.objects.filter(pk__in=self.samples).values_list("state", flat=True))
        assert states <= {"sample", "retracted"}
        if not django_settings.DEMO:
            shown = {post.state for post in [*Post.objects.public(), *Post.objects.notices()]}
            assert shown <= {"published"}
            assert not Passage.objects.public().filter(post__in=self.samples).exists()


LONG = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    database=None,
)


def test_readers_see_only_what_they_may_see_whatever_is_done_in_whatever_order(tmp_path):
    Column.folder = tmp_path
    run_state_machine_as_test(Column, settings=LONG)


EDITOR, OWNER, REVIEWER, OTHER, ASSOCIATE = range(5)
WAY = {"author": EDITOR, "reviewer": REVIEWER, "which": 0}
# Every step of the machine at least once, where it does something; beside it, the states of all posts afterwards.
WALK = [
    ("look", {"which": 0}, "published"),
    ("go_the_whole_way", WAY | {"again": True, "days": None, "between": "edit"}, "published"),
    ("go_the_whole_way", WAY | {"again": False, "days": -1, "between": None}, "published draft"),
    ("licence_changes", {"who": REVIEWER, "days": 500}, "published draft"),
    ("retract", {"who": EDITOR, "which": 0}, "retracted draft"),
    ("look", {"which": 0}, "retracted draft"),
    ("write", {"who": EDITOR, "bad": False}, "retracted draft draft"),
    ("publish", {"who": EDITOR, "which": 2}, "retracted draft draft"),
    ("submit", {"who": EDITOR, "which": 2}, "retracted draft draft"),
    ("claim", {"who": OTHER, "which": -1}, "retracted draft draft"),
    ("sign", {"who": ASSOCIATE, "which": 1, "ticks": 5}, "retracted draft draft"),
    ("sign", {"who": OTHER, "which": 1, "ticks": 4}, "retracted draft draft"),
    ("sign", {"who": OTHER, "which": 1, "ticks": 5}, "retracted draft draft"),
    ("publish_the_revision_of_another_post", {"who": EDITOR, "which": 1, "other": 2}, "retracted draft draft"),
    ("edit", {"who": OWNER, "which": 2}, "retracted draft draft"),
    ("publish", {"who": EDITOR, "which": 2}, "retracted draft draft"),
    ("publish_an_older_revision", {"who": EDITOR, "which": 2, "older": 1}, "retracted draft published"),
    ("plan_retraction", {"who": EDITOR, "which": 2, "hours": 1}, "retracted draft published"),
    ("call_off", {"who": EDITOR, "which": 0}, "retracted draft published"),
    ("time_passes", {"hours": 5}, "retracted draft published"),
    ("plan_retraction", {"who": EDITOR, "which": 2, "hours": 1}, "retracted draft published"),
    ("time_passes", {"hours": 5}, "retracted draft retracted"),
    ("submit", {"who": EDITOR, "which": 1}, "retracted draft retracted"),
    ("send_back", {"who": OTHER, "which": -1, "no": False}, "retracted draft retracted"),
    ("submit", {"who": EDITOR, "which": 1}, "retracted draft retracted"),
    ("sign", {"who": OTHER, "which": 1, "ticks": 5}, "retracted draft retracted"),
    ("plan_publication", {"who": EDITOR, "which": 1, "hours": 1}, "retracted draft retracted"),
    ("time_passes", {"hours": 5}, "retracted published retracted"),
    ("bring_in", {"which": 1, "new": False}, "retracted published retracted"),
    ("write_notice", {"who": EDITOR, "days": 9}, "retracted published retracted draft"),
    ("publish", {"who": REVIEWER, "which": 3}, "retracted published retracted draft"),
    ("publish", {"who": EDITOR, "which": 3}, "retracted published retracted published"),
    ("demonstration", {"on": True}, "retracted published retracted published"),
    ("make_a_sample_of_what_is_there", {"which": 1}, "retracted published retracted published"),
    ("show_a_sample", {"off": True}, "retracted published retracted published sample"),
    ("publish", {"who": EDITOR, "which": 4}, "retracted published retracted published sample"),
    ("look", {"which": 4}, "retracted published retracted published sample"),
]


def test_every_step_of_the_machine_is_taken_once_and_the_invariants_hold_after_it(tmp_path):
    """What chance may leave out: each step, and each road to the public, on one road that is the same in every run."""
    Column.folder = tmp_path
    machine = Column()
    try:
        machine.begin_with_a_post_that_readers_see(author=EDITOR, reviewer=REVIEWER)
        for number, (step, given, states) in enumerate(WALK):
            getattr(machine, step)(**given)
            found = " ".join(Post.objects.order_by("pk").values_list("state", flat=True))
            assert found == states, f"step {number}, {step}"
            for each in Column.__dict__.values():
                if hasattr(each, "hypothesis_stateful_invariant"):
                    each(machine)
    finally:
        machine.teardown()
    steps = {name for name, each in vars(Column).items() if hasattr(each, "hypothesis_stateful_rule")}
    assert {step for step, _given, _states in WALK} == steps
