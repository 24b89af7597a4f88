"""The guards of conftest.py can fail."""

import socket
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine


def test_a_template_that_prints_what_nobody_gave_fails_its_test():
    engine = Engine(
        dirs=[Path(__file__).parent / "templates"],
        string_if_invalid=settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"],
    )
    with pytest.raises(pytest.fail.Exception, match=r"undefined\.html prints nobody"):
        engine.get_template("undefined.html").render(Context({}))


def test_a_test_that_reaches_out_fails():
    with socket.socket() as outside, pytest.raises(AssertionError, match="tried to reach"):
        outside.connect(("192.0.2.1", 80))


def test_a_warning_is_an_error():
    import warnings

    with pytest.raises(UserWarning):
        warnings.warn("careful", UserWarning, stacklevel=1)
