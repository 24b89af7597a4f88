#!/usr/bin/env python3
"""The one front door for a developer: makes the private environment, then becomes the task (standard library only)."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
USAGE = """usage: python3 dev.py TASK [ARGUMENTS]

  demo [--port N] [--seconds N] [--fresh]   the whole front office on this machine, with sample data
  test [PYTEST ARGUMENTS]                   every test that this machine can run
  check                                     lint, format, types, the house's rules, migration drift
  fix                                       put right what lint and format can
  bench [NAME ...]                          measure; figures as ratios to a reference of the same run
  manage ARGUMENTS                          manage.py in the private environment
  lock                                      compile requirements/ anew from pyproject.toml (needs uv)
"""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def clean_environment() -> dict[str, str]:
    """This shell's environment without what would lead another Python or another package set in."""
    dropped = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET"}
    env = {name: value for name, value in os.environ.items() if name not in dropped}
    return env | {"UV_SYSTEM_CERTS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": ""}


def stamp_of(requirements: Path) -> str:
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor}"


def is_installed(name: str) -> bool:
    stamp = VENV / f".{name}"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == stamp_of(ROOT / "requirements" / f"{name}.txt")


def prepare(name: str) -> None:
    """Make `.venv` hold exactly requirements/NAME.txt (hash-checked); at once where it already does."""
    if is_installed(name):
        return
    requirements = ROOT / "requirements" / f"{name}.txt"
    say(f"Preparing the private environment in .venv ({name}) ...")
    if not (install_with_uv(requirements) or install_with_pip(requirements)):
        sys.exit("The packages could not be installed; the lines above say why.")
    (VENV / f".{name}").write_text(stamp_of(requirements))
    if name == "dev" and not is_installed("base"):  # dev holds all of base
        (VENV / ".base").write_text(stamp_of(ROOT / "requirements" / "base.txt"))


def run_quietly(*command: object) -> bool:
    """Run a command with its output on standard error, so that `manage` owns standard output."""
    return subprocess.run([str(part) for part in command], env=clean_environment(), stdout=sys.stderr).returncode == 0


def install_with_uv(requirements: Path) -> bool:
    uv = shutil.which("uv")
    if not uv:
        return False
    made = is_this_python() or run_quietly(uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV)
    return made and run_quietly(
        uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", requirements
    )


def install_with_pip(requirements: Path) -> bool:
    if not (is_this_python() and run_quietly(PYTHON, "-c", "import pip")):
        shutil.rmtree(VENV, ignore_errors=True)
        try:
            import ensurepip  # noqa: F401
            import venv

            venv.create(VENV, with_pip=True)
        except ImportError:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            sys.exit(f"This Python has no ensurepip. On Debian or Ubuntu: sudo apt-get install python{version}-venv")
    # The file names every package with its hash, so there is nothing to resolve and no need to compile all of it now.
    options = ["--quiet", "--require-hashes", "--no-deps", "--no-compile", "--no-input"]
    return run_quietly(PYTHON, "-m", "pip", "install", *options, "-r", requirements)


def is_this_python() -> bool:
    """Whether `.venv` exists and was made by a Python of this version."""
    config = VENV / "pyvenv.cfg"
    version = f"{sys.version_info.major}.{sys.version_info.minor}."
    return PYTHON.exists() and config.exists() and f" {version}" in config.read_text()


def become(*command: object, **extra: str) -> None:
    """Replace this process by the task, so that a signal to its pid arrives there."""
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), *map(str, command)], clean_environment() | extra)


def run_each(*commands: list[str]) -> None:
    """Run all commands, say which failed, and end with that."""
    os.chdir(ROOT)
    failed = []
    for command in commands:
        say(f"$ {' '.join(command)}")
        if subprocess.run([PYTHON, "-m", *command], env=clean_environment() | {"DEBUG": "1"}).returncode:
            failed.append(command[0])
    sys.exit(f"Failed: {', '.join(failed)}" if failed else 0)


def lock() -> None:
    uv = shutil.which("uv") or sys.exit("dev.py lock needs uv on the PATH.")
    os.chdir(ROOT)
    options = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--upgrade",
    ]
    compiled = run_quietly(uv, "pip", "compile", "pyproject.toml", *options, "-o", "requirements/base.txt")
    groups = ["--group", "test", "--group", "lint", "--group", "e2e", "-c", "requirements/base.txt"]
    compiled = compiled and run_quietly(
        uv, "pip", "compile", "pyproject.toml", *options, *groups, "-o", "requirements/dev.txt"
    )
    sys.exit(0 if compiled else 1)


def main(arguments: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this line is for those who start it with an older one
        sys.exit(f"This project needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    task, *rest = arguments or ["help"]
    match task:
        case "demo":
            prepare("base")
            become("manage.py", "demo", *rest)
        case "manage":
            prepare("base")
            become("manage.py", *rest)
        case "test":
            prepare("dev")
            # A part of the suite runs plainly; the whole of it in two processes, each file in one of them.
            whole = not any(argument.startswith("tests") for argument in rest)
            become("-m", "pytest", *(["-n", "2", "--dist", "loadfile"] if whole else []), *rest)
        case "bench":
            prepare("dev")
            become("-m", "tests.benchmarks", *rest)
        case "check":
            prepare("dev")
            run_each(
                ["ruff", "check", "."],
                ["ruff", "format", "--check", "."],
                ["mypy", "practice", "advice", "booking"],
                ["pytest", "-q", "tests/test_house.py"],
                ["manage", "makemigrations", "--check", "--dry-run"],
                ["manage", "check"],
            )
        case "fix":
            prepare("dev")
            run_each(["ruff", "check", "--fix", "."], ["ruff", "format", "."])
        case "lock":
            lock()
        case "help" | "--help" | "-h":
            print(USAGE, end="")
        case _:
            sys.exit(f"dev.py knows no task {task!r}.\n\n{USAGE}")


if __name__ == "__main__":
    main(sys.argv[1:])
