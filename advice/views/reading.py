"""Reading: home, the list, a topic, a post."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from advice import receiving, rendering, searching
from advice.documents import Kind
from advice.models import Post, Topic
from advice.models.posts import PostQuerySet

A_PAGE, ON_HOME, RELATED, MOST_FOUND = 12, 6, 4, 200
FRESH_FOR = 60  # seconds a shared cache may keep a page
LONGEST_SEARCH = 300
View = Callable[..., HttpResponse]


def kept_by_caches(view: View) -> View:
    """A page the same for everybody: it may be cached, and answers 304 to who has it."""

    @wraps(view)
    def cached(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200 and "Cache-Control" not in response:
            patch_cache_control(response, public=True, max_age=FRESH_FOR)
        return response

    return require_safe(conditional_page(cached))


def language() -> str:
    return (get_language() or "en")[:2]


@kept_by_caches
def home(request: HttpRequest) -> HttpResponse:
    newest = Post.objects.for_readers_of(language()).as_cards()[:ON_HOME]
    return render(request, "advice/home.html", {"cards": _cards(newest), "topics": _topics()})


@kept_by_caches
def post_list(request: HttpRequest) -> HttpResponse:
    return _list(request, Post.objects.for_readers_of(language()))


@kept_by_caches
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Topic, slug=slug)
    return _list(request, Post.objects.for_readers_of(language()).filter(topics=found), topic=found)


@kept_by_caches
def post(request: HttpRequest, slug: str) -> HttpResponse:
    wordings = list(Post.objects.with_text().filter(slug=slug).exclude(state=Post.State.DRAFT))
    public = [wording for wording in wordings if wording.is_public]
    if not public:
        return _gone(request, wordings)
    mine = min(public, key=lambda wording: wording.language != language())
    return render(request, "advice/post.html", _post(mine, public))


def _gone(request: HttpRequest, wordings: list[Post]) -> HttpResponse:
    retracted = next((wording for wording in wordings if wording.state == Post.State.RETRACTED), None)
    if retracted is None:
        raise Http404
    message = _("We have retracted this text. Please do not rely on it. %(reason)s")
    return render(request, "410.html", {"message": message % {"reason": retracted.retraction_reason}}, status=410)


def _post(post: Post, wordings: list[Post]) -> dict[str, Any]:
    return {
        "post": post,
        "text": post.text,
        "page": rendering.render(post.text.document),
        "badge": badge(post),
        "topics": _names(post.topics.all()),
        "wordings": [wording for wording in wordings if wording.pk != post.pk],
        "is_foreign": post.language != language(),
        "related": _links(Post.objects.related_to(post)[:RELATED]),
        "newer": next(iter(_links(Post.objects.newer_than(post)[:1])), None),
        "older": next(iter(_links(Post.objects.older_than(post)[:1])), None),
    }


def badge(post: Post) -> dict[str, Any]:
    """What the review of the shown text means for its reader (see components/badge.html)."""
    review = post.review
    if review is None or review.reviewer is None:
        unsigned = {"reviewer": "", "licence": "", "reviewed_on": None, "next_review": None}
        return {"status": Post.State.SAMPLE.value, **unsigned}
    overdue = review.is_overdue_on(timezone.localdate())
    return {
        "status": "overdue" if overdue else "update" if post.head_id != post.shown_id else "approved",
        "reviewer": str(review.reviewer),
        "licence": review.licence,
        "reviewed_on": review.decided_at,
        "next_review": review.next_review_due,
    }


def _list(request: HttpRequest, posts: PostQuerySet, *, topic: Topic | None = None) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    kind = request.GET.get("kind", "")
    screening = receiving.screen_search(words) if words else None
    if kind in Kind.values:
        posts = posts.filter(kind=kind)
    found = _ranked(posts, searching.find(words)) if words else posts
    page = Paginator(found.as_cards(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "words": words,
        "kind": kind,
        "kinds": _kinds(request, kind),
        "topic_name": topic.name_in(language()) if topic else "",
        "topic_about": topic.about_in(language()) if topic else "",
        "topics": _topics(),
        "page": page,
        "cards": _cards(page),
        "screening": screening,
    }
    response = render(request, "advice/list.html", context)
    if words:
        response["Cache-Control"] = "no-store"  # what somebody searched for stays with them
    return response


def _ranked(posts: PostQuerySet, keys: list[int]) -> PostQuerySet:
    places = [When(pk=key, then=Value(place)) for place, key in enumerate(keys[:MOST_FOUND])]
    if not places:
        return posts.none()
    found = posts.filter(pk__in=keys[:MOST_FOUND])
    return found.order_by("is_foreign", Case(*places, output_field=IntegerField()))  # type: ignore[misc]


def _kinds(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    labels = [("", _("All")), ("letter", _("Letters")), ("article", _("Articles")), ("question", _("Questions"))]
    rest = request.GET.copy()
    rest.pop("page", None)
    tabs = []
    for value, label in labels:
        rest["kind"] = value
        tabs.append({"label": label, "url": f"?{rest.urlencode()}", "current": value == current})
    return tabs


def _topics() -> list[dict[str, str]]:
    return _names(Topic.objects.filter(Exists(Post.objects.public().filter(topics=OuterRef("pk")))))


def _names(topics: Iterable[Topic]) -> list[dict[str, str]]:
    return [{"name": t.name_in(language()), "url": reverse("advice:topic", args=[t.slug])} for t in topics]


def _cards(posts: Iterable[Post]) -> list[dict[str, Any]]:
    return [
        {
            "title": post.text.title,
            "text": post.text.summary,
            "url": post.get_absolute_url(),
            "meta": " · ".join([post.get_kind_display(), *(topic.name_in(language()) for topic in post.topics.all())]),
            "language": post.language if post.language != language() else "",
            "status": "sample" if post.state == Post.State.SAMPLE else "approved",
        }
        for post in posts
    ]


def _links(posts: QuerySet[Post]) -> list[dict[str, str]]:
    made = []
    for slug, written_in, title in posts.values_list("slug", "language", "shown__title"):
        with override(written_in):
            made.append({"title": title, "url": reverse("advice:post", args=[slug])})
    return made
