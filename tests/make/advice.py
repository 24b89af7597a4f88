"""Posts, letters and reviews, made through the real rules."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

from django.utils import timezone

from advice import editing, proposing, publishing, receiving, reviewing, subscribing
from advice.documents import Answered, Document, Occasion, Reference
from advice.models import Letter, Subscriber, Topic
from practice.links import linking
from tests.make import staff

_number = count(1)

REFERENCES = (
    Reference(
        key="guide",
        kind="guideline",
        title="A guideline",
        authors="A body",
        publisher="A body",
        year=2022,
        url="https://example.org/guide",
        accessed_on="2026-11-21",
        found_in="example.org",
    ),
    Reference(
        key="paper", kind="study", title="A paper", authors="Somebody A", publisher="A journal", year=2020, doi="10.1/x"
    ),
)
BODY = """When a worry keeps you up, give it a time of its own.[^guide]

## What to try tonight

Write it down, close the notebook, and come back to it tomorrow at five.[^paper] You need not solve it in the dark.
"""


def topic(slug="sleep", **fields):
    return Topic.objects.get_or_create(slug=slug, defaults={"name": slug.title()} | fields)[0]


def document(**fields):
    """A document that passes the lint; change it by keyword."""
    n = next(_number)
    values = {
        "slug": f"post-{n}",
        "kind": "article",
        "title": f"When worry keeps you up, part {n}",
        "summary": "Why worries are louder at night, and what to do with them.",
        "takeaways": ("Worries are louder at night.", "A time for them helps.", "You are not alone with it."),
        "questions": ("why do I worry at night", "how to stop worrying in bed"),
        "faq": (Answered("Should I get up?", "If you lie awake for long, yes.[^guide]"),),
        "references": REFERENCES,
        "body": BODY,
        "disclosure": "none",
    }
    values |= fields
    for slug in values.get("topics", ()):
        topic(slug)
    return Document(**values)


def draft(*, author=None, **fields):
    return editing.make_post(document=document(**fields), author=author)


def sample(**fields):
    """A post as the demonstration shows it."""
    return publishing.publish_sample(post=draft(**fields))


def published(*, author=None, reviewer=None, **fields):
    """A post that one person wrote and another signed."""
    author = author or staff.user(is_editor=True)
    return publish(draft(author=author, **fields), editor=author, reviewer=reviewer)


def publish(post, *, editor, reviewer=None):
    """Submit, sign and publish the newest wording of a post; the writer of its letter, if any, says yes."""
    signed(post, editor=editor, reviewer=reviewer)
    if post.letter is not None and not Letter.objects.get(pk=post.letter_id).closed_at:
        proposing.agree(letter=proposing.propose(post=post, by=editor))
    return publishing.publish(post=post, by=editor)


def signed(post, *, editor, reviewer=None):
    """Submit and sign the newest wording of a post."""
    reviewer = reviewer or staff.reviewer()
    review = reviewing.claim(review=reviewing.submit(post=post, by=editor), by=reviewer.user)
    reviewing.sign(review=review, by=reviewer.user, checklist=list(reviewing.CHECKLIST))
    return post


def revise(post, *, author, **changes):
    """The next revision of a post, changed by keyword."""
    post.refresh_from_db()
    return editing.revise(post=post, document=replace(post.head.document, **changes), author=author)


def letter(**fields):
    """A letter as it comes in; its `.letter`, its `.token`, its `.screening`."""
    values = {
        "pen_name": "Awake",
        "body": "I lie awake at night and think of work.",
        "age_band": "18-plus",
        "may_be_published": True,
        "language": "en",
    }
    return receiving.take_letter(**values | fields)


def notice(*, author=None, **fields):
    """A draft of a notice: an event in two weeks, or news with `until`."""
    when = {"until": fields.pop("until")} if "until" in fields else event_times(**fields.pop("event", {}))
    plain = {
        "kind": "notice",
        "title": "An evening on sleep",
        "summary": "We talk and answer questions.",
        "body": "Open to everybody. Tea is ready from half past five.",
        "takeaways": (),
        "questions": (),
        "faq": (),
        "references": (),
        "occasion": Occasion(**when),
    }
    return draft(author=author, **plain | fields)


def event_times(**fields):
    start = timezone.localdate() + timedelta(days=14)
    return {"starts_at": f"{start}T18:00", "ends_at": f"{start}T19:30", "place": "12 Main Street"} | fields


def subscriber(*, email, has_confirmed=True, wants=("answers",), rhythm="each"):
    """Someone who asked for the newsletter; `.key` stands in the links of the mail they got last."""
    subscribing.ask(email=email, wants=wants, rhythm=rhythm, language="en", address="192.0.2.1")
    made = Subscriber.objects.latest("pk")
    token = linking.issue(
        purpose=subscribing.PURPOSE, subject=made.pk, expires_at=timezone.now() + subscribing.TO_CONFIRM
    )
    made.key = token
    if has_confirmed:
        made = subscribing.confirm(token=token)
        made.key = subscribing.path(made).split("/")[-2]
    return made
