"""Exporting: posts as Markdown files with front matter, and their pictures, which import back to the same revisions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from advice import documents
from advice.importing import PICTURES
from advice.models import Picture, Post, Revision


@dataclass(frozen=True)
class File:
    """One file of an export. `revision` is what it holds, None for a picture."""

    name: str
    data: bytes
    revision: Revision | None = None


class Unfaithful(Exception):
    """A post that its file would not bring back as it is; it names the post."""


def files(posts: Iterable[Post]) -> Iterator[File]:
    """Each post's text (what readers see, else the newest), then the pictures they show; raises Unfaithful.

    Every file was read back and held to the revision's SHA-256 before it is given out.
    """
    shown: dict[str, None] = {}
    for post in posts:
        yield _text(post)
        shown |= dict.fromkeys(filter(None, [post.text.image.get("file")]))
    for picture in Picture.objects.filter(file__in=shown).iterator():
        yield File(f"{PICTURES}/{picture.file}", bytes(picture.data))


def _text(post: Post) -> File:
    revision = post.text
    topics = tuple(topic.slug for topic in post.topics.all())
    text = documents.to_markdown(revision.document.with_topics(topics))
    if documents.from_markdown(text).digest != revision.sha256:
        raise Unfaithful(str(post))
    name = f"{post.slug}.md" if post.language == "en" else f"{post.slug}.{post.language}.md"
    return File(name, text.encode(), revision)


def write(found: Iterable[File], folder: Path) -> Iterator[File]:
    """Write each file into the folder, whole or not at all, and tell which."""
    for file in found:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.half")
        half.write_bytes(file.data)
        half.replace(path)
        yield file
