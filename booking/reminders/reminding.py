"""Reminding: which reminders are due and not yet owed. Nothing is remembered; all of it is derived from appointments.

A mail reminds of one time; its key is the appointment, its version and the minutes before. A text reminds a number of
all that it is to be reminded of that day, as gathering.py says. So asking twice owes nothing twice. In quiet
hours a reminder moves earlier; it is dropped when the client booked after that moment.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from booking import clocks, notifying, texts
from booking.models import Appointment, AppointmentChange, SessionType
from booking.notifying import Reader
from booking.reminders import gathering
from practice.messaging import consenting, sending
from practice.messaging.models import Channel, Contact, Message
from practice.staff.models import Licence

What = AppointmentChange.What
# Where it cannot go before the night, it goes in the morning, if that is still so long before.
AT_LEAST_BEFORE = timedelta(minutes=30)


class Reminder(NamedTuple):
    """One reminder of one appointment for one reader; `at` is as their contact's clock tells it."""

    appointment: Appointment
    reader: Reader
    minutes: int
    at: datetime

    @property
    def mail_key(self) -> str:
        end = f":{self.reader.participant}" if self.reader.participant else ""
        return f"{self.appointment.topic}:{self.appointment.version}:{self.minutes}:{Channel.MAIL}{end}"

    @property
    def day(self) -> date:
        return self.at.astimezone(self.reader.contact.zone).date()


def owe(*, now: datetime | None = None) -> int:
    """Queue every reminder that is due by its contact's clock and not yet owed; returns how many messages that were.

    Where several of one appointment are due at once, only the last of them goes.
    """
    now = now or timezone.now()
    coming = [reminders for appointment in _coming(now) for reminders in _of_each(appointment)]
    mailed = _owe_mails([reminder for reminders in coming if (reminder := _last_due(reminders, now)) is not None])
    texted = _owe_texts([reminder for reminders in coming for reminder in reminders], now)
    _check_licences([*mailed, *(appointment for named in texted for appointment in named)])
    return len(mailed) + len(texted)


def reminders(appointment: Appointment, reader: Reader | None = None) -> list[Reminder]:
    """When each reminder of this appointment goes to `reader` (the client, where nobody is named), soonest first.

    Those that come to nothing are left out.
    """
    client = appointment.client
    assert client is not None  # only holds have none, and they are not reminded of
    reader = reader or Reader(client.contact, client.name_to_use, client.language, client.time_zone)
    moments = {}
    for minutes in sorted(appointment.session_type.reminder_minutes, reverse=True):
        moment = _moment(appointment, reader.contact, minutes)
        if moment is not None:
            moments[minutes] = moment
    return sorted((Reminder(appointment, reader, *item) for item in moments.items()), key=lambda one: one.at)


def next_moment(contact: Contact) -> datetime | None:
    """When this contact's next reminder goes, by their own clock; None where none will."""
    now = contact.now()
    found = _for(contact, Appointment.objects.booked().filter(starts_at__gt=now))
    untold = _untold(found, gathering.texts_of(_spans(found, now))[contact.pk], timezone.now())
    return min((one.at for one in untold if one.at > now), default=None)


def _of_each(appointment: Appointment) -> list[list[Reminder]]:
    return [reminders(appointment, reader) for reader in notifying.readers(appointment)]


def _for(contact: Contact, appointments: QuerySet[Appointment]) -> list[Reminder]:
    """What this contact is reminded of; as the client where they are both."""
    found = []
    for appointment in _with_settled_at(appointments.filter(gathering.is_about(contact))):
        reader = next((one for one in notifying.readers(appointment) if one.contact == contact), None)
        found += reminders(appointment, reader) if reader else []
    return found


def _moment(appointment: Appointment, contact: Contact, minutes: int) -> datetime | None:
    """When the reminder goes: earlier where that is in quiet hours; None where the time was only settled after that."""
    wanted, settled_at = appointment.starts_at - timedelta(minutes=minutes), _settled_at(appointment)
    moment = consenting.not_after(wanted, contact=contact)
    if moment > settled_at:
        return moment
    if moment == wanted:
        return None
    morning = consenting.not_before(wanted, contact=contact)
    return morning if settled_at < morning <= appointment.starts_at - AT_LEAST_BEFORE else None


def _settled_at(appointment: Appointment) -> datetime:
    """When the client last heard of this time."""
    known = vars(appointment).get("settled_at")
    return known or _with_settled_at(Appointment.objects.filter(pk=appointment.pk)).get().settled_at


def _with_settled_at(appointments: QuerySet[Appointment]) -> QuerySet[Any]:
    heard = Q(changes__what__in=[What.BOOKED, What.APPROVED, What.MOVED])
    loaded = appointments.select_related("client__contact", "session_type", "clinician")
    loaded = loaded.prefetch_related("client__participants__contact")
    return loaded.annotate(settled_at=Coalesce(Max("changes__at", filter=heard), "created_at"))


def _coming(now: datetime) -> QuerySet[Any]:
    """What may have a reminder due: by the longest offset, or by a contact's clock that was brought forward."""
    offsets = SessionType.objects.values_list("reminder_minutes", flat=True)
    longest = timedelta(minutes=max((minutes for some in offsets for minutes in some), default=0))
    soon = Q(starts_at__lte=now + longest + clocks.DAY) | Q(client__contact__clock_ahead__gt=timedelta())
    return _with_settled_at(Appointment.objects.booked().filter(soon, starts_at__gt=now))


def _last_due(reminders: list[Reminder], now: datetime) -> Reminder | None:
    """The latest of one reader's reminders of one appointment whose moment has come."""
    due = [one for one in reminders if one.at <= _theirs(one, now)]
    return due[-1] if due and due[-1].appointment.starts_at > _theirs(due[-1], now) else None


def _theirs(reminder: Reminder, now: datetime) -> datetime:
    return now + reminder.reader.contact.clock_ahead


# --- By mail: one for each time --------------------------------------------------------------------------------------


def _owe_mails(due: list[Reminder]) -> list[Appointment]:
    keys = {one.mail_key: one for one in due if one.reader.contact.may_be_mailed}
    owed = set(Message.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    return [one.appointment for key, one in keys.items() if key not in owed and _write_mail(one)]


@transaction.atomic
def _write_mail(reminder: Reminder) -> bool:
    if not _still(reminder.appointment):
        return False
    notifying.mail_reminder(reminder.appointment, reminder.reader, key=reminder.mail_key)
    return True


def _still(appointment: Appointment) -> bool:
    # Whoever moves or cancels it locks the row too, and withdraws what is queued here before.
    same = {"pk": appointment.pk, "version": appointment.version}
    return Appointment.objects.booked().select_for_update().filter(**same).exists()


# --- By text: one for each number and day ----------------------------------------------------------------------------


def _owe_texts(found: list[Reminder], now: datetime) -> list[list[Appointment]]:
    """What each of the texts queued now tells of."""
    by_contact: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in found:
        if reminder.day <= _today(reminder, now) and reminder.appointment.starts_at > _theirs(reminder, now):
            by_contact[reminder.reader.contact.pk].append(reminder)
    due = {pk: group for pk, group in by_contact.items() if any(one.at <= _theirs(one, now) for one in group)}
    reachable = consenting.may_be_texted(group[0].reader.contact for group in due.values()) if due else set()
    told = gathering.texts_of(_spans([one for pk in reachable for one in due[pk]], now))
    wanting = [due[pk] for pk in reachable if _wants_text(due[pk], told[pk], now)]
    return [named for group in wanting if (named := _write_text(group, now))]


def _today(reminder: Reminder, now: datetime) -> date:
    return _theirs(reminder, now).astimezone(reminder.reader.contact.zone).date()


def _spans(found: list[Reminder], now: datetime) -> list[tuple[int, date, date]]:
    """From which day until today each contact may have been told."""
    return [(one.reader.contact.pk, one.day, _today(one, now)) for one in found]


def _untold(found: list[Reminder], told: list[Message], now: datetime) -> list[Reminder]:
    """Those whose time no text has told on their day, or later."""
    days = gathering.told(told, now)
    return [one for one in found if days.get(gathering.mark(one.appointment), date.min) < one.day]


def _wants_text(group: list[Reminder], told: list[Message], now: datetime) -> bool:
    """Whether something is due that nobody has told, or can still join a text that has not left."""
    untold = _untold(group, told, now)
    return any(one.at <= _theirs(one, now) for one in untold) or bool(untold and gathering.waiting(told))


@transaction.atomic
def _write_text(group: list[Reminder], now: datetime) -> list[Appointment]:
    """Queue the one text that tells what is untold of today; what has not left yet is withdrawn and told with it."""
    # Two beats may come at once: the second waits here, and finds told what the first has told.
    contact = Contact.objects.select_for_update(no_key=True).get(pk=group[0].reader.contact.pk)
    today = _today(group[0], now)
    group = _locked(group, contact, today)
    told = gathering.texts_of(_spans(group, now))[contact.pk]
    if not _wants_text(group, told, now):
        return []
    for text in gathering.waiting(told):
        if Message.objects.filter(pk=text.pk).withdraw("joined"):
            text.status = Message.Status.WITHDRAWN
    untold = {one.appointment.pk: one for one in _untold(group, told, now)}
    named = sorted(untold.values(), key=lambda one: one.appointment.starts_at)[: gathering.MOST]
    times = [one.appointment for one in named]
    _queue_text(contact, named, key=gathering.key(contact.pk, today, times, told), today=today)
    return times


def _locked(group: list[Reminder], contact: Contact, today: date) -> list[Reminder]:
    """The same as they are now, kept from change until the transaction ends."""
    rows = Appointment.objects.booked().filter(pk__in={one.appointment.pk for one in group})
    kept = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    return [one for one in _for(contact, Appointment.objects.filter(pk__in=kept)) if one.day <= today]


def _queue_text(contact: Contact, named: list[Reminder], *, key: str, today: date) -> None:
    starts = [one.appointment.starts_at for one in named]
    first, own = named[0].reader, any(one.reader.participant is None for one in named)
    if len(named) == 1:
        words: dict[str, Any] = {"language": first.language, "zone": first.zone, "starts_at": starts[0]}
        body = texts.text("reminder" if own else "together", **words)
    else:
        words = {"language": contact.language, "zone": contact.time_zone, "starts_at": starts[0], "times": starts}
        link = notifying.coming_link(contact) if own else ""
        body = texts.text("reminders" if own else "together_several", number=len(starts), link=link, **words)
    sending.queue(
        contact=contact,
        key=key,
        topic=gathering.topic(contact.pk, today),
        body=body,
        expires_at=starts[0],
        priority=Message.Priority.REMINDER,
        language=words["language"],
    )


def _check_licences(appointments: Iterable[Appointment]) -> None:
    """Note for the desk where the clinician may no longer practise in the client's state on the day of the session."""
    asked = {one.pk: one for one in appointments if one.client_state}
    states = {one.client_state for one in asked.values()}
    holders = {one.clinician_id for one in asked.values()}
    rows = Licence.objects.counting().filter(clinician__in=holders, state__in=states)
    licences = list(rows.values_list("clinician_id", "state", "starts_on", "expires_on"))
    notes = AppointmentChange.objects.filter(appointment__in=asked, what=What.OUTSIDE_LICENCE)
    noted = set(notes.values_list("appointment", flat=True))
    outside = [one for one in asked.values() if one.pk not in noted and not _is_licensed(one, licences)]
    AppointmentChange.objects.bulk_create(
        AppointmentChange(appointment=one, at=timezone.now(), by=Appointment.By.SYSTEM, what=What.OUTSIDE_LICENCE)
        for one in outside
    )


def _is_licensed(appointment: Appointment, licences: list[tuple[int, str, date, date]]) -> bool:
    day = appointment.starts_at.astimezone(clocks.zone_for(appointment.client_state)).date()
    holder = (appointment.clinician_id, appointment.client_state)
    return any((clinician, state) == holder and first <= day <= last for clinician, state, first, last in licences)
