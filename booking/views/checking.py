"""The self-check pages: answered, scored on the spot, and thrown away. Nothing is kept."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from booking import scoring
from booking.forms import one_of
from practice.crisis import alerting
from practice.crisis.screening import Screening

HARM = Screening(kind="self", tier="check_in", reasons=("self-check item on self-harm",))


@require_safe
def screening(request: HttpRequest) -> HttpResponse:
    return render(request, "booking/screening.html", {"is_english": get_language() == "en"})


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
def check(request: HttpRequest, slug: str) -> HttpResponse:
    asked = scoring.QUESTIONNAIRES.get(slug)
    if asked is None or get_language() != "en":  # a language without its official translation is not offered
        raise Http404
    form = CheckForm(asked, request.POST if request.method == "POST" else None)
    context = {"check": asked, "stem": scoring.STEM, "notice": scoring.NOTICE}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "booking/check.html", context | {"form": form}, status=status)
    score = scoring.score(asked, form.answers())
    if score.names_harm:
        alerting.count_hit(screening=HARM, source_label="self-check")
    harm = HARM if score.names_harm else Screening()
    return render(request, "booking/checked.html", context | {"score": score, "screening": harm})
