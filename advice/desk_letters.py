"""The column's desk of letters: what waits, a letter beside its new text, joining, declining, what its writer says."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advice import copying, editing, handling, identifying, merging, proposing
from advice.desk_reviews import attempt, user_of
from advice.documents import Document, Kind
from advice.forms import DeclineForm, RewriteForm
from advice.models import Letter, Post
from practice.refusals import Refused
from practice.staff.doors import editors_only
from practice.staff.models import User

PER_PAGE, OFFERED = 50, 30
LONGEST_SLUG = 80
PAGE = ("GET", "HEAD", "POST")


@require_safe
@never_cache
@editors_only
def letters(request: HttpRequest) -> HttpResponse:
    joined = Count("merged", filter=Q(merged__state=Letter.State.MERGED))
    waiting = Letter.objects.waiting().select_related("claimed_by", "topic").annotate(joined=joined)
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    drafted = Letter.objects.filter(state=Letter.State.DRAFTED).order_by("received_at").prefetch_related("posts")
    listed = [{"letter": one, "until": proposing.until(one)} for one in drafted.annotate(joined=joined)[:PER_PAGE]]
    return render(request, "column/letters.html", {"page": page, "drafted": listed})


@require_safe
@never_cache
@editors_only
def letter(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, user = _letter(uuid), user_of(request)
    others = Letter.objects.waiting().filter(may_be_published=True).exclude(pk=found.pk).select_related("topic")
    may_join = found.may_be_published and found.state in merging.WRITABLE and not found.posts.exists()
    context = {
        "letter": found,
        "joined": found.merged.filter(state=Letter.State.MERGED).select_related("topic"),
        "others": [*others[:OFFERED], *_drafted_but(found)] if may_join else [],
        "posts": found.main.posts.select_related("head"),
        "until": proposing.until(found),
        "may_put_back": found.state == Letter.State.CLAIMED and (found.claimed_by_id == user.pk or user.is_owner),
    }
    return render(request, "column/letter.html", context)


def _drafted_but(letter: Letter) -> list[Letter]:
    drafted = Letter.objects.filter(state=Letter.State.DRAFTED, may_be_published=True).exclude(pk=letter.pk)
    return list(drafted.select_related("topic").order_by("received_at")[:OFFERED])


@require_POST
@editors_only
def claim(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _letter(uuid)
    attempt(request, lambda: handling.claim(letter=found, by=user_of(request)), _("It is yours to read."))
    return redirect("column:letter", uuid)


@require_POST
@editors_only
def put_back(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _letter(uuid)
    thanks = _("It waits for anyone again, where it stood.")
    done = attempt(request, lambda: handling.put_back(letter=found, by=user_of(request)), thanks)
    return redirect("column:letters") if done else redirect("column:letter", uuid)


@require_http_methods(PAGE)
@never_cache
@editors_only
def decline(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Choose a kind text by a link, change it if need be, and send it."""
    found, reason = _letter(uuid), request.GET.get("reason", "")
    if reason not in handling.DECLINED:
        reason = "young" if found.age_band == Letter.AgeBand.TEEN else "many" if found.may_be_published else "private"
    form = DeclineForm(request.POST or None, initial={"words": handling.fixed_words(found, reason), "reason": reason})
    if request.method == "POST" and form.is_valid():
        try:
            handling.decline(letter=found, by=user_of(request), **form.cleaned_data)
        except Refused as refusal:
            form.add_error("words", str(refusal.message))
        else:
            messages.success(request, str(_("Declined, kindly.")))
            return redirect("column:letters")
    tabs = [
        {"label": label, "url": f"?reason={value}", "current": value == reason} for value, label in handling.REASONS
    ]
    context = {"letter": found, "form": form, "tabs": tabs}
    return render(request, "column/decline.html", context, status=422 if form.errors else 200)


@require_POST
@editors_only
def join(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Let this letter share the answer to another."""
    found, chosen = _letter(uuid), request.POST.get("into", "")
    into = Letter.objects.filter(uuid=chosen).first() if _is_uuid(chosen) else None
    if into is None:
        messages.warning(request, str(_("Choose the letter it is to be answered with.")))
        return redirect("column:letter", uuid)
    thanks = _("Joined. Its writer sees the fate of this one.")
    done = attempt(request, lambda: merging.merge(letter=found, into=into, by=user_of(request)), thanks)
    return redirect("column:letter", into.uuid if done else uuid)


@require_POST
@editors_only
def part(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _letter(uuid)
    thanks = _("It stands alone again, as it came.")
    attempt(request, lambda: merging.unmerge(letter=found, by=user_of(request)), thanks)
    return redirect("column:letter", uuid)


@require_http_methods(PAGE)
@never_cache
@editors_only
def rewrite(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The letter as it came beside the new text, each with what could point to its writer."""
    found = _letter(uuid).main
    post = found.posts.exclude(state=Post.State.RETRACTED).select_related("head").order_by("pk").first()
    form = RewriteForm(request.POST or None, initial=_written(post) if post else {})
    if request.method == "POST" and request.POST.get("do") != "check" and form.is_valid():
        try:
            saved = _save(found, post, user_of(request), form.cleaned_data)
        except Refused as refusal:
            form.add_error("title" if isinstance(refusal, editing.SlugTaken) else None, str(refusal.message))
        else:
            messages.success(request, str(_("Saved as a new revision.")))
            return redirect("column:rewrite_letter", saved.letter.uuid if saved.letter else uuid)
    context = {"letter": found, "post": post, "form": form, "until": proposing.until(found), **_beside(found, form)}
    return render(request, "column/rewrite.html", context, status=422 if form.is_bound and form.errors else 200)


@require_POST
@editors_only
def show(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Put the new text before the writers of the letter."""
    post = get_object_or_404(Post.objects.select_related("letter"), uuid=uuid)
    looked = bool(request.POST.get("looked"))
    thanks = _("Its writer sees it now, and has seven days to object.")
    attempt(request, lambda: proposing.propose(post=post, by=user_of(request), looked=looked), thanks)
    if post.letter is None:
        return redirect("column:post", uuid)
    return redirect(reverse("column:rewrite_letter", args=[post.letter.uuid]) + "#writer")


def _written(post: Post) -> dict[str, str]:
    assert post.head is not None, "a post is made with its first revision"
    return {name: getattr(post.head, name) for name in RewriteForm.base_fields}


def _save(letter: Letter, post: Post | None, by: User, written: dict[str, Any]) -> Post:
    if post is None:
        slug = slugify(written["title"])
        if len(slug) > LONGEST_SLUG:
            slug = slug[:LONGEST_SLUG].rsplit("-", 1)[0]
        topics = (letter.topic.slug,) if letter.topic else ()
        made = Document(slug=slug, kind=Kind.LETTER.value, language=letter.language, topics=topics, **written)
        return handling.draft(letter=letter, by=by, document=made)
    assert post.head is not None, "a post is made with its first revision"
    kept = post.head.document.with_topics(tuple(topic.slug for topic in post.topics.all()))
    editing.revise(post=post, document=replace(kept, **written), author=by, note="letter written anew")
    return post


def _beside(letter: Letter, form: RewriteForm) -> dict[str, Any]:
    """Each raw letter with its marks; and what of them, or of the kind of them, is found in the new text."""
    raw = [letter, *letter.merged.filter(state=Letter.State.MERGED)]
    known = set().union(*(identifying.telling(f"{one.body}\n{one.pen_name}") for one in raw))
    anew = {name: str(form[name].value() or "") for name in ("title", "summary", "letter", "signed")}
    found = {name: identifying.find(text, known=known) for name, text in anew.items()}
    return {
        "raw": [{"letter": one, "pieces": identifying.pieces(one.body, identifying.find(one.body))} for one in raw],
        "anew": [
            {"label": form[name].label, "pieces": identifying.pieces(text, found[name])}
            for name, text in anew.items()
            if text
        ],
        "still": sum(map(len, found.values())),
        "copied": [run for one in raw for run in copying.runs(anew["letter"], of=one.body)],
        "is_raw": any(copying.is_raw(anew["letter"], of=one.body) for one in raw if one.body),
    }


def _letter(uuid: UUID) -> Letter:
    found = Letter.objects.select_related("claimed_by", "topic", "merged_into__proposal", "proposal")
    return get_object_or_404(found, uuid=uuid)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
