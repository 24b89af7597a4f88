"""The fixed wording of this room, in English and Spanish, each one GSM-7 part long."""
# ruff: noqa: E501 - a text is easier to measure on one line

from django.conf import settings

from practice import phones

# Named in each consent record, so that what was agreed to can be shown for ever. Change it with the words.
CONSENT_VERSION = "2026-11"
LANGUAGES = ("en", "es")

_REPLIES = {
    "stopped": {
        "en": "{name}: you will get no more texts from us. Text START if you ever want them again, or call {phone}.",
        "es": "{name}: ya no recibira mensajes nuestros. Si los quiere de nuevo, envie START o llame al {phone}.",
    },
    "stopped_briefly": {"en": "We will send no more texts.", "es": "No le enviaremos mas mensajes."},
    # The one confirmation the law allows, when the crisis words beside it name another line.
    "stopped_with_988": {
        "en": "We will send no more texts. 988 stays free to call or text, day and night.",
        "es": "No le enviaremos mas mensajes. El 988 sigue gratis, de dia y de noche.",
    },
    "started": {
        "en": "{name}: texts are on again. Rates may apply. Reply HELP for help, STOP to end.",
        "es": "{name}: los mensajes estan activos de nuevo. Envie AYUDA para ayuda, STOP para terminar.",
    },
    # The word may be a cry, so 988 is always in it.
    "help": {
        "en": "{name}: call {phone} ({hours}). In crisis: call or text 988, free, 24/7. Danger now: 911. STOP ends texts.",
        "es": "{name}: llame al {phone} ({hours}). En crisis: llame al 988, gratis, 24/7. Peligro: 911. STOP para terminar.",
    },
    "help_line": {
        "en": "{name}: nobody reads texts at all hours. Call {phone}. Need someone now? Call or text 988. HELP for help.",
        "es": "{name}: nadie lee mensajes a toda hora. Llame al {phone}. Ayuda ahora: llame al 988. STOP para terminar.",
    },
    "opted_in": {
        "en": "{name}: texts about your appointments are on. Msg frequency varies, rates may apply. HELP for help, STOP to end.",
        "es": "{name}: activo los mensajes sobre sus citas. Frecuencia variable; puede haber cargos. AYUDA o STOP.",
    },
    "lines": {
        "en": "{name}: you asked for support lines. Call or text 988, free, 24/7. Or text HOME to 741741. Danger now: 911. "
        "Reply HELP for info, STOP to end.",
        "es": "{name}: pidio lineas de apoyo. Llame al 988 y oprima 2, gratis, 24/7, o envie AYUDA al 988. Peligro: 911. "
        "AYUDA: info, STOP: fin.",
    },
    # For a practice outside the United States: no number of another country.
    "lines_elsewhere": {
        "en": "{name}: you asked for support lines. Lines near you, free to look up: findahelpline.com. Danger now: your "
        "emergency number. STOP to end.",
        "es": "{name}: pidio lineas de apoyo. Lineas en su pais: findahelpline.com. En peligro: el numero de emergencias. "
        "STOP: fin.",
    },
}

_CONSENT = {
    "opt_in": {
        "en": "I agree to get texts from {name} at this number about my appointments and my account. Consent is not a condition "
        "of any service. Message frequency varies. Message and data rates may apply. Reply HELP for help, STOP to end. "
        "We do not share or sell phone numbers or consent.",
        "es": "Acepto recibir mensajes de texto de {name} en este número sobre mis citas y mi cuenta. El consentimiento no es "
        "condición de ningún servicio. La frecuencia varía. Pueden aplicarse cargos por mensajes y datos. Envíe AYUDA para "
        "ayuda, STOP para terminar. No compartimos ni vendemos números ni consentimientos.",
    },
    "preferences": {
        "en": "Text me at this number about my appointments and my account.",
        "es": "Envíenme mensajes a este número sobre mis citas y mi cuenta.",
    },
    "start": {"en": "They texted START.", "es": "Envió START por mensaje."},
}


def reply(kind: str, language: str) -> str:
    """The fixed text of this kind ("stopped", "help", "lines") in `language`, English where we have no other."""
    facts = settings.PRACTICE
    words = _REPLIES[kind]
    return words.get(language, words["en"]).format(
        name=facts["short_name"], phone=phones.readable(facts["phone"]), hours=facts["hours"].split(",")[0]
    )


def lines(language: str) -> str:
    """The text that brings the crisis lines of our own country to a phone."""
    return reply("lines" if settings.PRACTICE["country"] == "US" else "lines_elsewhere", language)


def consent_wording(kind: str, language: str) -> str:
    """What a person sees, and agrees to, when texts are asked for."""
    words = _CONSENT[kind]
    return words.get(language, words["en"]).format(name=settings.PRACTICE["name"])


def all_replies() -> dict[tuple[str, str], str]:
    """Every fixed text by kind and language, for whoever measures or lints them."""
    return {(kind, language): reply(kind, language) for kind, words in _REPLIES.items() for language in words}
