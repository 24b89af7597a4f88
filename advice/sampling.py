"""Sampling: the demonstration's posts, shown as what they are: samples that no clinician has reviewed."""

from dataclasses import replace
from pathlib import Path

import yaml
from django.conf import settings
from django.db import transaction

from advice import documents, editing, illustrating, publishing
from advice.documents import Document, Image
from advice.models import Picture, Post, Topic

FOLDER = Path(__file__).with_name("demo")


@transaction.atomic
def load_topics(path: Path = FOLDER / "topics.yaml") -> int:
    """Enter the topics of this file, changing those that are there; returns how many there are in it."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    for position, row in enumerate(rows):
        Topic.objects.update_or_create(slug=row.pop("slug"), defaults=row | {"position": position})
    return len(rows)


@transaction.atomic
def load_samples(folder: Path = FOLDER) -> int:
    """Show the demonstration's posts, once each; returns how many changed. NotWhileLive where DEMO is off."""
    if not settings.DEMO:
        raise publishing.NotWhileLive
    load_topics(folder / "topics.yaml")
    ours = {path.name: illustrating.take(data=path.read_bytes()) for path in (folder / "pictures").glob("*.png")}
    return sum(_load(_illustrated(read(path), ours)) for path in sorted((folder / "posts").glob("*.md")))


def read(path: Path) -> Document:
    """One of the demonstration's posts; its picture is named as the file in the folder of pictures."""
    return documents.from_markdown(path.read_text(encoding="utf-8"))


def _illustrated(document: Document, ours: dict[str, Picture]) -> Document:
    if not document.image:
        return document
    found = ours[document.image.file]
    return replace(document, image=Image(found.file, document.image.alt, found.width, found.height))


def _load(document: Document) -> bool:
    post = Post.objects.filter(slug=document.slug, language=document.language).select_related("head").first()
    if post is None:
        publishing.publish_sample(post=editing.make_post(document=document, source="demo"))
        return True
    # What an editor made of it, or retracted, stays as it is.
    if (
        post.state != Post.State.SAMPLE
        or post.source != "demo"
        or post.head is None
        or post.head.sha256 == document.digest
    ):
        return False
    editing.revise(post=post, document=document, note="sample changed")
    publishing.publish_sample(post=post)
    return True
