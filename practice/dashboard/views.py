"""The staff's morning page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from practice.dashboard import panels
from practice.messaging import alarming
from practice.staff.doors import staff_only
from practice.staff.models import User


@staff_only
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, the most urgent first."""
    assert isinstance(request.user, User)
    return render(
        request, "dashboard/home.html", {"panels": panels.for_user(request.user), "alarms": alarming.alarms()}
    )
