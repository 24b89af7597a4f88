"""Races that are really run: threads on connections of their own, let go at one moment."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections


def race(rivals: Iterable[Callable[[], object]], *, at_once: int = 16) -> list[object]:
    """What each rival returned or raised, in order; `at_once` run side by side, the first of them start together."""
    calls = list(rivals)
    barrier = Barrier(min(at_once, len(calls)))

    def run(number: int, call: Callable[[], object]) -> object:
        if number < barrier.parties:
            barrier.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(at_once) as pool:
        return [future.result() for future in [pool.submit(run, number, call) for number, call in enumerate(calls)]]
