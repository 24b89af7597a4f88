"""The doctor names what a practice must still do, in words and not by the lines of a log."""

import io
from contextlib import suppress

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_the_doctor_names_drafts_and_lines_nobody_has_dialled():
    out = io.StringIO()

    with suppress(SystemExit):  # what tests run with is not fit for a practice
        call_command("doctor", stdout=out)

    said = out.getvalue()
    assert "database: up" in said
    assert "crisis.W" in said
    assert "findings." in said
