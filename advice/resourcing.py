"""Resourcing: where to find help with a topic that is no crisis line, each checked by an editor and on which day."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice import linting
from advice.documents import tidy
from advice.models import Resource, Topic
from practice.refusals import Refused, refusing
from practice.staff import auditing
from practice.staff.models import User

CHECK_AGAIN_AFTER = timedelta(days=180)
HIDDEN_AFTER = timedelta(days=365)  # what nobody has checked for a year is not shown


class NotAResource(Refused):
    code, status = "not_a_resource", 422
    message = _("A resource has a name, a sentence, and an address that begins with https://.")


class WordsBlocked(Refused):
    code, status = "words_blocked", 422
    message = _("These words must change first.")


class StandsAlready(Refused):
    code = "stands_already"
    message = _("This address stands with this topic already.")


class Removed(Refused):
    code = "removed"
    message = _("Somebody has taken it out already.")


@transaction.atomic
def add(*, topic: Topic, name: str, about: str, about_es: str, url: str, by: User) -> Resource:
    """A new one, checked today by who adds it; raises NotAResource, WordsBlocked or StandsAlready."""
    resource = Resource(topic=topic, name=tidy(name), about=tidy(about), about_es=tidy(about_es), url=url.strip())
    _check(resource)
    resource.verified_on, resource.verified_by = timezone.localdate(), by
    resource.position = Resource.objects.filter(topic=topic).count()
    with refusing("resource_stands_once", StandsAlready), refusing("advice_resource.topic_id", StandsAlready):
        resource.save(force_insert=True)
    auditing.note(actor=by, action="resource added", subject=f"resource {resource.pk}")
    return resource


@transaction.atomic
def verify(*, resource: Resource, by: User) -> Resource:
    """Say that one has looked today, and the page is there and says what we say of it; raises Removed."""
    resource = _standing(resource)
    resource.is_sample, resource.verified_on, resource.verified_by = False, timezone.localdate(), by
    resource.save(update_fields=["is_sample", "verified_on", "verified_by"])
    auditing.note(actor=by, action="resource verified", subject=f"resource {resource.pk}")
    return resource


@transaction.atomic
def remove(*, resource: Resource, by: User) -> Resource:
    """Show it no longer; raises Removed."""
    resource = _standing(resource)
    resource.removed_at, resource.removed_by = timezone.now(), by
    resource.save(update_fields=["removed_at", "removed_by"])
    auditing.note(actor=by, action="resource removed", subject=f"resource {resource.pk}")
    return resource


def for_topics(topics: Iterable[Topic]) -> list[Resource]:
    """What readers of these topics see: checked within a year; samples in the demonstration alone. One query."""
    since = timezone.localdate() - HIDDEN_AFTER
    rows = Resource.objects.shown().filter(topic__in=[topic.pk for topic in topics])
    return [one for one in rows if (one.verified_on and one.verified_on >= since) or (one.is_sample and settings.DEMO)]


def is_due(resource: Resource) -> bool:
    """Whether it should be checked again."""
    return resource.verified_on is None or resource.verified_on < timezone.localdate() - CHECK_AGAIN_AFTER


def _check(resource: Resource) -> None:
    if not resource.name or not resource.about or not resource.url.startswith("https://"):
        raise NotAResource
    for text in (resource.name, resource.about, resource.about_es):
        for finding in linting.lint_reply(text):
            if finding.blocks:
                raise WordsBlocked(f"{WordsBlocked.message} “{finding.text}”: {finding.reason}")


def _standing(resource: Resource) -> Resource:
    resource = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    if resource.removed_at is not None:
        raise Removed
    return resource
