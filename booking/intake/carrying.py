"""Carrying a self-check to the intake without keeping it: sealed into a field of the page, for half an hour."""

import json
from collections.abc import Sequence

from cryptography.fernet import InvalidToken
from django.utils.translation import gettext_lazy as _

from booking.intake import scoring
from booking.intake.scoring import Questionnaire
from practice import privacy
from practice.refusals import Refused

LASTS = 30 * 60  # seconds


class TooOld(Refused):
    code, status = "result_gone", 410
    message = _("That result is not here any more, because we keep none. Please answer the questions again.")


def seal(check: Questionnaire, answers: Sequence[int]) -> str:
    """What only this practice can open; the visitor's page holds it, and nobody else."""
    return privacy.vault().encrypt(json.dumps([check.slug, *answers]).encode()).decode()


def opened(sealed: str) -> tuple[Questionnaire, list[int]]:
    """The self-check in it; raises TooOld for that, and for whatever is none of ours."""
    try:
        slug, *answers = json.loads(privacy.vault().decrypt(sealed.encode("utf-8", "replace"), ttl=LASTS))
        check = scoring.QUESTIONNAIRES[slug]
        scoring.score(check, answers)
    except (InvalidToken, ValueError, TypeError, KeyError):
        raise TooOld from None
    return check, answers
