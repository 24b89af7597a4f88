"""Notices: events of the practice and its news, while they last; the archive keeps what is over."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from advice import describing, inviting, rendering
from advice.models import Post
from advice.models.posts import PostQuerySet
from advice.views.caching import kept_by_caches

A_PAGE, ON_HOME = 20, 3


@kept_by_caches
def notices(request: HttpRequest) -> HttpResponse:
    """What is to come, the soonest first; with `?past` what is over, the latest first."""
    mine = Post.objects.notices().in_language(_language()).select_related("shown")
    is_past = "past" in request.GET
    chosen = mine.filter(ends_at__lte=timezone.now()).order_by("-ends_at", "pk") if is_past else current(mine)
    page = Paginator(chosen, A_PAGE).get_page(request.GET.get("page"))
    lists = {"page": page, "notices": [_entry(post) for post in page], "is_past": is_past}
    return render(request, "advice/notices.html", lists)


def current(posts: PostQuerySet) -> PostQuerySet:
    """Those not over yet: events by their hour, news among them by its last day."""
    return posts.filter(ends_at__gt=timezone.now()).order_by("ends_at", "pk")


def on_home() -> list[dict[str, Any]]:
    """The next few, for the home page."""
    posts = current(Post.objects.notices().in_language(_language())).select_related("shown")
    return [_entry(post) for post in posts[:ON_HOME]]


def page(request: HttpRequest, post: Post, wordings: list[Post]) -> HttpResponse:
    """One notice, as its address shows it; a notice that is over says so."""
    entry = _entry(post)
    context = {
        "post": post,
        "notice": entry,
        "body": rendering.render(post.text.document).body,
        "address": describing.address(post),
        "structured": describing.event(post) if post.starts_at else "",
        "wordings": [one for one in wordings if one.pk != post.pk],
        "is_foreign": post.language != _language(),
    }
    return render(request, "advice/notice.html", context)


@kept_by_caches
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The event as a file for one's own calendar."""
    posts = Post.objects.notices().filter(slug=slug, starts_at__isnull=False).select_related("shown")
    mine = min(posts, key=lambda post: post.language != _language(), default=None)
    if mine is None:
        raise Http404
    response = HttpResponse(inviting.event(mine), content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = f'attachment; filename="{mine.slug}.ics"'
    return response


def _entry(post: Post) -> dict[str, Any]:
    occasion = post.text.document.occasion
    return {
        "title": post.text.title,
        "summary": post.text.summary,
        "url": post.get_absolute_url(),
        "ics": reverse("advice:event", args=[post.slug]) if occasion.is_event else "",
        "is_event": occasion.is_event,
        "starts_at": post.starts_at,
        "ends_at": post.ends_at,
        "place": occasion.place,
        "link": occasion.link,
        "until": occasion.until,
        "is_over": post.ends_at is not None and post.ends_at <= timezone.now(),
        "is_sample": post.state == Post.State.SAMPLE,
        "zone": settings.PRACTICE["time_zone"],
    }


def _language() -> str:
    return (get_language() or "en")[:2]
