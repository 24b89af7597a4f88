"""What stands on other people's pages and is no part of their text: how it is told apart."""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Heads of sections that are taken out whole, or read as something of their own.
TAKEAWAYS = _any(
    r"^(?:the )?(?:key |main )?(?:takeaways?|points)(?: at a glance)?:?$",
    r"^(?:at a glance|in short|tl;?dr|the short version|(?:puntos|ideas) clave|lo esencial|en resumen):?$",
)
FAQ = _any(
    r"^(?:frequently asked questions|faqs?|common questions|questions (?:people|readers) (?:often )?ask|"
    r"preguntas frecuentes)\b.{0,40}$",
)
REFERENCES = _any(
    r"^(?:references?|sources?|citations?|works cited|bibliography|further reading|referencias|fuentes|bibliografía)"
    r"(?: (?:and|&|y) \w+(?: \w+)?)?:?$"
)
REPLY = _any(r"^(?:our |the )?(?:reply|answer|response)(?: from \w+)?:?$", r"^(?:nuestra )?respuesta:?$")
LETTER = _any(r"^(?:the |your )?letter:?$", r"^la carta:?$")
DISCLAIMER = _any(r"^(?:\w+ ){0,2}(?:disclaimer|aviso legal|descargo de responsabilidad)\b")
# Sections of other matter: the head and all that follows, up to the next head that is none of these.
ELSEWHERE = _any(
    r"^related (?:blogs?|posts?|articles?|reading|content)\b",
    r"^(?:you may|you might) also like\b",
    r"^read (?:next|more)\b",
    r"^more (?:from|like this)\b",
    r"^(?:recent|popular|latest) (?:posts?|articles?)\b",
    r"^artículos relacionados\b",
    r"^(?:leave a )?(?:comments?|reply)(?: \(\d+\))?$",
    r"^table of contents\b",
    r"^about the author\b",
)
CALL_SECTION = _any(
    r"^have a follow-?up question\b", r"^free (?:matchmaking|screening|consultation)\b", r"^ready to (?:talk|start)\b"
)
PAGE = _any(
    r"^blog image$",
    r"^(?:\w+ icon){1,9}$",
    r"^(?:previous|next) (?:arrow|post|article)$",
    r"^last (?:updated|reviewed|modified)\b",
    r"^(?:published|posted|updated)(?: on)?:? .{0,40}\d{4}",
    r"^skip to (?:main )?content",
    r"^(?:menu|home|search|close|log ?in|sign ?up)$",
    r"^home\s*[>›»/]",
    r"^©|^copyright\b|\ball rights reserved\b",
    r"^\d+[ -]min(?:ute)?s? read\b",
    r"^(?:tags?|categories|filed under):",
    r"^(?:share|tweet|pin it|print|email)(?: (?:this|on)\b.*)?$",
    r"medical advisory board.{0,80}reviewed",
    r"^educational purpose only\b",
    r"^article review status$",
    r"^(?:submitted|under review|approved)$",
    r"view editorial policy$",
    r"^personalize$",
    r"^help us tailor your experience",
    r"^which best describes you\?",
    r"^author:|^(?:written |reviewed )?by:? (?-i:[A-Z][\w.]+ [A-Z])[^.]{0,50}$",
    r"\bwe use cookies\b|^accept (?:all )?cookies",
    r"^(?:photo|image)(?: credit)?:",
    r"^(?:advertisement|sponsored(?: content)?)$",
    r"^(?:facebook|twitter|instagram|pinterest|linkedin|whatsapp)(?:[ ,|/]+\w+)*$",
    r"^compartir en\b",
    r"^publicado el\b",
)
CALL = _any(
    r"\b(?:schedule|book) (?:your|an?|it) .{0,40}(?:session|appointment|consultation|online|call)\b",
    r"\bcontact us (?:now|today)\b",
    r"\bcall us (?:at|now|today)\b",
    r"\b(?:sign up|subscribe) (?:for|to) (?:our|the) .{0,30}(?:newsletter|updates|list)\b",
    r"^get the latest\b",
    r"\bget \d+ mins? free\b",
    r"\bclick here\b",
    r"\bdownload our (?:free )?(?:app|guide|e-?book)\b",
    r"\bask any follow[- ]up question\b",
    r"\breserve su (?:cita|sesión)\b|\bsuscríba(?:se|te)\b",
    r"\bjoin our (?:newsletter|community)\b",
)
ADVERT = _any(
    r"\b(?:buy|order|shop) (?:now|today|yours)\b",
    r"\b\d+ ?% off\b|\bpromo code\b|\bcoupon\b|\buse code [A-Z0-9]+\b|\bdiscount code\b",
    r"\bvisit this link\b|\blink (?:below|in bio)\b|\baffiliate\b",
    r"\b100 ?% (?:safe|natural|effective|guaranteed)\b|\bmoney[- ]back\b",
    r"\bwe recommend (?:you )?(?:to )?(?:us(?:e|ing)|try(?:ing)?|buy(?:ing)?) (?:the |our )?[A-Z]\w+",
    r"\bour (?:product|device|supplement|course)s?\b",
    r"\bcompra(?:r)? ahora\b|\bcódigo de descuento\b",
    r"\bfree shipping\b|\blimited[- ]time offer\b",
)
CRISIS = _any(
    r"(?<![\w/.-])988(?![\d/])|\b741-?741\b|\b1-?800-?273\b|\b1-?800-?985\b|\b116 ?123\b",
    r"\b(?:call|dial|llame al|llama al) 911\b",
    r"\b(?:suicide|crisis|distress|domestic violence)\b.{0,40}\b(?:lifeline|helpline|hotline|text line)\b",
    r"\bsamaritans\b",
    r"\blínea (?:988|de (?:crisis|prevención del suicidio))\b",
)
SALUTATION = re.compile(
    r"^(?P<all>(?:dear|hi|hello|hey|querid[oa]s?|estimad[oa]s?|hola)\s+(?P<whom>[^\n,.:;!?]{2,50}))\s*[,:](?P<rest>.*)$",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"^(?:[-–—]\s*|(?:signed|yours(?: truly)?|sincerely|love|best|regards|thank you|thanks|atentamente|gracias|firmado)"
    r"\s*[,:]\s*)(?P<name>[^.!?\n]{2,60})\.?$",
    re.IGNORECASE,
)
KIND = {
    "guideline": "guideline",
    "guidelines": "guideline",
    "review": "review",
    "systematic review": "review",
    "research": "study",
    "study": "study",
    "trial": "study",
    "book": "book",
    "web": "web",
    "website": "web",
    "guía": "guideline",
    "estudio": "study",
}
# Two words run together where a column's edge was: "Muscle TensionChronic discomfort".
LOST_COLUMN = re.compile(r"[a-záéíóúñ)][A-ZÁÉÍÓÚÑ][a-záéíóúñ]")
