"""The wording of every text and mail of the diary, in English and Spanish. Neutral: a phone may be read by others.

No text names the field, the clinician or the kind of session. Each is one GSM-7 part, in Spanish without the accents
that GSM-7 lacks; where names are long a shorter wording takes its place. Never CANCEL or YES: carriers act on them.
"""
# ruff: noqa: E501 - a text is easier to measure on one line

from collections.abc import Sequence
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
    "reminders": {
        "en": (
            "{name}: see you {times}. To confirm or change: {link}",
            "{name}: see you {times}. Change: {link}",
            "{name}: {number} times, the first {when}. All: {link}",
            "{number} times, the first {when}: {link}",
            "{number} times: {link}",
        ),
        "es": (
            "{name}: nos vemos {times}. Para confirmar o cambiar: {link}",
            "{name}: nos vemos {times}. Cambiar: {link}",
            "{name}: {number} horas, la primera {when}. Todas: {link}",
            "{number} horas, la primera {when}: {link}",
            "{number} horas: {link}",
        ),
    },
    "together_several": {
        "en": ("{name}: see you {times}.", "{name}: see you {number} times, the first {when}."),
        "es": ("{name}: nos vemos {times}.", "{name}: nos vemos {number} veces, la primera {when}."),
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
    "hold": {
        "en": ("{name}: reply C within 30 minutes to keep {when}, or open {link}", "{name}: C to keep {when}: {link}", "C: {when} {link}"),
        "es": ("{name}: responda C en 30 minutos para guardar {when}, o abra {link}", "{name}: C para guardar {when}: {link}", "C: {when} {link}"),
    },
    "proposed": {
        "en": ("{name}: we have times for you. Choose one here: {link}", "Choose here: {link}"),
        "es": ("{name}: tenemos horas para usted. Elija una aqui: {link}", "Elija aqui: {link}"),
    },
    "none": {
        "en": ("{name}: we find no coming time for this number. Call {phone} if that is wrong.",),
        "es": ("{name}: no vemos ninguna hora para este numero. Llame al {phone} si no es asi.",),
    },
    "series": {
        "en": ("{name}: {number} times for you, the first {when}. All dates: {link}", "{name}: from {when}. Dates: {link}", "{when} {link}"),
        "es": ("{name}: {number} horas para usted, la primera {when}. Todas: {link}", "{name}: desde {when}. Todas: {link}", "{when} {link}"),
    },
    "series_moved": {
        "en": ("{name}: {number} of your times have moved, the first to {when}. All dates: {link}", "{name}: now {when}. Dates: {link}", "{when} {link}"),
        "es": ("{name}: cambian {number} de sus horas, la primera a {when}. Todas: {link}", "{name}: ahora {when}. Todas: {link}", "{when} {link}"),
    },
    "series_canceled": {
        "en": ("{name}: canceled: {number} of your times, the first {when}. All dates: {link}", "{name}: canceled from {when}: {link}", "No {when} {link}"),
        "es": ("{name}: quedan canceladas {number} de sus horas, la primera {when}. Vea: {link}", "{name}: cancelado desde {when}: {link}", "No {when} {link}"),
    },
    "shift": {
        "en": ("{name}: clocks change, so by your clock the next time is {when}. Dates: {link}", "{name}: clocks change. Now {when}: {link}", "{when} {link}"),
        "es": ("{name}: cambia el horario; en su reloj la proxima hora es {when}. Vea: {link}", "{name}: cambia: ahora {when}: {link}", "{when} {link}"),
    },
    "offer": {
        "en": ("{name}: {when} is free. We keep it {number} minutes for you: {link}", "{name}: {when}? Kept {number} min: {link}", "{when}? {link}"),
        "es": ("{name}: hay lugar {when}. Se lo guardamos {number} minutos: {link}", "{name}: {when}? {number} min: {link}", "{when}? {link}"),
    },
    "series_offer": {
        "en": ("{name}: a regular time for you, first {when}. We keep it {number} hours: {link}", "{name}: from {when}? Kept {number} h: {link}", "{when}? {link}"),
        "es": ("{name}: una hora fija para usted, primero {when}. Se la guardamos {number} horas: {link}", "{name}: desde {when}? {number} h: {link}", "{when}? {link}"),
    },
    "waiting": {
        "en": ("{name}: you are on our list. We write when a time is free. See or leave it: {link}", "On our list: {link}"),
        "es": ("{name}: usted esta en nuestra lista. Le avisamos si hay lugar. Ver o salir: {link}", "En nuestra lista: {link}"),
    },
    "elsewhere": {
        "en": ("{name}: here are others who may suit you better. The list: {link}", "{name}: others to ask: {link}", "{link}"),
        "es": ("{name}: aqui hay otros que quiza le convengan mas. La lista: {link}", "{name}: otros: {link}", "{link}"),
    },
}  # fmt: skip
SUBJECTS = {
    "elsewhere": {"en": "Others you can ask", "es": "Otros a quienes puede preguntar"},
    "series": {"en": "Your appointments from {day}", "es": "Sus citas desde el {day}"},
    "series_moved": {"en": "Your new times from {day}", "es": "Sus nuevas horas desde el {day}"},
    "series_canceled": {
        "en": "Your appointments from {day} are canceled",
        "es": "Sus citas desde el {day} quedan canceladas",
    },
    "shift": {"en": "On {day} your clock shows another time", "es": "El {day} su reloj marca otra hora"},
    "offer": {"en": "A time is free on {day}", "es": "Hay lugar el {day}"},
    "series_offer": {"en": "A regular time for you from {day}", "es": "Una hora fija para usted desde el {day}"},
    "waiting": {"en": "You are on our list", "es": "Usted está en nuestra lista"},
    "together": {"en": "Your appointment on {day}", "es": "Su cita del {day}"},
    "booked": {"en": "Your appointment on {day}", "es": "Su cita del {day}"},
    "requested": {"en": "We have your request for {day}", "es": "Recibimos su solicitud para el {day}"},
    "declined": {"en": "About your request for {day}", "es": "Sobre su solicitud para el {day}"},
    "moved": {"en": "Your new time: {day}", "es": "Su nueva hora: {day}"},
    "canceled": {"en": "Your appointment on {day} is canceled", "es": "Su cita del {day} queda cancelada"},
    "reminder": {"en": "Your appointment on {day}", "es": "Su cita del {day}"},
    "hold": {"en": "Please confirm {day}", "es": "Por favor, confirme el {day}"},
    "proposed": {"en": "Times for you", "es": "Horas para usted"},
}
MAILS = {
    "elsewhere": {
        "en": "Hello {client},\n\nThank you for asking us. We are not the right ones for you at present, and we do not want to leave you with only that. Here is a list of others whom our office knows:\n{link}\n\nIf none of them works out, call us at {phone}: a person looks with you.",
        "es": "Hola, {client}:\n\nGracias por preguntarnos. Por ahora no somos quienes le convienen, y no queremos dejarle solo con eso. Aquí hay una lista de otros que nuestra oficina conoce:\n{link}\n\nSi ninguno le sirve, llámenos al {phone}: una persona busca con usted.",
    },
    "together": {
        "en": "Hello {client},\n\nSee you {when}.\n\nIf that no longer suits you, call us at {phone}.",
        "es": "Hola, {client}:\n\nNos vemos {when}.\n\nSi ya no le conviene, llámenos al {phone}.",
    },
    "booked": {
        "en": "Hello {client},\n\nSee you {when}.\n\nThe way in is on this page, and if the time no longer suits you, you can move or cancel it there:\n{link}",
        "es": "Hola, {client}:\n\nNos vemos {when}.\n\nLa entrada está en esta página; si la hora ya no le conviene, allí puede cambiarla o cancelarla:\n{link}",
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
        "en": "Hello {client},\n\nYour new time is {when}.\n\nThe way in is on this page, where you can also move or cancel it:\n{link}",
        "es": "Hola, {client}:\n\nSu nueva hora es {when}.\n\nLa entrada está en esta página, donde también puede cambiarla o cancelarla:\n{link}",
    },
    "canceled": {
        "en": "Hello {client},\n\nYour time on {when} is canceled. If you would like another one, call us at {phone}.",
        "es": "Hola, {client}:\n\nSu hora {when} queda cancelada. Si desea otra, llámenos al {phone}.",
    },
    "hold": {
        "en": "Hello {client},\n\nWe keep {when} for you for 30 minutes. Say yes to it here:\n{link}\n\nIf you did not ask for it, do nothing.",
        "es": "Hola, {client}:\n\nLe guardamos {when} durante 30 minutos. Confírmelo aquí:\n{link}\n\nSi usted no lo pidió, no haga nada.",
    },
    "proposed": {
        "en": "Hello {client},\n\nWe have times for you and keep them for two days. Choose one, or ask for others, here:\n{link}",
        "es": "Hola, {client}:\n\nTenemos horas para usted y se las guardamos dos días. Elija una, o pida otras, aquí:\n{link}",
    },
    "reminder": {
        "en": "Hello {client},\n\nSee you {when}.\n\nThe way in is on this page, where you can also confirm, move or cancel it:\n{link}",
        "es": "Hola, {client}:\n\nNos vemos {when}.\n\nLa entrada está en esta página, donde también puede confirmarla, cambiarla o cancelarla:\n{link}",
    },
    "series": {
        "en": "Hello {client},\n\nThese {number} times are yours, the first {when}.\n\nSee all of them, and move or cancel one or all, here:\n{link}",
        "es": "Hola, {client}:\n\nTiene reservadas {number} horas, la primera {when}.\n\nPuede verlas todas, y cambiar o cancelar una o todas, aquí:\n{link}",
    },
    "series_moved": {
        "en": "Hello {client},\n\n{number} of your times have moved. The first of them is now {when}.\n\nSee all of your dates here:\n{link}",
        "es": "Hola, {client}:\n\nCambian {number} de sus horas. La primera es ahora {when}.\n\nPuede ver todas sus fechas aquí:\n{link}",
    },
    "series_canceled": {
        "en": "Hello {client},\n\n{number} of your times are canceled. The first of them was {when}.\n\nSee what you still have here:\n{link}",
        "es": "Hola, {client}:\n\nQuedan canceladas {number} de sus horas. La primera era {when}.\n\nPuede ver las que conserva aquí:\n{link}",
    },
    "shift": {
        "en": "Hello {client},\n\nThe clocks change where you are or where we are, and not in both places on the same day. Your time with us stays the same on our clock; on yours the next one is {when}.\n\nSee all of your dates here:\n{link}",
        "es": "Hola, {client}:\n\nCambia el horario donde está usted o donde estamos nosotros, y no el mismo día. Su hora sigue igual en nuestro reloj; en el suyo, la próxima es {when}.\n\nPuede ver todas sus fechas aquí:\n{link}",
    },
    "offer": {
        "en": "Hello {client},\n\nA time you were waiting for is free: {when}. We keep it for you for {number} minutes.\n\nTake it, or let it pass, here:\n{link}\n\nIf you let it pass you keep your place on the list.",
        "es": "Hola, {client}:\n\nHay lugar a una hora que usted esperaba: {when}. Se la guardamos {number} minutos.\n\nPuede tomarla, o dejarla pasar, aquí:\n{link}\n\nSi la deja pasar, conserva su lugar en la lista.",
    },
    "series_offer": {
        "en": "Hello {client},\n\nWe have a regular time for you. The first would be {when}. We keep it for you for {number} hours.\n\nSee the dates, and say yes or no, here:\n{link}",
        "es": "Hola, {client}:\n\nTenemos una hora fija para usted. La primera sería {when}. Se la guardamos {number} horas.\n\nPuede ver las fechas, y decir sí o no, aquí:\n{link}",
    },
    "waiting": {
        "en": "Hello {client},\n\nYou are on our list. When a time that suits you is free, we write to you and keep it for you for a while. Letting one pass costs you nothing.\n\nSee your place, or leave the list, here:\n{link}",
        "es": "Hola, {client}:\n\nUsted está en nuestra lista. Cuando haya lugar a una hora que le convenga, le escribimos y se la guardamos un rato. Dejar pasar una no le cuesta nada.\n\nPuede ver su lugar, o salir de la lista, aquí:\n{link}",
    },
}
CODES = {
    "en": "Hello {client},\n\nYour code is {figures}.\n\nIt opens one of your times with us, and holds for ten minutes. If you did not ask for it, do nothing: without it nobody can open that time.",
    "es": "Hola, {client}:\n\nSu código es {figures}.\n\nAbre una de sus horas con nosotros y vale diez minutos. Si usted no lo pidió, no haga nada: sin él nadie puede abrir esa hora.",
}
CODE_SUBJECTS = {"en": "Your code", "es": "Su código"}
WRITTEN_SUBJECTS = {"en": "A message for you", "es": "Un mensaje para usted"}
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
    return whens([moment], zone, language)


def whens(moments: Sequence[datetime], zone: str, language: str) -> str:
    """ "Tue, Nov 24, 3:00 PM and 5:00 PM; Wed, Nov 25, 9:00 AM Eastern time"."""
    language = _ours(language)
    days: dict[str, list[str]] = {}
    for moment in sorted(moments):
        clock = f"{moment.astimezone(ZoneInfo(zone)):%I:%M %p}".lstrip("0")
        days.setdefault(day(moment, zone, language), []).append(clock)
    both = " y " if language == "es" else " and "
    listed = "; ".join(f"{of}, {both.join(clocks)}" for of, clocks in days.items())
    return f"{listed}{', ' if language == 'es' else ' '}{zone_name(zone, language)}"


def text(
    kind: str,
    *,
    language: str,
    zone: str = "",
    starts_at: datetime | None = None,
    times: Sequence[datetime] = (),
    link: str = "",
    number: int = 0,
) -> str:
    """The text of this kind, with times as the clock of `zone` shows them: the friendliest wording that fits one part."""
    facts, language = settings.PRACTICE, _ours(language)
    parts = {
        "name": facts["short_name"],
        "phone": phones.readable(facts["phone"]),
        "when": when(starts_at, zone, language) if starts_at else "",
        "times": whens(times, zone, language) if times else "",
        "link": link,
        "number": number,
    }
    wordings = [lengths.folded(wording.format(**parts)) for wording in TEXTS[kind][language]]
    return next((wording for wording in wordings if lengths.fits_one_part(wording)), wordings[-1])


def mail(
    kind: str,
    *,
    name: str,
    language: str,
    zone: str,
    starts_at: datetime | None = None,
    link: str = "",
    number: int = 0,
) -> Mail:
    """The mail of this kind to `name`, in plain text, with times as the clock of `zone` shows them."""
    language, facts = _ours(language), settings.PRACTICE
    parts = {
        "client": name,
        "practice": facts["short_name"],
        "phone": phones.readable(facts["phone"]),
        "day": day(starts_at, zone, language) if starts_at else "",
        "when": when(starts_at, zone, language) if starts_at else "",
        "link": link,
        "number": number,
    }
    return Mail(SUBJECTS[kind][language].format(**parts), (MAILS[kind][language] + FOOT[language]).format(**parts))


def code(*, name: str, language: str, figures: str) -> Mail:
    """The mail with six figures that open one time."""
    language, facts = _ours(language), settings.PRACTICE
    parts = {
        "client": name,
        "figures": figures,
        "practice": facts["short_name"],
        "phone": phones.readable(facts["phone"]),
    }
    return Mail(CODE_SUBJECTS[language], (CODES[language] + FOOT[language]).format(**parts))


def written(words: str) -> str:
    """A text in staff's own words, with who writes; what GSM-7 lacks is folded."""
    facts = settings.PRACTICE
    return lengths.folded(f"{facts['short_name']}: {words} ({phones.readable(facts['phone'])})")


def written_mail(words: str, *, name: str, language: str) -> Mail:
    """A mail in staff's own words; its subject says nothing of what it is about."""
    facts, language = settings.PRACTICE, _ours(language)
    hello = {"en": f"Hello {name},", "es": f"Hola, {name}:"}[language]
    foot = f"{facts['short_name']}, {phones.readable(facts['phone'])}"
    return Mail(WRITTEN_SUBJECTS[language], f"{hello}\n\n{words}\n\n{foot}\n")


def _ours(language: str) -> str:
    return language if language in DAYS else "en"
