"""The self-check pages: answered, scored on the spot, and thrown away unless the person takes the result along."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.fields import one_of
from booking.intake import asking, carrying, choices, receiving, scoring
from booking.models import Intake
from practice.crisis import alerting
from practice.crisis.screening import Screening

Answers = dict[str, Any]
ITEM_VALUES = {str(value) for value, _words in scoring.ANSWERS}


def is_offered(answers: Answers) -> bool:
    """For adults, and in languages whose official translation we have: English so far."""
    return get_language() == "en" and not choices.is_minor(answers)


def _intake(token: str | None) -> Intake | None:
    """The intake it is taken for, where there is one; raises AdultsOnly for someone under 18."""
    if token is None:
        return None
    kept = receiving.reopen(token)
    if choices.is_minor(kept.answers or {}):
        raise receiving.AdultsOnly
    return kept


@require_safe
def screening(request: HttpRequest, token: str | None = None) -> HttpResponse:
    _intake(token)
    context = {"is_offered": is_offered({}), "token": token, "checks": _offers(token)}
    return render(request, "booking/screening.html", context)


def _offers(token: str | None) -> list[dict[str, str]]:
    said = {
        scoring.PHQ_2: (_("Mood, in short: PHQ-2"), _("Two questions.")),
        scoring.GAD_2: (_("Worry, in short: GAD-2"), _("Two questions.")),
        scoring.PHQ_9: (_("Mood: PHQ-9"), _("Nine questions about low mood and energy.")),
        scoring.GAD_7: (_("Worry: GAD-7"), _("Seven questions about worry and tension.")),
    }
    return [{"title": title, "text": text, "url": _address(one, token)} for one, (title, text) in said.items()]


class CheckForm(forms.Form):
    """One radio group an item. The wording is the questionnaire's own, in English, whatever the page speaks."""

    def __init__(self, check: scoring.Questionnaire, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        answers = [(str(value), words) for value, words in scoring.ANSWERS]
        for number, item in enumerate(check.items, start=1):
            missing = _("Choose one answer here. Without all answers there is no total.")
            self.fields[f"item{number}"] = one_of(f"{number}. {item}", answers, missing=missing)

    def answers(self) -> list[int]:
        return [int(answer) for answer in self.cleaned_data.values()]


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, slug: str, token: str | None = None) -> HttpResponse:
    asked = scoring.QUESTIONNAIRES.get(slug)
    if asked is None or not is_offered({}):  # a language without its official translation is not offered
        raise Http404
    kept = _intake(token)
    context = {
        "check": asked,
        "stem": scoring.STEM,
        "notice": scoring.NOTICE,
        "token": token,
        "here": _address(asked, token),
        "is_reachable": _is_reachable(kept),
    }
    form = _form(request, asked)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "booking/check.html", context | {"form": form}, status=status)
    return render(request, "booking/checked.html", context | _result(kept, asked, form.answers(), token))


def _is_reachable(kept: Intake | None) -> bool:
    """Whether a person here can get in touch with whoever answers."""
    return kept is not None and kept.status != Intake.Status.CLOSED and asking.is_reachable(kept.answers or {})


def _form(request: HttpRequest, asked: scoring.Questionnaire) -> CheckForm:
    """What was sent; or, coming from the short form, the long one with what was answered there."""
    if request.method != "POST":
        return CheckForm(asked)
    if request.POST.get("go") == "more":
        return CheckForm(asked, initial={key: value for key, value in request.POST.items() if value in ITEM_VALUES})
    return CheckForm(asked, request.POST)


def _result(kept: Intake | None, asked: scoring.Questionnaire, given: list[int], token: str | None) -> Answers:
    score, long = scoring.score(asked, given), scoring.QUESTIONNAIRES.get(asked.long_slug)
    is_kept = False
    if score.names_harm and kept is not None and _is_reachable(kept):
        receiving.attach(intake=kept, check=asked, given=given)  # the page said so before it was answered
        is_kept = True
    elif score.names_harm:
        alerting.count_hit(screening=scoring.HARM, source_label="self-check")
    return {
        "score": score,
        "given": {f"item{number}": value for number, value in enumerate(given, start=1)},
        "today": timezone.localdate(),
        "screening": scoring.HARM if score.names_harm else Screening(),
        "is_kept": is_kept,
        "result": carrying.seal(asked, given),
        "long": long,
        "long_here": _address(long, token) if long else "",
    }


def _address(asked: scoring.Questionnaire, token: str | None) -> str:
    name, before = ("booking:intake_check", [token]) if token else ("booking:check", [])
    return reverse(name, args=[*before, asked.slug])


@require_POST
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """Take a result into the intake, or out of it again."""
    kept = receiving.reopen(token)
    if request.POST.get("remove"):
        receiving.detach(intake=kept, slug=request.POST["remove"])
    else:
        asked, given = carrying.opened(request.POST.get("result", ""))
        receiving.attach(intake=kept, check=asked, given=given)
    return redirect("booking:intake", token)
