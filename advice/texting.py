"""Texting: the chatbot by text message. It tells the practice's facts and where to book, and nothing else."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from advice import discerning, informing, recognising, retrieving
from advice.discerning import Intent
from practice import facts
from practice.crisis import responding
from practice.messaging import lengths
from practice.messaging.models import Contact

SURE = 0.7  # below, a person reads it
LONGEST_ASKED = 120  # characters; who writes more than a question is read by a person
LONGEST_SAID = 300  # two parts


def reply(*, contact: Contact, body: str, message_sid: str) -> str | None:
    """Answer a plain question about hours, prices or booking; None for everything else. One of SMS_REPLIES."""
    if len(body) > LONGEST_ASKED:
        return None
    language = recognising.language_of(body, expected=responding.known(contact.language))
    if language not in dict(settings.LANGUAGES):
        return None
    vector = retrieving.vector_of(body, language=language)
    meant = discerning.discern(body, language=language, vector=vector)
    if meant.intent not in {Intent.FACTS, Intent.BOOKING} or meant.certainty < SURE:
        return None
    with override(language):
        said = _booking() if meant.intent == Intent.BOOKING else _facts(body)
    return lengths.folded(f"{facts.practice().short_name}: {said}")


def _booking() -> str:
    link = settings.PUBLIC_URL + reverse("booking:find")
    return _("find someone and a time here: %(link)s. To move or cancel, use the link in your confirmation.") % {
        "link": link
    }


def _facts(body: str) -> str:
    """As many of the facts that were asked for as fit, each whole."""
    said = ""
    for fact in informing.about_the_practice(body):
        if len(said) + len(fact) <= LONGEST_SAID:
            said = f"{said} {fact}".strip()
    return said or facts.everything()["phone"]
