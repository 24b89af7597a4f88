"""The desk's review room: drafts and what is said of them, revisions side by side, and what is planned for an hour."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from advice import comparing, documents, linting, planning, remarking, rendering
from advice.documents import Unreadable
from advice.forms import PlanForm, RemarkForm
from advice.models import Plan, Post, Remark, Review, Revision
from practice.refusals import Refused
from practice.staff.doors import editors_only, readers_of_drafts_only, writers_only
from practice.staff.models import User


def posts_for(user: User) -> QuerySet[Post]:
    """The posts this person sees on the desk: all who write; a reviewer those handed in, or decided on by them."""
    if user.may_write:
        return Post.objects.all()
    theirs = Review.objects.filter(Q(state__in=["submitted", "under_review"]) | Q(decided_by=user) | Q(claimed_by=user))
    return Post.objects.filter(pk__in=theirs.values("revision__post"))


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the door let nobody else in"
    return request.user


def attempt(request: HttpRequest, step: Callable[[], object], thanks: str | Promise) -> bool:
    """Take one step and say what came of it; whether it was taken."""
    try:
        step()
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
        return False
    messages.success(request, str(thanks))
    return True


@require_safe
@never_cache
@readers_of_drafts_only
def compare(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Two revisions side by side: those in the address, else the newest and the one before it, or what readers see."""
    post = get_object_or_404(posts_for(user_of(request)).select_related("head", "shown"), uuid=uuid)
    revisions = list(post.revisions.order_by("number"))
    old, new = _chosen(request, post, revisions)
    parts = comparing.compare(_document(post, old), _document(post, new))
    page = {"post": post, "revisions": revisions, "old": old, "new": new, "parts": parts}
    return render(request, "column/compare.html", page)


def _document(post: Post, revision: Revision) -> documents.Document:
    revision.post = post
    return revision.document


def _chosen(request: HttpRequest, post: Post, revisions: list[Revision]) -> tuple[Revision, Revision]:
    numbered = {str(revision.number): revision for revision in revisions}
    new = numbered.get(request.GET.get("new", ""), revisions[-1])
    earlier = [revision for revision in revisions if revision.number < new.number]
    shown = next((revision for revision in earlier if revision.pk == post.shown_id), None)
    return numbered.get(request.GET.get("old", ""), shown or (earlier[-1] if earlier else new)), new


@require_POST
@readers_of_drafts_only
def remark(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Say something of one line of the newest revision."""
    post = get_object_or_404(posts_for(user_of(request)).select_related("head"), uuid=uuid)
    form, revision = RemarkForm(request.POST), post.head
    if not form.is_valid() or revision is None:
        messages.warning(request, str(remarking.NothingSaid.message))
        return redirect("column:post", uuid)
    said: dict[str, Any] = form.cleaned_data
    revision.post = post
    by = user_of(request)
    attempt(request, lambda: remarking.remark(revision=revision, by=by, **said), _("Your comment is kept."))
    return redirect(f"{reverse('column:post', args=[uuid])}#{said['where']}-{said['line']}")


@require_POST
@readers_of_drafts_only
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Remark.objects.select_related("revision__post"), pk=pk)
    if not posts_for(user_of(request)).filter(pk=found.revision.post_id).exists():
        raise Http404
    attempt(request, lambda: remarking.resolve(remark=found, by=user_of(request)), _("Settled."))
    return redirect("column:post", found.revision.post.uuid)


@require_POST
@editors_only
def plan(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Publish or retract at an hour."""
    post = get_object_or_404(Post, uuid=uuid)
    form = PlanForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(_("Choose a day and an hour that are still to come.")))
        return redirect("column:post", uuid)
    at: datetime = form.cleaned_data["at"]
    by = user_of(request)
    if request.POST.get("do") == "retract":
        reason = str(request.POST.get("reason", ""))
        attempt(request, lambda: planning.plan_retraction(post=post, by=by, at=at, reason=reason), _("It is planned."))
    else:
        attempt(request, lambda: planning.plan_publication(post=post, by=by, at=at), _("It is planned."))
    return redirect("column:post", uuid)


@require_POST
@editors_only
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Plan.objects.select_related("post"), pk=pk)
    attempt(request, lambda: planning.call_off(plan=found, by=user_of(request)), _("Called off."))
    return redirect("column:post", found.post.uuid)


@require_POST
@never_cache
@writers_only
def preview(request: HttpRequest) -> HttpResponse:
    """What the lint says of a text that is being written, and how it will look; nothing is kept."""
    return render(request, "column/_preview.html", look_at(str(request.POST.get("source", ""))))


def look_at(source: str) -> dict[str, Any]:
    """The findings of a source and its look; where it cannot be read, why."""
    try:
        document = documents.from_markdown(source)
    except Unreadable as error:
        return {"unreadable": error, "findings": [], "wordings": [], "document": None}
    findings = linting.lint(document, slugs=Post.objects.link_ends() | {document.slug})
    wordings = [
        {"label": one.label, "document": document.worded(one), "rendered": rendering.render(document, one)}
        for one in document.audiences
    ]
    return {"unreadable": None, "findings": findings, "wordings": wordings, "document": document}
