"""Traces: what usually points to a person in a text, as patterns; in English and Spanish, with reasons for staff."""

import re

from django.db.models import TextChoices

from practice.places import US_STATES


class Kind(TextChoices):
    CONTACT = "contact", "A way to reach somebody"
    DATE = "date", "Date"
    AGE = "age", "Age"
    PLACE = "place", "Place"
    NAME = "name", "Name"
    NUMBER = "number", "Number"


Rule = tuple[Kind, str, re.Pattern[str]]

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)"
)
ORDINAL = r"\d\d?(?:st|nd|rd|th)?"
TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
YEARS = (
    rf"(?:\d{{1,3}}|{TENS}(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|eighteen|nineteen|"
    r"(?:veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)(?: y \w+)?)"
)
DECADES = r"(?:twenties|thirties|forties|fifties|sixties|seventies|\d0s)"
WORD = r"[A-ZÁÉÍÓÚÑ][\w’'-]*\w"
WORDS = rf"{WORD}(?: (?:of |de |del |la )?{WORD}){{0,3}}"
ROADS = r"(?:St|Street|Ave|Avenue|Rd|Road|Blvd|Lane|Drive|Court)"
HOUSES = (
    r"(?:University|College|High School|Elementary|Middle School|Academy|Hospital|Clinic|Church|Mosque|Temple|"
    r"Synagogue|Inc|LLC|Corp|Company|Bank)"
)
HOUSES_OF = r"(?:University|College|Universidad|Colegio|Hospital|Iglesia|Escuela)(?: of| de| del| San| Saint| St\.)*"
TITLES = r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Pastor|Father|Sister|Coach|Sr|Sra|Srta|señora?|Don|Doña|Padre)"
LEADS_TO_NAME = (
    r"(?:[Mm]y name is|[Cc]all me|called|named|[Mm]e llamo|llamad[oa]|se llama|[Ss]igned|I am called|[Mm]i nombre es)"
)
LEADS_TO_PLACE = r"(?:[Ii]n|near|from|outside|at|[Ee]n|desde|cerca de|works? for|working for|worked for|trabajo para)"


def _any_case(kind: Kind, reason: str, pattern: str) -> Rule:
    return kind, reason, re.compile(pattern, re.IGNORECASE)


def _as_written(kind: Kind, reason: str, pattern: str) -> Rule:
    return kind, reason, re.compile(pattern)


# The first that marks a stretch keeps it. Where a group is named `it`, that alone is marked.
RULES: tuple[Rule, ...] = (
    _any_case(Kind.CONTACT, "A mail address", r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    _any_case(Kind.CONTACT, "A web address", r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|edu)\b(?:/\S*)?"),
    _any_case(Kind.CONTACT, "An account name", r"(?<!\w)@\w{2,}"),
    _any_case(Kind.DATE, "A day", r"\b\d{4}-\d\d?-\d\d?\b|\b\d\d?[/.]\d\d?(?:[/.]\d{2,4})?\b"),
    _any_case(
        Kind.CONTACT,
        "A phone number",
        r"(?<!\w)\+?\(?\d{1,4}\)?[\s.-]?\(?\d{2,4}\)?[\s.-]?\d{2,4}[\s.-]?\d{2,4}\b",
    ),
    _any_case(Kind.DATE, "A day", rf"\b{MONTH}\.? {ORDINAL}(?:,? \d{{4}})?\b"),
    _any_case(Kind.DATE, "A day", rf"\b(?:the )?{ORDINAL}(?: of| de)? {MONTH}\b(?:,?(?: of| de)? \d{{4}})?"),
    _any_case(Kind.DATE, "A month and a year", rf"\b{MONTH}(?: of| de|,)? (?:19|20)\d\d\b"),
    _any_case(Kind.DATE, "A year", r"\b(?:19|20)\d\d\b"),
    _any_case(Kind.DATE, "A time of day", r"\b\d{1,2}:\d\d\b(?: ?[ap]\.?m\b\.?)?"),
    _any_case(Kind.AGE, "An age", rf"\b{YEARS}(?:[- ]years?)?[- ]old\b|\b{YEARS} años\b"),
    _any_case(Kind.AGE, "An age", rf"\b(?:aged?|age of|turn(?:s|ed|ing)?|cumpl\w+) (?P<it>{YEARS})\b"),
    _any_case(
        Kind.AGE,
        "An age",
        rf"\b(?:I|he|she|they)(?:['’](?:m|s|re)| am| is| are| was| were) (?P<it>{YEARS})\b(?!\s?%| \w+ (?:of|from))",
    ),
    _as_written(Kind.AGE, "An age, as people write it in forums", r"\(?\b\d\d ?[MF]\b\)?|\b[MF]\d\d\b"),
    _any_case(Kind.AGE, "An age, roughly", rf"\bin (?:my|his|her) (?:early |mid[- ]?|late )?{DECADES}\b"),
    _as_written(Kind.PLACE, "A street", rf"\b\d{{1,5}} (?:{WORD} ){{1,3}}{ROADS}\b"),
    _as_written(Kind.PLACE, "A state, as it is abbreviated", rf"(?<=, )(?:{'|'.join(US_STATES)})\b"),
    _as_written(
        Kind.PLACE,
        "A school, a workplace or a house of faith",
        rf"\b(?!The )(?:{WORD} ){{1,4}}{HOUSES}\b|\b{HOUSES_OF} {WORDS}",
    ),
    _as_written(Kind.NAME, "A title and a name", rf"\b{TITLES}\.? (?P<it>{WORDS})"),
    _as_written(Kind.NAME, "After a word that leads to a name", rf"\b{LEADS_TO_NAME} (?P<it>{WORDS})"),
    _as_written(Kind.PLACE, "After a word that leads to a place", rf"\b{LEADS_TO_PLACE} (?:the )?(?P<it>{WORDS})"),
    _any_case(Kind.NUMBER, "A sum of money", r"[$€£]\s?\d[\d,.]*\w?|\b\d[\d,.]* (?:dollars|dólares|euros|pesos)\b"),
    _any_case(Kind.PLACE, "A postal code", r"(?<![$\w.,])\d{5}(?:-\d{4})?\b"),
)
