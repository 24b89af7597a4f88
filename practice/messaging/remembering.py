"""Remembering: a text in need that no database could take is kept in memory, and taken in as soon as one is back."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from django.db import DatabaseError

log = logging.getLogger(__name__)
MOST = 200
TRY_EVERY = 5.0  # seconds; a database that is away must not hold up every request
_owed: deque[Callable[[], object]] = deque(maxlen=MOST)
_trying = threading.Lock()
_tried_at = float("-inf")


def owe(take_in: Callable[[], object]) -> None:
    """Keep what must still be done; it has been answered already, and doing it twice must change nothing."""
    _owed.append(take_in)
    log.error("%d texts in need wait in memory for a database", len(_owed))


def try_again() -> None:
    """Do what is owed, in its order, where a database takes it now; called after requests (see doors.py)."""
    global _tried_at
    if not _owed or time.monotonic() - _tried_at < TRY_EVERY or not _trying.acquire(blocking=False):
        return
    try:
        _tried_at = time.monotonic()
        while _owed:
            _owed[0]()
            _owed.popleft()
    except DatabaseError:
        return  # still away
    finally:
        _trying.release()
