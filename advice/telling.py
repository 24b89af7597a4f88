"""Telling: a mail to a letter's writer, where they left an address, that there is news, which stands at their link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from advice.models import Letter
from practice.links import linking
from practice.messaging import consenting, sending
from practice.messaging.models import Channel

PURPOSE = "letter"
LINK_LASTS = timedelta(days=365)
TRIED_FOR = timedelta(days=2)
NEWS_VERSION = "2026-11-22"
NEWS_CONSENT = gettext_lazy("You may write to this address when there is news about my letter, and for nothing else.")


def tell_of_proposal(*, letter: Letter, proposed_at: datetime, until: datetime | None) -> None:
    """There is a text to look at, and until when one may object."""
    with override(letter.language):
        body = _("There is news that you asked for. Please look at it within seven days:")
    _owe(letter, f"shown:{proposed_at:%Y%m%d%H%M%S}", body)


def tell_of_end(letter: Letter) -> None:
    """It was answered or declined. To be called while its address is still there."""
    with override(letter.language):
        body = _("There is news that you asked for:")
    _owe(letter, "closed", body)


def topic(letter: Letter) -> str:
    return f"letter:{letter.uuid}"


def _owe(letter: Letter, what: str, body: str) -> None:
    """A mail that says nothing of letters: others may see a reader's mail."""
    if not letter.reply_to:
        return
    contact = consenting.contact_for(email=letter.reply_to, language=letter.language)
    agreed = f"with the letter of {letter.received_at:%Y-%m-%d}"
    consenting.consent(
        contact=contact,
        channel=Channel.MAIL,
        wording=str(NEWS_CONSENT),
        version=NEWS_VERSION,
        source="letter",
        proof=agreed,
    )
    token = linking.issue(purpose=PURPOSE, subject=letter.uuid, expires_at=timezone.now() + LINK_LASTS)
    with override(letter.language):
        address = settings.PUBLIC_URL + reverse("advice:letter_fate", args=[token])
        subject = _("News for you")
        end = _("We write to this address for nothing else.")
    sending.queue(
        contact=contact,
        channel=Channel.MAIL,
        key=f"{topic(letter)}:{what}",
        topic=topic(letter),
        subject=subject,
        body=f"{body}\n\n{address}\n\n{end}\n",
        expires_at=timezone.now() + TRIED_FOR,
        language=letter.language,
    )
