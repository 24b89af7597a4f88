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
        rf"\b(?:hanged|hung|shot) (?:him|her|them|your|my)sel\w+|\bcut (?:his|her|their|your|my) wrists?\b|"
        rf"\b(?:jump\w*|leap\w*|leapt) (?:off|from) (?:a|the|his|her|their) (?:\w+ )?"
        rf"(?:bridge|building|roof|balcony|cliff|tower|window)\b|"
        rf"\b(?:took|taken|takes?|swallow\w*) (?:\d+|an? (?:handful|bottle|box|whole \w+)(?: of)?) \w{{0,12}} ?"
        rf"(?:pills|tablets)\b|\bhow (?:many|much) (?:\w+ ){{1,4}}(?:to die|to kill)\b|"
        rf"\b(?:easy|quick|painless|easily|quickly|painlessly)\b.{{0,30}}{METHOD}|"
        rf"\bse (?:ahorcó|disparó|envenenó)\b|\bse (?:tiró|lanzó) (?:de|desde|por) (?:el|la|un|una)\b|"
        rf"\bse cortó las (?:venas|muñecas)\b|\b(?:tomó|tomar|tragó) (?:un frasco|una caja|\d+) (?:de )?pastillas\b|"
        rf"\b(?:más|menos) letal(?:es)?\b|"
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
        r"\bno other way out\b|\bsuicide (?:is|was) (?:\w+ ){0,2}(?:brave|noble|sacrifice|inevitable|unavoidable)\b|"
        r"\b(?:died|killed (?:him|her)self) to (?:save|spare|free)\b|"
        r"\bel suicidio (?:es|fue|era) (?:\w+ ){0,2}(?:inevitable|valiente|sacrificio)\b|"
        r"\bno (?:hay|había) otra salida\b|"
        r"\bel suicidio (?:es|fue|como) (?:\w+ ){0,2}(?:solución|salida|alivio|descanso)\b|"
        r"\bpor fin (?:en paz|descansa)\b",
        "It presents suicide as a solution or a relief.",
        "Speak of what eased the pain, and of people who found another way.",
    ),
    _block(
        "B5",
        r"\b(?:hid(?:e|ing)|conceal\w*|cover(?:ing)? up) (?:your |the |my )?"
        r"(?:cuts?|cutting|scars?|self[- ]harm|marks)\b|"
        r"\b(?:oculta|esconde)\w* (?:las |tus |sus |los )?(?:cortes|cicatrices|heridas)\b|"
        r"\bhow to (?:purge|starve|make yourself (?:sick|vomit)|self[- ]harm|cut)\b|\b(?:thinspo|pro-?ana|pro-?mia)\b|"
        r"\bcómo (?:vomitar|provocarse el vómito|autolesionar\w*|dejar de comer)\b",
        "It shows how to harm oneself, or how to hide it.",
        "Say whom one can show it to.",
    ),
    _block(
        "D1",
        r"\b\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|μg|ml|milligrams?|micrograms?|milliliters?|miligramos?|microgramos?|"
        r"mililitros?|IU|UI)\b|\b(?:five|ten|fifteen|twenty|fifty|hundred|cinco|diez|quince|veinte|cincuenta|cien)"
        r" (?:milli|micro|mili)gram\w+|"
        r"\b(?:one|two|three|half an?|\d+) (?:tablets?|pills?|capsules?|drops|puffs|gummies|gummy)\b"
        r"(?: \w+){0,4} (?:an?|per|every|each|daily|before|at) ?(?:day|night|hours?|morning|bed\w*|daily|meals?)?\b|"
        r"\b(?:una|dos|tres|media|\d+) (?:tabletas?|pastillas?|cápsulas?|gotas)\b(?: \w+){0,4} "
        r"(?:al día|por día|cada|diarias?|antes de|por la noche)\b",
        "It gives a dose. No wording of this column does.",
        "Say that a prescriber decides this with the reader.",
    ),
    _block(
        "P1",
        r"(?<!no )(?<!not a )(?<!not the )(?<!never a )(?<!n't a )(?<!n’t a )\bcures?\b|\bguarante\w+|"
        r"\b100 ?% (?:safe|effective|sure)\b|\bmiracle\b|"
        r"\bmilagros\w+|\bgarantiza\w*|\b100 ?% (?:segur\w+|eficaz)\b|\b(?:te|le|lo) cura(?:rá|rán|n)?\b|"
        r"(?<!existe )(?<!hay )(?<!es )\b(?:la|una) cura (?:para|de|contra)\b|\bsin ningún riesgo\b",
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
        r"\b(?:epidemic|wave) of (?:suicide|self-harm)\w*|\b(?:suicide|self-harm)\b.{0,40}\bgrowing problem\b|"
        r"\b(?:epidemia|ola|oleada) de suicidios?\b|\bsuicidios?\b.{0,40}\b(?:se dispara|problema creciente)\w*",
        "Big words make it look contagious and common.",
        "Give the figure with its source and year.",
    ),
    _warn(
        "W4",
        r"\b(?:suicide|killed (?:him|her)self|took (?:his|her|their) (?:own )?life) (?:because of|due to|over|after)\b|"
        r"\bse (?:suicidó|quitó la vida) (?:por|tras|debido a|después de)\b|\bsuicidio (?:por|debido a|tras) \w+",
        "It names one single cause. There is never only one.",
        "many things came together",
    ),
    _warn(
        "W5",
        r"\bsuicide victims?\b|\bthe suicidal\b|\bthreatened suicide\b|\bcr(?:y|ies) for help\b|"
        r"\battention[- ]seek\w+|"
        r"\bvíctimas? de(?:l)? suicidio\b|\bllama\w* la atención\b|\bamenaz\w+ con (?:suicidarse|matarse)\b|"
        r"\b(?:un )?gritos? de (?:ayuda|auxilio)\b|\blos suicidas\b",
        "It labels the person, or belittles what they said.",
        "a person who died by suicide; someone thinking of suicide; told someone",
    ),
    _warn(
        "W9",
        r"\b(?:just|simply) (?:snap out of|get over|cheer up|think positive|calm down|relax)\b|"
        r"\bothers have it worse\b|"
        r"\blook on the bright side\b|\bthink of your (?:family|children)\b|"
        r"\b(?:anímate|anímese|échale ganas|échele ganas|otros están peor|piense en su familia|piensa en tu familia)\b|"
        r"\bsuicide is (?:\w+ )?(?:wrong|selfish|cowardly|a sin)\b|\beverything happens for a reason\b|"
        r"\bel suicidio es (?:\w+ )?(?:egoísta|cobarde|un pecado|de cobardes)\b|\btodo pasa por algo\b",
        "It comforts the writer, or judges; it does not help the reader.",
        "Say that it makes sense to feel this, and what may help.",
    ),
    _warn(
        "W7",
        r"\b(?:an? |the )?\d{1,2}[- ]year[- ]old\b[^.!?\n]{0,60}\b(?:from|in|of) (?!January|February|March|"
        r"April|May|June|July|August|September|October|November|December|English|Spanish)(?-i:[A-Z][a-z]+)|"
        r"\bde \d{1,2} años\b[^.!?\n]{0,60}\b(?:de|en) (?-i:[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)",
        "An age together with a place can point to one person.",
        "Change one of the two, or leave it out.",
    ),
)
FAMOUS = re.compile(
    r"\b(?:singer|actor|actress|rapper|footballer|celebrity|star|politician|cantante|actriz|futbolista|famos[oa])"
    r" [A-ZÁÉÍÓÚÑ]\w+ [A-ZÁÉÍÓÚÑ]\w+"
)
# What a notice, which no reviewer reads, must not say.
CLINICAL_CLAIM = re.compile(
    r"\b(?:treat(?:s|ed|ing|ment)?|heal(?:s|ing)?|reliev\w+|symptoms?|"
    r"reduc\w+ (?:your )?(?:anxiety|stress|depression|pain)|diagnos\w+|disorders?|medications?|"
    r"evidence[- ]based|clinically|proven|effective|prevent(?:s|ed|ing)? \w+)\b|"
    r"\b(?:trata(?:r|miento)\w*|sana(?:r|ción)|alivia\w*|síntomas?|diagnóstic\w+|trastornos?|medicament\w+|"
    r"clínicamente|comprobad\w+|eficaz|eficaces|reduc\w+ (?:la |el |su )?(?:ansiedad|estrés|depresión|dolor))\b",
    re.IGNORECASE,
)
# Claims that need a source beside them.
CLAIM = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:%|percent\b|per cent\b|por ciento\b)|"
    r"\b(?:research|studies|evidence|science|data) (?:shows?|finds?|found|suggests?|proves?)\b|"
    r"\b(?:a|one|recent) (?:study|review) (?:shows?|showed|finds?|found)\b|"
    r"\b(?:one|two|three|\d+) (?:in|out of) (?:every )?(?:two|three|four|five|six|eight|ten|\d+) "
    r"(?:people|adults|women|men|children|teens|parents|patients|of us)\b|"
    r"\b(?:los estudios|la ciencia|la investigación|la evidencia|un estudio|estudios recientes) "
    r"(?:muestra|demuestra|encontr|encuentra|sugier|indica|prueba|confirma)\w*|"
    r"\b(?:un[oa]|dos|\d+) de cada (?:dos|tres|cuatro|cinco|seis|ocho|diez|\d+)\b",
    re.IGNORECASE,
)
