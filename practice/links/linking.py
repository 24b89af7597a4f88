"""Linking: a random 128-bit token of 22 characters, kept as a digest with its purpose and expiry."""

import secrets
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice.links.models import Link
from practice.privacy import digest
from practice.refusals import Refused


class LinkUnknown(Refused):
    code, status = "link_unknown", 404
    message = _("This link does not lead anywhere. Check that you have copied all of it.")


class LinkExpired(Refused):
    code, status = "link_expired", 410
    message = _("This link has expired. Call us and we will send you a new one.")


def issue(*, purpose: str, subject: object, expires_at: datetime) -> str:
    """A new token with which its holder may do `purpose` to `subject`; only its digest is kept."""
    token = secrets.token_urlsafe(16)
    Link.objects.create(digest=_digest(token), purpose=purpose, subject=str(subject), expires_at=expires_at)
    return token


def subject_of(token: str, *, purpose: str) -> str:
    """What the token is about; raises LinkUnknown (altered, or for another purpose) or LinkExpired."""
    link = Link.objects.filter(digest=_digest(token), purpose=purpose).first()
    if link is None:
        raise LinkUnknown
    if link.revoked_at is not None or link.expires_at <= timezone.now():
        raise LinkExpired
    return link.subject


def prolong(*, purpose: str, subject: object, until: datetime) -> None:
    """Let every link with this purpose and subject that still leads somewhere do so until then."""
    live = Link.objects.filter(purpose=purpose, subject=str(subject), revoked_at=None, expires_at__gt=timezone.now())
    live.filter(expires_at__lt=until).update(expires_at=until)


def revoke(*, purpose: str, subject: object) -> None:
    """End every link with this purpose and subject."""
    Link.objects.filter(purpose=purpose, subject=str(subject), revoked_at=None).update(revoked_at=timezone.now())


def forget() -> int:
    """Delete links that expired 30 days ago; returns how many."""
    return Link.objects.filter(expires_at__lt=timezone.now() - timedelta(days=30)).delete()[0]


def _digest(token: str) -> str:
    return digest(token, purpose="link")
