"""About: who reviews, how, and what machines may read."""

from collections import defaultdict

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from advice.models import Post
from advice.reviewing import CHECKLIST
from advice.views.caching import kept_by_caches
from practice.staff.models import Reviewer

MOST_PAGES = 30  # a name; the rest are a number


@kept_by_caches
def reviewers(request: HttpRequest) -> HttpResponse:
    """The advisory board: who signed, with what licence, and the pages that stand under each name now; two queries."""
    signed = Count("reviews", filter=Q(reviews__state="approved"))
    people = list(Reviewer.objects.annotate(signed=signed).filter(signed__gt=0).order_by("name"))
    pages: dict[int | None, list[Post]] = defaultdict(list)
    signed_posts = Post.objects.public().exclude(review=None).select_related("shown", "review")
    columns = ("slug", "language", "shown__title", "review__reviewer")
    for post in signed_posts.only(*columns).order_by("-published_at"):
        assert post.review is not None
        pages[post.review.reviewer_id].append(post)
    today = timezone.localdate()
    board = [{"person": one, "pages": pages[one.pk], "signs_now": one.may_sign_on(today)} for one in people]
    return render(request, "advice/reviewers.html", {"board": board, "most": MOST_PAGES})


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
