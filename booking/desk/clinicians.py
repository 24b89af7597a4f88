"""A clinician's page on the desk: room and number, the private feed, and calendars kept elsewhere."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from booking import expiring, labels
from booking.calendars import feeding, syncing
from booking.desk import visible
from booking.desk.appointments import zone
from booking.desk.calendar_forms import CalendarForm, FeedForm, RoomForm
from booking.models import Feed, OutsideCalendar
from practice import phones, places
from practice.refusals import Refused
from practice.staff import reaching
from practice.staff.doors import front_desk_only
from practice.staff.models import Clinician


@require_safe
@never_cache
@front_desk_only
def clinicians(request: HttpRequest) -> HttpResponse:
    """Everyone whose diary this person may see, with what needs a look."""
    everyone = list(visible.clinicians(visible.user_of(request)))
    failing = set(OutsideCalendar.objects.failing().values_list("clinician", flat=True))
    fed = set(Feed.objects.filter(revoked_at=None).values_list("clinician", flat=True))
    rows = [{"clinician": one, "fails": one.pk in failing, "has_feed": one.pk in fed} for one in everyone]
    return render(request, "booking/desk/clinicians.html", {"rows": rows})


@require_safe
@never_cache
@front_desk_only
def clinician(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _mine(request, slug))


def _mine(request: HttpRequest, slug: str) -> Clinician:
    return get_object_or_404(visible.clinicians(visible.user_of(request)), slug=slug)


def _page(request: HttpRequest, kept: Clinician, *, status: int = 200, **more: Any) -> HttpResponse:
    number = phones.readable(kept.number) if kept.number else ""
    context = {
        "clinician": kept,
        "room_form": RoomForm(initial={"room_url": kept.room_url, "number": number}),
        "feed_form": FeedForm(),
        "calendar_form": CalendarForm(),
        "feed": Feed.objects.filter(clinician=kept, revoked_at=None).select_related("created_by").first(),
        "calendars": [_row(one) for one in kept.outside_calendars.all()],
        "feed_address": "",
    }
    return render(request, "booking/desk/clinician.html", context | more, status=status)


def _row(calendar: OutsideCalendar) -> dict[str, Any]:
    since = calendar.failing_since
    return {
        "calendar": calendar,
        "read": labels.moment(calendar.read_at, zone(), with_zone=False),
        "since": labels.moment(since, zone(), with_zone=False) if since else "",
    }


@require_POST
@front_desk_only
def room(request: HttpRequest, slug: str) -> HttpResponse:
    kept, form = _mine(request, slug), RoomForm(request.POST)
    if not form.is_valid():
        return _page(request, kept, room_form=form, status=422)
    reaching.set_ways(clinician=kept, actor=visible.user_of(request), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("diary:clinician", slug)


@require_POST
@never_cache
@front_desk_only
def make_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The only answer that ever shows the address."""
    kept, form = _mine(request, slug), FeedForm(request.POST)
    if not form.is_valid():
        return _page(request, kept, feed_form=form, status=422)
    address = feeding.make(clinician=kept, shows=form.cleaned_data["shows"], actor=visible.user_of(request))
    return _page(request, kept, feed_address=address)


@require_POST
@front_desk_only
def end_feed(request: HttpRequest, slug: str) -> HttpResponse:
    feeding.revoke(clinician=_mine(request, slug), actor=visible.user_of(request))
    messages.success(request, _("The address leads nowhere from now on."))
    return redirect("diary:clinician", slug)


@require_POST
@front_desk_only
def add_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    kept, form = _mine(request, slug), CalendarForm(request.POST)
    if form.is_valid():
        try:
            syncing.add(clinician=kept, actor=visible.user_of(request), **form.cleaned_data)
        except Refused as refused:
            form.add_error("address", str(refused.message))
    if not form.is_valid():
        return _page(request, kept, calendar_form=form, status=422)
    messages.success(request, _("It was read. What it says is busy is closed here."))
    return redirect("diary:clinician", slug)


@require_POST
@front_desk_only
def act_on_calendar(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Read it now, or take it out."""
    kept = get_object_or_404(OutsideCalendar, clinician=_mine(request, slug), pk=pk)
    if request.POST.get("do") == "remove":
        syncing.remove(calendar=kept, actor=visible.user_of(request))
        messages.success(request, _("It is taken out. What it closed is open again."))
    elif syncing.read_one(calendar=kept):
        messages.success(request, _("It was read. What it says is busy is closed here."))
    else:
        messages.warning(request, _("It still cannot be read."))
    return redirect("diary:clinician", slug)


@require_safe
@never_cache
@front_desk_only
def licences(request: HttpRequest) -> HttpResponse:
    """What ends, and the sessions beyond."""
    theirs = visible.clinicians(visible.user_of(request)).values_list("pk", flat=True)
    rows = [
        {
            "ending": ending,
            "place": places.name_of(ending.licence.state),
            "day": labels.day(ending.licence.expires_on),
            "beyond": [{"session": one, "when": labels.moment(one.starts_at, zone())} for one in ending.beyond],
        }
        for ending in expiring.endings(clinicians=list(theirs))
    ]
    return render(request, "booking/desk/licences.html", {"rows": rows})
