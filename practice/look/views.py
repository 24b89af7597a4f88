"""The style guide, and the pages that say in plain words what went wrong."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils.timezone import now

from practice.look import examples


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Both for a page one may not see and, with a `reason`, for a form that came without its token."""
    return render(request, "403.html", {"form_expired": bool(reason)}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without context and without base page: whatever broke may be what they are made of."""
    return HttpResponseServerError(loader.get_template("500.html").render())


def style_guide(request: HttpRequest) -> HttpResponse:
    moment = now()
    moving = {
        "today": moment.date(),
        "next_year": moment.date() + timedelta(days=365),
        "held_until": moment + timedelta(minutes=9),
        "page": Paginator(range(90), 10).page(2),
        "form": examples.form_with_errors(),
        "plain": examples.ExampleForm(prefix="plain"),
        "picker": examples.picker(moment.date()),
    }
    return render(request, "styleguide.html", examples.STILL | moving)
