"""The chatbot's desk: readers who asked for a person, and what readers asked that we have not written."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advice import learning, replying
from advice.asking_forms import ReplyForm
from advice.models import Request
from practice.refusals import Refused
from practice.staff.doors import editors_only, front_desk_only
from practice.staff.models import User

PER_PAGE = 50
MOST_GROUPS = 30


@require_safe
@never_cache
@front_desk_only
def requests(request: HttpRequest) -> HttpResponse:
    waiting = Request.objects.waiting().select_related("contact")
    closed = Request.objects.exclude(state=Request.State.WAITING).select_related("contact", "closed_by")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "column/requests.html", {"page": page, "closed": closed.order_by("-closed_at")[:10]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def request(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One request with what its writer asked before; opening it is audited."""
    found = get_object_or_404(Request.objects.select_related("contact", "conversation", "closed_by"), uuid=uuid)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _act(found, _user(request), request.POST.get("do", ""), form.cleaned_data["reply"])
        except Refused as refusal:
            form.add_error("reply", str(refusal.message))
        else:
            messages.success(request, str(_("Done.")))
            return redirect("column:requests")
    is_text = found.channel == "text"
    context = {
        "found": found,
        "turns": replying.read(request=found, by=_user(request)),
        "reachable": found.contact.may_be_texted if is_text else found.contact.may_be_mailed,
        "is_text": is_text,
        "form": form,
    }
    return render(request, "column/request.html", context, status=422 if form.errors else 200)


def _act(found: Request, user: User, do: str, written: str) -> None:
    if do == "close":
        replying.close(request=found, by=user)
    else:
        replying.answer(request=found, by=user, text=written)


@require_safe
@never_cache
@editors_only
def gaps(request: HttpRequest) -> HttpResponse:
    days = learning.days()
    context = {
        "groups": learning.gaps()[:MOST_GROUPS],
        "coverage": [(f"{day.day:%d %b}", day.coverage or 0) for day in days],
        "declined": [(f"{day.day:%d %b}", day.declined) for day in days],
        "totals": [
            (str(_("Answered")), sum(day.answered for day in days)),
            (str(_("Not answered")), sum(day.lacking for day in days)),
            (str(_("Declined")), sum(day.declined for day in days)),
        ],
    }
    return render(request, "column/gaps.html", context)


@require_POST
@editors_only
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a post on a group of questions."""
    turns = [int(turn) for turn in request.POST.getlist("turn")[:400] if turn.isdecimal() and len(turn) < 19]
    try:
        post = learning.draft(title=request.POST.get("title", ""), turns=turns, by=_user(request))
    except Refused as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("column:gaps")
    return redirect("column:edit_post", post.uuid)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the door let nobody else in"
    return request.user
