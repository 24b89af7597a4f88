"""Reads the environment by type and reports everything that is missing or wrong at once."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


class Reader:
    """Each reader returns the value, or the default, or notes what is wrong; `finish()` then stops the start-up."""

    def __init__(self, source: dict[str, str] | None = None) -> None:
        self.source = os.environ if source is None else source
        self.missing: list[str] = []
        self.wrong: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """The variable as it stands; without a default it is required."""
        value = self.source.get(name, "").strip()
        if value:
            return value
        if default is None:
            self.missing.append(name)
        return default or ""

    def flag(self, name: str, default: bool | None = None) -> bool:
        return self._read(name, default, _flag, fallback=False)

    def number(self, name: str, default: int | None = None) -> int:
        return self._read(name, default, int, fallback=0)

    def names(self, name: str, default: list[str] | None = None) -> list[str]:
        """A comma-separated list without empty parts."""
        return self._read(
            name, default, lambda raw: [part.strip() for part in raw.split(",") if part.strip()], fallback=[]
        )

    def weights(self, name: str, default: dict[str, int]) -> dict[str, int]:
        """`concern=10,soon=0`: whole numbers from 0 for some of the names in `default`, which has the others."""
        return self._read(name, default, lambda raw: default | _weights(raw, default), fallback=default)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of `allowed`, the first where it is not set."""
        return self._read(name, allowed[0], lambda raw: allowed[allowed.index(raw)], fallback=allowed[0])

    def database(self, name: str, default: str | None = None) -> dict[str, Any]:
        """A database address such as `postgres://user:password@host:5432/name`, as Django's settings."""
        return self._read(name, self._address(default), _database, fallback={})

    def mail(self, name: str, default: str) -> dict[str, Any]:
        """A mail server's address such as `smtp+tls://user:password@host:587`, as Django's settings."""
        return self._read(name, self._address(default, mail=True), environ.Env.email_url_config, fallback={})

    def finish(self) -> None:
        """Raise ImproperlyConfigured naming every variable that is missing or wrong."""
        problems = [f"{name} is missing" for name in self.missing] + self.wrong
        if problems:
            raise ImproperlyConfigured(
                "The environment is not complete: " + "; ".join(problems) + ". See .env.example."
            )

    def _address(self, default: str | None, mail: bool = False) -> dict[str, Any] | None:
        if default is None:
            return None
        return dict(environ.Env.email_url_config(default)) if mail else _database(default)

    def _read(self, name: str, default: Value | None, convert: Callable[[str], Value], fallback: Value) -> Value:
        raw = self.source.get(name, "").strip()
        if not raw:
            if default is None:
                self.missing.append(name)
                return fallback
            return default
        try:
            return convert(raw)
        except Exception:  # the value may be a secret, so neither it nor the cause is shown
            self.wrong.append(f"{name} cannot be read")
            return fallback


def _flag(raw: str) -> bool:
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise ValueError(raw)


def _weights(raw: str, known: dict[str, int]) -> dict[str, int]:
    pairs = (part.partition("=") for part in raw.split(",") if part.strip())
    given = {name.strip(): int(value) for name, _equals, value in pairs}
    if given.keys() - known.keys() or any(value < 0 for value in given.values()):
        raise ValueError(raw)
    return given


def _database(raw: str) -> dict[str, Any]:
    config = dict(environ.Env.db_url_config(raw))
    if not config.get("ENGINE"):
        raise ValueError("no such engine")
    return config
