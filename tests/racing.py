"""Races that are really run: threads on connections of their own, in one process or several, let go at one moment."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from threading import Barrier
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, connections
from django.utils import timezone


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


def names(outcomes: Iterable[object]) -> Counter[str]:
    return Counter(type(outcome).__name__ for outcome in outcomes)


def race_apart(rivals: str, *, processes: int = 4, at_once: int = 10, **given: object) -> Counter[str]:
    """How often each kind of outcome came of a race in several processes, each with `at_once` connections of its own.

    `rivals` is "module:function"; each process asks it for its share: function(part=, of=, **given) -> calls. All live
    on this test's database, at this test's hour.
    """
    command = [sys.executable, "-m", "tests.racing", rivals, str(at_once), timezone.now().isoformat()]
    shares = [json.dumps(given | {"part": part, "of": processes}) for part in range(processes)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    children = [subprocess.Popen([*command, share], env=os.environ | _database(), **pipes) for share in shares]
    try:
        for child in children:
            assert child.stdout.readline() == "ready\n"
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        outcomes = Counter[str]()
        for child in children:
            outcomes.update(json.loads(child.stdout.readline()))
            assert child.wait(60) == 0
        return outcomes
    finally:
        for child in children:
            child.kill()
            child.communicate()


def _database() -> dict[str, str]:
    """The address of the database that this test made."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return {"DATABASE_URL": urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))}


def _run_share(rivals: str, at_once: str, moment: str, given: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    import django
    import time_machine

    django.setup()
    module, _colon, name = rivals.partition(":")
    with time_machine.travel(moment):
        calls = getattr(import_module(module), name)(**json.loads(given))
        connections.close_all()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.readline()
        outcomes = names(race(calls, at_once=int(at_once)))
    sys.stdout.write(json.dumps(outcomes) + "\n")


if __name__ == "__main__":
    _run_share(*sys.argv[1:])
