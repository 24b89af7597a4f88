"""Editing: posts are made and changed here alone, by adding immutable revisions."""

from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from advice.documents import LARGEST, Byline, Document, Image, Kind, to_markdown
from advice.models import Letter, Picture, Post, Revision, Topic
from advice.models.posts import SLUG_LENGTH
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import Clinician, User

# Words that other pages of the column stand at.
RESERVED_SLUGS = {"write", "topics", "feed", "archive", "notices", "reviewers", "policy", "ask"}


class BadDocument(Refused):
    code, status = "bad_document", 400
    message = _("A post needs a title and a text.")


class SlugTaken(Refused):
    code = "slug_taken"
    message = _("There is a post with this address already.")


class RowTaken(Refused):
    code = "row_taken"
    message = _("A post has been made of this row already.")


@transaction.atomic
def make_post(
    *,
    document: Document,
    author: User | None = None,
    letter: Letter | None = None,
    source: str = "",
    source_key: str = "",
) -> Post:
    """A new draft with revision 1, tied to its wordings in other languages.

    Raises BadDocument, SlugTaken, or RowTaken where a post has this `source_key`.
    """
    document = _checked(document)
    post = Post(slug=document.slug, language=document.language, kind=document.kind, letter=letter)
    post.source, post.source_key, post.translation_of = source[:200], source_key, _original(document)
    with (
        refusing("post_has_one_wording_a_language", SlugTaken),
        refusing("advice_post.slug", SlugTaken),
        refusing("post_of_a_row_is_made_once", RowTaken),
        refusing("advice_post.source_key", RowTaken),
    ):
        post.save(force_insert=True)
    _add_revision(post, document, author, "")
    _tie_translations(post)
    auditing.note(actor=author, action="post made", subject=f"post {post.uuid}")
    return post


@transaction.atomic
def revise(*, post: Post, document: Document, author: User | None = None, note: str = "") -> Revision:
    """The next revision of a post, or its newest where nothing changed. What readers see stays as it is."""
    post = Post.objects.select_for_update(of=("self",)).select_related("head").get(pk=post.pk)
    document = _checked(document)
    if (document.slug, document.language, document.kind) != (post.slug, post.language, post.kind):
        raise BadDocument(_("Address, language and kind of a post stay what they are."))
    head = post.head
    if head is not None and head.sha256 == document.digest:
        post.topics.set(_topics(document))
        return head
    revision = _add_revision(post, document, author, note)
    auditing.note(
        actor=author, action="post revised", subject=f"post {post.uuid}", detail=f"revision {revision.number}"
    )
    return revision


def _checked(document: Document) -> Document:
    document = document.tidied()
    if not document.title or not document.body:
        raise BadDocument
    if document.slug != slugify(document.slug) or not document.slug or len(document.slug) > SLUG_LENGTH:
        raise BadDocument(_("The address is made of lower-case words and hyphens."))
    if document.slug in RESERVED_SLUGS:
        raise BadDocument(_("Another page stands at this address."))
    if len(document.title) > 200 or len(document.signed) > 120 or len(to_markdown(document)) > LARGEST:
        raise BadDocument(_("That is more text than one post can hold."))
    if (document.kind == Kind.NOTICE) != bool(document.occasion) or (document.occasion and document.occasion.faults()):
        raise BadDocument(_("A notice says when its event is, or until when its news holds; nothing else does."))
    if len(document.disclosure) > 300:
        raise BadDocument(_("Say in 300 characters which commercial interests there are."))
    document = replace(document, byline=_byline(document), image=_image(document))
    keys = [reference.key for reference in document.references]
    if len(set(keys)) < len(keys):
        raise BadDocument(_("Two references have the same key."))
    return document


def _byline(document: Document) -> Byline:
    """The author with a name and credentials: those of our clinician, where it names one."""
    byline = document.byline
    if byline.clinician:
        found = Clinician.objects.active().filter(slug=byline.clinician).first()
        if found is None or (found.is_sample and not settings.DEMO):
            raise BadDocument(_("It names a clinician that there is not."))
        byline = Byline(byline.name or found.name, byline.credentials or found.credentials, found.slug)
    if len(byline.name) > 120 or len(byline.credentials) > 80 or (byline.credentials and not byline.name):
        raise BadDocument(_("An author has a name, and credentials that fit behind it."))
    return byline


def _image(document: Document) -> Image:
    """The picture with its sides; raises BadDocument where we do not have it."""
    image = document.image
    if not image:
        return Image()
    found = Picture.objects.filter(file=image.file).only("file", "width", "height").first()
    if found is None:
        raise BadDocument(_("It shows a picture that we do not have. Add the picture first."))
    return replace(image, width=found.width, height=found.height)


def _topics(document: Document) -> list[Topic]:
    found = list(Topic.objects.filter(slug__in=document.topics))
    if len(found) < len(set(document.topics)):
        raise BadDocument(_("It names a topic that there is not."))
    return found


def _add_revision(post: Post, document: Document, author: User | None, note: str) -> Revision:
    number = post.head.number + 1 if post.head else 1
    revision = Revision(
        post=post, number=number, author=author, note=note[:200], sha256=document.digest, **document.content
    )
    revision.save(force_insert=True)
    post.head = revision
    post.save(update_fields=["head"])
    post.topics.set(_topics(document))
    return revision


def _original(document: Document) -> Post | None:
    return Post.objects.filter(slug=document.slug, language="en").first() if document.language != "en" else None


def _tie_translations(post: Post) -> None:
    if post.language == "en":
        Post.objects.filter(slug=post.slug, translation_of=None).exclude(pk=post.pk).update(translation_of=post)
