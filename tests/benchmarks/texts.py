"""Texts through the whole path beside the bare client, and the search for due rows in a small and a large outbox."""

import json
import os
import subprocess
import sys

from tests.servers import Servers


def figures():
    servers = Servers.start()
    if servers is None:
        yield {"skipped": "no PostgreSQL or no Redis on this machine"}
        return
    wanted = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "TEXTS_PER_SECOND": "0"}
    carrier = {"TWILIO_ACCOUNT_SID": "AC", "TWILIO_MESSAGING_SERVICE_SID": "MG", "DEMO": "0", "DEBUG": "1"}
    command = [sys.executable, "-m", "tests.benchmarks._outbox"]
    try:
        measuring = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | wanted | carrier)
        for line in measuring.stdout:
            yield json.loads(line)
        assert measuring.wait() == 0
    finally:
        servers.stop()
