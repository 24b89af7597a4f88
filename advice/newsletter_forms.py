"""The newsletter's forms: asking for it, and changing what one gets."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from advice.models.subscribers import Rhythm, Wanted
from advice.subscribing import WantsNothing


class ChoicesForm(forms.Form):
    """What a subscriber gets, and how often."""

    wants = forms.MultipleChoiceField(
        label=_("What would you like to get?"),
        choices=Wanted.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": WantsNothing.message},
    )
    rhythm = forms.ChoiceField(label=_("How often?"), choices=Rhythm.choices, widget=forms.RadioSelect)


class LanguageChoicesForm(ChoicesForm):
    language = forms.ChoiceField(label=_("In which language?"), choices=settings.LANGUAGES, widget=forms.RadioSelect)


class SubscribeForm(ChoicesForm):
    """Asking for the newsletter; the last field is one that only a program fills in."""

    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter the address that the newsletter should go to."),
            "invalid": _("Enter an email address like name@example.com."),
        },
    )
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    field_order = ("email", "wants", "rhythm", "website")
