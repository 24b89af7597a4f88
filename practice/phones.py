"""Reading, normalising and masking phone numbers."""

import phonenumbers
from phonenumbers import PhoneNumberType

TEXTABLE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


class BadNumber(ValueError):
    """What was typed is not a phone number; the text is never part of the exception."""


def normalise(raw: str, *, country: str = "US") -> str:
    """`raw` as E.164 ("+12025550143"), read as someone in `country` would write it; raises BadNumber."""
    try:
        number = phonenumbers.parse(raw[:60], country)
    except phonenumbers.NumberParseException:
        raise BadNumber from None
    if not phonenumbers.is_valid_number(number):
        raise BadNumber
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def can_be_texted(e164: str, *, countries: tuple[str, ...] = ("US",)) -> bool:
    """Whether texts may go to this number at all: no premium, toll-free or short number, and a country we serve."""
    number = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_number(number)
    return region in countries and phonenumbers.number_type(number) in TEXTABLE


def readable(e164: str) -> str:
    """As people of its own country write it: "(202) 555-0143"."""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.NATIONAL)


def mask(e164: str) -> str:
    """Enough to recognise one's own number, too little to call it: "number ending 0143"."""
    return f"number ending {e164[-4:]}"
