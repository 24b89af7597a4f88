"""Timing: medians of several rounds, so that one slow moment of a shared machine says nothing."""

from collections.abc import Callable
from statistics import median
from time import perf_counter


def seconds(call: Callable[[], object], *, rounds: int = 7) -> float:
    """The median time of one call, after one that is not counted."""
    call()
    times = []
    for _ in range(rounds):
        started = perf_counter()
        call()
        times.append(perf_counter() - started)
    return median(times)


def figure(name: str, measured: float, reference: float, **more: object) -> dict[str, object]:
    """A figure in milliseconds with its ratio to the reference of the same run."""
    return {
        "figure": name,
        "ms": round(measured * 1000, 3),
        "reference_ms": round(reference * 1000, 3),
        "ratio": round(measured / reference, 2),
    } | more
