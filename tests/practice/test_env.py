"""A practice that forgets a setting is told all of them at once; a developer needs none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from practice.env import Reader

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "DEBUG": "0",
    "SECRET_KEY": "s",
    "FIELD_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "ALLOWED_HOSTS": "practice.example",
    "PUBLIC_URL": "https://practice.example",
    "DATABASE_URL": "postgres://u:p@127.0.0.1:5432/none",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "PRACTICE_PHONE": "+12025550100",
}


def run(code_or_args, env, tmp_path):
    """A Python process that has nothing of this one's environment but the path to it."""
    command = [sys.executable, *(["-c", code_or_args] if isinstance(code_or_args, str) else code_or_args)]
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATA_DIR": str(tmp_path / "data")}
    return subprocess.run(command, cwd=ROOT, env=clean | env, capture_output=True, text=True, timeout=60)


def test_every_missing_and_wrong_variable_is_named_at_once():
    env = Reader({"WORKERS": "many", "DEBUG": "perhaps"})
    env.text("SECRET_KEY")
    env.names("ALLOWED_HOSTS")
    env.number("WORKERS")
    env.flag("DEBUG")
    with pytest.raises(ImproperlyConfigured) as error:
        env.finish()
    assert all(
        name in str(error.value) for name in ("SECRET_KEY is missing", "ALLOWED_HOSTS is missing", "WORKERS", "DEBUG")
    )
    assert "perhaps" not in str(error.value), "a value may be a secret"


def test_a_variable_that_is_set_is_read_by_its_type():
    env = Reader({"A": " x ", "B": "on", "C": "7", "D": "a, b,,", "E": "postgres://u:p@h:1/n"})
    assert (env.text("A"), env.flag("B"), env.number("C"), env.names("D")) == ("x", True, 7, ["a", "b"])
    assert env.database("E")["NAME"] == "n"
    env.finish()


def test_weights_that_are_named_replace_the_usual_ones():
    env = Reader({"W": " soon = 0,concern=12,"})
    assert env.weights("W", {"soon": 6, "room": 5, "concern": 10}) == {"soon": 0, "room": 5, "concern": 12}
    assert env.weights("UNSET", {"soon": 6}) == {"soon": 6}
    env.finish()


@pytest.mark.parametrize("raw", ["faith", "race=3", "soon=-1", "soon=much", "soon=1.5"])
def test_a_weight_that_is_no_weight_stops_the_start(raw):
    env = Reader({"W": raw})
    env.weights("W", {"soon": 6, "faith": 4})
    assert env.wrong == ["W cannot be read"]


@pytest.mark.parametrize("module", ["practice.wsgi", "practice.asgi"])
def test_a_server_refuses_to_start_unless_debug_is_set(module, tmp_path):
    done = run(f"import {module}", {}, tmp_path)
    assert done.returncode != 0
    assert "DEBUG is missing" in done.stderr


def test_the_celery_command_refuses_to_start_unless_debug_is_set(tmp_path):
    done = run(["-m", "celery", "-A", "practice", "report"], {}, tmp_path)
    assert done.returncode != 0
    assert "DEBUG is missing" in done.stderr + done.stdout


def test_a_practice_is_told_all_it_must_decide(tmp_path):
    done = run(["manage.py", "check"], {"DEBUG": "0"}, tmp_path)
    assert done.returncode != 0
    for name in set(COMPLETE) - {"DEBUG"}:
        assert f"{name} is missing" in done.stderr


def test_a_complete_environment_starts_without_the_demonstration(tmp_path):
    code = (
        "import practice.wsgi; from django.conf import settings as s; print(s.DEBUG, s.DEMO, s.SECOND_FACTOR_REQUIRED)"
    )
    done = run(code, COMPLETE, tmp_path)
    assert done.stdout.split() == ["False", "False", "True"], done.stderr


def test_a_fresh_checkout_runs_with_no_environment_and_its_keys_are_private(tmp_path):
    done = run(["manage.py", "check"], {}, tmp_path)
    assert done.returncode == 0, done.stderr
    keys = tmp_path / "data" / "keys.json"
    assert keys.stat().st_mode & 0o777 == 0o600


def test_the_demonstration_refuses_a_real_practice(tmp_path):
    done = run(["manage.py", "demo", "--seconds", "1"], COMPLETE, tmp_path)
    assert done.returncode != 0
    assert "real practice" in done.stderr
