"""The clock of the diary's tests."""

import pytest
import time_machine


@pytest.fixture
def a_monday_morning():
    """Monday, 19 October 2026, 10:00 in New York: a week in which no American clock changes."""
    with time_machine.travel("2026-10-19T14:00:00Z"):
        yield
