"""Remarking: what author and reviewer say to each other of a line of a draft."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import linting
from advice.documents import tidy
from advice.models import Post, Remark, Revision
from practice.refusals import Refused
from practice.staff.models import User

LONGEST = 2000


class NoSuchLine(Refused):
    code, status = "no_such_line", 404
    message = _("There is no such line in this revision.")


class NothingSaid(Refused):
    code, status = "nothing_said", 422
    message = _("Write what you want to say of it.")


class AlreadyResolved(Refused):
    code = "already_resolved"
    message = _("Somebody has settled that already.")


@dataclass(frozen=True)
class Said:
    """A remark beside the words it is about."""

    remark: Remark
    about: str


@transaction.atomic
def remark(*, revision: Revision, where: str, line: int, words: str, by: User) -> Remark:
    """Say something of one line of a revision, counted as the lint counts; raises NoSuchLine or NothingSaid."""
    if not any((part.where, part.number) == (where, line) for part in linting.parts(revision.document)):
        raise NoSuchLine
    words = tidy(words)[:LONGEST]
    if not words:
        raise NothingSaid
    return Remark.objects.create(revision=revision, where=where, line=line, words=words, author=by)


@transaction.atomic
def resolve(*, remark: Remark, by: User) -> Remark:
    """Say that it is settled; raises AlreadyResolved."""
    remark = Remark.objects.select_for_update().get(pk=remark.pk)
    if remark.resolved_at is not None:
        raise AlreadyResolved
    remark.resolved_at, remark.resolved_by = timezone.now(), by
    remark.save(update_fields=["resolved_at", "resolved_by"])
    return remark


def said_of(post: Post) -> list[Said]:
    """Everything said of a post's revisions, the newest revision first, each beside its line; two queries."""
    rows = Remark.objects.filter(revision__post=post).select_related("author", "resolved_by", "revision")
    return list(_beside(post, rows.order_by("-revision__number", "pk")))


def _beside(post: Post, rows: Iterable[Remark]) -> Iterable[Said]:
    lines: dict[int, dict[tuple[str, int], str]] = {}
    for row in rows:
        revision = row.revision
        if revision.pk not in lines:
            revision.post = post
            lines[revision.pk] = {(part.where, part.number): part.text for part in linting.parts(revision.document)}
        yield Said(row, lines[revision.pk].get((row.where, row.line), ""))
