"""Receiving: what readers write to us is screened first, then kept, then thanked for."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advice.documents import tidy
from advice.models import Letter, Topic
from practice.crisis import alerting, screening
from practice.crisis.screening import Screening
from practice.links import linking
from practice.refusals import Refused
from practice.staff import auditing

PURPOSE = "letter"
LINK_LASTS = timedelta(days=365)
LONGEST_LETTER, LONGEST_NAME = 6000, 60
CONSENT_VERSION = "2026-11"
CONSENT = _(
    "You may publish a newly written version of my letter with your answer. Names, places and other details "
    "that could point to me are left out or changed. I can withdraw my letter through my private link until the "
    "answer is published."
)


class NothingWritten(Refused):
    code, status = "nothing_written", 422
    message = _("Write your letter first. A few sentences are enough.")


class AlreadyClosed(Refused):
    code = "letter_closed"
    message = _("This letter has been answered, declined or withdrawn already. None of its words are kept with us.")


@dataclass(frozen=True)
class Taken:
    """What became of a letter as it arrived. Of a child under 13 nothing is kept: no letter, no link."""

    letter: Letter | None
    token: str
    screening: Screening


@transaction.atomic
def take_letter(
    *,
    pen_name: str,
    body: str,
    age_band: Letter.AgeBand,
    may_be_published: bool,
    language: str,
    topic: Topic | None = None,
    reply_to: str = "",
) -> Taken:
    """Screen a letter, keep it, and give its writer a private link; raises NothingWritten.

    A hit is put before staff. Under 18 nothing is ever published; under 13 nothing is kept, and a hit is only counted.
    """
    found = screening.screen(f"{pen_name}\n{body}")
    body, pen_name = tidy(body)[:LONGEST_LETTER], tidy(pen_name)[:LONGEST_NAME]
    if not body:
        raise NothingWritten
    if age_band == Letter.AgeBand.UNDER_13:
        alerting.count_hit(screening=found, source_label=PURPOSE)
        return Taken(None, "", found)
    may_be_published = may_be_published and age_band == Letter.AgeBand.ADULT
    letter = Letter.objects.create(
        pen_name=pen_name,
        body=body,
        reply_to=tidy(reply_to)[:200],
        age_band=age_band,
        topic=topic,
        language=language,
        urgency=(found.tier or "") if found.is_hit else "",
        may_be_published=may_be_published,
        consent_wording=str(CONSENT) if may_be_published else "",
        consent_version=CONSENT_VERSION if may_be_published else "",
    )
    if found.is_hit:
        _tell_staff(letter, found)
    token = linking.issue(purpose=PURPOSE, subject=letter.uuid, expires_at=timezone.now() + LINK_LASTS)
    return Taken(letter, token, found)


def screen_unsent(text: str) -> Screening:
    """Whether words that are not (yet) kept are an emergency."""
    return screening.screen(text)


def screen_search(text: str) -> Screening:
    """Whether what a reader searched for is an emergency. It is counted, not kept."""
    found = screening.screen(text)
    alerting.count_hit(screening=found, source_label="search")
    return found


@transaction.atomic
def withdraw(*, letter: Letter) -> Letter:
    """Empty a letter at its writer's wish, at once; raises AlreadyClosed."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.closed_at is not None:
        raise AlreadyClosed
    letter.state, letter.closed_at = Letter.State.WITHDRAWN, timezone.now()
    letter.empty()
    letter.save()
    auditing.note(actor=None, action="letter withdrawn", subject=str(letter))
    return letter


def _tell_staff(letter: Letter, found: Screening) -> None:
    alerting.raise_alert(
        screening=found,
        text=letter.body,
        source_label=PURPOSE,
        source_url=reverse("column:letter", args=[letter.uuid]),
        who=str(_("A letter to the column")),
    )
