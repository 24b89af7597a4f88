"""The production shape without Docker: the compose file says the right things and its commands start."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.servers import Servers

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BIN = Path(sys.executable).parent


def test_every_service_waits_for_what_it_needs_and_says_whether_it_is_well():
    services = COMPOSE["services"]
    assert set(services) == {"web", "worker", "beat", "migrate", "db", "redis"}
    for name in ("web", "worker", "beat"):
        waits = services[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["db"]["condition"] == waits["redis"]["condition"] == "service_healthy"
        assert services[name].get("healthcheck") or "HEALTHCHECK" in DOCKERFILE
    for name in ("db", "redis"):
        assert services[name]["healthcheck"]["test"]
        assert services[name]["volumes"]
    assert services["migrate"]["restart"] == "no"


def test_what_runs_in_the_image_is_not_root_and_brings_no_compiler():
    final = DOCKERFILE.split("FROM ")[-1]
    assert "USER app" in final
    assert not re.search(r"apt-get|gcc|build-essential", final)
    assert "--require-hashes" in DOCKERFILE


def test_the_example_environment_names_every_variable_that_is_required():
    example = (ROOT / ".env.example").read_text()
    for name in (
        "DEBUG",
        "SECRET_KEY",
        "FIELD_KEYS",
        "ALLOWED_HOSTS",
        "PUBLIC_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "PRACTICE_PHONE",
    ):
        assert re.search(rf"^#?{name}=", example, re.M), name


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url, headers=None):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
        return answer.status, answer.read()


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.3)
    return False


@pytest.fixture(scope="module")
def servers():
    started = Servers.start()
    if started is None and os.environ.get("DRILL") == "full":
        pytest.fail("a full drill needs PostgreSQL and Redis: apt-get install postgresql redis-server")
    if started is None:
        pytest.skip(
            "neither PostgreSQL's nor Redis's programs are on this machine: apt-get install postgresql redis-server"
        )
    yield started
    started.stop()


@pytest.mark.drill
def test_each_command_of_the_compose_file_starts_against_real_servers_and_stops_cleanly(servers, tmp_path):
    port = free_port()
    env = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "HOSTNAME": "drill",
        "DEBUG": "0",
        "SECRET_KEY": "drill-" * 10,
        "FIELD_KEYS": os.environ["FIELD_KEYS"],
        "ALLOWED_HOSTS": "practice.example",
        "PUBLIC_URL": "https://practice.example",
        "PRACTICE_PHONE": "+12025550100",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "BEHIND_TLS_PROXY": "1",
        "DJANGO_SETTINGS_MODULE": "practice.settings",
    }
    shutil.copytree(
        ROOT,
        tmp_path / "app",
        ignore=shutil.ignore_patterns(".git", ".venv", ".demo", "docs", "tests", "__pycache__", ".*_cache"),
    )

    def command(service):
        text = (
            COMPOSE["services"][service]["command"]
            .replace("0.0.0.0:8000", f"127.0.0.1:{port}")
            .replace("/tmp/", f"{tmp_path}/")
        )
        return shlex.split(text)

    def run(*arguments):
        done = subprocess.run(arguments, cwd=tmp_path / "app", env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr

    run("python", "manage.py", "collectstatic", "--noinput")
    run(*command("migrate"))
    run("python", "manage.py", "check", "--deploy", "--fail-level", "ERROR")
    running = {
        name: subprocess.Popen(
            command(name), cwd=tmp_path / "app", env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for name in ("web", "worker", "beat")
    }
    try:
        tls = {"X-Forwarded-Proto": "https"}
        assert wait_for(lambda: fetch(f"http://127.0.0.1:{port}/healthz", tls)[0] == 200, 60)
        assert fetch(f"http://127.0.0.1:{port}/readyz", tls)[0] == 200
        assert b"988" in fetch(f"http://127.0.0.1:{port}/crisis/", tls)[1]
        assert b"Sample, not reviewed" not in fetch(f"http://127.0.0.1:{port}/advice/", tls)[1]
        ping = ["celery", "-A", "practice", "inspect", "ping", "--timeout", "5"]
        assert wait_for(
            lambda: subprocess.run(ping, cwd=tmp_path / "app", env=env, capture_output=True).returncode == 0, 60
        )
        assert wait_for(lambda: any(tmp_path.glob("beat*")), 30)
    finally:
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(40) for name, process in running.items()}
    assert codes == {"web": 0, "worker": 0, "beat": 0}
