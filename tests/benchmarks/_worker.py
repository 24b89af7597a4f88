"""The drill's workers and beat: the real application with shorter waits, so that a drill takes minutes, not hours."""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")

import django

django.setup()

from practice.celery import app  # noqa: E402 - after the set-up
from practice.messaging import carriers, following, recording, resolving  # noqa: E402

carriers.TIMEOUT, carriers.THREADS = 1.0, 8
resolving.STUCK_AFTER = timedelta(seconds=float(os.environ["DRILL_PATIENCE"]))
resolving.ASK_AFTER = timedelta(seconds=1)
resolving.GIVE_UP_AFTER = resolving.LINES_AGAIN_AFTER = 2 * resolving.STUCK_AFTER
recording.FIRST_PAUSE, recording.LONGEST_PAUSE = 0.5, 4.0
recording.MOST_ATTEMPTS = 30
following.AFTER = resolving.STUCK_AFTER
app.conf.broker_connection_max_retries = None
app.conf.beat_schedule = {
    name: {"task": f"practice.messaging.tasks.{name}", "schedule": 1.0, "options": {"expires": 5}}
    for name in ("dispatch", "resolve")
}
