"""Personal columns: encrypted at rest, found again by keyed digest, declared on their model.

Each model carries an inner `class Privacy` with `personal` (columns that say something of a person; encrypted or a
digest), `plain` (all others) and `keep_for` (how long, in words). tests/test_house.py fails for a column in neither.
"""

import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact


@cache
def _vault(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def vault() -> MultiFernet:
    """The keys of this practice: the first encrypts, all decrypt."""
    return _vault(tuple(settings.FIELD_KEYS))


def digest(value: str, *, purpose: str) -> str:
    """A keyed fingerprint of `value` (43 characters) by which an equal value is found again, for one purpose only."""
    key = hashlib.sha256(b"digest:" + settings.FIELD_KEYS[-1].encode()).digest()
    mac = hmac.new(key, f"{purpose}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    return mac[:43]


class Unreadable(Exception):
    """A column that none of FIELD_KEYS can open."""


class EmptyOnly(Exact):
    """An encrypted column can be asked whether it is empty, and nothing else."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("an encrypted column can only be compared with the empty text")
        return self.rhs


class EncryptedTextField(models.TextField):
    """Text that lies in the database as ciphertext. It cannot be searched; keep a DigestField beside it for that."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or value == "":
            return value
        return vault().encrypt(value.encode("utf-8", "replace")).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if value is None or value == "":
            return value
        try:
            return vault().decrypt(value.encode()).decode()
        except InvalidToken:
            raise Unreadable(f"{self.model.__name__}.{self.name} cannot be opened with these FIELD_KEYS") from None

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "exact":
            return EmptyOnly
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name!r}")
        return super().get_lookup(lookup_name)


class EncryptedJSONField(EncryptedTextField):
    """A JSON value that lies in the database as ciphertext."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else None

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))


class DigestField(models.CharField):
    """Holds `digest(value, purpose=...)`: equal values are found, the value itself is not kept."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", 43)
        super().__init__(*args, **options)
