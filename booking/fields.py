"""The kinds of field the diary's forms are made of: a line, free words, one of several, some of several."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.intake import choices
from booking.models import SessionType

Text = Any  # str, or what gettext_lazy makes of one
LONGEST_WORDS = 2000


def without_controls(text: str, *, keep: str = "") -> str:
    """`text` without characters that nobody can see or type; `keep` names the ones that may stay."""
    return "".join(c for c in text if c in keep or unicodedata.category(c) not in {"Cc", "Cs"})


class Line(forms.CharField):
    """One line of text, without control characters."""

    def to_python(self, value: Any) -> str:
        return without_controls(super().to_python(value) or "").strip()


class Words(forms.CharField):
    """Free text in the person's own words. Its rule screens it before anything else."""

    def __init__(self, **options: Any) -> None:
        rows = options.pop("rows", 5)
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(max_length=LONGEST_WORDS, widget=widget, required=False, **options)

    def to_python(self, value: Any) -> str:
        return without_controls(super().to_python(value) or "", keep="\n\t").strip()


def one_of(label: Text, options: list[tuple[str, Any]], *, missing: Text = "", **more: Any) -> forms.ChoiceField:
    """Radio buttons; required where `missing` says what to do about it."""
    errors = {"required": missing} if missing else {}
    wrong = {"invalid_choice": _("Choose one of the answers that are offered.")}
    field = forms.ChoiceField(label=label, required=bool(missing), error_messages=wrong | errors, **more)
    field.widget = forms.RadioSelect()
    field.choices = options if missing else [*options, ("", _("Prefer not to say"))]
    return field


def listed(
    label: Text, options: list[tuple[str, Any]], *, empty: Text, missing: Text = "", **more: Any
) -> forms.ChoiceField:
    """A list that folds open; `empty` names the answer that stands there first."""
    errors = {"invalid_choice": _("Choose one from the list.")} | ({"required": missing} if missing else {})
    return forms.ChoiceField(
        label=label, choices=[("", empty), *options], required=bool(missing), error_messages=errors, **more
    )


class Some(forms.MultipleChoiceField):
    """Any number of the answers. Whoever ticks that they would rather not say has said nothing else."""

    def clean(self, value: Any) -> list[str]:
        given: list[str] = super().clean(value)
        return [choices.UNSAID] if choices.UNSAID in given else given


def some_of(
    label: Text, options: list[tuple[str, Any]], *, missing: Text = "", may_decline: bool = False, **more: Any
) -> forms.MultipleChoiceField:
    """Boxes of which any number may be ticked; none too, unless `missing` says what to do about it.

    `may_decline` adds one for those who would rather not say, as one_of always does.
    """
    return Some(
        label=label,
        choices=[*options, (choices.UNSAID, _("Prefer not to say"))] if may_decline else options,
        required=bool(missing),
        widget=forms.CheckboxSelectMultiple,
        error_messages=({"required": missing} if missing else {})
        | {
            "invalid_choice": _("Choose from the answers that are offered."),
            "invalid_list": _("Choose from the answers that are offered."),
        },
        **more,
    )


def session_type() -> forms.ModelChoiceField:
    """Which kind of session; the form says which there are."""
    return forms.ModelChoiceField(
        queryset=SessionType.objects.none(),
        to_field_name="slug",
        label=_("What would you like to book?"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a kind of session."),
            "invalid_choice": _("Choose a kind of session from the list."),
        },
    )
