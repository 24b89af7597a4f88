"""The chatbot's forms: a question, whether the answer helped, and whom a person should answer."""

import re
from typing import Any

from django import forms
from django.core.validators import slug_re
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from advice import answering, receiving, replying
from advice.documents import Audience
from advice.models import Post, Turn
from advice.models.posts import SLUG_LENGTH
from practice import phones
from practice.messaging import texts

WORD = re.compile(r"[^\W_]")
LONGEST_TOKEN = 80
UNREADABLE = _("There is a character in it that we cannot read. Please type it again.")


def check_question(text: str) -> str:
    """A question with at least one letter or digit in it."""
    if not WORD.search(text):
        raise forms.ValidationError(_("Ask in words, please. A few are enough, like: why can't I sleep?"))
    return text


class Chat(forms.CharField):
    """The conversation's link. It travels in the page, never in an address or a cookie."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=LONGEST_TOKEN, widget=forms.HiddenInput)


class AskForm(forms.Form):
    """One question, and the conversation it belongs to."""

    text = forms.CharField(
        label=_("Your question"),
        help_text=_("In your own words. Please leave out names and other private details."),
        max_length=answering.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={
            "required": _("Write your question first. A few words are enough."),
            "max_length": _("Please shorten it to %(limit_value)d characters. It has %(show_value)d."),
            "null_characters_not_allowed": UNREADABLE,
        },
    )
    chat = Chat()
    safe = forms.BooleanField(required=False, widget=forms.HiddenInput)
    post = forms.SlugField(required=False, max_length=SLUG_LENGTH, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        return check_question(self.cleaned_data["text"])

    def next(self, token: str) -> "AskForm":
        """An empty form for the next question of the same conversation."""
        return AskForm(initial={"chat": token, "post": self.cleaned_data.get("post", "")})


def address(audience: str) -> str:
    """Where a question is asked. Whose wording is wanted stands in the address, as the language does."""
    return reverse("advice:ask") + (f"?wording={audience}" if audience == Audience.CLINICAL else "")


class RateForm(forms.Form):
    chat = Chat()
    turn = forms.IntegerField(min_value=1, max_value=100_000)
    helpful = forms.ChoiceField(choices=Turn.Helpful.choices)
    lacking = forms.ChoiceField(choices=Turn.Lacking.choices, required=False)


class PersonForm(forms.Form):
    """What a reader wants to ask a person, and how they are reached."""

    words = forms.CharField(
        label=_("What would you like to ask?"),
        max_length=receiving.LONGEST_REQUEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write a few words, so that the right person answers."),
            "null_characters_not_allowed": UNREADABLE,
        },
    )
    name = forms.CharField(
        label=_("What may we call you?"), help_text=_("A first name is enough."), max_length=60, required=False
    )
    reach = forms.ChoiceField(
        label=_("How should we answer?"),
        choices=[("mail", _("By email")), ("text", _("By text"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one, so that we can answer.")},
    )
    email = forms.EmailField(label=_("Email address"), max_length=254, required=False)
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    agrees_to_texts = forms.BooleanField(label="", required=False)
    shows = forms.BooleanField(
        label=_("Show them what I asked here, and what was answered"),
        help_text=_("If you leave it out they read only the words above."),
        required=False,
    )
    agrees = forms.BooleanField(
        label=receiving.REPLY_CONSENT, error_messages={"required": _("Tick this box so that we may answer you.")}
    )
    chat = Chat()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agrees_to_texts"].label = texts.consent_wording("opt_in", (get_language() or "en")[:2])

    def clean_words(self) -> str:
        return check_question(self.cleaned_data["words"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reach") == "text":
            self._check_number(given.get("phone", ""))
            if not given.get("agrees_to_texts"):
                self.add_error("agrees_to_texts", _("Tick this box so that we may text you, or choose email."))
        elif given.get("reach") == "mail" and not given.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter the address we should write to, like name@example.com."))
        return given

    def _check_number(self, phone: str) -> None:
        try:
            if phones.can_be_texted(phones.normalise(phone)):
                return
            self.add_error("phone", _("This number cannot get texts. Choose email, or another number."))
        except phones.BadNumber:
            self.add_error("phone", _("Enter a phone number with area code, like 202 555 0143."))

    @property
    def wishes(self) -> dict[str, str]:
        """What receiving.take_request takes, with only the way to reach them that they chose."""
        given = self.cleaned_data
        by = "phone" if given["reach"] == "text" else "email"
        return {"name": given["name"], "words": given["words"], by: given[by]}


class ReplyForm(forms.Form):
    """The desk's answer to a reader."""

    reply = forms.CharField(
        label=_("Your answer"),
        help_text=_("Other people may see it: leave out what need not be written."),
        required=False,
        max_length=replying.LONGEST_REPLY,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def post_of(slug: str, language: str) -> Post | None:
    """The public post a question was asked on, in this language if there is one; None for what is no slug at all."""
    if not slug_re.match(slug):
        return None
    posts = Post.objects.public().filter(slug=slug).select_related("shown", "head")
    return min(posts, key=lambda post: (post.language != language, post.language), default=None)
