"""The column's part of the worker."""

from threading import Lock

from celery import shared_task

from advice import conversing, digesting, planning, renewing, replying, retrieving, subscribing

EMBED_AT_MOST = 64  # a second's work, so that texts that are due need not wait behind it; the next look takes the rest
_embedding = Lock()


@shared_task
def embed() -> None:
    """Give some passages their vectors, unless this process is already at it."""
    if not _embedding.acquire(blocking=False):
        return
    try:
        retrieving.embed_missing(EMBED_AT_MOST)
    finally:
        _embedding.release()


@shared_task
def forget() -> None:
    """Delete what readers asked, and whom they asked for, once it has been kept long enough."""
    conversing.forget()
    replying.forget()
    subscribing.forget()


@shared_task
def do_planned() -> None:
    """Publish and retract what is planned for now."""
    planning.carry_out_due()


@shared_task
def remind() -> None:
    """Tell author and reviewer of posts that should be read again."""
    renewing.remind()


@shared_task
def owe_newsletters() -> None:
    """Owe the newsletters that are due, and none to addresses that take no mail."""
    subscribing.end_bounced()
    digesting.owe()
