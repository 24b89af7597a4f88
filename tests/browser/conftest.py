"""Chromium, and the demonstration as a newcomer starts it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', e => __violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


class Running:
    """A demonstration under way in a process of its own."""

    def __init__(self, folder):
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder / "data")}
        command = [sys.executable, "manage.py", "demo", "--port", "0"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        self.facts = {}
        for line in self.process.stdout:
            words = line.split("   ")
            if len(parts := [word.strip() for word in words if word.strip()]) >= 2:
                self.facts[parts[0]] = parts[1]
            if "Stop with Ctrl-C" in line:
                break
        self.url = self.facts["Read the column"].rstrip("/")
        self.email, self.password = self.facts["sign in as"], self.facts["password"].split()[0]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(10) == 0
        self.process.stdout.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("demo"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium():
    assert CHROMIUM, "REQUIRE_BROWSER is set and there is no Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A browser's context whose pages report what they must not do."""

    def __init__(self, chromium, base, **options):
        self.base, self.found = base, []
        self.context = chromium.new_context(base_url=base, **options)
        self.context.add_init_script(WATCH)
        self.context.on("request", self._asked)
        self.context.on("console", self._said)
        self.page = self.context.new_page()
        self.page.on("framenavigated", lambda _frame: None)

    def _asked(self, request):
        if not request.url.startswith((self.base, "blob:")):
            self.found.append(f"foreign: {request.url}")

    def _said(self, message):
        if message.type == "error":
            self.found.append(f"console: {message.text}")

    def check(self):
        """Nothing foreign, nothing blocked by the policy, nothing on the console, nothing wider than the screen."""
        self.found += self.page.evaluate("window.__violations")
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            self.found.append(f"wider than the screen: {self.page.url}")
        assert not self.found


@pytest.fixture
def phone(chromium, demo):
    """A small phone in New York."""
    watched = Watched(chromium, demo.url, viewport={"width": 360, "height": 740}, timezone_id="America/New_York")
    yield watched
    watched.context.close()


@pytest.fixture
def desk(chromium, demo):
    """A desktop, in the dark."""
    watched = Watched(chromium, demo.url, viewport={"width": 1280, "height": 800}, color_scheme="dark")
    yield watched
    watched.context.close()
