"""Gunicorn's own hooks; it reads this file by itself."""

from threading import Thread
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Each worker loads what a question needs beside its first requests, so that no reader waits for it."""
    from advice import answering

    Thread(target=answering.warm, daemon=True).start()
