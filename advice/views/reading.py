"""Reading: home, the list, a topic, a post."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from advice import describing, receiving, rendering, searching
from advice.documents import Audience, Document, Kind
from advice.models import Picture, Post, Topic
from advice.models.posts import PostQuerySet
from advice.views import notices
from advice.views.around import around, names, places
from advice.views.caching import kept_by_caches

A_PAGE, ON_HOME = 12, 6
LONGEST_SEARCH = 300
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def language() -> str:
    return (get_language() or "en")[:2]


@kept_by_caches
def home(request: HttpRequest) -> HttpResponse:
    newest, wording = Post.objects.for_readers_of(language()).as_cards()[:ON_HOME], audience_of(request)
    context = {"cards": _cards(newest, wording), "topics": _topics(wording), "wording": wording}
    return render(request, "advice/home.html", context | {"notices": notices.on_home()})


@kept_by_caches
def post_list(request: HttpRequest) -> HttpResponse:
    return _list(request, Post.objects.for_readers_of(language()))


@kept_by_caches
def archive(request: HttpRequest) -> HttpResponse:
    """The months in which answers were published, with how many, the newest first."""
    months = Post.objects.for_readers_of(language()).order_by().annotate(month=TruncMonth("published_at"))
    rows = months.values("month").annotate(number=Count("pk")).order_by("-month")
    return render(request, "advice/archive.html", {"months": rows, "wording": audience_of(request)})


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
    if mine.kind == Kind.NOTICE:
        return notices.page(request, mine, public)
    is_composed = bool(mine.text.letter) and not any(wording.letter_id for wording in wordings)
    return render(
        request, "advice/post.html", {"is_composed": is_composed, **_post(mine, public, audience_of(request))}
    )


@require_safe
def picture(request: HttpRequest, file: str) -> HttpResponse:
    """A picture of ours, named by what it is: whoever has it need never ask again."""
    if request.headers.get("If-None-Match") == f'"{file}"':
        return HttpResponseNotModified()
    if not file.isprintable():  # PostgreSQL takes no NUL
        raise Http404
    found = get_object_or_404(Picture, file=file)
    kind = "image/png" if file.endswith(".png") else "image/jpeg"
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{file}"'}
    return HttpResponse(bytes(found.data), content_type=kind, headers=headers)


def _gone(request: HttpRequest, wordings: list[Post]) -> HttpResponse:
    retracted = next((wording for wording in wordings if wording.state == Post.State.RETRACTED), None)
    if retracted is None:
        raise Http404
    message = _("We have retracted this text. Please do not rely on it. %(reason)s")
    return render(request, "410.html", {"message": message % {"reason": retracted.retraction_reason}}, status=410)


def audience_of(request: HttpRequest) -> Audience:
    """In which wording a reader wants posts, as the address says."""
    return Audience.CLINICAL if request.GET.get("wording") == Audience.CLINICAL else Audience.PLAIN


def _post(post: Post, wordings: list[Post], wanted: Audience) -> dict[str, Any]:
    document, beside = post.text.document, around(post, wanted)
    audience = wanted if wanted in document.audiences else Audience.PLAIN
    page, worded, topics = rendering.render(document, audience), document.worded(audience), beside.pop("topics")
    return {
        "post": post,
        "text": post.text,
        "document": worded,
        "page": page,
        "address": describing.address(post),
        "image": describing.picture(document.image),
        "structured": describing.structured(post, worded, page, topics, audience),
        "wording": wanted,
        "audiences": _audiences(post, document, audience),
        "is_only_plain": wanted != audience,
        "badge": badge(post),
        "topics": names(topics, language(), wanted),
        "wordings": [(other, other.address_for(wanted)) for other in wordings if other.pk != post.pk],
        "alternates": [{"language": w.language, "address": describing.address(w)} for w in wordings],
        "is_foreign": post.language != language(),
        **beside,
    }


def _audiences(post: Post, document: Document, current: Audience) -> list[dict[str, Any]]:
    """The switch between the wordings of a post; nothing where there is only one."""
    offered = document.audiences if len(document.audiences) > 1 else ()
    return [{"label": one.label, "url": post.address_for(one), "current": one == current} for one in offered]


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
    kind, wording = request.GET.get("kind", ""), audience_of(request)
    if kind in Kind.values:
        posts = posts.filter(kind=kind)
    if month := _month(request.GET.get("month", "")):
        posts = posts.filter(published_at__year=month.year, published_at__month=month.month)
    context = {
        "words": "",
        "read_as": "",
        "kind": kind,
        "kinds": _kinds(request, kind),
        "topic_name": topic.name_in(language()) if topic else date_format(month, "YEAR_MONTH_FORMAT") if month else "",
        "topic_about": topic.about_in(language()) if topic else "",
        "topics": _topics(wording),
        "wording": wording,
        "screening": None,
        "resources": places([topic], language()) if topic else [],
    }
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    if words:
        response = render(request, "advice/list.html", context | _search(request, posts, words))
        response["Cache-Control"] = "no-store"  # what somebody searched for stays with them
        return response
    page = Paginator(posts.as_cards(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "advice/list.html", context | {"page": page, "cards": _cards(page, wording)})


def _month(text: str) -> date | None:
    """The month that an address names as 2026-11; another text names none."""
    found = MONTH.fullmatch(text)
    return date(int(found[1]), int(found[2]), 1) if found else None


def _search(request: HttpRequest, posts: PostQuerySet, words: str) -> dict[str, Any]:
    screening = receiving.screen_search(words)
    result = searching.find(words, language=language())
    found = searching.among(result.hits, posts)
    page = Paginator(list(found.items()), A_PAGE).get_page(request.GET.get("page"))
    rows = posts.as_cards().in_bulk([pk for pk, _hit in page])
    snippets = searching.snippets([hit for _pk, hit in page], words=result.read_as)
    cards = _cards((rows[pk] for pk, _hit in page), audience_of(request))
    for card, (_pk, hit) in zip(cards, page, strict=True):
        card["snippet"] = snippets[hit.slug, hit.language]
    read_as = result.read_as if result.read_as.lower() != " ".join(words.lower().split()) else ""
    return {"words": words, "read_as": read_as, "screening": screening, "page": page, "cards": cards}


def _kinds(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    labels = [("", _("All")), ("letter", _("Letters")), ("article", _("Articles")), ("question", _("Questions"))]
    rest = request.GET.copy()
    rest.pop("page", None)
    tabs = []
    for value, label in labels:
        rest["kind"] = value
        tabs.append({"label": label, "url": f"?{rest.urlencode()}", "current": value == current})
    return tabs


def _topics(wording: Audience) -> list[dict[str, str]]:
    used = Topic.objects.filter(Exists(Post.objects.public().filter(topics=OuterRef("pk"))))
    return names(used, language(), wording)


def _cards(posts: Iterable[Post], wording: Audience) -> list[dict[str, Any]]:
    return [
        {
            "title": post.text.title,
            "text": post.text.summary,
            "snippet": [],
            "url": post.address_for(wording),
            "meta": " · ".join([post.get_kind_display(), *(topic.name_in(language()) for topic in post.topics.all())]),
            "language": post.language if post.language != language() else "",
            "status": "sample" if post.state == Post.State.SAMPLE else "approved",
        }
        for post in posts
    ]
