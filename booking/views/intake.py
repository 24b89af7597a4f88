"""The intake's pages: what it is, and one question a page."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from booking import limiting
from booking.fields import LONGEST_WORDS, Words
from booking.intake import asking, carrying, choices, forms, receiving
from booking.models import Intake, Question, SessionType
from booking.views import checking
from practice.messaging.views import address_of

Page = Question.Page
LAST = Page.REACH.value


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """What this is; a POST opens a draft, with the self-check and the words in it that were taken along."""
    if request.method != "POST":
        usual = asking.pages(asking.questions(), {})
        context = {"steps": len(usual), "minutes": _minutes(len(usual)), "type": request.GET.get("type", "")}
        return render(request, "booking/find.html", context)
    limiting.check("draft", address=address_of(request))
    result = carrying.opened(request.POST["result"]) if request.POST.get("result") else None
    draft, token = receiving.start(language=get_language() or "en", session_type=_wanted(request.POST.get("type", "")))
    if result is not None:
        receiving.attach(intake=draft, check=result[0], given=result[1])
    _bring(draft, Words().to_python(request.POST.get("words", ""))[:LONGEST_WORDS])
    return redirect("booking:intake_step", token, next(iter(asking.pages(asking.questions(draft), {}))))


def _bring(draft: Intake, words: str) -> None:
    """Words taken along from another page stand in the field that asks for them, where there is one."""
    asked = {question.key: question.page for question in asking.questions(draft)} if words else {}
    if "words" in asked:
        receiving.save_step(intake=draft, step=asked["words"], answers={"words": words})


def _minutes(pages: int) -> int:
    """About how long so many pages take."""
    return max(1, pages // 2)


def _wanted(slug: str) -> SessionType | None:
    """The kind of session a link asked for."""
    return next((kind for kind in SessionType.objects.active() if kind.slug == slug), None)


@require_safe
def intake(request: HttpRequest, token: str) -> HttpResponse:
    """The private link itself: where its writer left off."""
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    shown = list(asking.pages(asking.questions(kept), kept.answers or {}))
    return redirect("booking:intake_step", token, kept.step if kept.step in shown else shown[0])


@require_http_methods(["GET", "HEAD", "POST"])
def intake_step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    if step not in forms.STEPS:
        raise Http404
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    asked = asking.questions(kept)
    shown = asking.pages(asked, kept.answers or {})
    if step not in shown:  # what it asks depends on an answer that has changed
        return redirect("booking:intake_step", token, _next(list(shown), step))
    if step == LAST and (missing := asking.first_missing(kept.answers or {})):
        return redirect("booking:intake_step", token, missing)
    if request.method == "POST":
        return _save(request, kept, token, step, asked, shown)
    return _page(request, kept, token, forms.STEPS[step].filled(kept.answers or {}, shown[step]), list(shown))


def _next(shown: list[str], step: str) -> str:
    """The first page shown after this one, whether or not this one is shown."""
    order = list(forms.STEPS)
    return next(page for page in shown if order.index(page) > order.index(step))


def _save(
    request: HttpRequest, kept: Intake, token: str, step: str, asked: list[Question], shown: dict[str, list[Question]]
) -> HttpResponse:
    form = forms.STEPS[step](request.POST, questions=shown[step])
    back = request.POST.get("go") == "back"
    if not form.is_valid() and not back:
        receiving.screen_unsent(_written(form), source_label=receiving.SOURCE)
        return _page(request, kept, token, form, list(shown), status=422)
    news = receiving.save_step(intake=kept, step=step, answers=form.answers(), wording=form.wording())
    if news is not None:
        return redirect("booking:intake_step", token, step)  # the page shows the lines above what they wrote
    pages = list(asking.pages(asked, kept.answers))
    return redirect(*(_before(kept, token, step, pages) if back else _after(kept, token, step, pages)))


def _written(form: forms.Step) -> dict[str, Any]:
    return {key: form[key].value() or "" for key in asking.free(form.fields)}


def _page(
    request: HttpRequest, kept: Intake, token: str, form: forms.Step, shown: list[str], *, status: int = 200
) -> HttpResponse:
    answers, number = kept.answers or {}, shown.index(form.slug) + 1
    context = {
        "form": form,
        "token": token,
        "number": number,
        "count": len(shown),
        "is_last": form.slug == LAST,
        "minutes": _minutes(len(shown) - number + 1),
        "may_skip": form.slug != LAST and not any(field.required for field in form.fields.values()),
        "for_minor": choices.is_minor(answers),
        "expires_at": kept.expires_at,
        "link": request.build_absolute_uri(reverse("booking:intake", args=[token])),
        "screenings": answers.get("screenings") or [],
        "offers_check": form.slug == Page.PAST and checking.is_offered(answers),
        "screening": receiving.screen(_written(form)),
    }
    return render(request, "booking/step.html", context, status=status)


def _before(kept: Intake, token: str, step: str, shown: list[str]) -> tuple[str, ...]:
    if step == shown[0]:
        return ("booking:find",)
    if step == LAST and not choices.is_minor(kept.answers):
        return ("booking:matches", token)
    return ("booking:intake_step", token, shown[shown.index(step) - 1])


def _after(kept: Intake, token: str, step: str, shown: list[str]) -> tuple[str, ...]:
    """Where the next page is: after the last question the desk has it; before it come the people who fit."""
    if step == LAST:
        receiving.submit(intake=kept)
        return ("booking:sent", token)
    following = _next(shown, step)
    if following != LAST:
        return ("booking:intake_step", token, following)
    if missing := asking.first_missing(kept.answers):
        return ("booking:intake_step", token, missing)
    if choices.is_minor(kept.answers):
        return ("booking:intake_step", token, following)
    return ("booking:matches", token)
