"""The forms about texts: one number, or what a person prefers."""

from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from practice import phones
from practice.messaging import consenting, entering

TRAP = "website"
QUICKEST = 1.5  # seconds in which nobody reads a form and types a number
SALT = "form shown at"
NUMBER_ERROR = _("Enter a phone number with area code, like 202 555 0143.")


class NumberField(forms.CharField):
    """A phone number as people type it, cleaned to E.164."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        super().__init__(
            max_length=60,
            widget=widget,
            error_messages={"required": NUMBER_ERROR, "max_length": NUMBER_ERROR},
            **options,
        )

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\0", "")

    def clean(self, value: Any) -> str:
        raw = super().clean(value)
        try:
            return phones.normalise(raw, country=settings.PRACTICE["country"])
        except phones.BadNumber:
            raise forms.ValidationError(NUMBER_ERROR) from None


class RequestForm(forms.Form):
    """A number to send one text to, and two quiet questions that only a program answers wrongly."""

    number = NumberField(label=_("Your mobile number"), help_text=_("With area code, like 202 555 0143."))
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["shown"] = signing.dumps(timezone.now().timestamp(), salt=SALT)

    @property
    def is_from_a_program(self) -> bool:
        """Whether the hidden field was filled in, or the form came back faster than anyone types."""
        return bool(self.cleaned_data.get(TRAP)) or self._was_too_quick()

    def _was_too_quick(self) -> bool:
        try:
            shown = float(signing.loads(self.cleaned_data.get("shown") or "", salt=SALT))
        except (signing.BadSignature, TypeError, ValueError):
            return False  # a form of another page brings no time, and is let in
        return timezone.now().timestamp() - shown < QUICKEST


class CallForm(RequestForm):
    """A number to call when the practice opens; any line will do."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["number"].label = _("Your phone number")


class OptInForm(RequestForm):
    """Asking for texts about one's appointments."""

    name = forms.CharField(
        label=_("The name to use"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    agrees = forms.BooleanField(
        error_messages={"required": _("Tick the box if you would like texts. Nothing is sent without it.")}
    )
    field_order = ("number", "name", "agrees", "website", "shown")

    def __init__(self, *args: Any, wording: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agrees"].label = wording


class FindForm(forms.Form):
    """Whose conversation staff want to see."""

    number = NumberField(label=_("A phone number"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["number"].widget.attrs["autocomplete"] = "off"  # whoever types is not whose number it is


class AgreedForm(forms.Form):
    """How somebody told us that they want texts."""

    how = forms.ChoiceField(
        label=_("How did they agree?"),
        choices=entering.How.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how they agreed.")},
    )


class PreferencesForm(forms.Form):
    """What the holder of a preferences link chooses."""

    BOTH, TEXTS, MAIL, NONE = "both", "texts", "mail", "none"

    reach = forms.ChoiceField(
        label=_("How should we write to you?"),
        choices=[
            (BOTH, _("Texts and mail")),
            (TEXTS, _("Texts only")),
            (MAIL, _("Mail only")),
            (NONE, _("Neither. Call me if you must.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how we should write to you.")},
    )
    language = forms.ChoiceField(label=_("In which language?"), choices=settings.LANGUAGES)
    name = forms.CharField(label=_("The name to use"), required=False, max_length=60)
    safe_from = forms.TimeField(
        label=_("Reminders not before"),
        required=False,
        help_text=_("When is it safe for you to get a text? Leave both empty for 8:00 to 21:00."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    safe_until = forms.TimeField(
        label=_("and not after"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "safe_from" in self.errors or "safe_until" in self.errors:
            return cleaned
        opens, closes = cleaned.get("safe_from"), cleaned.get("safe_until")
        if (opens is None) != (closes is None):
            self.add_error("safe_until", _("Give both hours, or neither."))
        elif opens and closes and not consenting.MORNING <= opens < closes <= consenting.EVENING:
            self.add_error("safe_until", _("Choose hours between 8:00 and 21:00, the earlier one first."))
        return cleaned

    @property
    def wishes(self) -> dict[str, bool]:
        reach = self.cleaned_data["reach"]
        return {"wants_texts": reach in {self.BOTH, self.TEXTS}, "wants_mail": reach in {self.BOTH, self.MAIL}}
