"""The waitlist on the desk: who waits, for how long, what was offered to them; adding someone, taking someone off."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import clocks, labels
from booking.desk import deeds, visible
from booking.desk.series_forms import PlaceForm
from booking.intake import receiving
from booking.models import Client, Waiting, WaitlistOffer
from booking.views.waiting import wish
from booking.waitlist import waiting as waitlist
from practice import phones
from practice.messaging import consenting
from practice.refusals import Refused
from practice.staff import auditing
from practice.staff.doors import front_desk_only

Answer = WaitlistOffer.Answer
TONES = {Answer.TAKEN: "approved", Answer.NONE: "update", Answer.DECLINED: "retracted", Answer.LAPSED: "retracted"}


@require_safe
@never_cache
@front_desk_only
def places(request: HttpRequest) -> HttpResponse:
    """Who waits, longest first; then those who were served."""
    now, mine = timezone.now(), visible.places(visible.user_of(request))
    offers = WaitlistOffer.objects.select_related("appointment__clinician").order_by("-made_at")
    mine = mine.prefetch_related(Prefetch("offers", queryset=offers))
    served = mine.exclude(served_at=None).order_by("-served_at")
    context = deeds.tabbed(request, {"waiting": (_("Waiting"), mine.still(now)), "served": (_("Served"), served)})
    page = list(context["page"])
    texted = consenting.may_be_texted(place.client.contact for place in page)
    context["rows"] = [_row(place, texted) for place in page]
    return render(request, "booking/desk/waitlist.html", context)


def _row(place: Waiting, texted: set[int]) -> dict[str, Any]:
    zone, contact = ZoneInfo(place.client.time_zone), place.client.contact
    return {
        "place": place,
        # Offers pass them by, so somebody has to call.
        "cannot_be_told": contact.pk not in texted and not contact.may_be_mailed,
        "phone": phones.readable(contact.number) if contact.number else "",
        "wish": wish(place),
        "offers": [
            {
                "when": labels.moment(offer.appointment.starts_at, zone, with_zone=False),
                "clinician": offer.appointment.clinician.name,
                "answer": offer.get_answer_display(),
                "tone": TONES[Answer(offer.answer)],
            }
            for offer in place.offers.all()
        ],
    }


@require_POST
@front_desk_only
def take_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = visible.user_of(request)
    kept = get_object_or_404(visible.places(user), pk=pk)
    waitlist.leave(waiting=kept)
    auditing.note(actor=user, action="taken off the waitlist", subject=f"place {kept.pk}")
    messages.success(request, _("Taken off the list. They are not told."))
    return redirect("diary:waitlist")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def add(request: HttpRequest, client: UUID | None = None) -> HttpResponse:
    """A place for a client we know, or for someone who called. Texts need their own agreement, so those who only called
    hear by mail."""
    user = visible.user_of(request)
    known = get_object_or_404(visible.clients(user), pk=client) if client else None
    initial = {"state": known.state, "clinician": known.clinician.slug if known.clinician else ""} if known else {}
    form = PlaceForm(request.POST or None, client=known, initial=initial)
    if request.method != "POST":
        return _add(request, form, known)
    if not form.is_valid():
        return _add(request, form, known, status=422)
    try:
        place = _join(form, known)
    except Refused as refused:
        return _add(request, form, known, notice=refused.message, status=refused.status)
    auditing.note(actor=user, action="put on the waitlist", subject=f"place {place.pk}")
    messages.success(request, _("On the list."))
    return redirect("diary:waitlist")


@transaction.atomic
def _join(form: PlaceForm, known: Client | None) -> Waiting:
    data = form.cleaned_data
    if known is None:
        answers = {key: data[key] for key in ("name", "phone", "email", "state", "age")}
        zone = clocks.zone_for(data["state"]).key
        known = receiving.introduce(answers=answers | {"zone": zone, "consents": []}, language="en")
    return waitlist.join(
        client=known,
        session_type=data["type"],
        state=data["state"],
        age=data["age"],
        clinician=data["clinician"],
        **form.wish(),
    )


def _add(
    request: HttpRequest, form: PlaceForm, known: Client | None, *, notice: object = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "client": known, "notice": notice}
    return render(request, "booking/desk/waitlist_add.html", context, status=status)
