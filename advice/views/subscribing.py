"""The newsletter's pages: asking for it, saying yes by the link in a mail, changing and ending it without sign-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from advice import receiving, subscribing
from advice.models.subscribers import Rhythm, Wanted
from advice.newsletter_forms import LanguageChoicesForm, SubscribeForm
from advice.views.reading import language
from practice import tallies
from practice.messaging.views import address_of

FIRST = {"wants": [Wanted.ANSWERS], "rhythm": Rhythm.MONTHLY}


@require_http_methods(["GET", "HEAD", "POST"])
def newsletter(request: HttpRequest) -> HttpResponse:
    """Ask for it. The answer is the same whether or not the address is known to us."""
    wording = {"wording": subscribing.WORDING}
    if request.method != "POST":
        return render(request, "advice/newsletter.html", {"form": SubscribeForm(initial=FIRST), **wording})
    answers = request.POST.copy()
    if "rhythm" not in answers:  # the foot of the column sends an address alone
        answers.setlist("wants", [Wanted.ANSWERS])
        answers["rhythm"] = Rhythm.MONTHLY
    form = SubscribeForm(answers)
    if not form.is_valid():
        found = receiving.screen_unsent(" ".join(request.POST.get(name, "") for name in ("email", "website")))
        page = {"form": form, "screening": found, **wording}
        return render(request, "advice/newsletter.html", page, status=422)
    sent = {name: form.cleaned_data[name] for name in ("email", "wants", "rhythm")}
    if form.cleaned_data["website"]:
        tallies.counting.add("newsletter not asked: program")
        found = receiving.screen_unsent(form.cleaned_data["website"])
    else:
        found = receiving.take_subscription(**sent, language=language(), address=address_of(request))
    return render(request, "advice/newsletter.html", {"form": None, "screening": found, **wording})


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: a button, since programs that look at mails open links and press none."""
    if request.method == "POST":
        return redirect(f"{subscribing.path(subscribing.confirm(token=token))}?new=1")
    return render(request, "advice/newsletter_confirm.html", {"subscriber": subscribing.asked(token)})


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, key: str) -> HttpResponse:
    """Change what one gets."""
    subscriber = subscribing.behind(key)
    page = {"subscriber": subscriber, "leave": subscribing.path(subscriber, "newsletter_leave")}
    if subscriber.ended_at is not None or subscriber.confirmed_at is None:
        return render(request, "advice/newsletter_ended.html", page)
    kept = {"wants": subscriber.wants, "rhythm": subscriber.rhythm, "language": subscriber.language}
    form = LanguageChoicesForm(request.POST if request.method == "POST" else None, initial=kept)
    if form.is_valid():
        subscribing.change(subscriber=subscriber, **form.cleaned_data)
        return redirect(f"{subscribing.path(subscriber)}?saved=1")
    page |= {"form": form, "is_new": "new" in request.GET, "is_saved": "saved" in request.GET}
    return render(request, "advice/newsletter_choices.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """End it: a button on the page, and the address that mailboxes post to (RFC 8058)."""
    subscriber = subscribing.behind(key)
    if request.method == "POST":
        subscriber = subscribing.leave(subscriber=subscriber)
    return render(request, "advice/newsletter_ended.html", {"subscriber": subscriber, "leave": request.path})
