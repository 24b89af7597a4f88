"""The desk's forms for an intake, and for how a first talk ended."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.fields import Line, Words, one_of
from booking.intake.handling import STEPS
from booking.models import Intake, Outcome, Referral, Series, SessionType
from practice.messaging.models import Channel
from practice.staff.models import Clinician

LOGISTICS = _(
    "Logistics only, such as when to call. Clinical notes do not belong here; keep them in the clinical record."
)
WHY = _("Say in a few words why.")
CHOOSE = {"invalid_choice": _("Choose one from the list."), "required": _("Choose one from the list.")}
WAYS = [(Channel.TEXT.value, _("Text")), (Channel.MAIL.value, _("Mail"))]


def _written(field: Words, missing: Any) -> Words:
    field.required, field.error_messages["required"] = True, missing
    return field


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        label=_("How far it has come"),
        choices=[(status.value, status.label) for status in STEPS if status != Intake.Status.CLOSED],
        error_messages=CHOOSE,
    )
    reason = Line(label=_("A word on it"), max_length=200, required=False)


class CloseForm(forms.Form):
    """What became of it. Nobody is sent away with only a sorry."""

    outcome = one_of(_("What became of it"), Intake.Outcome.choices, missing=_("Say what became of it."))
    reason = Line(label=_("Why"), max_length=200, help_text=LOGISTICS, error_messages={"required": WHY})


class AssignForm(forms.Form):
    clinician = forms.ModelChoiceField(
        label=_("Clinician"),
        queryset=Clinician.objects.none(),
        to_field_name="slug",
        empty_label=_("Choose one"),
        error_messages=CHOOSE,
    )
    reason = Line(
        label=_("Why, where a rule speaks against them"),
        max_length=200,
        required=False,
        help_text=_("Needed for anyone who was not offered below."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clinician"].queryset = Clinician.objects.active()  # type: ignore[attr-defined]


class WriteForm(forms.Form):
    """A few words to the person, by the ways they agreed to."""

    channel = one_of(_("Send it as"), WAYS, missing=_("Choose how to send it."))
    words = _written(
        Words(
            label=_("Message"),
            rows=4,
            help_text=_("Others may read it on their phone: say nothing of why they wrote. A text has 320 characters."),
        ),
        _("Write the message first."),
    )

    def __init__(self, *args: Any, ways: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        open_ones = set(ways)
        self.fields["channel"].choices = [way for way in WAYS if way[0] in open_ones]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = _written(Words(label=_("Note"), rows=3, help_text=LOGISTICS), _("Write the note first."))


class ConcludeForm(forms.Form):
    """How the talk ended, where no regular time is offered."""

    what = one_of(
        _("How did it end?"),
        [choice for choice in Outcome.What.choices if choice[0] != Outcome.What.PROPOSED],
        missing=_("Choose how it ended."),
    )
    referrals = forms.ModelMultipleChoiceField(
        label=_("Places you named to them"),
        queryset=Referral.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only where you referred them. They are sent the list."),
        error_messages={"invalid_choice": _("Choose from the list."), "invalid_list": _("Choose from the list.")},
    )
    reason = Line(label=_("A word for the desk"), max_length=200, required=False, help_text=LOGISTICS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["referrals"].queryset = Referral.objects.current()  # type: ignore[attr-defined]


class ProposalForm(forms.Form):
    """Whom to offer, for which sessions, how often; the time itself is a button."""

    clinician = forms.ModelChoiceField(
        label=_("With whom"),
        queryset=Clinician.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages=CHOOSE,
    )
    type = forms.ModelChoiceField(
        label=_("Session"),
        queryset=SessionType.objects.none(),
        to_field_name="slug",
        empty_label=None,
        error_messages=CHOOSE,
    )
    every = forms.TypedChoiceField(
        label=_("How often"), choices=Series.Every.choices, coerce=int, error_messages=CHOOSE
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = SessionType.objects.filter(is_active=True, is_matchmaking=False)
        self.fields["clinician"].queryset = Clinician.objects.active()  # type: ignore[attr-defined]
        self.fields["type"].queryset = kinds  # type: ignore[attr-defined]


class OverruleForm(forms.Form):
    """Why this clinician all the same."""

    reason = Line(
        label=_("Why, where a rule speaks against them"),
        max_length=200,
        required=False,
        help_text=_("Needed for anyone whom matching did not offer. The client does not see it."),
    )
