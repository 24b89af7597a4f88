"""Reaching: a clinician's own video room, and the mobile on which a text reaches them before a session."""

from django.db import transaction

from practice.staff import auditing
from practice.staff.models import Clinician, User


@transaction.atomic
def set_ways(*, clinician: Clinician, room_url: str, number: str, actor: User) -> Clinician:
    """Keep the room's address and the number (E.164, or none)."""
    kept = Clinician.objects.select_for_update().get(pk=clinician.pk)
    if (kept.room_url, kept.number) != (room_url, number):
        kept.room_url, kept.number = room_url, number
        kept.save(update_fields=["room_url", "number"])
        auditing.note(actor=actor, action="room and number set", subject=f"clinician {kept.pk}")
    return kept
