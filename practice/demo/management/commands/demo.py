"""The whole front office on this machine, with sample data."""

import argparse
import os
import secrets
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

if TYPE_CHECKING:
    from practice.demo.serving import OneProcess

OWNER = "owner@demo.example"


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 7 * 86_400:
        raise argparse.ArgumentTypeError("give a number of seconds between 0 and a week")
    return value


def port(text: str) -> int:
    value = int(text)
    if not 0 <= value < 65_536:
        raise argparse.ArgumentTypeError("a port is a number below 65536")
    return value


class Command(BaseCommand):
    help = "Run the whole front office in one process, with sample data. Only where DEBUG and DEMO are on."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--seconds", type=seconds, help="stop by itself this long after it is ready")
        parser.add_argument("--fresh", action="store_true", help="start over with new sample data")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG and settings.DEMO):
            raise CommandError("The demonstration only runs where DEBUG and DEMO are on; this is a real practice.")
        from practice.demo import seeding

        if options["fresh"]:
            self._start_over()
        Path(settings.DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
        process = self._process(options["host"], options["port"])
        self._listen_at(f"http://{options['host'].replace('127.0.0.1', 'localhost')}:{process.web.server_port}")
        call_command("migrate", verbosity=0, interactive=False)
        seeding.load()
        settings.DEBUG = False  # from here on errors look as in a practice, not as Django shows them to a developer
        password = secrets.token_urlsafe(9)
        seeding.set_staff_password(OWNER, password)
        process.run(seconds=options["seconds"], on_ready=lambda: self._announce(password))
        self.stdout.write("Stopped.")
        sys.stdout.flush()
        os._exit(0)  # threads of the worker's pool may still sleep; everything they do is in the database

    def _start_over(self) -> None:
        database = settings.DATABASES["default"]
        if not database["ENGINE"].endswith("sqlite3"):
            raise CommandError("--fresh only starts over on the demonstration's own SQLite file.")
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database['NAME']}{suffix}").unlink(missing_ok=True)
        shutil.rmtree(Path(settings.DATA_DIR) / "cache", ignore_errors=True)

    def _process(self, host: str, port: int) -> "OneProcess":
        from practice.demo.serving import OneProcess

        try:
            return OneProcess(host, port)
        except OSError:
            raise CommandError(f"Port {port} is in use. Try: python3 dev.py demo --port 8001") from None

    def _listen_at(self, url: str) -> None:
        """Links in texts and signatures of webhooks hold the address that this run listens at."""
        if "PUBLIC_URL" not in os.environ:
            settings.PUBLIC_URL = url
            settings.CSRF_TRUSTED_ORIGINS = [url]

    def _announce(self, password: str) -> None:
        base = settings.PUBLIC_URL
        self.stdout.write(
            f"""
The front office is open (sample data; nothing leaves this machine).

  Read the column        {base}/
  Ask a question         {base}/ask/
  Find someone           {base}/find/
  Crisis lines           {base}/crisis/
  The demo phone         {base}/demo/phone/
  Staff desk             {base}/desk/
      sign in as         {OWNER}
      password           {password}   (made for this run)

Stop with Ctrl-C.
"""
        )
        self.stdout.flush()
