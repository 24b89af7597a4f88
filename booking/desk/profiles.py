"""A clinician's profile on the desk: what clients are matched by."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from booking.desk import visible
from booking.desk.profile_forms import DescriptionForm, OfferForm, profile_of
from booking.intake import profiling
from practice.staff.doors import front_desk_only
from practice.staff.models import Clinician


def _mine(request: HttpRequest, slug: str) -> Clinician:
    return get_object_or_404(visible.clinicians(visible.user_of(request)), slug=slug)


@require_safe
@never_cache
@front_desk_only
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, _mine(request, slug))


def _page(request: HttpRequest, kept: Clinician, *, status: int = 200, **more: Any) -> HttpResponse:
    told = profile_of(kept)
    context = {
        "clinician": kept,
        "offer_form": OfferForm.filled(kept, told),
        # Nobody else needs to see it either.
        "description_form": DescriptionForm.filled(told)
        if profiling.may_describe(clinician=kept, actor=visible.user_of(request))
        else None,
    }
    return render(request, "booking/desk/profile.html", context | more, status=status)


@require_POST
@never_cache
@front_desk_only
def offers(request: HttpRequest, slug: str) -> HttpResponse:
    kept, form = _mine(request, slug), OfferForm(request.POST)
    if not form.is_valid():
        return _page(request, kept, offer_form=form, status=422)
    profiling.set_offers(clinician=kept, actor=visible.user_of(request), **form.cleaned_data)
    messages.success(request, _("Saved. Matches follow it from now on."))
    return redirect("diary:profile", slug)


@require_POST
@never_cache
@front_desk_only
def description(request: HttpRequest, slug: str) -> HttpResponse:
    kept, form = _mine(request, slug), DescriptionForm(request.POST)
    if not form.is_valid():
        return _page(request, kept, description_form=form, status=422)
    profiling.describe(clinician=kept, actor=visible.user_of(request), **form.cleaned_data)
    messages.success(request, _("Saved. Matches follow it from now on."))
    return redirect("diary:profile", slug)
