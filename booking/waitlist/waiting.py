"""Waiting: the waitlist. A freed time goes to whom it suits best, as an offer held for 30 minutes, then to the next.

What freed a time is a row of an appointment's history, so nothing is remembered: the beat looks for such rows, once the
minute for taking a cancellation back is over. Each is offered once; an offer that lapses or is declined frees the time
anew, for the next. One row, its hold and its text are one transaction.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking import blocking, notifying, scheduling, taking, telling
from booking.models import Appointment, AppointmentChange, Client, SessionType, Waiting, WaitlistOffer
from booking.waitlist import vacancies
from booking.waitlist.vacancies import Vacancy
from practice.messaging import consenting, sending
from practice.messaging.models import Contact
from practice.refusals import Refused
from practice.staff.models import Clinician

State, By, What, Answer = Appointment.State, Appointment.By, AppointmentChange.What, WaitlistOffer.Answer
PURPOSE, OFFER = "waiting", "waitlist offer"
OFFER_LASTS = timedelta(minutes=30)
LONGEST = timedelta(days=90)
MOST_PLACES = 3
LINK_OUTLASTS = timedelta(days=14)


class TooManyPlaces(Refused):
    code = "too_many"
    message = _("You are on our list already. Leave one of your places first, or call us.")


class OfferOver(Refused):
    code = "offer_over"
    message = _("This time is not kept for you any more. You keep your place, and we write when there is another.")


@transaction.atomic
def join(
    *,
    client: Client,
    session_type: SessionType,
    state: str,
    age: str = "adult",
    clinician: Clinician | None = None,
    days: Collection[str] = (),
    parts: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    tells: bool = True,
) -> Waiting:
    """A place on the list, until a day at most 90 days off, and its confirmation with the link to leave it.

    Raises TooManyPlaces.
    """
    now = timezone.now()
    # Two who join at once from one number are counted one after the other.
    list(Contact.objects.select_for_update(no_key=True).filter(pk=client.contact_id).values_list("pk"))
    if Waiting.objects.still(now).filter(client__contact=client.contact_id).count() >= MOST_PLACES:
        raise TooManyPlaces
    latest = (now + LONGEST).date()
    made = Waiting.objects.create(
        client=client,
        session_type=session_type,
        clinician=clinician,
        client_state=state,
        age=age,
        days=sorted(days),
        parts=sorted(parts),
        since=since,
        until=min(until or latest, latest),
    )
    if tells:
        key = f"{made.topic}:joined"
        telling.tell(client=client, kind="waiting", topic=made.topic, key=key, link=place_link(made))
    return made


def place_link(waiting: Waiting) -> str:
    """A new whole address behind which someone sees their place and may leave the list."""
    expires_at = timezone.now() + LONGEST + LINK_OUTLASTS
    return telling.link(
        waiting.client, purpose=PURPOSE, subject=waiting.pk, page="booking:waiting", expires_at=expires_at
    )


def offer_link(offer: WaitlistOffer) -> str:
    """A new whole address behind which an offer is taken or declined."""
    expires_at = timezone.now() + LINK_OUTLASTS
    return telling.link(
        offer.waiting.client, purpose=OFFER, subject=offer.pk, page="booking:waitlist_offer", expires_at=expires_at
    )


@transaction.atomic
def leave(*, waiting: Waiting) -> Waiting:
    """Give the place up, and with it what is offered just now. Leaving twice changes nothing."""
    kept, now = Waiting.objects.select_for_update().get(pk=waiting.pk), timezone.now()
    if kept.left_at is None and kept.served_at is None:
        for offer in kept.offers.open().select_for_update():
            _close(offer, Answer.DECLINED, now)
        kept.left_at = now
        kept.save(update_fields=["left_at"])
        sending.withdraw(topic=kept.topic)
    return kept


# --- Offering ---------------------------------------------------------------------------------------------------------


class Candidate(NamedTuple):
    """Someone a vacancy would suit; the better, the more of what they asked for by name it is."""

    waiting: Waiting
    fit: int


def offer_freed(*, now: datetime | None = None) -> int:
    """Let offers lapse, then offer each freed time to whom it suits best; returns how many offers that made."""
    now = now or timezone.now()
    let_run_out(now=now)
    places = list(Waiting.objects.still(now).with_people())
    if not places:
        return 0
    found = vacancies.freed(now=now, since=min(place.created_at for place in places))
    suiting = {vacancy: some for vacancy in found if (some := _candidates(vacancy, places, found))}
    open_ = vacancies.still_open(suiting, now=now)
    made = 0
    for vacancy, candidates in suiting.items():
        asked = [one.waiting for one in candidates if vacancy.key(one.waiting) in open_]
        made += _offer_to_first(vacancy, asked, now)
    return made


def _candidates(vacancy: Vacancy, places: Iterable[Waiting], found: Iterable[Vacancy]) -> list[Candidate]:
    """Whom it would suit, best first: who asked for it most narrowly, and of those who has waited longest."""
    some = [Candidate(place, fit) for place in places if (fit := vacancies.fit(place, vacancy)) is not None]
    return sorted(some, key=lambda one: (-one.fit, one.waiting.created_at, one.waiting.pk))


def _offer_to_first(vacancy: Vacancy, places: Iterable[Waiting], now: datetime) -> int:
    """Offer it to the first who may be written to and can have it; who sleeps is waited for, where there is time."""
    places = list(places)
    refused = vacancies.offered_before(vacancy)
    for place in places:
        contact = place.client.contact
        if contact.pk in refused or not notifying.channels(contact):
            continue
        if blocking.is_blocked(phone=contact.number, email=contact.email):
            continue
        if consenting.is_quiet(contact.now(), contact=contact):
            wakes = consenting.not_before(contact.now(), contact=contact)
            if wakes + timedelta(minutes=place.session_type.notice) + OFFER_LASTS < vacancy.starts_at:
                return 0
            continue
        try:
            if _offer(place, vacancy):
                return 1
        except scheduling.SlotTaken:  # somebody was faster
            return 0
        except Refused:  # they cannot have it: it overlaps, or they have as many as they may
            continue
    return 0


@taking.again_after_deadlock
def _offer(place: Waiting, vacancy: Vacancy) -> bool:
    """Hold it for them and owe them the offer, in one transaction; False where they have another offer just now."""
    now = timezone.now()
    held = taking.wanted(
        session_type=place.session_type,
        clinician=vacancy.clinician,
        starts_at=vacancy.starts_at,
        state=place.client_state,
        client=place.client,
        hold_expires_at=now + OFFER_LASTS,
    )
    held.state = State.HELD
    with taking.taking(held):
        still = Waiting.objects.still(now).select_for_update().filter(pk=place.pk).exists()
        if not still or place.offers.open().exists() or WaitlistOffer.objects.filter(freed_by=vacancy.change).exists():
            return False
        taking.let_go(vacancy.clinician, now)
        taking.check(held, now)
        taking.check_limits(held, now)
        held.save(force_insert=True)
        taking.remember(held, What.HELD, now, by=By.SYSTEM)
        offer = WaitlistOffer.objects.create(waiting=place, appointment=held, freed_by=vacancy.change, made_at=now)
        _write(offer)
    return True


def _write(offer: WaitlistOffer) -> None:
    held = offer.appointment
    telling.tell(
        client=offer.waiting.client,
        kind="offer",
        topic=offer.topic,
        key=offer.topic,
        link=offer_link(offer),
        starts_at=held.starts_at,
        number=int(OFFER_LASTS.total_seconds()) // 60,
        # By the contact's clock, which the demonstration may have brought forward.
        expires_at=offer.waiting.client.contact.now() + OFFER_LASTS,
    )


# --- Answering --------------------------------------------------------------------------------------------------------


def is_open(offer: WaitlistOffer, *, now: datetime | None = None) -> bool:
    """Whether its time is still kept."""
    held = offer.appointment
    return offer.answer == Answer.NONE and held.state == State.HELD and not held.has_run_out(now or timezone.now())


@taking.again_after_deadlock
def accept(*, offer: WaitlistOffer) -> Appointment:
    """The offered time is theirs, as if they had booked it, and their place is served. Accepting twice is once.

    Raises OfferOver, or what booking raises where they have booked something else meanwhile.
    """
    with taking.taking(offer.appointment):
        kept, now = _locked(offer), timezone.now()
        held = kept.appointment
        if kept.answer == Answer.TAKEN:
            return held
        if not is_open(kept, now=now):
            raise OfferOver
        made = scheduling.book(
            client=kept.waiting.client,
            session_type=held.session_type,
            clinician=held.clinician,
            starts_at=held.starts_at,
            state=held.client_state,
            held=held,
        )
        kept.answer, kept.answered_at = Answer.TAKEN, now
        kept.save(update_fields=["answer", "answered_at"])
        Waiting.objects.filter(pk=kept.waiting_id, left_at=None).update(served_at=now)
        sending.withdraw(topic=kept.topic)
    return made


@transaction.atomic
def decline(*, offer: WaitlistOffer) -> None:
    """They would rather wait: the time goes on to the next, and their place stays. Raises OfferOver."""
    kept = _locked(offer)
    if not is_open(kept):
        raise OfferOver
    _close(kept, Answer.DECLINED, timezone.now())


@transaction.atomic
def let_run_out(*, now: datetime | None = None) -> int:
    """End the offers whose half hour is over, and those whose hold has ended already; returns how many."""
    now = now or timezone.now()
    over = Q(appointment__hold_expires_at__lte=now) | ~Q(appointment__state=State.HELD)
    rows = WaitlistOffer.objects.open().filter(over).select_related("appointment").order_by("pk")
    ended = list(rows.select_for_update(of=("self",)))
    for offer in ended:
        _close(offer, Answer.LAPSED, now)
    return len(ended)


def _close(offer: WaitlistOffer, answer: str, now: datetime) -> None:
    """The hold ends, and with it the time is freed anew: its history says so."""
    taking.settle_all(
        Appointment.objects.filter(pk=offer.appointment_id, state=State.HELD), State.EXPIRED, What.EXPIRED, now
    )
    offer.answer, offer.answered_at = answer, now
    offer.save(update_fields=["answer", "answered_at"])
    sending.withdraw(topic=offer.topic)


def _locked(offer: WaitlistOffer) -> WaitlistOffer:
    related = ("waiting__client__contact", "appointment__session_type", "appointment__clinician")
    return WaitlistOffer.objects.select_for_update(of=("self",)).select_related(*related).get(pk=offer.pk)
