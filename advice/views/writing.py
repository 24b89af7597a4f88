"""Writing: a letter to the column, and its fate behind a private link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from advice import handling, receiving
from advice.forms import LetterForm
from advice.models import Letter, Post
from advice.views.reading import language


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
    found = handling.by_link(token)
    if request.method == "POST":
        receiving.withdraw(letter=found)
        return redirect("advice:letter_fate", token)
    answer = Post.objects.public().filter(letter=found).select_related("shown").first()
    context = {
        "letter": found,
        "token": token,
        "answer": answer,
        "kind_words": handling.DECLINED.get(found.reason, ""),
        "screening": receiving.screen_again(found) if found.urgency else None,
        "is_teen": found.age_band == Letter.AgeBand.TEEN,
    }
    return render(request, "advice/fate.html", context)
