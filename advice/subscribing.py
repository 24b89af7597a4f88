"""Subscribing: the newsletter. Nobody gets it without their own yes by mail, and one press ends it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from advice.models import Subscriber
from advice.models.subscribers import Rhythm, Wanted
from practice import facts, tallies
from practice.links import linking
from practice.messaging import consenting, limiting, sending
from practice.messaging.limiting import DAY, HOUR, Limit
from practice.messaging.models import Channel, Message
from practice.refusals import Refused

PURPOSE, SALT = "newsletter", "advice.newsletter"
TO_CONFIRM = timedelta(days=7)
KEPT = timedelta(days=30)  # after they left, so that a mail that is on its way can still be ended by its link
WORDING_VERSION = "2026-11"
WORDING = gettext_lazy("Send me the newsletter at this address. I can end it at any time by a link in each mail.")
BOUNCES = {"mail_recipient", "mail_bounced"}
Ending = Subscriber.Ending


class WantsNothing(Refused):
    code, status = "wants_nothing", 422
    message = gettext_lazy("Choose at least one thing that you would like to get.")


@transaction.atomic
def ask(*, email: str, wants: Sequence[str], rhythm: str, language: str, address: str) -> None:
    """Owe this address a mail with a link to say yes, or to change its choice; the caller learns nothing of it.

    The answer is the same whether the address is known, has left, or has been asked too often. Raises WantsNothing.
    """
    chosen = _chosen(wants)
    if not limiting.within(_limits(email, address)):
        tallies.counting.add("newsletter not asked: limit")
        return
    contact = consenting.contact_for(email=email, language=language)
    subscriber = Subscriber.objects.filter(contact=contact).first()
    if subscriber is not None and subscriber.confirmed_at is not None and subscriber.ended_at is None:
        _owe_reminder(subscriber)
        return
    said: dict[str, Any] = chosen | {"rhythm": Rhythm(rhythm), "language": language, "asked_at": timezone.now()}
    said |= {"confirmed_at": None, "ended_at": None, "ending": ""}
    subscriber, _is_new = Subscriber.objects.update_or_create(contact=contact, defaults=said)
    _owe_question(subscriber)


def _chosen(wants: Sequence[str]) -> dict[str, bool]:
    chosen = {f"wants_{one}": one in wants for one in Wanted.values}
    if not any(chosen.values()):
        raise WantsNothing
    return chosen


def _limits(email: str, address: str) -> list[Limit]:
    return [
        Limit("newsletter: mail a day", email.strip().lower(), 3, DAY),
        Limit("newsletter: address an hour", address, 10, HOUR),
        Limit("newsletter: network an hour", limiting.network(address), 60, HOUR),
        Limit("newsletter: everybody an hour", "", 500, HOUR),
    ]


def _owe_question(subscriber: Subscriber) -> None:
    token = linking.issue(purpose=PURPOSE, subject=subscriber.pk, expires_at=timezone.now() + TO_CONFIRM)
    with override(subscriber.language):
        link = settings.PUBLIC_URL + reverse("advice:newsletter_confirm", args=[token])
        body = _(
            "Somebody, we hope you, asked for our newsletter at this address. To get it, open this link and press the "
            "button there, within seven days:\n\n%(link)s\n\nIf it was not you, do nothing. You will not hear from us."
        )
        _owe(subscriber, "ask", _("Please confirm"), body % {"link": link})


def _owe_reminder(subscriber: Subscriber) -> None:
    with override(subscriber.language):
        body = _("You get our newsletter already. To change what you get, or to end it:\n\n%(link)s")
        _owe(subscriber, "known", _("Your newsletter"), body % {"link": settings.PUBLIC_URL + path(subscriber)})


def _owe(subscriber: Subscriber, what: str, subject: str, body: str) -> None:
    now = timezone.now()
    sending.queue(
        contact=subscriber.contact,
        channel=Channel.MAIL,
        key=f"newsletter:{subscriber.pk}:{what}:{now:%Y%m%d%H%M}",
        topic=f"newsletter:{subscriber.pk}",
        subject=f"{facts.practice().short_name}: {subject}",
        body=body,
        language=subscriber.language,
        expires_at=now + timedelta(days=1),
    )


@transaction.atomic
def confirm(*, token: str) -> Subscriber:
    """Their yes, by the link in the mail; pressing twice does no harm. Raises LinkUnknown or LinkExpired."""
    pk = linking.subject_of(token, purpose=PURPOSE)
    subscriber = Subscriber.objects.select_for_update(of=("self",)).select_related("contact").filter(pk=pk).first()
    if subscriber is None or subscriber.ended_at is not None:
        raise linking.LinkExpired
    if subscriber.confirmed_at is None:
        subscriber.confirmed_at = timezone.now()
        subscriber.save(update_fields=["confirmed_at"])
        with override(subscriber.language):
            wording = str(WORDING)
        consenting.consent(
            contact=subscriber.contact,
            channel=Channel.MAIL,
            wording=wording,
            version=f"newsletter {WORDING_VERSION}",
            source="newsletter, confirmed by mail",
        )
    return subscriber


def asked(token: str) -> Subscriber:
    """Whom a link to confirm is about; raises LinkUnknown or LinkExpired."""
    found = Subscriber.objects.filter(pk=linking.subject_of(token, purpose=PURPOSE)).first()
    if found is None or found.ended_at is not None:
        raise linking.LinkExpired
    return found


# --- By the link in each mail ----------------------------------------------------------------------------------------


def path(subscriber: Subscriber, name: str = "newsletter_choices") -> str:
    """Where the holder of one of our mails changes or ends it. It holds as long as they are subscribed: no expiry."""
    key = signing.Signer(salt=SALT).sign_object(subscriber.uuid.hex)
    with override(subscriber.language):
        return reverse(f"advice:{name}", args=[key])


def behind(key: str) -> Subscriber:
    """The subscriber behind a link in a mail; raises LinkUnknown."""
    try:
        found = signing.Signer(salt=SALT).unsign_object(key)
    except (signing.BadSignature, ValueError):
        raise linking.LinkUnknown from None
    subscriber = Subscriber.objects.filter(uuid=found).select_related("contact").first()
    if subscriber is None:
        raise linking.LinkUnknown
    return subscriber


@transaction.atomic
def change(*, subscriber: Subscriber, wants: Sequence[str], rhythm: str, language: str) -> Subscriber:
    """What they get, how often and in which language, from now on; raises WantsNothing."""
    subscriber = Subscriber.objects.select_for_update(of=("self",)).select_related("contact").get(pk=subscriber.pk)
    chosen: dict[str, Any] = _chosen(wants) | {"rhythm": Rhythm(rhythm), "language": language}
    for name, value in chosen.items():
        setattr(subscriber, name, value)
    subscriber.save(update_fields=list(chosen))
    return subscriber


@transaction.atomic
def leave(*, subscriber: Subscriber, ending: Subscriber.Ending = Ending.LEFT) -> Subscriber:
    """End it, and what is still owed of it; asking twice does no harm."""
    subscriber = Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber.pk)
    if subscriber.ended_at is None:
        subscriber.ended_at, subscriber.ending = timezone.now(), ending
        subscriber.save(update_fields=["ended_at", "ending"])
        owed = Message.objects.filter(contact=subscriber.contact_id, topic__startswith="newsletter:")
        owed.withdraw("not_wanted")
        subscriber.contact.consents.current(Channel.MAIL).filter(version__startswith="newsletter ").update(
            withdrawn_at=timezone.now()
        )
    return subscriber


# --- What the beat looks after ---------------------------------------------------------------------------------------


def end_bounced() -> int:
    """End it for addresses that refused our mail for good since they asked for it; returns how many."""
    refused = Message.objects.filter(
        contact=OuterRef("contact"),
        topic__startswith="newsletter:",
        reason__in=BOUNCES,
        created_at__gte=OuterRef("asked_at"),
    )
    found = list(Subscriber.objects.filter(Exists(refused), ended_at=None))
    for subscriber in found:
        leave(subscriber=subscriber, ending=Ending.BOUNCED)
    return len(found)


def forget() -> int:
    """Delete who never said yes, seven days on, and who left, thirty days on; returns how many."""
    now = timezone.now()
    never = Subscriber.objects.filter(confirmed_at=None, asked_at__lt=now - TO_CONFIRM)
    left = Subscriber.objects.filter(ended_at__lt=now - KEPT)
    return never.delete()[0] + left.delete()[0]
