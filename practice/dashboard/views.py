"""The staff's morning page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from practice.dashboard import crisis, panels
from practice.staff.doors import desk_only
from practice.staff.models import User


@desk_only
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, the most urgent first."""
    assert isinstance(request.user, User)
    if request.user.sees_drafts_only:
        return redirect("column:posts")
    page = {
        "panels": panels.for_user(request.user),
        "crisis_warnings": crisis.warnings(),
        "first_looks": crisis.first_looks(),
    }
    return render(request, "dashboard/home.html", page)
