"""The tests' environment, set before Django reads its settings (loaded by `-p tests.environment`)."""

import os
import tempfile
from pathlib import Path

os.environ["DEBUG"] = "1"
os.environ["DEMO"] = "1"
os.environ["SECRET_KEY"] = "tests-only"
os.environ["FIELD_KEYS"] = "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk="
os.environ["TWILIO_AUTH_TOKEN"] = "tests-only"
# Always a folder of this run's own: it is deleted at the end.
os.environ["DATA_DIR"] = str(Path(tempfile.gettempdir()) / f"front-office-tests-{os.getpid()}")
for name in (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_FROM",
    "PUBLIC_URL",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
):
    os.environ.pop(name, None)
# Each process of a suite that runs in several has a Redis database of its own, since it empties it between tests.
if (worker := os.environ.get("PYTEST_XDIST_WORKER", "")) and os.environ.get("REDIS_URL"):
    address, _slash, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{address}/{int(number) + int(worker.removeprefix('gw'))}"
# Playwright's loop makes Django think it is in asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
