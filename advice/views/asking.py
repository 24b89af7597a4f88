"""Asking: the chatbot's page. Works without script; with htmx each answer is added to the page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from advice import answering, asking_texts
from advice.answering import Answer, Kind
from advice.asking_forms import AskForm, post_of
from advice.asking_limits import AskThrottle
from advice.models import Passage
from advice.views.reading import badge, language
from practice.crisis.screening import ACT_NOW

STARTERS = 4


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        form = AskForm(initial={"post": request.GET.get("post", "")[:120]})
        return render(request, "advice/ask.html", _page(form, starters=starters()))
    if not AskThrottle().allow_request(request, None):  # type: ignore[arg-type]  # a plain request has all it looks at
        return render(request, "429.html", status=429)
    form = AskForm(request.POST)
    if not form.is_valid():
        in_need = answering.screen_unsent(request.POST.get("text", ""), language())
        return _show(request, _page(form, crisis=in_need), status=422)
    slug = form.cleaned_data["post"]
    answer = answering.ask(
        text=form.cleaned_data["text"],
        language=language(),
        post=post_of(slug, language()) if slug else None,
        history=form.history,
        is_safe=form.cleaned_data["safe"],
    )
    turn = shown(form.cleaned_data["text"], answer)
    return _show(request, _page(form.next(), turn=turn, earlier=form.history))


def _show(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "advice/ask_turn.html" if is_fragment else "advice/ask.html", context, status=status)


def _page(form: AskForm, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"turn": None, "earlier": [], "starters": [], "crisis": None}
    slug = str(form["post"].value() or "")
    about = post_of(slug, language()) if slug else None
    return empty | {"form": form, "notice": asking_texts.NOTICE, "about": about} | more


def starters() -> list[str]:
    """A few questions that posts answer, one from each of the newest posts."""
    rows = (
        Passage.objects.public()
        .filter(kind=Passage.Kind.QUESTION, language=language())
        .order_by("-post__published_at", "post", "position")
        .values_list("post", "text")[: STARTERS * 12]
    )
    first_of_each: dict[int, str] = {}
    for post, text in rows:
        first_of_each.setdefault(post, text)
    return list(first_of_each.values())[:STARTERS]


def shown(question: str, answer: Answer) -> dict[str, Any]:
    """An answer as the page draws it."""
    return {
        "question": question,
        "kind": answer.kind.value,
        "language": answer.language,
        "words": answer.words if answer.kind != Kind.CRISIS else (),
        "crisis": answer.crisis,
        "citations": answer.citations,
        "sources": _sources(answer),
        "suggestions": answer.suggestions,
        "reason": answer.reason,
        # Whoever says that they are safe goes on; where it calls for action now, there is nothing to go on to.
        "may_go_on": answer.kind == Kind.CRISIS and answer.crisis is not None and answer.crisis.tier != ACT_NOW,
    }


def _sources(answer: Answer) -> list[dict[str, Any]]:
    """The cited posts, each once, with what their review means."""
    posts = {citation.post.pk: citation for citation in reversed(answer.citations)}
    cited = sorted(posts.values(), key=lambda citation: citation.number)
    numbers = {key: [str(c.number) for c in answer.citations if c.post.pk == key] for key in posts}
    return [
        {
            "numbers": ", ".join(numbers[citation.post.pk]),
            "title": citation.title,
            "url": citation.post.get_absolute_url(),
            "badge": {"reviewer": "", "licence": "", "reviewed_on": None, "next_review": None} | badge(citation.post),
            "label": _("Read the whole post"),
        }
        for citation in cited
    ]
