"""Consenting: who may be written to, since when, in which words, and STOP, START and HELP."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from practice import phones
from practice.links import linking
from practice.messaging import keywords, texts
from practice.messaging.keywords import Deed
from practice.messaging.models import Channel, Consent, Contact, Message, OptOut
from practice.messaging.models.contacts import email_digest, number_digest
from practice.refusals import Refused
from practice.staff.models import User

STOP, START, HELP = Deed.STOP, Deed.START, Deed.HELP
MORNING, EVENING = time(8), time(21)
PREFERENCES = "preferences"
PREFERENCES_LINK_DAYS = 90
LANGUAGES = {code for code, _name in settings.LANGUAGES}


class NoWayToReach(Refused):
    code, status = "no_way_to_reach", 400
    message = _("Give us a phone number or an email address, so that we can reach you.")


class NumberUnreadable(Refused):
    code, status = "number_unreadable", 400
    message = _("Enter a phone number with area code, like 202 555 0143.")


@transaction.atomic
def contact_for(
    *, phone: str = "", email: str = "", name: str = "", language: str = "", time_zone: str = ""
) -> Contact:
    """The one contact with this number, or with this address alone; made where there is none.

    Raises NoWayToReach or NumberUnreadable. Zone and language are taken over from each call. A name or an address is
    added to a known number only before anything was ever sent to it: whoever types another's number must not thereby
    get, or change, what is sent to them. So the contact's own `email` may differ from the one given; who owes mail to
    that very address asks with the address alone.
    """
    number, address = _read_number(phone), email.strip().lower()
    if not number and not address:
        raise NoWayToReach
    said = {"address": address, "name": name.strip(), "language": language, "time_zone": time_zone}
    contact, is_new = _known(number, **said)
    if not is_new:
        _take_over(contact, **said)
        contact.save()
    return contact


def _read_number(phone: str) -> str:
    if not phone.strip():
        return ""
    try:
        return phones.normalise(phone, country=settings.PRACTICE["country"])
    except phones.BadNumber:
        raise NumberUnreadable from None


def _known(number: str, *, address: str, name: str, language: str, time_zone: str) -> tuple[Contact, bool]:
    """Who has this number, or this address alone, and whether they were made just now, with all that was said."""
    zone = time_zone if is_zone(time_zone) else settings.PRACTICE["time_zone"]
    fresh: dict[str, Any] = {"email": address, "name": name[:120], "time_zone": zone}
    fresh["email_digest"] = email_digest(address) if address else ""
    if language in LANGUAGES:
        fresh["language"] = language
    if not number:
        same = {"number_digest": "", "email_digest": fresh.pop("email_digest")}
        return Contact.objects.get_or_create(**same, defaults=fresh)
    if not phones.can_be_texted(number):
        fresh["number_is_bad_since"] = timezone.now()
    return Contact.objects.get_or_create(number_digest=number_digest(number), defaults=fresh | {"number": number})


def _take_over(contact: Contact, *, address: str, name: str, language: str, time_zone: str) -> None:
    if language in LANGUAGES:
        contact.language = language
    if is_zone(time_zone):
        contact.time_zone = time_zone
    adds_name, adds_address = bool(name) and not contact.name, bool(address) and not contact.email
    if (adds_name or adds_address) and not contact.messages.exists():
        contact.name = contact.name or name[:120]
        contact.email = contact.email or address
        contact.email_digest = email_digest(contact.email) if contact.email else ""


def is_zone(name: str) -> bool:
    """Whether this machine knows an IANA zone of that name."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    # Each look walks the whole zone database on the disk.
    return frozenset(available_timezones())


@transaction.atomic
def consent(
    *,
    contact: Contact,
    channel: str,
    wording: str,
    version: str,
    source: str,
    address: str = "",
    entered_by: User | None = None,
    proof: str = "",
) -> Consent:
    """Keep that `contact` agreed to `wording`. It does not end a STOP: only START from that very number does."""
    current = contact.consents.current(channel).filter(version=version, source=source).first()
    return current or Consent.objects.create(
        contact=contact,
        channel=channel,
        wording=wording,
        version=version[:40],
        source=source[:80],
        address=address,
        entered_by=entered_by,
        proof=proof[:200],
    )


@transaction.atomic
def opt_out(*, number: str, source: str = OptOut.Source.KEYWORD) -> bool:
    """End every kind of text to `number` (E.164), what is owed and every consent; False where it was so already."""
    digest = number_digest(number)
    _row, is_new = OptOut.objects.get_or_create(
        digest=digest, channel=Channel.TEXT, ended_at=None, defaults={"source": source}
    )
    Consent.objects.current(Channel.TEXT).filter(contact__number_digest=digest).update(withdrawn_at=timezone.now())
    Message.objects.to_number(number).filter(channel=Channel.TEXT).withdraw("opted_out")
    return is_new


@transaction.atomic
def opt_in(*, contact: Contact, source: str = "START by text") -> None:
    """They texted START themselves: end the STOP of their number and keep the consent."""
    OptOut.objects.current(Channel.TEXT).filter(digest=contact.number_digest).update(ended_at=timezone.now())
    Contact.objects.filter(pk=contact.pk).update(wants_texts=True, number_is_bad_since=None)
    consent(
        contact=contact,
        channel=Channel.TEXT,
        wording=texts.consent_wording("start", contact.language),
        version=texts.CONSENT_VERSION,
        source=source,
    )


def has_opted_out(number: str) -> bool:
    """Whether `number` (E.164) has said STOP, known to us or not."""
    return OptOut.objects.current(Channel.TEXT).filter(digest=number_digest(number)).exists()


def reply(*, contact: Contact, body: str, message_sid: str) -> str | None:
    """Carry out STOP, START or HELP and answer it; None where `body` is none of them. One of SMS_REPLIES."""
    reading = keywords.read(body) or (keywords.agrees(body) if contact.opted_out else None)
    if reading is None:
        return None
    language = "es" if reading.in_spanish else contact.language
    if reading.deed in {Deed.STOP, Deed.WRONG_NUMBER}:
        return _stop(contact, reading, language)
    if reading.deed is Deed.START:
        opt_in(contact=contact)
        return texts.reply("started", language)
    return texts.reply("help", language)


def _stop(contact: Contact, reading: keywords.Reading, language: str) -> str | None:
    source = OptOut.Source.KEYWORD if reading.is_keyword else OptOut.Source.WORDS
    if reading.deed is Deed.WRONG_NUMBER:
        source = OptOut.Source.WRONG_NUMBER
    # One confirmation is allowed, and one only.
    return texts.reply("stopped", language) if opt_out(number=contact.number, source=source) else None


@transaction.atomic
def prefer(
    *,
    contact: Contact,
    wants_texts: bool,
    wants_mail: bool,
    language: str,
    name: str = "",
    safe_from: time | None = None,
    safe_until: time | None = None,
) -> Contact:
    """Keep what the holder of a preferences link chose: texts, mail, both or none; language, name, hours."""
    if wants_texts and contact.number and not contact.consents.current(Channel.TEXT).exists():
        wording = texts.consent_wording("preferences", language)
        consent(
            contact=contact,
            channel=Channel.TEXT,
            wording=wording,
            version=texts.CONSENT_VERSION,
            source="preferences page",
        )
    contact.wants_texts, contact.wants_mail = wants_texts, wants_mail
    contact.language, contact.name = language, name[:120]
    contact.safe_from, contact.safe_until = safe_from, safe_until
    contact.save()
    unwanted = [channel for channel, wanted in ((Channel.TEXT, wants_texts), (Channel.MAIL, wants_mail)) if not wanted]
    contact.messages.filter(channel__in=unwanted).withdraw("not_wanted")
    return contact


def preferences_link(contact: Contact) -> str:
    """A whole address under which `contact` chooses texts, mail, language and hours; it holds for 90 days."""
    expires_at = timezone.now() + timedelta(days=PREFERENCES_LINK_DAYS)
    token = linking.issue(purpose=PREFERENCES, subject=contact.pk, expires_at=expires_at)
    with translation.override(contact.language):
        return settings.PUBLIC_URL + reverse("messaging:preferences", args=[token])


@transaction.atomic
def note_bad_number(contact: Contact) -> None:
    """The carrier says that no text can ever reach this number."""
    Contact.objects.filter(pk=contact.pk, number_is_bad_since=None).update(number_is_bad_since=timezone.now())


@transaction.atomic
def bring_forward(*, contact: Contact, by: timedelta) -> Contact:
    """Move one contact's clock ahead, and with it everything that is still owed to them. For the demonstration only."""
    if not settings.DEMO:
        raise Refused
    Contact.objects.filter(pk=contact.pk).update(clock_ahead=F("clock_ahead") + by)
    contact.messages.owed().update(send_at=F("send_at") - by, expires_at=F("expires_at") - by)
    contact.refresh_from_db()
    return contact


def may_be_texted(contacts: Iterable[Contact]) -> set[int]:
    """Which of these (their keys) a text may go to now: as `Contact.may_be_texted`, with two questions for all."""
    known = {contact.pk: contact for contact in contacts if contact.number}
    digests = {contact.number_digest for contact in known.values()}
    stopped = set(OptOut.objects.current(Channel.TEXT).filter(digest__in=digests).values_list("digest", flat=True))
    agreed = set(Consent.objects.current(Channel.TEXT).filter(contact__in=known).values_list("contact", flat=True))
    return {
        pk
        for pk, contact in known.items()
        if contact.number_digest not in stopped and not _text_obstacle(contact, has_agreed=pk in agreed)
    }


# --- Hours -----------------------------------------------------------------------------------------------------------


def open_hours(contact: Contact | None) -> tuple[time, time]:
    """Between which local hours reminders may arrive: 8:00-21:00, or the safe hours they chose within."""
    if contact is None or contact.safe_from is None or contact.safe_until is None:
        return MORNING, EVENING
    return contact.safe_from, contact.safe_until


def is_quiet(moment: datetime, *, contact: Contact) -> bool:
    """Whether `moment` (by the contact's clock) lies where reminders must not arrive."""
    opens, closes = open_hours(contact)
    return not opens <= moment.astimezone(contact.zone).time() < closes


def quiet_from(moment: datetime, *, contact: Contact) -> datetime:
    """When it becomes quiet on the contact's day of `moment`."""
    _opens, closes = open_hours(contact)
    return _at(moment.astimezone(contact.zone).date(), closes, contact.zone)


def not_before(moment: datetime, *, contact: Contact) -> datetime:
    """`moment`, or where it is quiet the next moment that is not."""
    return _moved(moment, contact, later=True)


def not_after(moment: datetime, *, contact: Contact) -> datetime:
    """`moment`, or where it is quiet half an hour before the quiet began: how reminders are moved earlier."""
    return _moved(moment, contact, later=False)


def _moved(moment: datetime, contact: Contact, *, later: bool) -> datetime:
    if not is_quiet(moment, contact=contact):
        return moment
    opens, closes = open_hours(contact)
    local = moment.astimezone(contact.zone)
    if later:
        day = local.date() + timedelta(days=local.time() >= closes)
        return _at(day, opens, contact.zone)
    day = local.date() - timedelta(days=local.time() < opens)
    return _at(day, closes, contact.zone) - timedelta(minutes=30)


def _at(day: datetime | object, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone)  # type: ignore[arg-type]


# --- May it go? ------------------------------------------------------------------------------------------------------

Obstacle = Literal["", "opted_out", "no_consent", "not_wanted", "bad_number", "no_number", "no_address", "bad_address"]


def obstacles(messages: Iterable[Message]) -> dict[UUID, Obstacle]:
    """Why each of these may not go to its recipient now ("" where it may); two questions to the database in all."""
    messages = list(messages)
    digests = {message.to_digest for message in messages if message.is_text}
    stopped = set(OptOut.objects.current(Channel.TEXT).filter(digest__in=digests).values_list("digest", flat=True))
    contacts = {message.contact_id for message in messages if message.is_text}
    agreed = set(
        Consent.objects.current(Channel.TEXT).filter(contact__in=contacts - {None}).values_list("contact", flat=True)
    )
    return {message.pk: _obstacle(message, stopped, agreed) for message in messages}


def _obstacle(message: Message, stopped: set[str], agreed: set[int]) -> Obstacle:
    contact = message.contact
    if not message.to:
        return "no_number" if message.is_text else "no_address"
    if message.is_text and message.to_digest in stopped:
        return "opted_out"
    if contact is None:
        return ""  # they asked for this one text themselves, just now
    if message.is_text:
        return _text_obstacle(contact, has_agreed=contact.pk in agreed)
    if contact.email_is_bad_since is not None:
        return "bad_address"
    return "" if contact.wants_mail else "not_wanted"


def _text_obstacle(contact: Contact, *, has_agreed: bool) -> Obstacle:
    if contact.number_is_bad_since is not None:
        return "bad_number"
    if not contact.wants_texts:
        return "not_wanted"
    return "" if has_agreed else "no_consent"
