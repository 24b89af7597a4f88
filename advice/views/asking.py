"""Asking: the chatbot's page. Works without script; with htmx each answer is added to the page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from advice import answering, asking_forms, asking_texts, conversing, receiving, retrieving
from advice.answering import Answer, Kind
from advice.asking_forms import AskForm, PersonForm, RateForm, post_of
from advice.asking_limits import AskThrottle
from advice.conversing import Exchange
from advice.discerning import Intent
from advice.documents import Audience
from advice.models import Passage, Turn
from advice.views.reading import audience_of, badge, language
from practice.crisis import alerting, responding
from practice.crisis.screening import ACT_NOW

STARTERS = 4


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        form = AskForm(initial={"post": request.GET.get("post", "")[:120]})
        return render(request, "advice/ask.html", _page(form, _audience(request), starters=starters()))
    if not _may_ask(request):
        return render(request, "429.html", status=429)
    if "wording" in request.POST:
        return _reworded(request)
    form, audience = AskForm(request.POST), _audience(request)
    if not form.is_valid():
        in_need = answering.screen_unsent(request.POST.get("text", ""), language())
        return _show(request, _page(form, audience, crisis=in_need), status=422)
    asked = form.cleaned_data
    exchange = conversing.ask(
        text=asked["text"],
        token=asked["chat"],
        language=language(),
        post=post_of(asked["post"], language()) if asked["post"] else None,
        audience=audience,
        is_safe=asked["safe"],
    )
    earlier = [] if _is_fragment(request) else _earlier(exchange)
    turn = shown(asked["text"], exchange)
    return _show(request, _page(form.next(exchange.token), audience, turn=turn, earlier=earlier, asked=True))


def _reworded(request: HttpRequest) -> HttpResponse:
    """The same conversation in the other wording from now on; what was typed meanwhile is kept, and screened."""
    form = AskForm(initial={name: request.POST.get(name, "") for name in ("text", "chat", "post")})
    in_need = answering.screen_unsent(request.POST.get("text", ""), language())
    conversation = conversing.by_token(request.POST.get("chat", "")[:80])
    earlier = conversing.earlier(conversation) if conversation and not _is_fragment(request) else []
    return _show(request, _page(form, _audience(request), crisis=in_need, earlier=earlier))


def _audience(request: HttpRequest) -> Audience:
    """Whose wording was chosen by a button, else the one the address asks for."""
    chosen = request.POST.get("wording", "")
    return Audience(chosen) if chosen in Audience.values else audience_of(request)


@require_POST
def rate(request: HttpRequest) -> HttpResponse:
    """Whether an answer helped; where it did not, what it lacked."""
    form = RateForm(request.POST)
    conversation = conversing.by_token(request.POST.get("chat", "")[:80])
    turn = None
    if form.is_valid() and conversation is not None:
        given = form.cleaned_data
        turn = conversing.rate(
            conversation=conversation, number=given["turn"], helpful=given["helpful"], lacking=given["lacking"]
        )
    if turn is None:
        return redirect("advice:ask")
    context = {"rated": turn, "chat": request.POST["chat"], "lacking": Turn.Lacking.choices}
    if _is_fragment(request):
        return render(request, "advice/_ask_rated.html", context)
    next_form = AskForm(initial={"chat": request.POST["chat"]})
    page = _page(next_form, _audience(request), earlier=conversing.earlier(turn.conversation))
    return render(request, "advice/ask.html", page | context | {"asked": True})


@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Forget a conversation, at once and for good."""
    conversation = conversing.by_token(request.POST.get("chat", "")[:80])
    if conversation is not None:
        conversing.delete(conversation=conversation)
    return render(request, "advice/ask.html", _page(AskForm(), _audience(request), starters=starters(), deleted=True))


@require_POST
def person(request: HttpRequest) -> HttpResponse:
    """Hand over to a person: the form first, then that it arrived."""
    conversation = conversing.by_token(request.POST.get("chat", "")[:80])
    if "words" not in request.POST:
        last = conversing.history(conversation)[-1:] if conversation else []
        form = PersonForm(initial={"chat": request.POST.get("chat", "")[:80], "words": "".join(last)})
        return render(request, "advice/ask_person.html", {"form": form, "conversation": conversation, "crisis": None})
    if not _may_ask(request):
        return render(request, "429.html", status=429)
    form = PersonForm(request.POST)
    in_need = answering.screen_unsent(f"{request.POST.get('name', '')}\n{request.POST['words']}", language())
    if not form.is_valid():
        context = {"form": form, "conversation": conversation, "crisis": in_need}
        return render(request, "advice/ask_person.html", context, status=422)
    taken = receiving.take_request(
        language=language(), conversation=conversation if form.cleaned_data["shows"] else None, **form.wishes
    )
    if in_need is not None:  # they can be reached now, so staff were alerted
        in_need = responding.seen(in_need, alerting.watch(is_alerted=True))
    return render(request, "advice/ask_taken.html", {"taken": taken, "crisis": in_need})


@require_POST
def carry(request: HttpRequest) -> HttpResponse:
    """What would go along to the intake, for its owner to change or leave behind; nothing is carried by this page."""
    conversation = conversing.by_token(request.POST.get("chat", "")[:80])
    if conversation is None:
        return redirect("advice:ask")
    context = {
        "words": conversing.own_words(conversation),
        "most": conversing.TAKEN_ALONG,
        "chat": request.POST["chat"],
        "here": asking_forms.address(_audience(request)),
        "is_alert": conversation.hit_at is not None,
    }
    return render(request, "advice/ask_carry.html", context)


def _may_ask(request: HttpRequest) -> bool:
    return AskThrottle().allow_request(request, None)  # type: ignore[arg-type]  # a plain request has all it looks at


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _earlier(exchange: Exchange) -> list[conversing.Earlier]:
    turn = exchange.turn
    return conversing.earlier(turn.conversation, before=turn.number) if turn is not None and turn.number > 1 else []


def _show(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"advice/ask{'_turn' if _is_fragment(request) else ''}.html", context, status=status)


def _page(form: AskForm, audience: Audience, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"turn": None, "earlier": [], "starters": [], "crisis": None, "rated": None}
    slug = str(form["post"].value() or "")
    about = post_of(slug, language()) if slug else None
    is_search = conversing.is_search_only()
    return (
        empty
        | {
            "form": form,
            "here": asking_forms.address(audience),
            "wordings": _wordings(audience),
            "chat": str(form["chat"].value() or ""),
            "notice": asking_texts.NOTICE_SEARCH if is_search else asking_texts.NOTICE,
            "keeping": "" if is_search else asking_texts.KEEPING,
            "about": about,
            "asked": False,
            "deleted": False,
        }
        | more
    )


def _wordings(audience: Audience) -> list[dict[str, Any]]:
    """The wordings to choose from; none where no post of this language has two."""
    has_two = retrieving.has_wording(Audience.CLINICAL, language=language())
    offered = Audience if has_two else ()
    return [{"value": one.value, "label": one.label, "current": one == audience} for one in offered]


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


def shown(question: str, exchange: Exchange) -> dict[str, Any]:
    """An answer as the page draws it."""
    answer, turn = exchange.answer, exchange.turn
    # Once a question was a hit the lines stay on the page; each later answer only points to them.
    lines_stay = answer.crisis is not None and answer.kind != Kind.CRISIS and answer.reason != Intent.LINES
    return {
        "question": question,
        "number": turn.number if turn else 0,
        "notice": asking_texts.NOTICE if exchange.is_told_again else "",
        "kind": answer.kind.value,
        "language": answer.language,
        "words": answer.words if answer.kind != Kind.CRISIS else (),
        "crisis": None if lines_stay else answer.crisis,
        "lines_stay": answer.crisis if lines_stay else None,
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
            "url": citation.post.address_for(citation.passage.audience),
            "badge": {"reviewer": "", "licence": "", "reviewed_on": None, "next_review": None} | badge(citation.post),
            "label": _("Read the whole post"),
        }
        for citation in cited
    ]
