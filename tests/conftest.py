"""The guards that hold for every test."""

import os
import shutil
import socket
import sys
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import caches
from django.utils import translation

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HERE = {"127.0.0.1", "::1", "localhost"}
ROOT = Path(__file__).resolve().parent.parent


class UndefinedVariable(str):
    """What Django prints for a variable that a template of ours names and nobody gave: a failure, not a gap."""

    __slots__ = ()

    def __contains__(self, part):
        return part == "%s"

    def __mod__(self, variable):
        template = sys._getframe(1).f_locals["context"].render_context.template
        origin = Path(template.origin.name)
        if origin.is_relative_to(ROOT) and ".venv" not in origin.parts:
            pytest.fail(f"{origin.relative_to(ROOT)} prints {variable}, which is not defined")
        return ""


def pytest_configure():
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("undefined")
    # Argon2 is slow on purpose; a test that signs somebody in need not be.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALARMS_SHOWN_FOR = 0  # so that every page of the desk asks the database as often as the next


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """A database of this run's own, and on SQLite a file, since races need more than one connection."""
    database = settings.DATABASES["default"]
    is_file = database["ENGINE"].endswith("sqlite3")
    name = str(Path(settings.DATA_DIR) / "tests.sqlite3") if is_file else f"test_practice_{os.getpid()}"
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    database.setdefault("TEST", {})["NAME"] = name
    yield
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _no_outside_sockets(monkeypatch):
    """Nothing in a test talks to another machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in HERE:
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Each test starts in English, with no limit used up, the crisis lines as the file has them, and nothing owed."""
    from advice.models import IndexVersion
    from practice.crisis import deciding
    from practice.messaging import remembering

    translation.deactivate()  # a page read in Spanish leaves its language to the thread
    remembering._owed.clear()
    for name in settings.CACHES:
        caches[name].clear()
    deciding.forget()
    IndexVersion.forget()


@pytest.fixture
def a_monday_morning():
    """Monday, 19 October 2026, 10:00 in New York: a week in which no American clock changes."""
    with time_machine.travel("2026-10-19T14:00:00Z"):
        yield


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM and "REQUIRE_BROWSER" not in os.environ:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium"))
        if item.get_closest_marker("postgres") and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            item.add_marker(pytest.mark.skip(reason="only says something on PostgreSQL"))
