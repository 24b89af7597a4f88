"""The filters of those who qualify: only what tells some of them from the others is offered."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.fields import Text
from booking.intake import choices
from booking.intake.matching import Match

WEEK = timedelta(days=7)
SOON = [("week", _("Within seven days"))]
# The name in the address, its label, the answers, and what of a candidate they are looked up in.
KINDS: tuple[tuple[str, Text, list[tuple[str, Any]], str], ...] = (
    ("language", _("Speaks"), choices.LANGUAGES, "languages"),
    ("payment", _("Takes"), choices.PAYMENTS, "payments"),
    ("style", _("Way of working"), choices.STYLES, "styles"),
    ("modality", _("Kind of therapy"), choices.MODALITIES, "modalities"),
    ("gender", _("I would rather talk to"), choices.GENDERS, "genders"),
)


class Filter(forms.Form):
    """Which of `found` to show, from the address; an answer that is not offered counts as none."""

    def __init__(self, data: Any, found: Iterable[Match]) -> None:
        super().__init__(data)
        self.found = list(found)
        for name, label, options, has in KINDS:
            self._offer(name, label, [(slug, said) for slug, said in options if self._tells(slug, has)])
        self._offer(
            "soon", _("First free time"), SOON if 0 < len([*filter(_is_soon, self.found)]) < len(self.found) else []
        )

    def _offer(self, name: str, label: Text, options: list[tuple[str, Any]]) -> None:
        if options:
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", _("Any")), *options])

    def _tells(self, slug: str, has: str) -> bool:
        """Whether some have it and some do not."""
        number = sum(slug in getattr(match.candidate, has) for match in self.found)
        return 0 < number < len(self.found)

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def shown(self) -> list[Match]:
        """Those who have all that was chosen, in the order they came."""
        kept, chosen = self.found, self.chosen
        for name, _label, _options, has in KINDS:
            if name in chosen:
                kept = [match for match in kept if chosen[name] in getattr(match.candidate, has)]
        return [*filter(_is_soon, kept)] if "soon" in chosen else kept


def _is_soon(match: Match) -> bool:
    return match.soonest is not None and match.soonest.starts_at < timezone.now() + WEEK
