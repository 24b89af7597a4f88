"""The desk's notices, places of help by topic, and how many get the newsletter."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advice import desk, editing, resourcing
from advice.desk_reviews import attempt, user_of
from advice.documents import Document, Kind, Occasion
from advice.forms import ResourceForm
from advice.models import Resource, Subscriber
from advice.models.subscribers import Rhythm
from practice.refusals import Refused
from practice.staff.doors import editors_only


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@editors_only
def new_notice(request: HttpRequest) -> HttpResponse:
    """Write a notice: an event, or news until a day."""
    by = user_of(request)
    day = timezone.localdate() + timedelta(days=14)
    blank = Document(
        slug="what-it-is-called",
        kind=Kind.NOTICE.value,
        title="What it is called",
        summary="One sentence.",
        body="Who it is for, what happens there, and whether to sign up. No health advice.",
        occasion=Occasion(f"{day}T18:00", f"{day}T19:00", "Where it is"),
    )
    return desk.edit(request, blank, lambda document: editing.make_post(document=document, author=by), {})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@editors_only
def resources(request: HttpRequest) -> HttpResponse:
    """Every place of help by topic, those to be checked again first said, and a form for one more."""
    form = ResourceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            resourcing.add(**form.cleaned_data, by=user_of(request))
        except Refused as refusal:
            form.add_error("url", str(refusal.message))
        else:
            messages.success(request, str(_("It stands with its topic now.")))
            return redirect("column:resources")
    rows = [(one, resourcing.is_due(one)) for one in Resource.objects.shown().select_related("verified_by")]
    return render(request, "column/resources.html", {"form": form, "rows": rows}, status=422 if form.is_bound else 200)


@require_POST
@editors_only
def act_on_resource(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = get_object_or_404(Resource, pk=pk), user_of(request)
    if request.POST.get("do") == "remove":
        attempt(request, lambda: resourcing.remove(resource=found, by=by), _("Taken out."))
    else:
        attempt(request, lambda: resourcing.verify(resource=found, by=by), _("Checked today. Thank you."))
    return redirect("column:resources")


@require_safe
@never_cache
@editors_only
def subscribers(request: HttpRequest) -> HttpResponse:
    """How many get the newsletter, and of what: numbers alone, no addresses."""
    live = Subscriber.objects.live()
    wants = {name: Count("pk", filter=Q(**{name: True})) for name in ("wants_answers", "wants_events", "wants_news")}
    counts = live.aggregate(all=Count("pk"), monthly=Count("pk", filter=Q(rhythm=Rhythm.MONTHLY)), **wants)
    ended = dict(Subscriber.objects.exclude(ended_at=None).values_list("ending").annotate(Count("pk")))
    waiting = Subscriber.objects.filter(confirmed_at=None, ended_at=None).count()
    page = {"counts": counts, "left": ended.get("left", 0), "bounced": ended.get("bounced", 0), "waiting": waiting}
    return render(request, "column/subscribers.html", page)
