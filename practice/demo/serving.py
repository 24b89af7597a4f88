"""Web server, worker and beat as threads of one process: the whole front office without a second program."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from celery.beat import Service
from celery.worker import WorkController
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from practice.celery import app
from practice.wsgi import application

log = logging.getLogger(__name__)
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class QuietHandler(WSGIRequestHandler):
    """Addresses and query strings are not logged: which page somebody reads is itself sensitive."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Worker(WorkController):
    """A Celery worker that says when it is ready to take tasks."""

    def __init__(self, ready: threading.Event, **options: Any) -> None:
        self.ready = ready
        super().__init__(**options)

    def on_consumer_ready(self, consumer: Any) -> None:
        self.ready.set()


class OneProcess:
    """Everything that a practice's web, worker and beat containers do, until asked to stop."""

    def __init__(self, host: str, port: int) -> None:
        self.stop = threading.Event()
        self.web = ThreadedWSGIServer((host, port), QuietHandler)
        self.web.daemon_threads = True
        self.web.set_app(StaticFilesHandler(application))
        self.worker_ready = threading.Event()
        self.worker = Worker(
            self.worker_ready,
            app=app,
            pool_cls="threads",
            concurrency=4,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            loglevel="WARNING",
        )
        self.beat = Service(app, max_interval=1, scheduler_cls="celery.beat:Scheduler")

    def run(self, *, seconds: float | None, on_ready: Callable[[], None]) -> None:
        """Serve until a signal arrives, or until `seconds` have passed since everything was ready."""
        for name in STOPPING_SIGNALS:  # set even where they were inherited as ignored
            signal.signal(name, lambda *_: self.stop.set())
        threads = [
            threading.Thread(target=target, daemon=True, name=name)
            for name, target in (("web", self.web.serve_forever), ("worker", self.worker.start), ("beat", self._beat))
        ]
        for thread in threads:
            thread.start()
        self._wait(self.worker_ready, until=time.monotonic() + 20)
        on_ready()
        self._wait(self.stop, until=None if seconds is None else time.monotonic() + seconds)
        self._end(threads)

    def _beat(self) -> None:
        self.worker_ready.wait(20)
        self.beat.start(embedded_process=False)

    def _wait(self, event: threading.Event, until: float | None) -> None:
        """Wait in short steps, so that the main thread hears signals."""
        while not event.wait(0.2) and not self.stop.is_set():
            if until is not None and time.monotonic() >= until:
                return

    def _end(self, threads: list[threading.Thread]) -> None:
        self.beat.stop(wait=False)
        self.worker.stop(in_sighandler=True)
        self.web.shutdown()
        self.web.server_close()
        for thread in threads:
            thread.join(0.5)
