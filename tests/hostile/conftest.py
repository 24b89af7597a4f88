"""Someone of each kind behind each kind of link."""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import time_machine
from django.utils import timezone

from booking import notifying, unlocking
from booking.intake import receiving
from booking.models import WaitlistOffer
from booking.series import proposing, recurring
from booking.waitlist import waiting
from practice.links import linking
from practice.messaging import consenting
from tests import make


def token_of(url):
    return urlsplit(url).path.strip("/").split("/")[-1]


def expired(purpose, subject):
    return linking.issue(purpose=purpose, subject=subject, expires_at=timezone.now() - timedelta(seconds=1))


def waitlist_offer():
    """An offer that is open just now."""
    make.waits()
    make.given_back(starts_at=make.moment(9))
    with time_machine.travel(make.moment(1, "16:00"), tick=False):
        waiting.offer_freed()
    return WaitlistOffer.objects.get()


@pytest.fixture
def world():
    """Someone of each kind behind each kind of link, and what a careful visitor would send to each door."""
    clinician = make.working_clinician(states=("NY",))
    kind = make.matchmaking()
    booked = make.appointment(clinician=clinician, session_type=make.session_type())
    contact, (draft, token) = booked.client.contact, receiving.start(language="en")
    booked.client.email = "alex@example.test"
    booked.client.save(update_fields=["email"])
    receiving.save_step(intake=draft, step="reach", answers=make.answers())
    make.sample(slug="a-post")
    slot = f"{make.moment(3).isoformat()} {clinician.slug}"
    links = {
        "a": token_of(notifying.manage_link(booked)),
        "coming": token_of(notifying.coming_link(contact).removesuffix("all/")),
        "find": token,
        "yes": token_of(notifying.settle_link(held := make.first_booking()).removesuffix("yes/")),
        "times": token_of(make.proposals_link().removesuffix("times/")),
        "join": token_of(notifying.manage_link(make.at_the_door())),
        "texts": token_of(consenting.preferences_link(contact)),
        "letters": make.letter().token,
        "newsletter": make.subscriber(email="reader@example.test").key,
        "newsletter/confirm": make.subscriber(email="asked@example.test", has_confirmed=False).key,
        "w": token_of(waiting.place_link(make.waits())),
        "o": token_of(waiting.offer_link(offer := waitlist_offer())),
        "r": token_of(recurring.series_link(series := make.series(times=2))),
        "ro": token_of(proposing.offer_link(make.series_offer())),
    }
    dead = [
        expired(notifying.PURPOSE, booked.pk),
        expired(notifying.COMING, contact.pk),
        expired(notifying.SETTLE, held.pk),
        expired(receiving.PURPOSE, draft.pk),
        expired(consenting.PREFERENCES, contact.pk),
        expired(waiting.OFFER, offer.pk),
        expired(recurring.PURPOSE, series.pk),
    ]
    return SimpleNamespace(
        links=links,
        dead=dead,
        slot=slot,
        booked=booked,
        kind=kind,
        clinician=clinician,
        contact=contact,
        code=unlocking.send(appointment=booked),
    )
