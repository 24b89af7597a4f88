"""The soonest open time that suits whoever asks, not only the clinician."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from booking import offering
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("a_monday_morning")]
CHICAGO = ZoneInfo("America/Chicago")


def test_the_soonest_time_is_one_that_suits_by_the_clock_that_was_asked_for():
    far, never = make.working_clinician("09:00", "17:00"), make.working_clinician("09:00", "12:00")
    found = offering.next_open_each(
        session_type=make.session_type(),
        clinicians=[far, never],
        zone=CHICAGO,
        state="NY",
        suits=lambda moment: moment.weekday() == 5 and moment.hour >= 13,
    )
    assert {one: time.starts_at for one, time in found.items()} == {far: datetime(2026, 10, 24, 13, 0, tzinfo=CHICAGO)}
