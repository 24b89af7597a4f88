"""dev.py and the demonstration, run as a newcomer runs them."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def environment(tmp_path):
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATA_DIR": str(tmp_path / "data")}


def dev(*arguments, tmp_path, **options):
    return subprocess.run(
        [sys.executable, "dev.py", *arguments],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=90,
        **options,
    )


def test_an_unknown_task_names_the_known_ones(tmp_path):
    done = dev("deploy", tmp_path=tmp_path)
    assert done.returncode != 0
    assert "demo" in done.stderr


def test_manage_writes_nothing_but_the_commands_own_output(tmp_path):
    done = dev("manage", "version", tmp_path=tmp_path)
    assert done.stdout.strip().startswith("5.2")
    assert len(done.stdout.splitlines()) == 1


def test_manage_uses_the_demonstrations_database(tmp_path):
    done = dev(
        "manage",
        "shell",
        "-v0",
        "-c",
        "from django.conf import settings as s; print(s.DATABASES['default']['NAME'])",
        tmp_path=tmp_path,
    )
    assert done.stdout.strip().endswith(str(tmp_path / "data" / "demo.sqlite3"))


class Demo:
    """A demonstration under way, as a child process that inherited SIGINT as ignored."""

    def __init__(self, tmp_path, *arguments):
        self.process = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                'trap "" INT TERM; exec "$@"',
                "sh",
                sys.executable,
                "dev.py",
                "demo",
                "--port",
                "0",
                *arguments,
            ],
            cwd=ROOT,
            env=environment(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if "Stop with Ctrl-C" in line:
                return
        raise AssertionError("".join(self.lines))

    def end(self):
        """The exit code, once it has ended."""
        with self.process.stdout:
            return self.process.wait(15)

    def said(self, label):
        return next(line.split()[-1] for line in self.lines if label in line)

    @property
    def password(self):
        return next(line.split()[1] for line in self.lines if line.strip().startswith("password"))


@pytest.mark.drill
@pytest.mark.parametrize("stopping", [signal.SIGINT, signal.SIGTERM])
def test_the_demonstration_opens_keeps_what_was_done_and_stops_at_once(tmp_path, stopping):
    first = Demo(tmp_path)
    with urllib.request.urlopen(first.said("Read the column"), timeout=10) as answer:
        assert answer.status == 200
    first.process.send_signal(stopping)
    assert first.end() == 0
    second = Demo(tmp_path, "--seconds", "1")
    assert second.end() == 0
    assert second.password != first.password
