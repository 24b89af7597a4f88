"""The demonstration's data, and the hands that a worker lends."""

from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from booking.models import SessionType
from booking.tasks import owe_reminders
from practice.demo import seeding
from practice.messaging.tasks import dispatch
from tests import make
from tests.journeys.visitor import Visitor

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(params=["03:00", "12:00", "23:30"])
def at_any_hour(request):
    """Now, but at a given hour in New York: a practice's visitors do not keep its hours."""
    hour, minute = map(int, request.param.split(":"))
    today = timezone.now().astimezone(NEW_YORK)
    with time_machine.travel(today.replace(hour=hour, minute=minute), tick=True):
        yield request.param


@pytest.fixture
def demo(db):
    """What `dev.py demo` loads."""
    if not SessionType.objects.exists():  # an earlier test that emptied the database took what migrations made
        make.matchmaking(), make.session_type()
    seeding.load()
    seeding.set_staff_password("owner@demo.example", "correct horse")


@pytest.fixture
def visitor():
    return Visitor()


@pytest.fixture
def staff(demo):
    """Someone signed in at the desk."""
    someone = Visitor()
    someone.open("/desk/").press("Sign in", login="owner@demo.example", password="correct horse")
    return someone


@pytest.fixture
def work():
    """What worker and beat do in a few seconds."""

    def do():
        owe_reminders()
        dispatch()

    return do
