"""Saying no: a rule that refuses raises a Refused whose words are fit for the person who asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise


class Refused(Exception):
    """What a rule raises to say no. `message` may be shown as it is; `code` names the reason for machines."""

    code = "refused"
    status = 409
    message: str | Promise = "That is not possible right now."

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.code)  # never the message: it may hold what the person wrote


@contextmanager
def refusing(constraint: str, refusal: type[Refused], **others: type[Refused]) -> Iterator[None]:
    """Turn the database's refusal by `constraint` into `refusal`; the surrounding transaction stays usable.

    `others` are further constraints by name, guarded by the same transaction.
    """
    refusals = {constraint: refusal} | others
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = next((name for name in refusals if name in str(error)), None)
        if broken is None:
            raise
        raise refusals[broken] from None
