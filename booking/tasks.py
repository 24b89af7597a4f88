"""What the beat wakes the diary for. Nothing imports this."""

from celery import shared_task

from booking import expiring, forgetting, proposing, reminding, requesting, scheduling, shifting, syncing, waiting


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
