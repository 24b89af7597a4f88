"""The column's desk: letters that wait, posts on their way, and the steps a person may take with each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advice import (
    desk_reviews,
    documents,
    editing,
    linting,
    publishing,
    remarking,
    rendering,
    renewing,
    reviewing,
)
from advice.desk_reviews import attempt, posts_for, user_of
from advice.documents import Answered, Document, Kind, Unreadable
from advice.forms import NoteForm, PlanForm, ReasonForm, RemarkForm, SignForm, SourceForm
from advice.models import Post, Review
from advice.views.reading import audience_of
from practice.refusals import Refused
from practice.staff.doors import readers_of_drafts_only, writers_only
from practice.staff.models import User

PER_PAGE = 50
Step = Callable[[Post, User, Any], object]


@require_safe
@never_cache
@readers_of_drafts_only
def posts(request: HttpRequest) -> HttpResponse:
    visible = posts_for(user_of(request))
    counts = dict(visible.order_by().values_list("state").annotate(number=Count("pk")))
    state = request.GET.get("state", "")
    listed = visible.select_related("head").defer("head__body", "head__letter").order_by("-created_at", "-pk")
    if state in Post.State.values:
        listed = listed.filter(state=state)
    tabs = [{"label": _("All"), "url": "?", "current": state not in Post.State.values, "count": 0}]
    for value, label in Post.State.choices:
        tabs.append(
            {"label": label, "url": f"?state={value}", "current": state == value, "count": counts.get(value, 0)}
        )
    waiting = (
        Review.objects.open().select_related("revision__post", "submitted_by", "claimed_by").order_by("submitted_at")
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    user = user_of(request)
    lists = {
        "waiting": waiting,
        "due": renewing.due()[:PER_PAGE] if user.may_write else [],
        "today": timezone.localdate(),
    }
    return render(request, "column/posts.html", {"page": page, "tabs": tabs, "may_write": user.may_write, **lists})


@require_safe
@never_cache
@readers_of_drafts_only
def post(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found, user = _post(uuid, user_of(request)), user_of(request)
    revision = found.head
    assert revision is not None, "a post is made with its first revision"
    revision.post = found
    document = revision.document
    findings = linting.lint(document, slugs=Post.objects.link_ends())
    said = remarking.said_of(found)
    reviews = list(found_reviews(found))
    open_review = next((review for review in reviews if review.is_open), None)
    signed = next((r for r in reviews if r.revision_id == revision.pk and r.state == Review.State.APPROVED), None)
    is_shown = found.state == Post.State.PUBLISHED and found.shown_id == revision.pk
    context = {
        "post": found,
        "revision": revision,
        "rendered": rendering.render(document, audience_of(request)),
        "document": document,
        "audiences": [
            {"label": one.label, "url": f"?wording={one}#look", "current": one == audience_of(request)}
            for one in document.audiences
        ],
        "parts": _parts(document, findings, [one for one in said if one.remark.revision_id == revision.pk]),
        "earlier": [o for o in said if o.remark.revision_id != revision.pk and o.remark.resolved_at is None],
        "findings": findings,
        "blocked": any(finding.blocks for finding in findings),
        "reviews": reviews,
        "open_review": open_review,
        "may_sign": open_review is not None and reviewing.may_sign(open_review, user),
        "may_submit": user.may_write and open_review is None and reviewing.may_submit(found),
        "may_publish": user.may_edit and not is_shown and (signed is not None or found.kind == Kind.NOTICE),
        "is_again": signed is not None,
        "plans": found.plans.open().select_related("planned_by"),
        "at": request.GET.get("at", ""),
        "sign": SignForm(),
        "note": NoteForm(),
        "reason": ReasonForm(),
        "plan": PlanForm(),
        "remark": RemarkForm(auto_id=False),
        "revisions": found.revisions.select_related("author").defer("body", "letter"),
    }
    return render(request, "column/post.html", context)


def found_reviews(post: Post) -> Any:
    reviews = Review.objects.filter(revision__post=post).select_related("revision", "submitted_by", "decided_by")
    return reviews.order_by("-submitted_at", "-pk")


def _parts(
    document: Document, findings: list[linting.Finding], said: list[remarking.Said]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each part of the text line by line, with what the lint and what people say of each."""
    shown: dict[str, list[dict[str, Any]]] = {}
    for line in linting.parts(document):
        here = line.where, line.number
        about = {
            "id": f"{line.where}-{line.number}",
            "where": line.where,
            "number": line.number,
            "text": line.text,
            "findings": [finding for finding in findings if (finding.where, finding.line) == here],
            "remarks": [one.remark for one in said if (one.remark.where, one.remark.line) == here],
        }
        shown.setdefault(line.where, []).append(about)
    return list(shown.items())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@writers_only
def new_post(request: HttpRequest) -> HttpResponse:
    return edit(request, _blank(Kind.ARTICLE), lambda d: editing.make_post(document=d, author=user_of(request)), {})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@writers_only
def edit_post(request: HttpRequest, uuid: UUID) -> HttpResponse:
    found = _post(uuid, user_of(request))
    assert found.head is not None, "a post is made with its first revision"
    topics = tuple(topic.slug for topic in found.topics.all())
    document = found.head.document.with_topics(topics)

    def save(changed: Document) -> Post:
        note = str(request.POST.get("note", ""))
        editing.revise(post=found, document=changed, author=user_of(request), note=note)
        return found

    return edit(request, document, save, {"post": found})


@require_POST
@readers_of_drafts_only
def act(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One step with a post, named by the button that was pressed."""
    found, user = _post(uuid, user_of(request)), user_of(request)
    name = request.POST.get("do", "")
    step, thanks = STEPS.get(name, (None, ""))
    if step is None:
        messages.warning(request, str(_("Choose one of the steps on this page.")))
    elif (name in EDITORS_STEPS and not user.may_edit) or (name in WRITERS_STEPS and not user.may_write):
        raise PermissionDenied
    else:
        attempt(request, lambda: step(found, user_of(request), request.POST), thanks)
    return redirect("column:post", uuid)


def _open_review(post: Post) -> Review:
    review = Review.objects.open().filter(revision__post=post).first()
    if review is None:
        raise reviewing.NotOpen
    return review


def _sign(post: Post, user: User, answers: Any) -> object:
    return reviewing.sign(review=_open_review(post), by=user, checklist=answers.getlist("checklist"))


def _note(answers: Any) -> str:
    return str(answers.get("note", ""))[:2000]


EDITORS_STEPS, WRITERS_STEPS = {"publish", "retract"}, {"submit"}  # the rules of a review say who may take the others
STEPS: dict[str, tuple[Step, str | Promise]] = {
    "submit": (lambda p, u, a: reviewing.submit(post=p, by=u), _("Handed in for review.")),
    "claim": (lambda p, u, a: reviewing.claim(review=_open_review(p), by=u), _("It is yours to review.")),
    "sign": (_sign, _("Signed. It can be published now.")),
    "send_back": (
        lambda p, u, a: reviewing.send_back(review=_open_review(p), by=u, note=_note(a)),
        _("Sent back to its author."),
    ),
    "decline": (lambda p, u, a: reviewing.decline(review=_open_review(p), by=u, note=_note(a)), _("Declined.")),
    "publish": (lambda p, u, a: publishing.publish(post=p, by=u), _("Readers see it now.")),
    "retract": (
        lambda p, u, a: publishing.retract(post=p, by=u, reason=str(a.get("reason", ""))),
        _("Retracted. Its place says so."),
    ),
}


def edit(
    request: HttpRequest, document: Document, save: Callable[[Document], Post], context: dict[str, Any]
) -> HttpResponse:
    """The one form that writes: what is sent becomes a revision, or comes back with the reason beside it."""
    if request.method != "POST":
        form = SourceForm(initial={"source": documents.to_markdown(document)})
        return render(request, "column/edit.html", {"form": form, **context})
    form = SourceForm(request.POST)
    if form.is_valid() and request.POST.get("do") == "check":
        looked = {"checked": True, **desk_reviews.look_at(form.cleaned_data["source"])}
        return render(request, "column/edit.html", {"form": form, **context, **looked})
    if form.is_valid():
        try:
            made = save(documents.from_markdown(form.cleaned_data["source"]))
        except Unreadable as error:
            place = _("Line %(line)d: ") % {"line": error.line} if error.line else ""
            form.add_error("source", f"{place}{error.reason}")
        except Refused as refusal:
            form.add_error("source", str(refusal.message))
        else:
            messages.success(request, str(_("Saved as a new revision.")))
            return redirect("column:post", made.uuid)
    return render(request, "column/edit.html", {"form": form, **context}, status=422)


def _blank(kind: Kind) -> Document:
    day = timezone.localdate().isoformat()
    return Document(
        slug="a-few-words-and-hyphens",
        kind=kind.value,
        title="What a reader would ask",
        summary="One or two sentences.",
        takeaways=("One plain sentence.",),
        questions=("what readers would type",),
        faq=(Answered("A question?", "A short answer.[^source]"),),
        references=(
            documents.Reference(
                "source", "guideline", "Title of the source", url="https://example.org", accessed_on=day
            ),
        ),
        letter="Dear column, the letter written anew." if kind == Kind.LETTER else "",
        signed="A pen name" if kind == Kind.LETTER else "",
        body="The text, with its sources.[^source]\n\n## A heading\n\nMore of it.",
    )


def _post(uuid: UUID, user: User) -> Post:
    return get_object_or_404(posts_for(user).select_related("head", "shown", "review"), uuid=uuid)
