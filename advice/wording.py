"""The words a post should not use: after the published guidance on safe messaging, in English and Spanish."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Rule:
    """A wording, why it should not stand, and what could stand instead. `quotable`: may stand in quotes."""

    code: str
    level: Level
    pattern: re.Pattern[str]
    reason: str
    better: str = ""
    quotable: bool = True


def _rule(code: str, level: Level, pattern: str, reason: str, better: str = "", quotable: bool = True) -> Rule:
    return Rule(code, level, re.compile(pattern, re.IGNORECASE), reason, better, quotable)


def _block(code: str, pattern: str, reason: str, better: str = "") -> Rule:
    return _rule(code, Level.BLOCK, pattern, reason, better, quotable=False)


def _warn(code: str, pattern: str, reason: str, better: str = "") -> Rule:
    return _rule(code, Level.WARN, pattern, reason, better)


# Whether a text speaks of it at all.
MENTION = re.compile(
    r"\bsuicid\w*|\bself[- ]?harm\w*|\bautolesi\w+|"
    r"\b(?:harm|hurt|kill|cut)(?:ing|s)? (?:yourself|myself|himself|herself|themsel\w+|oneself)\b|"
    r"\bend(?:ing)? (?:your|my|his|her|their|it) (?:own )?(?:life|all)\b|\b(?:want|wish|hope)\w* to die\b|"
    r"\bthoughts of dying\b|"
    r"\bhacer(?:te|se|me|le)? daño\b|\bquitar(?:te|se|me) la vida\b|\b(?:quier\w+|gan[ao]s? de|deseo de) morir\w*",
    re.IGNORECASE,
)
EATING = re.compile(r"\b(?:anorexi\w+|bulimi\w+|eating disorder\w*|trastornos? alimentari\w+)\b", re.IGNORECASE)
METHOD = (
    r"\b(?:hang(?:ing|ed)|overdos\w+|jump(?:ing|ed) (?:off|from|in front)|shoot(?:ing)? (?:your|him|her|them)\w*|"
    r"ahorca\w+|sobredosis)"
)

RULES = (
    _block(
        "B1",
        rf"\bhow to (?:hang|overdose|cut|kill) (?:yourself|oneself)\b|\blethal (?:dose|amount|means of)\b|"
        rf"\b(?:more|most|less|least) lethal\b|"
        rf"\b(?:easy|quick|painless|peaceful)\w*(?: and \w+)? (?:way to (?:die|go)|death|method)\b|"
        rf"\b(?:died|killed \w+|suicide) by {METHOD}|"
        rf"\boverdos\w+ (?:on|of|with) \w+|\bdosis (?:letal|mortal)\w*|"
        rf"\bmuerte (?:rápida|indolora|sin dolor)\b|\bcómo (?:suicidar|ahorcar)\w*",
        "It describes a method. Such detail can lead a reader in danger to act.",
        "Leave the method out; say what helped or where help is.",
    ),
    _block(
        "B2",
        r"\b(?:suicide|farewell|goodbye) note\b.{0,40}(?:\bsaid\b|\bread\b|\bwrote\b|:)|"
        r"\bfound (?:him|her|them) (?:hanging|dead|lying)\b|"
        r"\bnota (?:suicida|de despedida)\b.{0,40}(?:\bdecía\b|:)",
        "It shows a note or the scene. Readers in danger may see themselves in it.",
        "Say that the person died, and speak of those who are left.",
    ),
    _block(
        "B4",
        r"\bsuicide (?:is|was|as|seems?|became) (?:\w+ ){0,2}"
        r"(?:solution|answer|relief|escape|way out|option|inevitable)\b|"
        r"\b(?:permanent|final) solution\b|\b(?:finally|at last) (?:at peace|free of (?:pain|suffering))\b|"
        r"\bno other way out\b|"
        r"\bel suicidio (?:es|fue|como) (?:\w+ ){0,2}(?:solución|salida|alivio|descanso)\b|"
        r"\bpor fin (?:en paz|descansa)\b",
        "It presents suicide as a solution or a relief.",
        "Speak of what eased the pain, and of people who found another way.",
    ),
    _block(
        "B5",
        r"\b(?:hid(?:e|ing)|conceal\w*|cover(?:ing)? up) (?:your |the |my )?"
        r"(?:cuts?|cutting|scars?|self[- ]harm|marks)\b|"
        r"\b(?:oculta|esconde)\w* (?:las |tus |los )?(?:cortes|cicatrices|heridas)\b",
        "It shows how to hide self-harm.",
        "Say whom one can show it to.",
    ),
    _block(
        "D1",
        r"\b\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|ml|milligrams?|micrograms?|miligramos?)\b",
        "It gives a dose. No wording of this column does.",
        "Say that a prescriber decides this with the reader.",
    ),
    _block(
        "P1",
        r"(?<!no )(?<!not a )(?<!not the )(?<!never a )(?<!n't a )(?<!n’t a )\bcures?\b|\bguarante\w+|"
        r"\b100 ?% (?:safe|effective|sure)\b|\bmiracle\b|"
        r"\bmilagros\w+|\bgarantiza\w*|\b100 ?% (?:segur\w+|eficaz)\b",
        "It promises more than anyone can keep.",
        "Say for whom it helped, and how much is known.",
    ),
    _warn(
        "W1",
        r"\bcommit(?:s|ted|ting)? suicide\b|\bcomet\w+ suicidio\b",
        "It sounds like a crime.",
        "died by suicide; morir por suicidio",
    ),
    _warn(
        "W2",
        r"\b(?:successful|failed|unsuccessful|completed) (?:suicide|attempt)\w*|"
        r"\bsuicidio (?:consumado|fallido|logrado)\b|\bintento fallido\b",
        "An attempt is neither a success nor a failure.",
        "died by suicide; survived an attempt",
    ),
    _warn(
        "W3",
        r"\b(?:suicide|self-harm)\b.{0,30}\b(?:epidemic|skyrocket\w*|wave)\b|"
        r"\b(?:epidemic|wave) of (?:suicide|self-harm)\w*|\bepidemia de suicidios?\b",
        "Big words make it look contagious and common.",
        "Give the figure with its source and year.",
    ),
    _warn(
        "W4",
        r"\b(?:suicide|killed (?:him|her)self|took (?:his|her|their) (?:own )?life) (?:because of|due to|over|after)\b|"
        r"\bse suicidó (?:por|tras)\b",
        "It names one single cause. There is never only one.",
        "many things came together",
    ),
    _warn(
        "W5",
        r"\bsuicide victims?\b|\bthe suicidal\b|\bthreatened suicide\b|\bcr(?:y|ies) for help\b|"
        r"\battention[- ]seek\w+|"
        r"\bvíctimas? de(?:l)? suicidio\b|\bllama\w* la atención\b",
        "It labels the person, or belittles what they said.",
        "a person who died by suicide; someone thinking of suicide; told someone",
    ),
    _warn(
        "W9",
        r"\b(?:just|simply) (?:snap out of|get over|cheer up|think positive|calm down|relax)\b|"
        r"\bothers have it worse\b|"
        r"\blook on the bright side\b|\bthink of your (?:family|children)\b|"
        r"\b(?:anímate|échale ganas|otros están peor)\b",
        "It comforts the writer, not the reader.",
        "Say that it makes sense to feel this, and what may help.",
    ),
)
# Claims that need a source beside them.
CLAIM = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:%|percent\b|per cent\b|por ciento\b)|"
    r"\b(?:research|studies|evidence|science|data) (?:shows?|finds?|found|suggests?|proves?)\b|"
    r"\b(?:a|one|recent) (?:study|review) (?:shows?|showed|finds?|found)\b|"
    r"\b(?:los estudios|la ciencia|la investigación|un estudio) (?:muestra|demuestra|encontr|sugier)\w*",
    re.IGNORECASE,
)
