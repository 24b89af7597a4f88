"""About: who reviews, how, and what machines may read."""

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from advice.reviewing import CHECKLIST
from advice.views.caching import kept_by_caches
from practice.staff.models import Reviewer


@kept_by_caches
def reviewers(request: HttpRequest) -> HttpResponse:
    signed = Count("reviews", filter=Q(reviews__state="approved"))
    people = Reviewer.objects.annotate(signed=signed).filter(signed__gt=0).order_by("name")
    return render(request, "advice/reviewers.html", {"reviewers": people})


@kept_by_caches
def policy(request: HttpRequest) -> HttpResponse:
    return render(request, "advice/policy.html", {"checklist": CHECKLIST.values()})


@kept_by_caches
def robots(request: HttpRequest) -> HttpResponse:
    """Samples are for trying, so a demonstration keeps out of search engines as a whole."""
    private = ["/"] if settings.DEMO else ["/desk/", "/admin/", "/accounts/", "/api/", "/letters/"]
    rules = "".join(f"Disallow: {path}\n" for path in private)
    sitemap = settings.PUBLIC_URL + reverse("advice:sitemap")
    return HttpResponse(f"User-agent: *\n{rules}Sitemap: {sitemap}\n", content_type="text/plain; charset=utf-8")
