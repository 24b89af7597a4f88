"""The pages of the intake: each a few standard questions in our words or the practice's, and the practice's own."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from booking.fields import Line, Text, Words, listed, one_of, some_of
from booking.intake import choices
from booking.models import Question
from practice import phones, places
from practice.messaging import texts

CONTACT_CONSENT = _("You may keep what I wrote here and reach me about it in the ways I chose.")
SKIP = _("Leave it empty if you would rather not say.")
Kind, Page = Question.Kind, Question.Page


def own_field(question: Question, language: str) -> forms.Field:
    """The field of a question that the practice wrote itself; none of them has to be answered."""
    # Hints are drawn as they are, because ours may hold a link; what staff type is text.
    words: dict[str, Any] = {"label": question.label_in(language), "help_text": escape(question.help_in(language))}
    match question.kind:
        case Kind.LINE:
            return Line(required=False, max_length=200, **words)
        case Kind.WORDS:
            return Words(**words)
        case Kind.SOME:
            return some_of(options=question.options_in(language), may_decline=True, **words)
        case Kind.ONE:
            return one_of(options=question.options_in(language), **words)
        case _:
            return one_of(options=choices.YES_NO, **words)


class Step(forms.Form):
    """One page of the intake. `answers()` is what is kept; `wording()` is how it was asked.

    `questions` says what is asked, in which order and words; without it the page is as the house brought it along.
    """

    slug: ClassVar[str]
    title: ClassVar[Text]
    lede: ClassVar[Text] = ""

    def __init__(self, *args: Any, questions: Iterable[Question] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.put_into_words()
        self.asked = None if questions is None else {question.key: question for question in questions}
        if self.asked is not None:
            self.fields = {key: self._field(question) for key, question in self.asked.items()}

    def put_into_words(self) -> None:
        """Labels that are known only now."""

    def _field(self, question: Question) -> forms.Field:
        language = get_language() or "en"
        if question.is_own:
            return own_field(question, language)
        field = self.fields[question.key]
        if question.label:
            field.label, field.help_text = question.label_in(language), escape(question.help_in(language))
        return field

    def answers(self) -> dict[str, Any]:
        return {key: value for key, value in self.cleaned_data.items() if key in self.fields}

    def wording(self) -> dict[str, str]:
        """The questions as they were asked, and under "key=slug" the answers that were chosen as they were offered."""
        said = {key: str(field.label) for key, field in self.fields.items()}
        for key, field in self.fields.items():
            if isinstance(field, forms.ChoiceField):
                given = self.cleaned_data.get(key) or []
                chosen = given if isinstance(given, list) else [given]
                offered = dict(field.choices)  # type: ignore[arg-type]  # ours are lists of pairs
                said |= {f"{key}={slug}": str(offered[slug]) for slug in chosen if slug in offered}
        return said

    @classmethod
    def filled(cls, answers: dict[str, Any], questions: Iterable[Question] | None = None) -> "Step":
        """The page as the person left it."""
        return cls(initial=answers, questions=questions)


class Concerns(Step):
    slug, title = Page.CONCERNS.value, _("What brings you here?")
    lede = _("Tick what fits, or say it in your own words. Both are optional: a rough idea is enough to begin with.")
    concerns = some_of(_("It has to do with"), choices.CONCERNS, may_decline=True)
    words = Words(label=_("In your own words"), help_text=_("A sentence or two is plenty. You can leave this empty."))


class Who(Step):
    slug, title = Page.WHO.value, _("Who is it for?")
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


class Guardian(Step):
    slug, title = Page.GUARDIAN.value, _("Who decides for them?")
    lede = _(
        "For someone under 18, an adult usually has to agree before sessions begin. A person from our office calls "
        "first and goes through it with you. Nothing is booked before that."
    )
    consenting = one_of(
        _("Who can agree to sessions?"),
        choices.CONSENTING,
        missing=_("Choose who can agree. If you do not know, choose that you are not sure."),
    )
    adult = Line(label=_("Name of the other adult, if there is one"), required=False, max_length=80, help_text=SKIP)
    may_contact = some_of(
        _("Whom may we speak to?"),
        choices.CONTACTABLE,
        missing=_("Tick at least one person, so that we know whom we may speak to."),
    )
    not_contact = Words(
        label=_("Anyone we should not speak to, or anything we should know first"), rows=3, help_text=SKIP
    )


class Where(Step):
    slug, title = Page.WHERE.value, _("Where will you be?")
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
    def filled(cls, answers: dict[str, Any], questions: Iterable[Question] | None = None) -> "Step":
        # A zone we guessed from the state is shown as that guess, so that another state brings its own.
        guessed = answers.get("zone") == places.zone_of(answers.get("state", ""))
        return super().filled(answers | {"zone": ""} if guessed else answers, questions)


class Past(Step):
    slug, title = Page.PAST.value, _("Have you talked to someone before?")
    lede = _("It helps us not to start from nothing. All of this is optional.")
    past = one_of(_("Therapy or counseling before"), choices.PAST)
    past_words = Words(label=_("What helped, and what did not?"), rows=3, help_text=SKIP)


class Wishes(Step):
    slug, title = Page.WISHES.value, _("How would you like to work?")
    lede = _("All of this is optional. We use what you tell us to put the best fits first.")
    styles = some_of(_("A way of working"), choices.STYLES, may_decline=True)
    modalities = some_of(
        _("A kind of therapy"),
        choices.MODALITIES,
        may_decline=True,
        help_text=_("Only if you have one in mind. Most people do not."),
    )
    wishes = Words(label=_("Anything else that matters to you"), rows=3)


class Person(Step):
    slug, title = Page.PERSON.value, _("With whom would you feel at ease?")
    lede = _(
        "All of this is optional and is about the clinician, not about you. We use it only because you ask for it, "
        "and only with clinicians who chose to say it of themselves."
    )
    languages_needed = listed(
        _("A language you need"),
        choices.LANGUAGES,
        empty=_("Any of your languages"),
        help_text=_("You are shown only people who speak it."),
    )
    languages_preferred = listed(_("A language you would like best"), choices.LANGUAGES, empty=_("No preference"))
    genders = some_of(_("I would rather talk to"), choices.GENDERS, may_decline=True)
    cultures = some_of(_("Someone who knows this from experience or training"), choices.CULTURES, may_decline=True)
    faiths = some_of(_("Faith that should have a place"), choices.FAITHS, may_decline=True)

    def answers(self) -> dict[str, Any]:
        kept = super().answers()
        return kept | {key: [kept[key]] if kept.get(key) else [] for key in self._languages if key in kept}

    _languages: ClassVar = ("languages_needed", "languages_preferred")

    @classmethod
    def filled(cls, answers: dict[str, Any], questions: Iterable[Question] | None = None) -> "Step":
        return super().filled(answers | {key: (answers.get(key) or [""])[0] for key in cls._languages}, questions)


class Payment(Step):
    slug, title = Page.PAYMENT.value, _("How would you pay?")
    lede = _("So that we can show who takes your insurance first. The first talk is free in any case.")
    payment = listed(_("How you would pay"), choices.PAYMENTS, empty=_("Prefer not to say"))


class When(Step):
    slug, title = Page.WHEN.value, _("When could you meet?")
    lede = _("Choose what usually works. If you leave this empty, we show every time.")
    days = some_of(_("Days"), choices.DAYS, may_decline=True)
    parts = some_of(_("Parts of the day"), choices.PARTS, may_decline=True)


class More(Step):
    """Nothing but what the practice asks; left out while it asks nothing."""

    slug, title = Page.MORE.value, _("A few more questions")
    lede = _("You can leave any of them empty.")


class Reach(Step):
    """How to reach someone safely. It stands last, or after a time is chosen."""

    slug, title = Page.REACH.value, _("How may we reach you?")
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
    channels = some_of(_("What do you prefer?"), choices.CHANNELS, may_decline=True)
    reach_parts = some_of(_("When is it safe to call or write?"), choices.PARTS, may_decline=True)
    voicemail = one_of(_("If you do not pick up, may we leave a message?"), choices.VOICEMAIL)
    reach = Words(label=_("What we should know before we call or write"), rows=2, help_text=SKIP)
    text_ok = forms.BooleanField(label="", required=False)
    contact_ok = forms.BooleanField(
        label=CONTACT_CONSENT,
        error_messages={"required": _("Tick this box so that we may keep your answers and reach you.")},
    )

    def put_into_words(self) -> None:
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
        boxes = [("text", "text_ok", texting), ("mail", "contact_ok", agreed)]
        return kept | {
            "consents": [
                {"channel": channel, "wording": str(self.fields[key].label), "version": self._version(key)}
                for channel, key, ticked in boxes
                if ticked
            ]
        }

    def _version(self, key: str) -> str:
        """Which wording of a consent this was: the house's, or that and the number of the practice's own."""
        question = (self.asked or {}).get(key)
        return f"{texts.CONSENT_VERSION}.{question.version}" if question and question.label else texts.CONSENT_VERSION

    @classmethod
    def filled(cls, answers: dict[str, Any], questions: Iterable[Question] | None = None) -> "Step":
        form = super().filled(answers, questions)
        given = {consent["channel"] for consent in answers.get("consents") or []}
        form.initial.update(text_ok="text" in given, contact_ok="mail" in given)
        return form


STEPS: dict[str, type[Step]] = {
    step.slug: step for step in (Concerns, Who, Guardian, Where, Past, Wishes, Person, Payment, When, More, Reach)
}


def label_of(question: Question) -> str:
    """The question in the words it is asked in now."""
    if question.label:
        return question.label_in(get_language() or "en")
    return str(STEPS[question.page](questions=[question]).fields[question.key].label)


def choices_of(question: Question) -> list[tuple[str, Any]]:
    """What it may be answered with, in the words offered now; nothing where the answer is written."""
    field = STEPS[question.page](questions=[question]).fields[question.key]
    options = field.choices if isinstance(field, forms.ChoiceField) else []
    return [(slug, words) for slug, words in options if slug]  # type: ignore[union-attr]  # ours are lists of pairs
