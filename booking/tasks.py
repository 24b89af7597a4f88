"""What the beat wakes the diary for. Nothing imports this."""

from celery import shared_task

from booking import forgetting, reminding, scheduling


@shared_task
def owe_reminders() -> int:
    return reminding.owe()


@shared_task
def close_passed() -> int:
    return scheduling.let_run_out() + scheduling.close_passed()


@shared_task
def forget() -> int:
    return forgetting.forget()
