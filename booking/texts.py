"""The wording of every text and mail of the diary, in English and Spanish. Neutral: a phone may be read by others.

No text names the field, the clinician or the kind of session. Each is one GSM-7 part, in Spanish without the accents
that GSM-7 lacks; where names are long a shorter wording takes its place. Never CANCEL or YES: carriers act on them.
"""
# ruff: noqa: E501 - a text is easier to measure on one line

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from practice import phones
from practice.messaging import lengths

DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mie", "jue", "vie", "sab", "dom"),
}
MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
ZONES = {
    "Eastern": ("America/New_York", "America/Detroit", "America/Indiana/Indianapolis", "America/Kentucky/Louisville"),
    "Central": ("America/Chicago", "America/Menominee", "America/Indiana/Knox"),
    "Mountain": ("America/Denver", "America/Boise"),
    "Arizona": ("America/Phoenix",),
    "Pacific": ("America/Los_Angeles",),
    "Alaska": ("America/Anchorage", "America/Juneau"),
    "Hawaii": ("Pacific/Honolulu",),
}
ZONES_ES = {
    "Eastern": "hora del Este",
    "Central": "hora Central",
    "Mountain": "hora de Montaña",
    "Pacific": "hora del Pacifico",
}
TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "booked": {
        "en": ("{name}: see you {when}. To move or cancel: {link}", "{name}: {when}. Change: {link}", "{when} {link}"),
        "es": ("{name}: nos vemos {when}. Para cambiar: {link}", "{name}: {when}. Cambiar: {link}", "{when} {link}"),
    },
    "requested": {
        "en": ("{name}: we got your wish for {when} and will answer soon. {link}", "{name}: asked for {when}. {link}", "{when}? {link}"),
        "es": ("{name}: recibimos su solicitud, {when}. Le avisamos pronto. {link}", "{name}: pidio {when}. {link}", "{when}? {link}"),
    },
    "declined": {
        "en": ("{name}: sorry, we cannot do {when}. Call {phone} and we will find another time.",),
        "es": ("{name}: lo sentimos, no podemos {when}. Llame al {phone} y buscamos otra hora.",),
    },
    "moved": {
        "en": ("{name}: your new time is {when}. To move or cancel: {link}", "{name}: now {when}. Change: {link}", "{when} {link}"),
        "es": ("{name}: su nueva hora es {when}. Para cambiar: {link}", "{name}: ahora {when}. Cambiar: {link}", "{when} {link}"),
    },
    "canceled": {
        "en": ("{name}: your time on {when} is canceled. Questions? Call {phone}.",),
        "es": ("{name}: su hora {when} queda cancelada. Preguntas? Llame al {phone}.",),
    },
    "reminder": {
        "en": ("{name}: see you {when}. Reply C to confirm, X to change.",),
        "es": ("{name}: nos vemos {when}. Responda C para confirmar, X para cambiar.",),
    },
    "together": {
        "en": ("{name}: see you {when}.",),
        "es": ("{name}: nos vemos {when}.",),
    },
    "confirmed": {
        "en": ("{name}: thank you, {when} is confirmed.",),
        "es": ("{name}: gracias, {when} queda confirmado.",),
    },
    "change": {
        "en": ("{name}: move or cancel {when} here: {link}", "{name}: {when}. Change: {link}", "{when} {link}"),
        "es": ("{name}: para cambiar {when}: {link}", "{name}: {when}. Cambiar: {link}", "{when} {link}"),
    },
    "several": {
        "en": ("{name}: you have {number} times with us. Choose which one here: {link}", "Choose here: {link}"),
        "es": ("{name}: tiene {number} horas con nosotros. Elija cual aqui: {link}", "Elija aqui: {link}"),
    },
    "none": {
        "en": ("{name}: we find no coming time for this number. Call {phone} if that is wrong.",),
        "es": ("{name}: no vemos ninguna hora para este numero. Llame al {phone} si no es asi.",),
    },
}  # fmt: skip
SUBJECTS = {
    "together": {"en": "Your appointment on {day}", "es": "Su cita del {day}"},
    "booked": {"en": "Your appointment on {day}", "es": "Su cita del {day}"},
    "requested": {"en": "We have your request for {day}", "es": "Recibimos su solicitud para el {day}"},
    "declined": {"en": "About your request for {day}", "es": "Sobre su solicitud para el {day}"},
    "moved": {"en": "Your new time: {day}", "es": "Su nueva hora: {day}"},
    "canceled": {"en": "Your appointment on {day} is canceled", "es": "Su cita del {day} queda cancelada"},
    "reminder": {"en": "Your appointment on {day}", "es": "Su cita del {day}"},
}
MAILS = {
    "together": {
        "en": "Hello {client},\n\nSee you {when}.\n\nIf that no longer suits you, call us at {phone}.",
        "es": "Hola, {client}:\n\nNos vemos {when}.\n\nSi ya no le conviene, llámenos al {phone}.",
    },
    "booked": {
        "en": "Hello {client},\n\nSee you {when}.\n\nIf that no longer suits you, move or cancel it here:\n{link}",
        "es": "Hola, {client}:\n\nNos vemos {when}.\n\nSi ya no le conviene, puede cambiarla o cancelarla aquí:\n{link}",
    },
    "requested": {
        "en": "Hello {client},\n\nWe have your request for {when}. The time is kept for you, and we will write as soon as it is settled.\n\nChange it here:\n{link}",
        "es": "Hola, {client}:\n\nRecibimos su solicitud para {when}. Le guardamos la hora y le escribimos en cuanto esté confirmada.\n\nPuede cambiarla aquí:\n{link}",
    },
    "declined": {
        "en": "Hello {client},\n\nWe are sorry: {when} does not work on our side. Call us at {phone} and we will find another time together.",
        "es": "Hola, {client}:\n\nLo sentimos: no nos es posible {when}. Llámenos al {phone} y buscamos otra hora.",
    },
    "moved": {
        "en": "Hello {client},\n\nYour new time is {when}.\n\nMove or cancel it here:\n{link}",
        "es": "Hola, {client}:\n\nSu nueva hora es {when}.\n\nPuede cambiarla o cancelarla aquí:\n{link}",
    },
    "canceled": {
        "en": "Hello {client},\n\nYour time on {when} is canceled. If you would like another one, call us at {phone}.",
        "es": "Hola, {client}:\n\nSu hora {when} queda cancelada. Si desea otra, llámenos al {phone}.",
    },
    "reminder": {
        "en": "Hello {client},\n\nSee you {when}.\n\nConfirm, move or cancel it here:\n{link}",
        "es": "Hola, {client}:\n\nNos vemos {when}.\n\nPuede confirmarla, cambiarla o cancelarla aquí:\n{link}",
    },
}
FOOT = {
    "en": "\n\n{practice}, {phone}\nThis is about an appointment that was made with this address.\n",
    "es": "\n\n{practice}, {phone}\nEste mensaje es sobre una cita hecha con esta dirección.\n",
}


class Mail(NamedTuple):
    """What a mail says."""

    subject: str
    body: str


def zone_name(zone: str, language: str) -> str:
    """As people say it: "Eastern time"; of a zone elsewhere the name of its city."""
    region = next((name for name, zones in ZONES.items() if zone in zones), zone.rpartition("/")[2].replace("_", " "))
    return ZONES_ES.get(region, f"hora de {region}") if language == "es" else f"{region} time"


def day(moment: datetime, zone: str, language: str) -> str:
    """ "Tue, Nov 24" or "mar 24 nov", as the clock of `zone` shows it."""
    local, language = moment.astimezone(ZoneInfo(zone)), _ours(language)
    weekday, month = DAYS[language][local.weekday()], MONTHS[language][local.month - 1]
    return f"{weekday} {local.day} {month}" if language == "es" else f"{weekday}, {month} {local.day}"


def when(moment: datetime, zone: str, language: str) -> str:
    """ "Tue, Nov 24, 3:00 PM Eastern time"."""
    language = _ours(language)
    clock = f"{moment.astimezone(ZoneInfo(zone)):%I:%M %p}".lstrip("0")
    joint = ", " if language == "es" else " "
    return f"{day(moment, zone, language)}, {clock}{joint}{zone_name(zone, language)}"


def text(
    kind: str, *, language: str, zone: str = "", starts_at: datetime | None = None, link: str = "", number: int = 0
) -> str:
    """The text of this kind, with times as the clock of `zone` shows them: the friendliest wording that fits one part."""
    facts, language = settings.PRACTICE, _ours(language)
    parts = {
        "name": facts["short_name"],
        "phone": phones.readable(facts["phone"]),
        "when": when(starts_at, zone, language) if starts_at else "",
        "link": link,
        "number": number,
    }
    wordings = [lengths.folded(wording.format(**parts)) for wording in TEXTS[kind][language]]
    return next((wording for wording in wordings if lengths.fits_one_part(wording)), wordings[-1])


def mail(kind: str, *, name: str, language: str, zone: str, starts_at: datetime, link: str = "") -> Mail:
    """The mail of this kind to `name`, in plain text, with times as the clock of `zone` shows them."""
    language, facts = _ours(language), settings.PRACTICE
    parts = {
        "client": name,
        "practice": facts["short_name"],
        "phone": phones.readable(facts["phone"]),
        "day": day(starts_at, zone, language),
        "when": when(starts_at, zone, language),
        "link": link,
    }
    return Mail(SUBJECTS[kind][language].format(**parts), (MAILS[kind][language] + FOOT[language]).format(**parts))


def _ours(language: str) -> str:
    return language if language in DAYS else "en"
