"""Processes of the site for a benchmark: a column of samples, embedded, in SQLite; and the memory one of them takes."""

import os
import subprocess
import sys
from pathlib import Path

PREPARE = "from advice import sampling, retrieving; sampling.load_samples(); retrieving.embed_missing()"


def prepared(folder: Path) -> dict[str, str]:
    """The environment of a site in this folder, whose database holds the demonstration's posts with their vectors."""
    env = os.environ | {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite3'}"}
    for command in (["migrate", "-v0"], ["shell", "-v0", "-c", PREPARE]):
        subprocess.run([sys.executable, "manage.py", *command], env=env, check=True)
    return env


def megabytes(process: int | str) -> int:
    """Its resident memory."""
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines() if ":" in line)
    return int(rows["VmRSS"].split()[0]) // 1024


def processor_ms(process: int | str) -> float:
    """The processor time it has taken since it began."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
