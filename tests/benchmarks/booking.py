"""Bookings a second: through the rule beside the same statements bare, and over HTTP; and one time for many rivals."""

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
    wanted = {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "DEBUG": "0",
        "DEMO": "0",
        "PUBLIC_URL": "https://office.test",
        "ALLOWED_HOSTS": "office.test",
        "BEHIND_TLS_PROXY": "1",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "PRACTICE_PHONE": "+12025550100",
        "TWILIO_ACCOUNT_SID": "AC",
        "TWILIO_MESSAGING_SERVICE_SID": "MG",
    }
    try:
        measuring = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks._booking"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | wanted,
        )
        for line in measuring.stdout:
            yield json.loads(line)
        assert measuring.wait() == 0
    finally:
        servers.stop()
