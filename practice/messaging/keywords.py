"""What STOP, START and HELP look like: the carriers' keywords, and what a reasonable person would read as such.

Carriers stop at the bare keyword; the law (47 CFR 64.1200(a)(10)) also counts free wording, so both are read, in
English and Spanish. "X" and "C" belong to appointments and are no keywords.
"""
# ruff: noqa: E501 - a pattern broken over lines is a pattern nobody can check

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    STOP = "stop"
    WRONG_NUMBER = "wrong_number"
    START = "start"
    HELP = "help"


@dataclass(frozen=True)
class Reading:
    """What a text asks for, whether in a bare keyword, and whether in a Spanish word."""

    deed: Deed
    is_keyword: bool
    in_spanish: bool


# The words at which Twilio stops by itself, then those of people who text in Spanish.
STOP_EN = {"stop", "stopall", "stop all", "unsubscribe", "end", "quit", "revoke", "optout", "opt out", "cancel"}
STOP_ES = {
    "alto",
    "parar",
    "pare",
    "paren",
    "para",
    "basta",
    "ya basta",
    "detener",
    "detente",
    "baja",
    "salir",
    "no mas",
}
START_EN = {"start", "unstop", "opt in", "optin", "subscribe"}
START_ES = {"comenzar", "empezar", "iniciar", "reanudar", "alta"}
# Twilio re-opens at YES too; for a number that has not opted out it is an answer to something else.
AGREEING = {"yes": False, "si": True}
HELP_EN, HELP_ES = {"help", "info", "help me"}, {"ayuda", "informacion", "ayudame"}

POLITE = r"(?:please|pls|plz|por favor|porfavor|porfa|thanks|thank you|gracias|now|ya|just|hey|hi|hello|hola|ok|sorry|kindly|all)"
OBJECT_EN = r"(?:me|us|this|these|here|my|it|your|any|the|so many|all)"
SENT_EN = r"(?:texts?|messages?|msgs?|sms|reminders?|notifications?|txts?)"
SENT_ES = r"(?:textos?|mensajes?|sms|recordatorios?|avisos?)"
SENDING_EN = r"(?:text(?:ing)?|txt(?:ing)?|messag(?:e|ing)|msg(?:ing)?|contact(?:ing)?|send(?:ing)?|bother(?:ing)?|spam(?:ming)?|write|writing)"

FREE_EN = [
    rf"\b(?:stop|quit|cease|end|discontinue) (?:with )?{SENDING_EN}(?: {OBJECT_EN}\b| {SENT_EN}\b|$)",
    rf"\b(?:stop|quit|cease|end|discontinue|cancel|no more|enough(?: with)?) (?:with )?(?:the|these|those|this|my|your|all|all the|all these|all my|any|of)? ?"
    rf"(?:more )?(?:text )?{SENT_EN}\b",
    rf"\b(?:stop|quit|cease|end) (?:getting|receiving|having) (?:the|these|those|this|my|your|any|all)? ?(?:text )?{SENT_EN}\b",
    rf"\b(?:turn|switch|shut) off (?:the|these|those|this|my|your|all)? ?(?:text )?{SENT_EN}\b",
    rf"\b(?:disable|deactivate) (?:the|these|those|this|my|your|all)? ?(?:text )?{SENT_EN}\b",
    r"\b(?:dont|do not|never) (?:ever )?(?:call|phone|email|mail|write|contact) (?:me )?(?:or|and|nor) (?:text|txt|message) (?:me|us|this number)\b",
    rf"\b(?:dont|do not|never|pls dont|quit) (?:ever )?{SENDING_EN} (?:me|us|this number|my phone)\b",
    rf"\b(?:dont|do not|no longer) (?:want|wish|need|like)(?: to)? (?:get|getting|receive|receiving|have|be sent|see)? ?"
    rf"(?:any |more |any more |your |these |those |the |this |such )*{SENT_EN}\b",
    r"\b(?:take|remove|delete|drop|get) (?:me|my (?:phone )?number|this number) (?:off|from|out of)\b",
    r"\b(?:remove|delete|lose|erase) (?:my|this) (?:phone )?number\b",
    r"^(?:remove|delete) me$",
    r"\b(?:unsu[bs]+c\w*|opt me out|opt out|opting out|i revoke|revoke (?:my |all )?consent)\b",
    r"^(?:please )?(?:st[o0]+p+|stop (?:it|this|that|these|those)(?: all)?|no texts?|no messages?|discontinue)(?: please| now)?$",
    r"^(?:leave me alone|go away|not interested|im not interested|no thanks stop)$",
]
FREE_ES = [
    r"\b(?:deja|deje|dejen|dejar|para|pare|paren|basta) (?:ya )?de (?:\w+ )?(?:escribir|mandar|enviar|textear|molestar|contactar)(?:me|nos)?\b",
    rf"\b(?:basta|no mas|ya no mas|para|paren|pare|alto a|alto con) (?:de |con |a )?(?:los |sus |tus |estos |mas )*{SENT_ES}\b",
    r"\bno (?:me|nos) (?:vuelvas? a |vuelvan a |sigan? |sigas )?(?:escrib|mand|envi|text|molest|contact)\w*\b",
    rf"\bno (?:quiero|deseo)(?: recibir)?(?: mas| estos| sus| tus)* {SENT_ES}\b",
    rf"\b(?:cancel(?:ar|e|en|a|o)|desactiv(?:ar|e|en|a)|deten(?:er|ga|gan)|suspend(?:er|a|an)|quit(?:ar|e|en|a)) (?:los |mis |sus |tus |estos |todos )*{SENT_ES}\b",
    rf"\b(?:dejar|parar) de (?:recibir|mandar|enviar) (?:los |mis |sus |tus |estos |mas )*{SENT_ES}\b",
    r"\b(?:darme|dame|deme|dar|denme) de baja\b",
    r"\b(?:borre|borren|borra|quite|quiten|quita|elimine|eliminen) mi (?:numero|telefono)\b|\b(?:quitenme|quiteme|quitame|saquenme) de\b",
    r"^(?:dejame|dejeme|dejenme) en paz$",
]
WRONG_EN = [
    r"\bwrong (?:number|person|phone|guy)\b(?! of)",
    r"\bnot (?:the )?(?:right|correct) (?:number|person)\b",
    r"\byou have the wrong\b",
]
WRONG_ES = [
    r"\bnumero (?:equivocado|incorrecto|erroneo)\b",
    r"\bequivoc\w+ de (?:numero|persona)\b",
    r"\bpersona equivocada\b",
]
# "Please don't stop" is the opposite.
CONTRARY = re.compile(
    r"\b(?:dont|do not|never|not|cant|cannot|didnt|wont) (?:ever |want to |wanna |mean to )*"
    r"(?:stop|quit|cease|end|unsubscribe|opt out|cancel|take me off|remove|turn off|switch off|disable|revoke)"
    r"|\bno (?:dejen|deje|dejes|paren|pare|pares) de|\bno (?:cancele|cancelen|detenga|detengan|suspenda|suspendan|quite|quiten) "
    r"|\bno (?:quiero|me quiero) (?:dar|darme) de baja"
)
_FREE_EN, _FREE_ES = re.compile("|".join(FREE_EN)), re.compile("|".join(FREE_ES))
_WRONG_EN, _WRONG_ES = re.compile("|".join(WRONG_EN)), re.compile("|".join(WRONG_ES))
_EDGES = re.compile(rf"^(?:{POLITE} )+|(?: {POLITE})+$")
# A keyword shouted before or after other words: "STOP i cant do this any more".
_SHOUTED = re.compile(
    r"^\W*(?:STOP|STOPALL|UNSUBSCRIBE|ALTO|PARAR|BASTA)\b(?=.*[a-z])|(?<=[a-z.!?,;] )(?:STOP|UNSUBSCRIBE|ALTO)\W*$",
    re.S,
)
# "stop i want to die": an order followed by a new sentence without a full stop between.
_RUN_ON = re.compile(r"^(?:stop|alto|unsubscribe) (?:i|im|ive|my|nobody|quiero|me|yo|estoy|no puedo)\b")
LONGEST_READ = 1600


def plain(text: str) -> str:
    """Lower case, without accents, punctuation or double spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]", " ", re.sub(r"['’‘`´]", "", bare)).replace("_", " ").split())


def read(body: str) -> Reading | None:
    """What `body` asks of us, or None: STOP wins over everything, and a wrong number counts as one."""
    body = body[:LONGEST_READ]
    whole = plain(body)
    keyword = _keyword(whole)
    if keyword is not None:
        return keyword
    if _WRONG_EN.search(whole) or _WRONG_ES.search(whole):
        return Reading(Deed.WRONG_NUMBER, is_keyword=False, in_spanish=bool(_WRONG_ES.search(whole)))
    return _free_stop(body, whole) or _softened(whole)


def _keyword(whole: str) -> Reading | None:
    groups = ((Deed.STOP, STOP_EN, STOP_ES), (Deed.START, START_EN, START_ES), (Deed.HELP, HELP_EN, HELP_ES))
    for deed, english, spanish in groups:
        if whole in english or whole in spanish:
            return Reading(deed, is_keyword=True, in_spanish=whole in spanish)
    return None


def _free_stop(body: str, whole: str) -> Reading | None:
    clauses = [plain(clause) for clause in re.split(r"[.!?,;:\n/()-]+", body)]
    if any(_is_stop(clause) for clause in clauses) or _SHOUTED.search(body) or _RUN_ON.search(whole):
        spanish = any(_bare(clause) in STOP_ES for clause in clauses)
        return Reading(Deed.STOP, is_keyword=False, in_spanish=spanish)
    if CONTRARY.search(whole):
        return None
    if _FREE_ES.search(whole):
        return Reading(Deed.STOP, is_keyword=False, in_spanish=True)
    return Reading(Deed.STOP, is_keyword=False, in_spanish=False) if _FREE_EN.search(whole) else None


def _is_stop(clause: str) -> bool:
    # "End" and "cancel" with more beside them may be about an appointment, "para" about anything.
    words = _bare(clause)
    once = " ".join(dict.fromkeys(words.split()))
    return {words, once} & ((STOP_EN | STOP_ES) - {"end", "cancel", "para", "salir", "baja", "ya basta"}) != set()


def _bare(clause: str) -> str:
    return _EDGES.sub("", _EDGES.sub("", clause))


def _softened(whole: str) -> Reading | None:
    found = _keyword(_bare(whole))
    return found if found and found.deed is not Deed.STOP else None


def agrees(body: str) -> Reading | None:
    """Whether `body` is the YES at which carriers end an opt-out."""
    whole = plain(body)
    return Reading(Deed.START, is_keyword=True, in_spanish=AGREEING[whole]) if whole in AGREEING else None


_SPANISH = set(
    re.findall(
        r"\w+",
        "que quiero estoy mi ya por para pero como muy una un el la los las de y si su tengo puedo cita gracias hola vida "
        "ayuda porque con esta eso soy siento nadie mas yo ir cambiar manana hoy favor usted necesito vivir morir",
    )
)
_ENGLISH = set(
    re.findall(r"\w+", "i the to you my is a and it for not can im do in of this have want on be dont please")
)


def looks_spanish(body: str) -> bool:
    """A guess for numbers of which we know nothing yet, so that the first answer is in the language they wrote."""
    words = plain(body[:LONGEST_READ]).split()
    spanish, english = sum(word in _SPANISH for word in words), sum(word in _ENGLISH for word in words)
    return spanish > english or any(char in body for char in "¿¡ñ")
