"""The forms in which staff write a question: the words of a standard one, and everything of one of their own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from booking.fields import Line, without_controls
from booking.intake import choices, questioning
from booking.intake.forms import STEPS, label_of
from booking.intake.questioning import Plan
from booking.models import Question, SessionType
from booking.models.questions import LONGEST_HELP, LONGEST_LABEL

Kind = Question.Kind
OWN_KINDS = [(kind.value, kind.label) for kind in Kind if kind != Kind.STANDARD]
MOST_ANSWERS, LONGEST_ANSWER = 30, 120


class Lines(forms.CharField):
    """A few lines, without control characters."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: Any) -> str:
        return without_controls(super().to_python(value) or "", keep="\n").strip()


class StandardForm(forms.Form):
    """The words of a question that the house brought along; empty: the house's own words."""

    label = Line(
        label="Question in English", max_length=LONGEST_LABEL, required=False, help_text="Empty: our own words."
    )
    label_es = Line(label="Question in Spanish", max_length=LONGEST_LABEL, required=False)
    help = Line(label="Hint in English", max_length=LONGEST_HELP, required=False)
    help_es = Line(label="Hint in Spanish", max_length=LONGEST_HELP, required=False)

    def __init__(self, *args: Any, question: Question | None = None, **options: Any) -> None:
        options.setdefault("initial", _as_it_is(question) if question else {})
        super().__init__(*args, **options)

    def clean(self) -> None:
        said = {name: bool(self.cleaned_data.get(name)) for name in ("label", "label_es")}
        for name, is_said in said.items():
            if not is_said and any(said.values()) and name not in self.errors:
                self.add_error(name, "Write the question in both languages, or in neither.")

    def plan(self) -> Plan:
        return Plan(**{name: self.cleaned_data[name] for name in ("label", "label_es", "help", "help_es")})

    def sketch(self, kept: Question | None) -> Question:
        """The question as it would be, for a look at it."""
        assert kept is not None
        return Question(key=kept.key, kind=kept.kind, page=kept.page, **self.plan_words())

    def plan_words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("label", "label_es", "help", "help_es")}


class OwnForm(StandardForm):
    """A question of the practice's own. Nobody has to answer it."""

    kind = forms.ChoiceField(label="How it is answered", choices=OWN_KINDS)
    answers = Lines(
        label="Answers to choose from",
        required=False,
        max_length=MOST_ANSWERS * 2 * LONGEST_ANSWER,
        help_text="One on each line, English and Spanish with a bar between them: A friend | Un amigo",
    )
    page = forms.ChoiceField(label="On which page", choices=Question.Page.choices, initial=Question.Page.MORE)
    session_types = forms.ModelMultipleChoiceField(
        label="Only for these kinds of session",
        queryset=SessionType.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: for all.",
    )
    condition = forms.ChoiceField(
        label="Only where an earlier answer is", required=False, help_text="Of a question on an earlier page."
    )

    def __init__(self, *args: Any, question: Question | None = None, **options: Any) -> None:
        super().__init__(*args, question=question, **options)
        self.fields["label"].required = self.fields["label_es"].required = True
        self.fields["label"].help_text = ""
        self.fields["session_types"].queryset = SessionType.objects.active()  # type: ignore[attr-defined]
        self.sources = {one.key: one for one in Question.objects.filter(retired_at=None)}
        options_of = [(one, offered(one)) for one in self.sources.values() if question is None or one.pk != question.pk]
        self.fields["condition"].choices = [  # type: ignore[attr-defined]
            ("", "Always asked"),
            *(
                (label_of(one), [(f"{one.key}={slug}", words) for slug, words in found])
                for one, found in options_of
                if found
            ),
        ]

    def clean_answers(self) -> tuple[tuple[str, str], ...]:
        lines = [line.split("|") for line in self.cleaned_data["answers"].splitlines() if line.strip()]
        if any(len(parts) != 2 or not all(part.strip() for part in parts) for parts in lines):
            raise ValidationError("Write each answer in both languages, like this: A friend | Un amigo")
        if len(lines) > MOST_ANSWERS or any(len(part) > LONGEST_ANSWER for parts in lines for part in parts):
            raise ValidationError(f"At most {MOST_ANSWERS} answers, each with at most {LONGEST_ANSWER} letters.")
        return tuple((english.strip(), spanish.strip()) for english, spanish in lines)

    def clean(self) -> None:
        super().clean()
        chooses = self.cleaned_data.get("kind") in (Kind.ONE, Kind.SOME)
        if chooses and len(self.cleaned_data.get("answers") or ()) < 2 and "answers" not in self.errors:
            self.add_error("answers", "Give at least two answers to choose from.")

    def plan(self) -> Plan:
        data = self.cleaned_data
        key, _sign, slug = data["condition"].partition("=")
        return Plan(
            **self.plan_words(),
            answers=data["answers"],
            kind=data["kind"],
            page=data["page"],
            session_types=tuple(data["session_types"]),
            depends_on=self.sources.get(key),
            depends_value=slug,
        )

    def sketch(self, kept: Question | None) -> Question:
        plan = self.plan()
        options = [[str(n), *words] for n, words in enumerate(plan.answers)]
        return Question(key="own_sketch", kind=plan.kind, page=plan.page, options=options, **self.plan_words())


def offered(question: Question) -> list[tuple[str, str]]:
    """The answers of which one can be chosen there; none of a text."""
    if question.kind == Kind.YES_NO:
        return [(slug, str(words)) for slug, words in choices.YES_NO]
    if question.is_own:
        return question.options_in("en")
    field = STEPS[question.page].base_fields[question.key]
    return [(slug, str(words)) for slug, words in getattr(field, "choices", []) if slug]


def _as_it_is(question: Question) -> dict[str, Any]:
    words = {name: getattr(question, name) for name in questioning.WORDS[:-1]}
    return words | {
        "kind": question.kind,
        "answers": "\n".join(f"{english} | {spanish}" for _slug, english, spanish in question.options),
        "page": question.page,
        "session_types": question.session_types.all(),
        "condition": f"{question.depends_on.key}={question.depends_value}" if question.depends_on else "",
    }
