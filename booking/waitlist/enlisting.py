"""Enlisting: what the public doors do when someone joins the waitlist: who they are, how often, and their place."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction

from booking import blocking, limiting
from booking.intake import receiving
from booking.models import Client, Intake, SessionType, Waiting
from booking.refusals import NotLicensed
from booking.waitlist import waiting
from practice.staff.models import Clinician, Licence


@transaction.atomic
def enlist(
    *,
    answers: dict[str, Any],
    language: str,
    address: str,
    session_type: SessionType,
    state: str,
    age: str,
    clinician: Clinician | None = None,
    days: Collection[str] = (),
    parts: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    intake: Intake | None = None,
) -> Waiting:
    """The client and their place, both or neither. What they wrote is screened on the way in.

    Nobody is put on a list from which nothing can come: raises NotLicensed where nobody of ours may see them. Raises
    TooManyBookings or TooManyPlaces.
    """
    phone, email = answers.get("phone") or "", answers.get("email") or ""
    with limiting.booking(phone=phone, email=email, address=address):
        if not _may_be_seen(clinician, state):
            raise NotLicensed
        client = _client(answers, language, intake, is_new=session_type.confirms_first)
        return waiting.join(
            client=client,
            session_type=session_type,
            state=state,
            age=age,
            clinician=clinician,
            days=days,
            parts=parts,
            since=since,
            until=until,
            tells=not blocking.is_blocked(phone=phone, email=email),
        )


def _may_be_seen(clinician: Clinician | None, state: str) -> bool:
    licences = Licence.objects.counting().filter(state=state, clinician__is_active=True)
    return (licences if clinician is None else licences.filter(clinician=clinician)).exists()


def _client(answers: dict[str, Any], language: str, intake: Intake | None, *, is_new: bool) -> Client:
    if intake is not None:
        return receiving.submit(intake=intake)
    return receiving.introduce(answers=answers, language=language, is_new=is_new)
