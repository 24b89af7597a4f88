"""Series, and the offer of one, through the rules that make them in life."""

from booking.series import planning, proposing, recurring
from tests.make import booking


def wanted_series(*, clinician=None, client=None, starts_at=None, session_type=None, state="NY", times=6, **rule):
    """A series that is not made yet: six weeks from the moment on, unless told."""
    return planning.wanted(
        client=client or booking.client(),
        clinician=clinician or booking.working_clinician(),
        session_type=session_type or booking.session_type(),
        state=state,
        starts_at=starts_at or booking.moment(),
        times=times,
        **rule,
    )


def series(*, needs_all=False, instead=(), actor=None, **fields):
    return recurring.make(series=wanted_series(**fields), needs_all=needs_all, instead=instead, actor=actor)


def series_offer(*, clinician=None, client=None, starts_at=None, session_type=None, state="NY", **options):
    return proposing.offer(
        client=client or booking.client(),
        clinician=clinician or booking.working_clinician(),
        session_type=session_type or booking.session_type(),
        state=state,
        starts_at=starts_at or booking.moment(),
        **options,
    )
