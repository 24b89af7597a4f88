"""What the beat wakes the diary for. Nothing imports this."""

from celery import shared_task

from booking import expiring, forgetting, scheduling
from booking.calendars import syncing
from booking.reminders import reminding
from booking.series import proposing, shifting
from booking.waitlist import waiting
from booking.wishes import requesting


@shared_task
def owe_reminders() -> int:
    return reminding.owe() + shifting.tell()


@shared_task
def offer_freed() -> int:
    return waiting.offer_freed()


@shared_task
def close_passed() -> int:
    return proposing.let_run_out() + scheduling.let_run_out() + requesting.reopen_lapsed() + scheduling.close_passed()


@shared_task
def forget() -> int:
    return forgetting.forget()


@shared_task
def read_outside_calendars() -> int:
    return syncing.read_all()


@shared_task
def warn_of_licences() -> int:
    return expiring.warn()
