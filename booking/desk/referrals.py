"""The list of help elsewhere on the desk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking import referring
from booking.desk import visible
from booking.desk.referral_forms import ReferralForm
from booking.models import Referral
from practice.staff.doors import front_desk_only


@require_safe
@never_cache
@front_desk_only
def referrals(request: HttpRequest) -> HttpResponse:
    due = set(Referral.objects.stale(timezone.localdate()).values_list("pk", flat=True))
    context = {
        "rows": [{"referral": one, "is_due": one.pk in due} for one in Referral.objects.current()],
        "due": len(due),
        "retired": Referral.objects.exclude(retired_at=None).order_by("name"),
    }
    return render(request, "booking/desk/referrals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@front_desk_only
def referral(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new one, or one to be changed."""
    kept = None if pk is None else get_object_or_404(Referral, pk=pk)
    if request.method != "POST":
        form = ReferralForm() if kept is None else ReferralForm.filled(kept)
        return render(request, "booking/desk/referral.html", {"form": form, "referral": kept})
    form = ReferralForm(request.POST)
    if not form.is_valid():
        return render(request, "booking/desk/referral.html", {"form": form, "referral": kept}, status=422)
    saved = referring.keep(referral=kept, actor=visible.user_of(request), **form.cleaned_data)
    given_out = _("Saved. It is given out from now on.")
    messages.success(request, given_out if saved.verified_on else _("Saved. It is not given out until it is checked."))
    return redirect("diary:referrals")


@require_POST
@front_desk_only
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the list, or bring it back."""
    kept, user = get_object_or_404(Referral, pk=pk), visible.user_of(request)
    if request.POST.get("do") == "bring_back":
        referring.bring_back(referral=kept, actor=user)
        messages.success(request, _("It is on the list again."))
    else:
        referring.retire(referral=kept, actor=user)
        messages.success(request, _("It is off the list. You can bring it back below."))
    return redirect("diary:referrals")
