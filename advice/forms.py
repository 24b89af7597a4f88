"""The column's forms: a letter from a reader, and what the desk fills in."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from advice import handling, receiving, reviewing
from advice.models import Letter, Topic


class TopicChoice(forms.ModelChoiceField):
    def label_from_instance(self, topic: Any) -> str:
        return str(topic.name_in((get_language() or "en")[:2]))


class LetterForm(forms.Form):
    """A letter to the column."""

    pen_name = forms.CharField(
        label=_("A pen name"),
        help_text=_("Not your real name. Something like “Awake in the small hours”."),
        max_length=receiving.LONGEST_NAME,
        error_messages={"required": _("Make up a name to sign with.")},
    )
    topic = TopicChoice(
        label=_("What is it about?"), queryset=Topic.objects.all(), required=False, empty_label=_("I am not sure")
    )
    body = forms.CharField(
        label=_("Your letter"),
        help_text=_("Leave out names, addresses and workplaces. A few short paragraphs are enough."),
        max_length=receiving.LONGEST_LETTER,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={
            "required": _("Write your letter here. A few sentences are enough."),
            "max_length": _("Please shorten it to %(limit_value)d characters; it now has %(show_value)d."),
        },
    )
    age_band = forms.ChoiceField(
        label=_("How old are you?"),
        help_text=_("Under 18 we never publish a letter. Under 13 we keep nothing."),
        choices=Letter.AgeBand.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one, so that we treat your letter rightly.")},
    )
    may_be_published = forms.BooleanField(label=receiving.CONSENT, required=False)


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why it is not answered"), choices=handling.REASONS, widget=forms.RadioSelect, required=True
    )


class SourceForm(forms.Form):
    """A post as Markdown with front matter, the way files and exports hold it."""

    source = forms.CharField(
        label=_("The post, as Markdown with front matter"), widget=forms.Textarea(attrs={"rows": 30}), strip=False
    )
    note = forms.CharField(label=_("What changed"), max_length=200, required=False)


class SignForm(forms.Form):
    checklist = forms.MultipleChoiceField(
        label=_("I have checked"),
        choices=list(reviewing.CHECKLIST.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class PlanForm(forms.Form):
    """An hour at which something is to happen to a post, by the practice's clock."""

    at = forms.DateTimeField(
        label=_("Day and hour"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        required=False,
    )

    def clean_at(self) -> Any:
        at = self.cleaned_data["at"]
        if at is None:
            raise forms.ValidationError(_("Choose a day and an hour that are still to come."))
        return at.replace(tzinfo=ZoneInfo(settings.PRACTICE["time_zone"]))


class RemarkForm(forms.Form):
    """What somebody says of one line of a draft."""

    where = forms.CharField(max_length=20, widget=forms.HiddenInput)
    line = forms.IntegerField(min_value=1, max_value=200_000, widget=forms.HiddenInput)
    words = forms.CharField(label=_("Your comment"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is retracted"), help_text=_("Readers see this sentence."), max_length=300, required=False
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("To the author"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
