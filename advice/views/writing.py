"""Writing: a letter to the column, and its fate behind a private link."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from advice import handling, markdown, proposing, receiving
from advice.forms import LetterForm, ObjectionForm
from advice.models import Letter, Post
from advice.views.reading import language
from practice.crisis.screening import Screening


@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest) -> HttpResponse:
    if "begin" in request.POST:  # a question to the chatbot, carried over in the body and not in an address
        begun = request.POST["begin"][: receiving.LONGEST_LETTER]
        found = receiving.screen_unsent(begun)
        return render(request, "advice/write.html", {"form": LetterForm(initial={"body": begun}), "screening": found})
    form = LetterForm(request.POST or None)
    if request.method != "POST":
        return render(request, "advice/write.html", {"form": form})
    if not form.is_valid():
        # Whoever writes in need gets the lines at once, not after the missing answers.
        found = receiving.screen_unsent("\n".join(request.POST.get(name, "") for name in ("pen_name", "body")))
        return render(request, "advice/write.html", {"form": form, "screening": found}, status=422)
    taken = receiving.take_letter(language=language(), **form.cleaned_data)
    if taken.letter is None:
        return render(request, "advice/not_kept.html", {"screening": taken.screening})
    return redirect("advice:letter_fate", taken.token)


@require_http_methods(["GET", "HEAD", "POST"])
def letter_fate(request: HttpRequest, token: str) -> HttpResponse:
    """What becomes of a letter, for its writer: the text to be published, their yes or no, withdrawing."""
    found = handling.by_link(token)
    step = request.POST.get("do", "")
    form = ObjectionForm(request.POST if step == "object" else None)
    if step == "object" and not form.is_valid():
        screening = receiving.screen_unsent(request.POST.get("words", ""))
        return render(request, "advice/fate.html", _fate(found, token, form, screening), status=422)
    if request.method == "POST":
        if step == "object":
            receiving.object_to(letter=found, words=form.cleaned_data["words"])
        elif step == "agree":
            proposing.agree(letter=found)
        elif step == "withdraw":
            receiving.withdraw(letter=found)
        return redirect("advice:letter_fate", token)
    return render(request, "advice/fate.html", _fate(found, token, form, None))


def _fate(letter: Letter, token: str, form: ObjectionForm, screening: Screening | None) -> dict[str, Any]:
    main = letter.main if letter.closed_at is None or letter.state == Letter.State.ANSWERED else letter
    answer = Post.objects.public().filter(letter=main).select_related("shown").first()
    shown = main.proposal if letter.closed_at is None else None
    return {
        "letter": letter,
        "state": letter.state if letter.closed_at else main.state,
        "token": token,
        "form": form,
        "answer": answer,
        "kind_words": letter.kind_words or handling.DECLINED.get(letter.reason, ""),
        "proposal": shown,
        "proposed_text": markdown.html(markdown.blocks(shown.letter), {}) if shown else "",
        "until": proposing.until(letter) if shown else None,
        "is_over": bool(shown) and timezone.now() >= (proposing.until(letter) or timezone.now()),
        "screening": screening or (receiving.screen_again(letter) if letter.urgency else None),
        "is_teen": letter.age_band == Letter.AgeBand.TEEN,
    }
