"""The question as a form: what is asked, on which post's page, and the questions before it."""

import re
from typing import Any

from django import forms
from django.core.validators import slug_re
from django.utils.translation import gettext_lazy as _

from advice import answering
from advice.models import Post
from advice.models.posts import SLUG_LENGTH

WORD = re.compile(r"[^\W_]")


def check_question(text: str) -> str:
    """A question with at least one letter or digit in it."""
    if not WORD.search(text):
        raise forms.ValidationError(_("Ask in words, please. A few are enough, like: why can't I sleep?"))
    return text


class AskForm(forms.Form):
    """One question. The earlier ones travel along in the page, so that nothing need be stored."""

    text = forms.CharField(
        label=_("Your question"),
        help_text=_("In your own words. Please leave out names and other private details."),
        max_length=answering.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={
            "required": _("Write your question first. A few words are enough."),
            "max_length": _("Please shorten it to %(limit_value)d characters. It has %(show_value)d."),
            "null_characters_not_allowed": _("There is a character in it that we cannot read. Please type it again."),
        },
    )
    earlier_1 = forms.CharField(required=False, widget=forms.HiddenInput)
    earlier_2 = forms.CharField(required=False, widget=forms.HiddenInput)
    earlier_3 = forms.CharField(required=False, widget=forms.HiddenInput)
    safe = forms.BooleanField(required=False, widget=forms.HiddenInput)
    post = forms.SlugField(required=False, max_length=SLUG_LENGTH, widget=forms.HiddenInput)

    def clean_text(self) -> str:
        return check_question(self.cleaned_data["text"])

    @property
    def history(self) -> list[str]:
        """The earlier questions, oldest first."""
        earlier = (self.cleaned_data.get(f"earlier_{n}", "") for n in range(1, answering.MOST_TURNS + 1))
        return [text[: answering.LONGEST] for text in earlier if text]

    def next(self) -> "AskForm":
        """An empty form that remembers this question."""
        turns = [*self.history, self.cleaned_data["text"]][-answering.MOST_TURNS :]
        initial: dict[str, Any] = {f"earlier_{n}": text for n, text in enumerate(turns, start=1)}
        return AskForm(initial=initial | {"post": self.cleaned_data.get("post", "")})


def post_of(slug: str, language: str) -> Post | None:
    """The public post a question was asked on, in this language if there is one; None for what is no slug at all."""
    if not slug_re.match(slug):
        return None
    posts = Post.objects.public().filter(slug=slug).select_related("shown", "head")
    return min(posts, key=lambda post: (post.language != language, post.language), default=None)
