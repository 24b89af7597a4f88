"""Announcing: the demonstration's notices and places of help, each saying that it is a sample."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from advice import editing, publishing
from advice.documents import Document, Kind, Occasion
from advice.models import Post, Resource, Topic

FOLDER = Path(__file__).with_name("demo")


@transaction.atomic
def load_samples(folder: Path = FOLDER) -> int:
    """Show the sample notices and places, once each; returns how many are new. NotWhileLive where DEMO is off.

    The topics must be there. A notice whose days are over is written anew with days to come.
    """
    if not settings.DEMO:
        raise publishing.NotWhileLive
    today = timezone.localdate(timezone=publishing.practice_zone())
    notices = yaml.safe_load((folder / "notices.yaml").read_text(encoding="utf-8"))
    places = yaml.safe_load((folder / "resources.yaml").read_text(encoding="utf-8"))
    return sum(_show(row, today) for row in notices) + sum(_place(**row) for row in places)


def _show(row: dict[str, Any], today: date) -> bool:
    post = Post.objects.filter(slug=row["slug"], language=row["language"]).select_related("head").first()
    if post is None:
        post = editing.make_post(document=_document(row, today), source="demo")
    elif post.state != Post.State.SAMPLE or post.ends_at is None or post.ends_at > timezone.now():
        return False
    else:
        editing.revise(post=post, document=_document(row, today), note="days to come")
    publishing.publish_sample(post=post)
    return True


def _document(row: dict[str, Any], today: date) -> Document:
    words = {name: row[name] for name in ("slug", "language", "title", "summary", "body")}
    if "until_in_days" in row:
        occasion = Occasion(until=(today + timedelta(days=row["until_in_days"])).isoformat())
    else:
        day = today + timedelta(days=row["in_days"])
        occasion = Occasion(f"{day}T{row['from']}", f"{day}T{row['to']}", row["place"])
    return Document(kind=Kind.NOTICE.value, occasion=occasion, **words)


def _place(*, topic: str, url: str, **fields: str) -> bool:
    wanted = Topic.objects.get(slug=topic)
    if Resource.objects.filter(topic=wanted, url=url).exists():
        return False
    Resource.objects.create(topic=wanted, url=url, is_sample=True, **fields)
    return True
