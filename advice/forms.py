"""The column's forms: a letter from a reader, and what the desk fills in."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from advice import handling, receiving, reviewing, telling
from advice.models import Letter, Resource, Topic


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
    reply_to = forms.EmailField(
        label=_("Your email address"),
        help_text=telling.NEWS_CONSENT,
        max_length=200,
        required=False,
        error_messages={"invalid": _("Enter an email address like name@example.com, or leave it empty.")},
    )


class DeclineForm(forms.Form):
    """The kind text that a letter's writer reads; it begins as the fixed one for the reason."""

    reason = forms.ChoiceField(choices=handling.REASONS, widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("What its writer reads"),
        help_text=_("Change what does not fit. No advice: what we advise is reviewed, and public."),
        max_length=handling.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Leave the writer a few kind words.")},
    )


class RewriteForm(forms.Form):
    """The letter written anew, and the answer to it."""

    title = forms.CharField(label=_("Title"), help_text=_("What a reader would ask."), max_length=200)
    summary = forms.CharField(
        label=_("Summary"), max_length=220, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    letter = forms.CharField(
        label=_("The letter, written anew"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 14})
    )
    signed = forms.CharField(label=_("Signed with the pen name"), max_length=120)
    body = forms.CharField(
        label=_("The answer"),
        help_text=_("In Markdown. Sources, takeaways and the rest follow on the post's own page."),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 10}),
    )


class ObjectionForm(forms.Form):
    """What a letter's writer wants changed in the text that is to be published."""

    words = forms.CharField(
        label=_("What should change?"),
        help_text=_("You need not say why. A few words help us to write it better."),
        max_length=receiving.LONGEST_OBJECTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": _("Please shorten it to %(limit_value)d characters; it now has %(show_value)d."),
        },
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


class ResourceForm(forms.ModelForm):
    """A place of help with one topic, in one sentence."""

    class Meta:
        model = Resource
        fields = ("topic", "name", "about", "about_es", "url")
        labels = {
            "topic": _("Topic"),
            "name": _("Name"),
            "about": _("Whom it helps and how"),
            "about_es": _("The same in Spanish"),
            "url": _("Address"),
        }
        help_texts = {"about": ""}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is retracted"), help_text=_("Readers see this sentence."), max_length=300, required=False
    )


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("To the author"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
