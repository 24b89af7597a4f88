"""PostgreSQL and Redis of a drill's own, on free ports, as a user without rights."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _without_rights():
    """Keyword arguments that start a child as nobody where this process is root (PostgreSQL refuses root)."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _postgres_programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@dataclass
class Servers:
    folder: Path
    programs: Path
    postgres_port: int
    redis_port: int
    postgres: subprocess.Popen
    redis: subprocess.Popen

    @classmethod
    def start(cls):
        """Both servers, ready; None where their programs are missing."""
        programs, redis = _postgres_programs(), shutil.which("redis-server")
        if programs is None or redis is None:
            return None
        folder = Path(tempfile.mkdtemp(prefix="drill-"))
        folder.chmod(0o777)
        who, quiet = _without_rights(), {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(
            [programs / "initdb", "-D", folder / "pg", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            cwd="/",
            **quiet,
            **who,
        )
        made = cls(folder, programs, _free_port(), _free_port(), None, None)
        made.start_postgres()
        made.start_redis()
        return made

    def start_postgres(self):
        command = [
            self.programs / "postgres",
            "-D",
            self.folder / "pg",
            "-p",
            str(self.postgres_port),
            "-k",
            self.folder,
        ]
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
        self.postgres = self._child([*command, *options])
        ready = [self.programs / "pg_isready", "-h", "127.0.0.1", "-p", str(self.postgres_port), "-q"]
        self._until(lambda: subprocess.run(ready).returncode == 0)

    def start_redis(self):
        command = [
            "redis-server",
            "--bind",
            "127.0.0.1",
            "--port",
            str(self.redis_port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.folder),
        ]
        self.redis = self._child(command)
        self._until(lambda: socket.create_connection(("127.0.0.1", self.redis_port), 1).close() is None)

    @property
    def database_url(self):
        return f"postgres://postgres@127.0.0.1:{self.postgres_port}/postgres"

    @property
    def redis_url(self):
        return f"redis://127.0.0.1:{self.redis_port}/0"

    def stop(self):
        self.redis.terminate()
        self.postgres.send_signal(signal.SIGINT)
        self.redis.wait(10)
        self.postgres.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _child(self, command):
        return subprocess.Popen(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_without_rights()
        )

    def _until(self, ready, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if ready():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError("a server of the drill did not become ready")
