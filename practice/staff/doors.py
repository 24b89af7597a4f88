"""Who may enter which desk, and the second factor at its door."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from practice.staff.models import User

View = Callable[..., HttpResponseBase]
STAFF_PATHS = ("/desk/", "/admin/", "/api/v1/desk/")


def staff_only(view: View) -> View:
    """Only for people who work here: not for a reviewer from outside, who was invited to read drafts."""
    return _only(view, lambda user: not user.sees_drafts_only)


def desk_only(view: View) -> View:
    """Only for those who have a place at the desk, be it for drafts alone."""
    return _only(view, lambda user: True)


def front_desk_only(view: View) -> View:
    """Only for those who handle clients: front desk, clinicians, owners."""
    return _only(view, lambda user: user.is_front_desk or user.is_owner or user.is_clinician)


def editors_only(view: View) -> View:
    """Only for those who handle letters and decide what the column shows: editors, owners."""
    return _only(view, lambda user: user.may_edit)


def writers_only(view: View) -> View:
    """Only for those who write posts: editors, owners, supervised associates."""
    return _only(view, lambda user: user.may_write)


def readers_of_drafts_only(view: View) -> View:
    """Only for those who write posts or review them; which of them a reviewer sees, the page decides."""
    return _only(view, lambda user: user.may_write or hasattr(user, "reviewer"))


def _only(view: View, allowed: Callable[[User], bool]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not (isinstance(user, User) and user.is_staff and allowed(user)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)


class SecondFactor:
    """Where a second factor is required, nobody reaches a desk before theirs is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SECOND_FACTOR_REQUIRED and request.path.startswith(STAFF_PATHS):
            user = request.user
            if user.is_authenticated and not is_mfa_enabled(user):
                return redirect("mfa_activate_totp")
        return self.get_response(request)
