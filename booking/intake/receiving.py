"""Receiving: take an intake in. What someone wrote is screened first, then kept, then given to the desk."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.intake import asking, choices, likening, scoring
from booking.models import Client, Intake, SessionType
from practice import phones
from practice.crisis import alerting, screening
from practice.crisis.screening import Screening
from practice.links import linking
from practice.messaging import consenting
from practice.messaging.models import Contact
from practice.refusals import Refused

PURPOSE = "intake"
SOURCE = "intake"
NEEDED = ("kind", "age", "state", "name")
SENT_LASTS = timedelta(days=90)  # the private link of a sent intake shows for so long where it stands
URGENCY = {"act_now": Intake.Urgency.SAME_DAY, "check_in": Intake.Urgency.SOON}


class AlreadySent(Refused):
    code = "already_sent"
    message = _("You have already sent these answers. Call us if something has changed.")


class Incomplete(Refused):
    code, status = "incomplete", 422
    message = _(
        "Something we need is still missing: who it is for, an age group, a state, a name and a way to reach you."
    )


class AdultsOnly(Refused):
    code, status = "adults_only", 422
    message = _(
        "These questionnaires were made for adults. For someone younger, a person from our office asks instead."
    )


def start(*, language: str, session_type: SessionType | None = None) -> tuple[Intake, str]:
    """A new draft and the token of the private link that reopens it for 14 days; nothing else says who wrote it."""
    expires_at = timezone.now() + choices.DRAFT_LASTS
    with transaction.atomic():
        intake = Intake.objects.create(language=language[:2], expires_at=expires_at, session_type=session_type)
        return intake, linking.issue(purpose=PURPOSE, subject=intake.pk, expires_at=expires_at)


def reopen(token: str) -> Intake:
    """The intake behind a private link; raises LinkUnknown, or LinkExpired when its time is over or it was emptied."""
    intake = Intake.objects.filter(pk=linking.subject_of(token, purpose=PURPOSE)).select_related("client").first()
    if intake is None or intake.emptied_at is not None:
        raise linking.LinkExpired
    return intake


def screen(answers: dict[str, Any]) -> Screening:
    """Whether what was written freely is an emergency, or a self-check taken along names self-harm."""
    found = screening.screen(_words(answers))
    return scoring.HARM if not found.is_hit and _harm(answers) else found


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


def screen_unsent(answers: dict[str, Any], *, source_label: str = "booking") -> Screening:
    """Whether what is not kept yet is an emergency. It is counted: whoever stops at the lines was not reachable."""
    found = screening.screen(_words(answers))
    alerting.count_hit(screening=found, source_label=source_label)
    return found


@transaction.atomic
def submit(*, intake: Intake) -> Client:
    """Give the intake to the desk and make its writer a client, once however often it is asked; or raise Incomplete."""
    kept = _locked(intake)
    if kept.client is not None:
        return kept.client
    answers = asking.pruned(kept)
    found = screening.screen(_words(answers))
    if not all(answers.get(key) for key in NEEDED) or not asking.is_reachable(answers):
        raise Incomplete
    kept.urgency = _more_urgent(kept.urgency, found)
    kept.client, kept.status, kept.submitted_at = (
        _client(answers, language=kept.language),
        Intake.Status.NEW,
        timezone.now(),
    )
    kept.answers = answers
    found_by = likening.digests(answers)
    kept.name_digest, kept.email_digest = found_by["name_digest"], found_by["email_digest"]
    kept.save(update_fields=["answers", "client", "status", "submitted_at", "urgency", "name_digest", "email_digest"])
    linking.prolong(purpose=PURPOSE, subject=kept.pk, until=timezone.now() + SENT_LASTS)
    intake.refresh_from_db()
    return kept.client


@transaction.atomic
def attach(*, intake: Intake, check: scoring.Questionnaire, given: Sequence[int]) -> scoring.Score:
    """Keep a self-check with the answers, because its writer asked for it; the last of each kind counts.

    Self-harm named in it makes the intake one for the same day, and alerts staff as soon as its writer can be reached.
    Raises AdultsOnly, and AlreadySent for one that is closed.
    """
    kept, score = _locked(intake), scoring.score(check, given)
    before = kept.answers or {}
    if kept.status == Intake.Status.CLOSED or kept.emptied_at is not None:
        raise AlreadySent
    if choices.is_minor(before):
        raise AdultsOnly
    made, taken = scoring.record(check, given, on=timezone.localdate()), before.get("screenings") or []
    if made in taken:
        return score
    kept.answers = before | {"screenings": [*(one for one in taken if one["slug"] != check.slug), made]}
    kept.urgency = Intake.Urgency.SAME_DAY if score.names_harm else kept.urgency
    kept.save(update_fields=["answers", "urgency"])
    intake.refresh_from_db()
    _tell(kept, before, scoring.HARM if score.names_harm else None)
    return score


@transaction.atomic
def introduce(*, answers: dict[str, Any], language: str, is_new: bool = False) -> Client:
    """A client from the page where a time is booked without an intake; a hit in what they wrote raises an alert.

    Whoever goes by the same name at the same number or address is the same person, unless `is_new`: as long as nobody
    has confirmed that it is they who write, what they do must not touch anybody we know.
    """
    found = screening.screen(_words(answers))
    client = _client(answers, language=language[:2], is_new=is_new)
    if found.is_hit:
        alerting.raise_alert(
            screening=found,
            text=_words(answers),
            source_label="booking",
            source_url=reverse("diary:appointments"),
            who=_masked(answers),
        )
    return client


def hear(*, words: str, contact: Contact) -> Screening:
    """What someone adds who can be reached: a hit in it alerts staff."""
    found = screening.screen(words)
    if found.is_hit:
        where = reverse("diary:requests")
        alerting.raise_alert(screening=found, text=words, source_label="booking", source_url=where, who=contact.masked)
    return found


@transaction.atomic
def detach(*, intake: Intake, slug: str) -> None:
    """Throw a self-check away that was taken along; what staff were alerted of stays with them."""
    kept = _locked(intake)
    others = [one for one in (kept.answers or {}).get("screenings") or [] if one["slug"] != slug]
    kept.answers = (kept.answers or {}) | {"screenings": others}
    kept.save(update_fields=["answers"])


def _words(answers: dict[str, Any]) -> str:
    given = [answers[key] for key in asking.free(answers) if answers.get(key)]
    return "\n".join(" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in given)


def _harm(answers: dict[str, Any]) -> list[str]:
    """A line of each self-check taken along that names self-harm, for those who are alerted."""
    return [scoring.in_words(one) for one in answers.get("screenings") or [] if one["names_harm"]]


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
    now_reachable = asking.is_reachable(intake.answers)
    if news is not None and not now_reachable:
        alerting.count_hit(screening=news, source_label=SOURCE)
    if not now_reachable or (news is None and asking.is_reachable(before)):
        return
    whole = screen(intake.answers)
    if whole.is_hit:
        alerting.raise_alert(
            screening=whole,
            text="\n".join([_words(intake.answers), *_harm(intake.answers)]).strip(),
            source_label=SOURCE,
            source_url=reverse("diary:intake", args=[intake.pk]),
            who=_masked(intake.answers),
        )


def _masked(answers: dict[str, Any]) -> str:
    """Enough for staff to know whom an alert is about without opening it."""
    return phones.mask(answers["phone"]) if answers.get("phone") else f"{answers['email'][:1]}…"


def _name(answers: dict[str, Any]) -> str:
    """What to call them. A cry for help in that field is for staff; it must not greet anyone in a mail."""
    name: str = answers["name"]
    return str(_("there")) if screening.screen(name).is_hit else name


def _client(answers: dict[str, Any], *, language: str, is_new: bool = False) -> Client:
    name = _name(answers)
    contact = consenting.contact_for(
        phone=answers.get("phone") or "",
        email=answers.get("email") or "",
        name=name,
        language=language,
        time_zone=answers.get("zone") or "",
    )
    _note_consents(contact, answers)
    known = None if is_new else Client.objects.person(contact, name)
    if known is not None and not known.reaching:  # what someone said before is not changed by whoever knows the number
        known.reaching = _reaching(answers)
        known.save(update_fields=["reaching"])
    return known or Client.objects.create(
        contact=contact,
        name_to_use=name,
        email=(answers.get("email") or "").strip().lower(),
        state=answers.get("state") or "",
        time_zone=answers["zone"],
        language=language,
        reaching=_reaching(answers),
    )


def _reaching(answers: dict[str, Any]) -> dict[str, Any]:
    """How to reach them safely, as far as they said it."""
    return {key: answers[key] for key in asking.REACHING if answers.get(key)}


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
