"""The column's part of the worker."""

from celery import shared_task

from advice import retrieving

EMBED_AT_MOST = 256  # a few seconds' work; the next look takes the rest


@shared_task
def embed() -> None:
    retrieving.embed_missing(EMBED_AT_MOST)
