"""How the diary says no, in words for the person who asked."""

from django.utils.translation import gettext_lazy as _

from booking.offering import OpenTime
from practice.refusals import Refused


class SlotTaken(Refused):
    """Somebody was faster. `alternatives` are the nearest times that are still open."""

    code = "slot_taken"
    message = _("Someone has just taken that time. These are still free.")

    def __init__(self, alternatives: list[OpenTime] | None = None) -> None:
        super().__init__()
        self.alternatives = alternatives or []


class NotOffered(Refused):
    code = "not_offered"
    message = _("That time cannot be booked. Please choose another one.")


class NotLicensed(Refused):
    code = "not_licensed"
    message = _("This clinician may not see people in that state. Choose another person, or call us.")


class TooLate(Refused):
    code = "not_offered"
    message = _("It is too late to do that online. Call us and we will see what we can do.")


class TooMany(Refused):
    code = "too_many"
    message = _("You already have appointments with us. Move or cancel one of them, or call us for another.")


class OnlyOnce(TooMany):
    message = _("This free session is meant once for each person. Call us and we will find what fits now.")


class TwoPlaces(TooMany):
    message = _("You already have an appointment at that time. Choose another time.")


class NotPossible(Refused):
    code = "not_possible"
    message = _("That is no longer possible for this appointment.")


class NoReason(Refused):
    code, status = "no_reason", 422
    message = _("Say in a few words why, so that others can follow it later.")
