"""Help elsewhere: the practice's referral list, for whoever it cannot see itself."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from booking import referring
from booking.fields import listed
from booking.intake import choices


class ElsewhereForm(forms.Form):
    """What narrows the list; each may stay open."""

    state = listed(_("Where you are"), choices.STATES, empty=_("Anywhere"))
    payer = listed(_("Who pays"), referring.PAYERS, empty=_("Anyone"))
    language = listed(_("Language"), choices.LANGUAGES, empty=_("Any language"))


@require_safe
def elsewhere(request: HttpRequest) -> HttpResponse:
    """Nothing is kept of what is asked here; what cannot be read narrows nothing."""
    form = ElsewhereForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    rows = [
        {
            "referral": one,
            "kind": one.get_kind_display(),
            "payers": choices.labels(referring.PAYERS, one.payers),
            "languages": choices.labels(choices.LANGUAGES, one.languages),
        }
        for one in referring.fitting(**asked)
    ]
    return render(request, "booking/elsewhere.html", {"form": form, "rows": rows, "is_narrowed": any(asked.values())})
