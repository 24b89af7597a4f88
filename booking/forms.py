"""The forms of the diary's pages: the intake's six questions, the search for a time, and how to reach someone."""

import unicodedata
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from booking import choices
from practice import phones, places
from practice.messaging import texts

Text = Any  # str, or what gettext_lazy makes of one
LONGEST_WORDS = 2000
CONTACT_CONSENT = _("You may keep what I wrote here and reach me about it in the ways I chose.")


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


def some_of(label: Text, options: list[tuple[str, Any]], **more: Any) -> forms.MultipleChoiceField:
    """Boxes of which any number may be ticked, none included."""
    return forms.MultipleChoiceField(
        label=label,
        choices=options,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("Choose from the answers that are offered."),
            "invalid_list": _("Choose from the answers that are offered."),
        },
        **more,
    )


class Step(forms.Form):
    """One page of the intake. `answers()` is what is kept; `wording()` is how it was asked."""

    slug: ClassVar[str]
    title: ClassVar[Text]
    lede: ClassVar[Text] = ""

    def answers(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if key in self.fields}

    def wording(self) -> dict[str, str]:
        return {key: str(field.label) for key, field in self.fields.items()}

    @classmethod
    def filled(cls, answers: dict[str, Any]) -> "Step":
        """The page as the person left it."""
        return cls(initial={key: answers[key] for key in cls.base_fields if key in answers})


class Concerns(Step):
    slug, title = "concerns", _("What brings you here?")
    lede = _("Tick what fits, or say it in your own words. Both are optional: a rough idea is enough to begin with.")
    concerns = some_of(_("It has to do with"), choices.CONCERNS)
    words = Words(label=_("In your own words"), help_text=_("A sentence or two is plenty. You can leave this empty."))


class Who(Step):
    slug, title = "who", _("Who is it for?")
    lede = _("Each of our clinicians sees certain ages, and not all of them see couples or families.")
    kind = one_of(_("The sessions are for"), choices.KINDS, missing=_("Choose who the sessions are for."))
    age = one_of(
        _("Age"),
        choices.AGES,
        missing=_("Choose an age group."),
        help_text=_("Of the person who will come. If several will, the age of the youngest."),
    )

    def clean(self) -> None:
        kind, age = self.cleaned_data.get("kind"), self.cleaned_data.get("age")
        if kind == "child" and age and age not in choices.MINORS:
            self.add_error(
                "age", _("A child or teenager is under 18. Choose their age group, or choose someone else above.")
            )
        if kind == "couple" and age == "child":
            self.add_error("age", _("For a couple, choose the age of the younger partner."))


class Where(Step):
    slug, title = "where", _("Where will you be?")
    lede = _(
        "Sessions are by video. A clinician must hold a licence in the state where you are during the session, "
        "so this decides who may see you."
    )
    state = listed(
        _("State you will be in during sessions"),
        choices.STATES,
        empty=_("Choose a state"),
        missing=_("Choose a state."),
    )
    zone = listed(
        _("Time zone"),
        choices.ZONES,
        empty=_("The usual one of that state"),
        help_text=_("Some states have two. Times are shown in the zone you choose."),
    )

    def answers(self) -> dict[str, Any]:
        state = self.cleaned_data.get("state", "")
        return super().answers() | {"zone": self.cleaned_data.get("zone") or places.zone_of(state)}

    @classmethod
    def filled(cls, answers: dict[str, Any]) -> "Step":
        # A zone we guessed from the state is shown as that guess, so that another state brings its own.
        guessed = answers.get("zone") == places.zone_of(answers.get("state", ""))
        return super().filled(answers | {"zone": ""} if guessed else answers)


class Wishes(Step):
    slug, title = "wishes", _("What would you like in a clinician?")
    lede = _("All of this is optional. We use what you tell us to put the best fits first.")
    languages_needed = listed(
        _("A language you need"),
        choices.LANGUAGES,
        empty=_("Any of your languages"),
        help_text=_("You are shown only people who speak it."),
    )
    languages_preferred = listed(_("A language you would like best"), choices.LANGUAGES, empty=_("No preference"))
    styles = some_of(_("A way of working"), choices.STYLES)
    payment = listed(_("How you would pay"), choices.PAYMENTS, empty=_("Prefer not to say"))
    wishes = Words(label=_("Anything else that matters to you"), rows=3)

    def answers(self) -> dict[str, Any]:
        kept = super().answers()
        return kept | {key: [kept[key]] if kept.get(key) else [] for key in self._languages if key in kept}

    _languages: ClassVar = ("languages_needed", "languages_preferred")

    @classmethod
    def filled(cls, answers: dict[str, Any]) -> "Step":
        return super().filled(answers | {key: (answers.get(key) or [""])[0] for key in cls._languages})


class When(Step):
    slug, title = "when", _("When could you meet?")
    lede = _("Choose what usually works. If you leave this empty, we show every time.")
    days = some_of(_("Days"), choices.DAYS)
    parts = some_of(_("Parts of the day"), choices.PARTS)


class Reach(Step):
    """How to reach someone safely. It stands last, or after a time is chosen."""

    slug, title = "reach", _("How may we reach you?")
    lede = _("One way is enough. Our texts and mails never say what they are about.")
    name = Line(
        label=_("Name we should use"),
        max_length=80,
        help_text=_("A first name is enough."),
        error_messages={"required": _("Enter a name we may use, so that we know how to greet you.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    phone = Line(
        label=_("Phone number"),
        required=False,
        max_length=40,
        help_text=_("Give only a number that is safe to use. Texts come only if you agree to them below."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=200,
        help_text=_("Confirmations and reminders come here. Leave it empty if others read your mail."),
        error_messages={"invalid": _("Enter an email address like name@example.com.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    channels = some_of(_("What do you prefer?"), choices.CHANNELS)
    reach = Words(label=_("What we should know before we call or write"), rows=2)
    text_ok = forms.BooleanField(label="", required=False)
    contact_ok = forms.BooleanField(
        label=CONTACT_CONSENT,
        error_messages={"required": _("Tick this box so that we may keep your answers and reach you.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text_ok"].label = texts.consent_wording("opt_in", get_language() or "en")

    def clean_phone(self) -> str:
        raw = self.cleaned_data["phone"]
        if not raw:
            return ""
        try:
            return phones.normalise(raw)
        except phones.BadNumber:
            raise ValidationError(_("Enter a phone number with area code, like 202 555 0143.")) from None

    def clean(self) -> None:
        data = self.cleaned_data
        if not self.errors.keys() & {"phone", "email"} and not (data.get("phone") or data.get("email")):
            self.add_error("phone", _("Enter a phone number or an email address, so that we can reach you."))
        if data.get("text_ok"):
            self._clean_texting(data)

    def _clean_texting(self, data: dict[str, Any]) -> None:
        phone = data.get("phone")
        if phone and not phones.can_be_texted(phone):
            self.add_error(
                "phone", _("We cannot send texts to this number. Enter a mobile number, or untick the box for texts.")
            )
        elif not phone and "phone" not in self.errors:
            self.add_error("phone", _("Enter a mobile number for the texts, or untick the box for texts."))

    def answers(self) -> dict[str, Any]:
        kept = super().answers()
        texting, agreed = kept.pop("text_ok", False), kept.pop("contact_ok", False)
        boxes = [("text", self.fields["text_ok"].label, texting), ("mail", CONTACT_CONSENT, agreed)]
        return kept | {
            "consents": [
                {"channel": channel, "wording": str(wording), "version": texts.CONSENT_VERSION}
                for channel, wording, ticked in boxes
                if ticked
            ]
        }

    @classmethod
    def filled(cls, answers: dict[str, Any]) -> "Step":
        form = super().filled(answers)
        given = {consent["channel"] for consent in answers.get("consents") or []}
        form.initial.update(text_ok="text" in given, contact_ok="mail" in given)
        return form


STEPS: dict[str, type[Step]] = {step.slug: step for step in (Concerns, Who, Where, Wishes, When, Reach)}
