"""Telling: texts and mails about what is more than one appointment: a series, an offer, a place on the waitlist."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from booking import notifying, texts
from booking.models import Client
from practice.links import linking
from practice.messaging import sending
from practice.messaging.models import Channel

NEWS_LASTS = timedelta(days=2)


def link(client: Client, *, purpose: str, subject: object, page: str, expires_at: datetime) -> str:
    """A new whole address, in the client's language, behind which `purpose` may be done to `subject`."""
    token = linking.issue(purpose=purpose, subject=subject, expires_at=expires_at)
    with translation.override(client.language):
        return settings.PUBLIC_URL + reverse(page, args=[token])


def tell(
    *,
    client: Client,
    kind: str,
    topic: str,
    key: str,
    link: str,
    starts_at: datetime | None = None,
    number: int = 0,
    expires_at: datetime | None = None,
    priority: int | None = None,
    calendar: str = "",
) -> int:
    """Owe `client` the text and the mail (with `calendar`) of this kind, once for `key`; returns how many ways went."""
    told: dict[str, Any] = {"language": client.language, "zone": client.time_zone, "starts_at": starts_at}
    ways = notifying.channels(client.contact)
    for channel in ways:
        if channel == Channel.TEXT:
            subject, body = "", texts.text(kind, link=link, number=number, **told)
        else:
            subject, body = texts.mail(kind, name=client.name_to_use, link=link, number=number, **told)
        sending.queue(
            contact=client.contact,
            channel=channel,
            key=f"{key}:{channel}",
            topic=topic,
            body=body,
            subject=subject,
            expires_at=expires_at or client.contact.now() + NEWS_LASTS,
            priority=priority,
            language=client.language,
            calendar=calendar if channel == Channel.MAIL else "",
        )
    return len(ways)
