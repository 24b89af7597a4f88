"""The drill: broker, cache, worker and database away, the carrier hanging; whoever needs the lines gets them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.fakes import twilio as fake
from tests.servers import Servers

ROOT = Path(__file__).resolve().parents[3]
CRY = "I want to kill myself tonight marigold"
PATIENCE = 6  # seconds in which each answer must be there, on any day


class Practice:
    """One web process as the compose file starts it, without worker or beat, and what it stands on."""

    def __init__(self, servers, carrier, folder):
        self.servers, self.carrier = servers, carrier
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "DATA_DIR": str(folder / "data"), "DEBUG": "0",
            "SECRET_KEY": "drill-" * 10, "FIELD_KEYS": os.environ["FIELD_KEYS"], "ALLOWED_HOSTS": "127.0.0.1",
            "PUBLIC_URL": self.address, "PRACTICE_PHONE": "+12025550100",
            "DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url,
            "TWILIO_ACCOUNT_SID": fake.ACCOUNT, "TWILIO_AUTH_TOKEN": fake.TOKEN, "TWILIO_API_URL": carrier.url,
            "TWILIO_MESSAGING_SERVICE_SID": fake.SERVICE, "DJANGO_SETTINGS_MODULE": "practice.settings",
        }  # fmt: skip
        self.log = folder / "log"
        self.app = folder / "app"
        left_out = shutil.ignore_patterns(".git", ".venv", ".demo", "docs", "tests", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, self.app, ignore=left_out)
        for task in (["collectstatic", "--noinput", "-v0"], ["migrate", "-v0"]):
            subprocess.run([sys.executable, "manage.py", *task], cwd=self.app, env=self.env, check=True)
        command = [sys.executable, "-m", "gunicorn", "practice.wsgi", "--bind", self.address.removeprefix("http://")]
        command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--no-control-socket"]
        with self.log.open("w") as log:
            self.web = subprocess.Popen(command, cwd=self.app, env=self.env, stdout=log, stderr=log)
        self.wait_for(lambda: self.get("/healthz")[0] == 200, 60)

    def stop(self):
        self.web.terminate()
        self.web.wait(30)

    def get(self, path, data=None, headers=None):
        """Status and body; an answer that takes longer than PATIENCE raises."""
        request = urllib.request.Request(self.address + path, data, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def post(self, path, **fields):
        return self.get(path, urllib.parse.urlencode(fields).encode())

    def text_in(self, body, sid):
        sent = self.carrier.inbound(f"{self.address}/sms/inbound/", number="+13125550177", body=body, sid=sid)
        return self.get("/sms/inbound/", urllib.parse.urlencode(sent[1]).encode(), {"X-Twilio-Signature": sent[2]})

    def ask(self, sql):
        with psycopg.connect(self.servers.database_url) as connection:
            return [row[0] for row in connection.execute(sql)]

    def stop_database(self):
        self.servers.postgres.send_signal(signal.SIGQUIT)  # at once, as when the power goes
        self.servers.postgres.wait()

    def wait_for(self, come_true, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError):
                if come_true():
                    return
            assert self.web.poll() is None, self.log.read_text()
            time.sleep(0.3)
        raise AssertionError(f"it did not come true: {self.log.read_text()}")


@pytest.fixture
def practice(tmp_path):
    servers = Servers.start()
    if servers is None and os.environ.get("DRILL") == "full":
        pytest.fail("a full drill needs PostgreSQL and Redis: apt-get install postgresql redis-server")
    if servers is None:
        pytest.skip("neither PostgreSQL's nor Redis's programs are here: apt-get install postgresql redis-server")
    carrier = fake.Twilio(hangs_for=20)
    started = Practice(servers, carrier, tmp_path)
    yield started
    started.stop()
    carrier.close()
    servers.redis.send_signal(signal.SIGCONT)
    servers.stop()


@pytest.mark.drill
def test_whoever_needs_the_lines_gets_them_whatever_is_away(practice):
    the_carrier_hangs(practice)
    the_database_is_away(practice)
    the_database_is_back(practice)
    broker_and_cache_hang(practice)
    assert "marigold" not in practice.log.read_text()
    assert "5550" not in practice.log.read_text()


def the_carrier_hangs(practice):
    """No worker, no beat, and a carrier that takes the text but says nothing for 20 seconds."""
    assert practice.get("/crisis/text/")[0] == 200  # as a person comes to the form
    practice.carrier.faults.append("hang_after")
    status, page = practice.post("/crisis/text/", number="(312) 555-0101")
    assert status == 200
    assert "it will arrive in a minute" in page
    assert len(practice.carrier.messages) == 1
    assert practice.ask("SELECT status FROM messaging_message") == ["unknown"]


def the_database_is_away(practice):
    practice.stop_database()
    for path in ("/crisis/", "/es/crisis/", "/crisis/?region=GB"):
        status, page = practice.get(path)
        assert status == 200
        assert "tel:" in page
    status, page = practice.post("/crisis/text/", number="(312) 555-0102")
    assert status == 200
    assert 'href="sms:988"' in page
    assert 'href="tel:988"' in page
    assert len(practice.carrier.messages) == 1, "without a database nothing is sent"
    status, reply = practice.text_in(CRY, "SM1")
    assert status == 200
    assert "988" in reply
    for path, fields in (("/crisis/call/", {"number": "(312) 555-0103"}), ("/advice/write/", letter())):
        status, page = practice.post(path, **fields)
        assert status >= 500
        assert "tel:988" in page


def the_database_is_back(practice):
    """The health check comes by, as it does every half minute."""
    practice.servers.start_postgres()
    practice.wait_for(
        lambda: practice.get("/healthz") and practice.ask("SELECT kind FROM crisis_alert") == ["self"], 60
    )
    assert practice.text_in(CRY, "SM1")[0] == 200
    assert len(practice.ask("SELECT kind FROM crisis_alert")) == 1, (
        "the carrier's second delivery raises no second alert"
    )
    assert practice.post("/crisis/call/", number="(312) 555-0103")[0] == 200
    assert len(practice.ask("SELECT kind FROM crisis_alert")) == 2


def broker_and_cache_hang(practice):
    """Redis takes connections and answers nothing: limits are counted in the process, and the text still goes."""
    practice.servers.redis.send_signal(signal.SIGSTOP)
    status, page = practice.post("/crisis/text/", number="(312) 555-0104")
    assert status == 200
    assert "it will arrive in a minute" in page
    assert len(practice.carrier.to("+13125550104")) == 1
    assert sorted(practice.ask("SELECT status FROM messaging_message WHERE topic = 'lines'")) == ["accepted", "unknown"]
    assert practice.text_in(CRY, "SM2")[0] == 200
    assert len(practice.ask("SELECT kind FROM crisis_alert")) == 3
    assert practice.get("/crisis/")[0] == 200


def letter():
    return {"pen_name": "Awake", "body": CRY, "age_band": "18-plus"}
