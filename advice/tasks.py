"""The column's part of the worker."""

from threading import Lock

from celery import shared_task

from advice import conversing, replying, retrieving

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
