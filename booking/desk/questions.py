"""The intake's questions on the desk: which are asked, in which words and order, and how they look."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.desk import visible
from booking.desk.question_forms import OwnForm, StandardForm
from booking.intake import asking, forms, questioning
from booking.models import Question
from practice.refusals import Refused
from practice.staff.doors import front_desk_only
from practice.staff.models import User

LANGUAGES = (("en", "English"), ("es", "Español"))
DEEDS: dict[str, tuple[Callable[..., object], str]] = {
    "up": (partial(questioning.move, up=True), "Moved."),
    "down": (partial(questioning.move, up=False), "Moved."),
    "retire": (questioning.retire, "It is not asked any more. Answers given to it are kept as they were."),
    "ask_again": (questioning.ask_again, "It is asked again."),
}


def desk_or_owner(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """What is asked of everybody is for the front desk and the owners, not for each clinician."""

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = visible.user_of(request)
        if not (user.is_front_desk or user.is_owner):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return front_desk_only(guarded)


@require_safe
@desk_or_owner
def questions(request: HttpRequest) -> HttpResponse:
    rows = Question.objects.select_related("depends_on").prefetch_related("session_types")
    pages: dict[str, list[dict[str, Any]]] = {page: [] for page in Question.Page.values}
    for question in rows:
        pages[question.page].append(_row(question))
    context = {"pages": [(Question.Page(page), _in_order(rows)) for page, rows in pages.items()]}
    return render(request, "booking/desk/questions.html", context)


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they are asked; those retired come after."""
    return sorted(rows, key=lambda row: (row["question"].retired_at is not None, row["question"].position))


def _row(question: Question) -> dict[str, Any]:
    condition = ""
    if question.depends_on is not None:
        condition = f"{forms.label_of(question.depends_on)}: {question.depends_value}"
    return {
        "question": question,
        "label": forms.label_of(question),
        "types": ", ".join(one.name for one in question.session_types.all()),
        "condition": condition,
    }


@require_safe
@desk_or_owner
def look(request: HttpRequest, page: str) -> HttpResponse:
    """A page of the intake as a visitor sees it, in either language; nothing in it can be sent."""
    step = forms.STEPS.get(page)
    if step is None:
        raise Http404
    asked = [question for question in asking.questions() if question.page == page]
    code = "es" if request.GET.get("language") == "es" else "en"
    with override(code):
        shown = {"title": str(step.title), "lede": str(step.lede), "fields": step(questions=asked).render()}
    tabs = [{"label": name, "url": f"?language={one}", "current": one == code} for one, name in LANGUAGES]
    return render(request, "booking/desk/question_page.html", shown | {"code": code, "tabs": tabs})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_or_owner
def add(request: HttpRequest) -> HttpResponse:
    form = OwnForm(request.POST if request.method == "POST" else None)
    save = partial(questioning.add, actor=visible.user_of(request))
    return _edit(request, None, form, save, _("It is asked from now on."))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_or_owner
def question(request: HttpRequest, key: str) -> HttpResponse:
    kept = get_object_or_404(Question.objects.select_related("depends_on"), key=key)
    kind = OwnForm if kept.is_own else StandardForm
    form = kind(request.POST if request.method == "POST" else None, question=kept)
    save = partial(questioning.change, question=kept, actor=visible.user_of(request))
    return _edit(request, kept, form, save, _("Saved. Answers given before keep the words they were given to."))


def _edit(
    request: HttpRequest,
    kept: Question | None,
    form: OwnForm | StandardForm,
    save: Callable[..., Question],
    done: str,
) -> HttpResponse:
    if request.method != "POST":
        return _page(request, kept, form)
    if not form.is_valid():
        return _page(request, kept, form, status=422)
    if request.POST.get("go") == "look":
        return _page(request, kept, form, preview=_preview(form.sketch(kept)))
    try:
        saved = save(plan=form.plan())
    except Refused as refused:
        form.add_error(None, str(refused.message))
        return _page(request, kept, form, status=422)
    messages.success(request, done)
    return redirect("diary:question", saved.key)


def _preview(sketch: Question) -> list[tuple[str, str, str]]:
    """The question as it would look, in each language."""
    shown: list[tuple[str, str, str]] = []
    for code, name in LANGUAGES:
        with override(code):
            form = forms.STEPS[sketch.page](questions=[sketch], auto_id=f"{code}_%s")
            shown.append((code, name, form.render()))
    return shown


def _page(
    request: HttpRequest, kept: Question | None, form: OwnForm | StandardForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "question": kept,
        "label": forms.label_of(kept) if kept else "",
        "form": form,
        "is_worded_elsewhere": kept is not None and kept.key in questioning.NOT_OURS,
        "wordings": kept.wordings.select_related("actor") if kept else [],
        "preview": [],
    }
    return render(request, "booking/desk/question.html", context | more, status=status)


@require_POST
@desk_or_owner
def act(request: HttpRequest, key: str) -> HttpResponse:
    """Move it, retire it, ask it again."""
    kept = get_object_or_404(Question, key=key)
    user: User = visible.user_of(request)
    deed, done = DEEDS.get(request.POST.get("do", ""), (None, ""))
    if deed is None:
        return HttpResponse(status=400)
    try:
        deed(question=kept, actor=user)
    except Refused as refused:
        messages.warning(request, str(refused.message))
    else:
        messages.success(request, done)
    return redirect("diary:questions")
