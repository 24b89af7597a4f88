"""The shapes of the JSON door: they read and write, and decide nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from booking import clocks
from booking.fields import LONGEST_WORDS, without_controls
from booking.intake import asking, choices, scoring
from booking.intake.forms import own_field
from booking.models import Appointment, SessionType
from practice import phones, places
from practice.staff.models import Clinician, Licence

FIRST_YEAR, LAST_YEAR = 2000, 2100
KINDS, LANGUAGES = [slug for slug, _label in choices.KINDS], [slug for slug, _label in choices.LANGUAGES]
PARTS = [slug for slug, _label in choices.PARTS]
STATES = [code for code, _name in places.STATE_CHOICES]


class Moment(serializers.DateTimeField):
    """RFC 3339 with an offset: a time without one could be anybody's."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise serializers.ValidationError("Give a date and time with an offset, like 2026-11-24T15:00:00-05:00.")
        return moment.astimezone(UTC)


class Zone(serializers.CharField):
    """The name of an IANA time zone."""

    def to_internal_value(self, data: Any) -> Any:
        zone = clocks.read_zone(super().to_internal_value(data))
        if zone is None:
            raise serializers.ValidationError("There is no such time zone. Give one like America/New_York.")
        return zone


class Known(serializers.SlugField):
    """The slug of a row of `rows` that can be booked now."""

    def __init__(self, rows: Any = None, **options: Any) -> None:
        self.rows = rows
        super().__init__(max_length=50, **options)

    def to_internal_value(self, data: Any) -> Any:
        slug = super().to_internal_value(data)
        # SlugField's own check of the characters runs only afterwards, and a database must not see a NUL.
        found = (
            self.rows.active().filter(slug=slug).first() if slug.replace("-", "").replace("_", "").isalnum() else None
        )
        if found is None:
            raise serializers.ValidationError("There is nothing of that name.")
        return found

    def run_validators(self, value: Any) -> None:
        return


class Line(serializers.CharField):
    """One line without control characters."""

    def to_internal_value(self, data: Any) -> str:
        line = without_controls(super().to_internal_value(data)).strip()
        if not line:
            self.fail("blank")
        return line


class Phone(serializers.CharField):
    """A phone number as its owner writes it; kept as E.164."""

    def to_internal_value(self, data: Any) -> str:
        raw = super().to_internal_value(data)
        try:
            return phones.normalise(raw) if raw else ""
        except phones.BadNumber:
            raise serializers.ValidationError("Give a phone number with area code, like 202 555 0143.") from None


class SessionTypeRow(serializers.ModelSerializer[SessionType]):
    class Meta:
        model = SessionType
        fields = ("slug", "name", "minutes", "mode", "is_virtual", "price_text", "is_matchmaking")


class ClinicianRow(serializers.ModelSerializer[Clinician]):
    """What the clinician chose to show, and the states of licences that are valid today."""

    states = serializers.SerializerMethodField()
    modalities = serializers.SerializerMethodField()

    class Meta:
        model = Clinician
        fields = (
            "slug", "name", "credentials", "pronouns", "about", "time_zone", "languages", "specialities", "styles",
            "modalities", "ages", "kinds", "payments", "offers_virtual", "accepts_new_clients", "states",
        )  # fmt: skip

    def get_states(self, clinician: Clinician) -> list[str]:
        return sorted({licence.state for licence in clinician.licences.all()})

    def get_modalities(self, clinician: Clinician) -> list[str]:
        profile = getattr(clinician, "profile", None)
        return list(profile.modalities) if profile else []


class SlotRow(serializers.Serializer[Any]):
    starts_at = serializers.DateTimeField(help_text="With the offset of the zone that was asked for")
    ends_at = serializers.DateTimeField()
    clinician = serializers.CharField()
    session_type = serializers.CharField()
    state = serializers.CharField(allow_null=True)


class SlotQuery(serializers.Serializer[Any]):
    """What open times are asked for; `from` and `to` are both included, as `timezone` counts days."""

    session_type = Known(SessionType.objects)
    timezone = Zone()
    clinician = Known(Clinician.objects, required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)

    def get_fields(self) -> dict[str, Any]:
        # Not written as attributes, because `from` is a word of Python's.
        return super().get_fields() | {"from": serializers.DateField(), "to": serializers.DateField()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": ["The last day is before the first."]})
        return attrs


def one_of(options: list[tuple[str, Any]], **more: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=[slug for slug, _label in options], **{"required": False} | more)


def some_of(options: list[tuple[str, Any]], **more: Any) -> serializers.MultipleChoiceField:
    return serializers.MultipleChoiceField(choices=[slug for slug, _label in options], required=False, **more)


def free_text(**more: Any) -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True, **more)


class Reachable(serializers.Serializer[Any]):
    """Who asks, and how to reach them safely: a number, an address, or both."""

    name = Line(max_length=80)
    email = serializers.EmailField(max_length=200, required=False, allow_blank=True)
    phone = Phone(max_length=40, required=False, allow_blank=True)
    timezone = Zone()
    sms_consent = serializers.BooleanField(default=False)
    channels = some_of(choices.CHANNELS, help_text="What they prefer")
    reach_parts = some_of(choices.PARTS, help_text="When it is safe to call or write")
    voicemail = one_of(choices.VOICEMAIL, help_text="Whether a message may be left, and one that says who calls")
    reach = free_text(help_text="What to know before calling or writing")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("phone") and not attrs.get("email"):
            raise serializers.ValidationError({"phone": ["Give a phone number or an email address."]})
        if attrs["sms_consent"] and not (attrs.get("phone") and phones.can_be_texted(attrs["phone"])):
            raise serializers.ValidationError({"phone": ["Texts cannot go there. Give a mobile number."]})
        return attrs


class AppointmentWish(Reachable):
    session_type = Known(SessionType.objects)
    clinician = Known(Clinician.objects, required=False, help_text="Left out: whoever is free")
    starts_at = Moment()
    state = serializers.ChoiceField(choices=STATES, help_text="Where the client will be during the session")


class MoveWish(serializers.Serializer[Any]):
    starts_at = Moment()


class AppointmentRow(serializers.ModelSerializer[Appointment]):
    status = serializers.CharField(source="state")
    clinician = serializers.CharField(source="clinician.slug")
    manage_url = serializers.CharField()
    crisis = serializers.CharField(required=False, help_text="To be shown before anything else, where there is any")

    class Meta:
        model = Appointment
        fields = ("id", "status", "starts_at", "ends_at", "clinician", "manage_url", "crisis")


class WaitlistWish(Reachable):
    """A place on the waitlist. Days and parts of the day are by the clock of `timezone`."""

    session_type = Known(SessionType.objects)
    clinician = Known(Clinician.objects, required=False, help_text="Left out: anyone")
    state = serializers.ChoiceField(choices=STATES, help_text="Where the client will be during the session")
    age = serializers.ChoiceField(choices=["adult", "older"], default="adult", help_text="For minors, call us")
    days = some_of(choices.DAYS)
    parts = some_of(choices.PARTS)
    since = serializers.DateField(required=False, help_text="The first day that suits")
    until = serializers.DateField(required=False, help_text="The last day; at most 90 days off")

    def validate_since(self, day: date) -> date:
        if day > timezone.localdate() + timedelta(days=90):
            raise serializers.ValidationError("Give a day within the next 90 days.")
        return day

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("until")
        if until and until < max(attrs.get("since", until), timezone.localdate()):
            raise serializers.ValidationError({"until": ["The last day is over, or before the first."]})
        return super().validate(attrs)


class WaitlistRow(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    until = serializers.DateField(help_text="The place ends after this day")
    manage_url = serializers.CharField(help_text="A private page that shows the place, and leaves the list")
    crisis = serializers.CharField(required=False, help_text="Lines to call, where the words call for them")


class IntakeAnswers(Reachable):
    """The answers of an intake, by the keys of its questions; what is not needed may be left out."""

    concerns = some_of(choices.CONCERNS)
    words = free_text(help_text="What brings them, in their own words")
    kind = one_of(choices.KINDS, required=True)
    age = one_of(choices.AGES, required=True, help_text="Of the person who will come, or of the youngest")
    consenting = one_of(choices.CONSENTING, help_text="Under 18: who can agree to sessions")
    adult = Line(max_length=80, required=False, help_text="Under 18: the name of the other adult, if there is one")
    may_contact = some_of(choices.CONTACTABLE, help_text="Under 18: whom we may speak to")
    not_contact = free_text(help_text="Under 18: whom we should not speak to")
    state = serializers.ChoiceField(choices=STATES, help_text="Where the client will be during sessions")
    past = one_of(choices.PAST)
    past_words = free_text(help_text="What helped, and what did not")
    styles = some_of(choices.STYLES)
    modalities = some_of(choices.MODALITIES)
    wishes = free_text(help_text="Anything else that matters")
    languages_needed = some_of(choices.LANGUAGES, help_text="Only people who speak all of them")
    languages_preferred = some_of(choices.LANGUAGES)
    genders = some_of(choices.GENDERS, help_text="Of the clinician, as far as they show it")
    cultures = some_of(choices.CULTURES, help_text="Of the clinician, as far as they show it")
    faiths = some_of(choices.FAITHS, help_text="Of the clinician, as far as they show it")
    payment = one_of(choices.PAYMENTS)
    days = some_of(choices.DAYS, help_text="By the clock of `timezone`; left out: any")
    parts = some_of(choices.PARTS, help_text="By the clock of `timezone`; left out: any")
    own = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="Answers to the practice's own questions, by key"
    )
    contact_consent = serializers.BooleanField()

    def validate_own(self, given: dict[str, Any]) -> dict[str, Any]:
        """As the page takes them: a text, a slug, or several slugs."""
        live = {question.key: question for question in asking.questions() if question.is_own}
        fields = {key: own_field(live[key], "en") for key in given if key in live}
        errors = {key: ["There is no such question."] for key in given.keys() - live.keys()}
        kept: dict[str, Any] = {}
        for key, field in fields.items():
            try:
                kept[key] = field.clean(_text_or_texts(given[key]))
            except ValidationError as wrong:
                errors[key] = list(wrong.messages)
        if errors:
            raise serializers.ValidationError(errors)
        return kept

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == "child" and attrs["age"] not in choices.MINORS:
            raise serializers.ValidationError({"age": ["A child or teenager is under 18."]})
        if asking.first_missing(attrs):
            missing = {key: ["For someone under 18 we need this."] for key in asking.OF_MINORS if not attrs.get(key)}
            raise serializers.ValidationError(missing)
        return super().validate(attrs)

    def validate_contact_consent(self, agreed: bool) -> bool:
        if not agreed:
            raise serializers.ValidationError("Without it we may not keep the answers or reach anybody about them.")
        return agreed


def _text_or_texts(value: Any) -> str | list[str]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    if isinstance(value, str):
        return value
    raise ValidationError("Give a text, or a list of them.")


class QuestionRow(serializers.Serializer[Any]):
    """A question of the intake as it is asked now; `choices` are the slugs it may be answered with, and their words."""

    key = serializers.CharField()
    page = serializers.CharField()
    question = serializers.CharField()
    is_own = serializers.BooleanField(help_text="The practice's own: its answer goes into `own`")
    is_needed = serializers.BooleanField()
    choices = serializers.DictField(child=serializers.CharField())


class QuestionRows(serializers.Serializer[Any]):
    results = QuestionRow(many=True)


class IntakeRow(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Opens the intake for 90 days; whoever has it can read it")
    matches_url = serializers.CharField()
    crisis = serializers.CharField(help_text="To be shown before anything else, where it is not empty")


class ScreeningAnswers(serializers.Serializer[Any]):
    """A complete self-check: each item, in order, from 0 (not at all) to 3 (nearly every day)."""

    questionnaire = serializers.ChoiceField(choices=list(scoring.QUESTIONNAIRES))
    answers = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=3), max_length=9)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        number = len(scoring.QUESTIONNAIRES[attrs["questionnaire"]].items)
        if len(attrs["answers"]) != number:
            raise serializers.ValidationError({"answers": [f"There is no total without all {number} answers."]})
        return attrs


class ScreeningRow(serializers.Serializer[Any]):
    """`crisis` comes first and is to be shown first, where it is not empty: one item spoke of self-harm."""

    questionnaire = serializers.CharField()
    crisis = serializers.CharField()
    total = serializers.IntegerField()
    most = serializers.IntegerField()
    band = serializers.CharField(help_text="As published; empty for the short forms, which have a cut only")
    is_positive = serializers.BooleanField(help_text="At or above the usual cut: 10, or 3 for the short forms")
    what_it_is = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a member, not DRF's own source
    notice = serializers.CharField(help_text="To be shown with the questions and with the result")


class MatchRow(serializers.Serializer[Any]):
    clinician = serializers.CharField(source="clinician.slug")
    name = serializers.CharField(source="clinician.name")
    credentials = serializers.CharField(source="clinician.credentials")
    reasons = serializers.ListField(child=serializers.CharField())
    soonest = serializers.DateTimeField(
        source="soonest.starts_at", allow_null=True, default=None, help_text="The first open time that suits both"
    )
    right = serializers.ChoiceField(source="candidate.right.basis", choices=Licence.Basis.choices)
    right_until = serializers.DateField(source="candidate.right.until", help_text="The last day of that right")


class SessionTypeRows(serializers.Serializer[Any]):
    results = SessionTypeRow(many=True)


class ClinicianRows(serializers.Serializer[Any]):
    results = ClinicianRow(many=True)


class SlotRows(serializers.Serializer[Any]):
    results = SlotRow(many=True)


class MatchRows(serializers.Serializer[Any]):
    results = MatchRow(many=True)
    why_nobody = serializers.CharField(help_text="Where there is nobody: the rule that stands in the way, in words")


class Problem(serializers.Serializer[Any]):
    """A problem document (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]  # a member, not DRF's own errors


class TimeTaken(Problem):
    alternatives = SlotRow(many=True, required=False)
