"""Receiving: take an intake in. What someone wrote is screened first, then kept, then given to the desk."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import choices
from booking.models import Client, Intake
from practice import phones
from practice.crisis import alerting, screening
from practice.crisis.screening import Screening
from practice.links import linking
from practice.messaging import consenting
from practice.messaging.models import Contact
from practice.refusals import Refused

PURPOSE = "intake"
SOURCE = "intake"
# Whatever is written freely, in the order it is asked; screened together, so that a sentence may run on.
FREE_TEXT = ("words", "wishes", "reach", "name")
NEEDED = ("kind", "age", "state", "name")
URGENCY = {"act_now": Intake.Urgency.SAME_DAY, "check_in": Intake.Urgency.SOON}


class AlreadySent(Refused):
    code = "already_sent"
    message = _("You have already sent these answers. Call us if something has changed.")


class Incomplete(Refused):
    code, status = "incomplete", 422
    message = _(
        "Something we need is still missing: who it is for, an age group, a state, a name and a way to reach you."
    )


def start(*, language: str) -> tuple[Intake, str]:
    """A new draft and the token of the private link that reopens it for 14 days; nothing else says who wrote it."""
    expires_at = timezone.now() + choices.DRAFT_LASTS
    with transaction.atomic():
        intake = Intake.objects.create(language=language[:2], expires_at=expires_at)
        return intake, linking.issue(purpose=PURPOSE, subject=intake.pk, expires_at=expires_at)


def reopen(token: str) -> Intake:
    """The intake behind a private link; raises LinkUnknown, or LinkExpired when its time is over or it was emptied."""
    intake = Intake.objects.filter(pk=linking.subject_of(token, purpose=PURPOSE)).select_related("client").first()
    if intake is None or intake.emptied_at is not None:
        raise linking.LinkExpired
    return intake


def screen(answers: dict[str, Any]) -> Screening:
    """Whether what was written freely is an emergency."""
    return screening.screen(_words(answers))


@transaction.atomic
def save_step(
    *, intake: Intake, step: str, answers: dict[str, Any], wording: dict[str, str] | None = None
) -> Screening | None:
    """Keep one page of a draft. Returns the screening when these words are a hit that was not kept before.

    A hit is counted while nobody can be reached, and raises an alert as soon as there is a number or an address.
    Raises AlreadySent.
    """
    found = screening.screen(_words(answers))
    kept = _locked(intake)
    if kept.status != Intake.Status.DRAFT:
        raise AlreadySent
    before, after = kept.answers or {}, _merged(kept.answers or {}, answers, wording or {})
    kept.answers, kept.step, kept.state = after, step, after.get("state") or ""
    is_news = found.is_hit and _words(answers) != _words({key: before.get(key) for key in answers})
    kept.urgency = _more_urgent(kept.urgency, found)
    kept.save(update_fields=["answers", "step", "state", "urgency"])
    intake.refresh_from_db()
    _tell(kept, before, found if is_news else None)
    return found if is_news else None


@transaction.atomic
def submit(*, intake: Intake) -> Client:
    """Give the intake to the desk and make its writer a client, once however often it is asked; or raise Incomplete."""
    kept = _locked(intake)
    if kept.client is not None:
        return kept.client
    answers = kept.answers or {}
    found = screening.screen(_words(answers))
    if not all(answers.get(key) for key in NEEDED) or not _is_reachable(answers):
        raise Incomplete
    kept.urgency = _more_urgent(kept.urgency, found)
    kept.client, kept.status, kept.submitted_at = (
        _client(answers, language=kept.language),
        Intake.Status.NEW,
        timezone.now(),
    )
    kept.save(update_fields=["client", "status", "submitted_at", "urgency"])
    intake.refresh_from_db()
    return kept.client


@transaction.atomic
def introduce(*, answers: dict[str, Any], language: str) -> Client:
    """A client from the page where a time is booked without an intake; a hit in what they wrote raises an alert."""
    found = screening.screen(_words(answers))
    client = _client(answers, language=language[:2])
    if found.is_hit:
        alerting.raise_alert(
            screening=found,
            text=_words(answers),
            source_label="booking",
            source_url=reverse("diary:appointments"),
            who=_masked(answers),
        )
    return client


def _is_reachable(answers: dict[str, Any]) -> bool:
    return bool(answers.get("phone") or answers.get("email"))


def _words(answers: dict[str, Any]) -> str:
    return "\n".join(str(answers[key]) for key in FREE_TEXT if answers.get(key))


def _locked(intake: Intake) -> Intake:
    # Two tabs may save at once; each must build on what the other kept.
    return Intake.objects.select_for_update(of=("self",)).select_related("client").get(pk=intake.pk)


def _merged(before: dict[str, Any], answers: dict[str, Any], wording: dict[str, str]) -> dict[str, Any]:
    return before | answers | {"wording": before.get("wording", {}) | wording}


def _more_urgent(now: str, found: Screening) -> str:
    """Words taken back do not make an intake less urgent: a person decides that."""
    if not found.is_hit:
        return now
    order = list(Intake.Urgency.values)
    return max(now, URGENCY.get(str(found.tier), Intake.Urgency.SOON), key=order.index)


def _tell(intake: Intake, before: dict[str, Any], news: Screening | None) -> None:
    """Count a hit, or alert staff: of news, and of what was written before its writer could be reached."""
    now_reachable = _is_reachable(intake.answers)
    if news is not None and not now_reachable:
        alerting.count_hit(screening=news, source_label=SOURCE)
    if not now_reachable or (news is None and _is_reachable(before)):
        return
    whole = screen(intake.answers)
    if whole.is_hit:
        alerting.raise_alert(
            screening=whole,
            text=_words(intake.answers),
            source_label=SOURCE,
            source_url=reverse("diary:intake", args=[intake.pk]),
            who=_masked(intake.answers),
        )


def _masked(answers: dict[str, Any]) -> str:
    """Enough for staff to know whom an alert is about without opening it."""
    return phones.mask(answers["phone"]) if answers.get("phone") else f"{answers['email'][:1]}…"


def _client(answers: dict[str, Any], *, language: str) -> Client:
    contact = consenting.contact_for(
        phone=answers.get("phone") or "",
        email=answers.get("email") or "",
        name=answers["name"],
        language=language,
        time_zone=answers.get("zone") or "",
    )
    _note_consents(contact, answers)
    return Client.objects.create(
        contact=contact,
        name_to_use=answers["name"],
        state=answers.get("state") or "",
        time_zone=answers["zone"],
        language=language,
    )


def _note_consents(contact: Contact, answers: dict[str, Any]) -> None:
    reachable = {"text": answers.get("phone"), "mail": answers.get("email")}
    for given in answers.get("consents") or []:
        if not reachable.get(given["channel"]):
            continue
        consenting.consent(
            contact=contact,
            channel=given["channel"],
            wording=given["wording"],
            version=given["version"],
            source=SOURCE,
        )
