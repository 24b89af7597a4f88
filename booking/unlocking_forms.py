"""The field of a code that came by mail."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """Six figures from a mail, with or without spaces."""

    figures = forms.CharField(
        label=_("The six figures"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={
            "required": _("Type the six figures from the mail."),
            "max_length": _("Type the six figures from the mail."),
        },
    )
