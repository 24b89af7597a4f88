"""The intake's pages: what it is, one question a page, who fits, and what happens after sending."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from booking import choices, forms, matching, receiving
from booking.models import Intake

ORDER = list(forms.STEPS)
# What must be answered before anybody can be matched, by the page that asks it.
MUST = {"who": ("kind", "age"), "where": ("state",)}
FIRST_SHOWN = 3


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "booking/find.html", {"steps": len(ORDER)})
    _intake, token = receiving.start(language=get_language() or "en")
    return redirect("booking:intake_step", token, ORDER[0])


@require_safe
def intake(request: HttpRequest, token: str) -> HttpResponse:
    """The private link itself: where its writer left off."""
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    return redirect("booking:intake_step", token, kept.step if kept.step in ORDER else ORDER[0])


@require_http_methods(["GET", "HEAD", "POST"])
def intake_step(request: HttpRequest, token: str, step: str) -> HttpResponse:
    if step not in ORDER:
        raise Http404
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    if step == ORDER[-1] and (missing := first_missing(kept)):
        return redirect("booking:intake_step", token, missing)
    if request.method == "POST":
        return _save(request, kept, token, step)
    return _page(request, kept, token, forms.STEPS[step].filled(kept.answers or {}))


def _save(request: HttpRequest, kept: Intake, token: str, step: str) -> HttpResponse:
    form = forms.STEPS[step](request.POST)
    back = request.POST.get("go") == "back"
    if not form.is_valid() and not back:
        return _page(request, kept, token, form, status=422)
    news = receiving.save_step(intake=kept, step=step, answers=form.answers(), wording=form.wording())
    if news is not None:
        return redirect("booking:intake_step", token, step)  # the page shows the lines above what they wrote
    return redirect(*(_before(kept, token, step) if back else _after(kept, token, step)))


def _page(request: HttpRequest, kept: Intake, token: str, form: forms.Step, *, status: int = 200) -> HttpResponse:
    written = {key: form[key].value() or "" for key in form.fields if key in receiving.FREE_TEXT}
    context = {
        "form": form,
        "token": token,
        "number": ORDER.index(form.slug) + 1,
        "count": len(ORDER),
        "is_first": form.slug == ORDER[0],
        "is_last": form.slug == ORDER[-1],
        "for_minor": choices.is_minor(kept.answers or {}),
        "expires_at": kept.expires_at,
        "screening": receiving.screen(written),
    }
    return render(request, "booking/step.html", context, status=status)


def _before(kept: Intake, token: str, step: str) -> tuple[str, ...]:
    if step == ORDER[0]:
        return ("booking:find",)
    if step == ORDER[-1] and not choices.is_minor(kept.answers):
        return ("booking:matches", token)
    return ("booking:intake_step", token, ORDER[ORDER.index(step) - 1])


def _after(kept: Intake, token: str, step: str) -> tuple[str, ...]:
    """Where the next page is: after the last question the desk has it; before it come the people who fit."""
    if step == ORDER[-1]:
        receiving.submit(intake=kept)
        return ("booking:sent", token)
    following = ORDER[ORDER.index(step) + 1]
    if following != ORDER[-1]:
        return ("booking:intake_step", token, following)
    if missing := first_missing(kept):
        return ("booking:intake_step", token, missing)
    if choices.is_minor(kept.answers):
        return ("booking:intake_step", token, following)
    return ("booking:matches", token)


def first_missing(kept: Intake) -> str | None:
    """The page that asks what must be known and is not."""
    answers = kept.answers or {}
    return next((step for step, keys in MUST.items() if not all(answers.get(key) for key in keys)), None)


@require_safe
def matches(request: HttpRequest, token: str) -> HttpResponse:
    kept = receiving.reopen(token)
    if kept.status != Intake.Status.DRAFT:
        return redirect("booking:sent", token)
    if missing := first_missing(kept):
        return redirect("booking:intake_step", token, missing)
    if choices.is_minor(kept.answers):
        return redirect("booking:intake_step", token, ORDER[-1])
    found = matching.matches(intake=kept)
    shown = found if "all" in request.GET else found[:FIRST_SHOWN]
    context = {"token": token, "intake": kept, "matches": shown, "more": len(found) - len(shown)}
    return render(request, "booking/matches.html", context | {"screening": receiving.screen(kept.answers)})


@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """What happens next, and where the intake stands."""
    kept = receiving.reopen(token)
    if kept.status == Intake.Status.DRAFT:
        return redirect("booking:intake", token)
    return render(request, "booking/sent.html", {"intake": kept, "screening": receiving.screen(kept.answers)})
