"""Vetting: where a text leads its reader, what it sells, and which numbers it names."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import override

from advice.documents import Document
from advice.findings import Finding, Line
from advice.wording import Level
from practice.crisis import lines, verifying

ADDRESS = re.compile(r"https?://\S+|\]\([^)]*\)")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]*)[^)]*\)")
BARE = re.compile(r"(?<!\()(?<!<)\bhttps?://[^\s<>)\]]+")
NUMBER = re.compile(
    r"(?<![\w.])\+?\(?\d{1,4}\)?(?:[\s.-]?\(?\d{2,4}\)?){1,4}(?![\w%])|(?<=\bto )\d{5,6}\b|(?<=\bal )\d{5,6}\b"
)
# A short number, or one with letters in it, is one only where the reader is told to use it.
SHORT = re.compile(
    r"\b(?:call|dial|ring|phone|text|llam\w+|marqu?\w+|(?:env\w+|mand\w+) (?:\w+ ){1,3})"
    r"(?: (?:or text|o envíe un texto))?(?: (?:to|at|al|a))? (\d{3,4})\b(?![\s.-]?\d)",
    re.IGNORECASE,
)
VANITY = re.compile(r"(?<![\w.])(?:1[\s.-]?)?8(?:00|33|44|55|66|77|88)[\s.-]?(?=[\dA-Z-]*[A-Z]{3})[\dA-Z-]{5,11}\b")
KEYS = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
KEYPAD = {letter: key for key, letters in KEYS.items() for letter in letters}
PRESS_THREE = re.compile(
    r"\bpress(?:ing)? (?:3|three)\b|\b(?:pulsa|presiona|marca|oprima)\w* (?:el )?(?:3|tres)\b", re.IGNORECASE
)
SAYS_NOTHING = {"here", "click here", "this", "this link", "link", "read more", "more", "aquí", "haga clic aquí",
                "este enlace", "enlace", "más", "leer más"}  # fmt: skip
SHOPS = re.compile(
    r"(?:^|\.)(?:amazon\.[a-z.]+|amzn\.to|a\.co|etsy\.com|ebay\.[a-z.]+|walmart\.com|target\.com|gumroad\.com|"
    r"apps\.apple\.com|play\.google\.com|myshopify\.com|teachable\.com|patreon\.com)$|\.(?:shop|store)$|^(?:shop|store)\.",
    re.IGNORECASE,
)
PAID_FOR = {"tag", "aff", "affid", "affiliate", "aff_id", "ref_id", "partner", "irclickid", "clickref", "coupon"}
SELLING = re.compile(
    r"\b(?:discount|promo|coupon) codes?\b|\buse (?:the )?code \w+|\baffiliate links?\b|\bsponsored (?:by|post)\b|"
    r"\b(?:buy|order|get|read|try|download) my (?:new )?(?:book|course|app|workbook|journal|supplement|program)\b|"
    r"\bmy (?:online )?(?:store|shop)\b|"
    r"\bcódigos? de descuento\b|\bcupón\b|\benlaces? de afiliad\w+|\bpatrocinad\w+ por\b|"
    r"\b(?:compr|pid|le|descargu)\w+ mi (?:nuevo |nueva )?(?:libro|curso|aplicación|cuaderno|suplemento|programa)\b|"
    r"\bmi tienda\b",
    re.IGNORECASE,
)
SAYS_LITTLE = re.compile(r"\.(?:jpe?g|png|webp|gif)$|^(?:image|picture|photo|imagen|foto)\b", re.IGNORECASE)
NOBODY = {"", "none", "nothing", "ninguno", "ninguna", "nada"}
LEADING = re.compile(r"^(?:The|This|She|He|They|Her|His|Their|Our|We|My|El|La|Los|Las|Ella|Un|Una|Su|Sus|Mi) ")
NAME = re.compile(r"\b[A-ZÁÉÍÓÚÑ][\w’'-]{2,}(?: [A-ZÁÉÍÓÚÑ][\w’'-]+)*")
HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|app|co|shop|store|health|care|es|mx)\b", re.IGNORECASE)


def numbers(line: Line) -> Iterator[Finding]:
    """Numbers that are not in our table, or hidden or a trap there; those nobody has dialled for ninety days."""
    book = lines.now().lines
    known = {_digits(channel.number): entry for entry in book for channel in entry.channels if entry.show}
    unshown = {_digits(channel.number) for entry in book for channel in entry.channels} - set(known)
    for written, digits in _numbers(line.text):
        if digits == _digits(settings.PRACTICE["phone"]):
            continue
        if digits in known:
            if verifying.is_due(known[digits], timezone.localdate()):
                reason = "Nobody has dialed this line for 90 days, so nobody knows that it is right."
                yield line.finding("B7", Level.WARN, written, reason, "Dial it and say so on the desk's list of lines.")
            continue
        reason = "A number that is not in our table of crisis lines."
        if digits in unshown:
            reason = "This number stands in our table only so that nobody gives it out: it has ended, or is a trap."
        yield line.finding("B6", Level.BLOCK, written, reason, "Use a line from the table.")
    for match in PRESS_THREE.finditer(line.text):
        yield line.finding("B6", Level.BLOCK, match[0], "That option of 988 has ended.", "988")


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    """Each number in a text as it is written, and its digits: in the words, spelled in letters, or behind a link."""
    words = ADDRESS.sub(" ", text)
    for match in NUMBER.finditer(words):
        digits = _digits(match[0])
        if len(digits) >= 5 and not _are_years(match[0]):
            yield match[0], digits
    for match in SHORT.finditer(words):
        yield match[1], match[1]
    for match in VANITY.finditer(words):
        yield match[0], _digits("".join(KEYPAD.get(letter, letter) for letter in match[0]))
    for _mark, label, target in LINK.findall(text):
        scheme, _colon, number = target.partition(":")
        if scheme.lower() in {"tel", "sms", "whatsapp"}:
            yield f"{label} ({target})", _digits(number.split("?")[0])


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number).removeprefix("1")


def _are_years(text: str) -> bool:
    return all(re.fullmatch(r"(?:1[89]|20)\d\d", year) for year in re.findall(r"\d+", text))


def links(line: Line, slugs: Collection[str] | None, ours: Collection[str]) -> Iterator[Finding]:
    """Links of our own that lead nowhere, links that sell, and links that do not say where they lead."""
    for mark, label, target in LINK.findall(line.text):
        if mark:
            yield line.finding("I2", Level.BLOCK, label or target, "A picture within the text is not shown.",
                               "Use the post's own picture, with its words.")  # fmt: skip
            continue
        if " ".join(label.lower().split()) in SAYS_NOTHING:
            yield line.finding("L3", Level.WARN, label, "A link that does not say where it leads.", "Name the page.")
        yield from _target(line, label, target, slugs, ours)
    for address in BARE.findall(LINK.sub(" ", line.text)):
        yield from _target(line, address, address, slugs, ours)


def _target(
    line: Line, label: str, target: str, slugs: Collection[str] | None, ours: Collection[str]
) -> Iterator[Finding]:
    parts = urlsplit(target)
    if (parts.netloc in {"", urlsplit(settings.PUBLIC_URL).netloc}) and target.startswith(("/", "http")):
        if slugs is not None and not _leads_somewhere(parts.path, slugs):
            yield line.finding("L1", Level.BLOCK, target, "This link leads to no page of ours.", "Mend or remove it.")
        return
    host = (parts.hostname or "").removeprefix("www.")
    if not host:
        return
    if PAID_FOR & {name.lower() for name, _value in parse_qsl(parts.query)}:
        reason = "A link by which somebody earns when readers buy."
        yield line.finding("S1", Level.BLOCK, target, reason, "Link to a page that sells nothing.")
    elif any(host == own or host.endswith(f".{own}") for own in ours):
        reason = "Its author says to have an interest in what this leads to."
        yield line.finding("S1", Level.BLOCK, target, reason, "Leave it out; nobody recommends here what they sell.")
    elif SHOPS.search(host) or _names_product(label, host):
        reason = "A product by its name, with the way to get it."
        yield line.finding("S2", Level.WARN, label, reason, "Say what kind of thing helps, and name no brand.")


def _leads_somewhere(path: str, slugs: Collection[str]) -> bool:
    language = "es" if path.startswith("/es/") else settings.LANGUAGE_CODE
    with override(language):
        try:
            found = resolve(path)
        except Resolver404:
            return False
    return found.view_name != "advice:post" or found.kwargs["slug"] in slugs


def _names_product(label: str, host: str) -> bool:
    """Whether a link is called as its host is: [Headspace](https://www.headspace.com)."""
    name = re.sub(r"\W", "", label.lower())
    *labels, ending = host.split(".")
    return len(name) >= 4 and ending not in {"gov", "edu", "org", "int", "mil"} and name in labels


def selling(document: Document, written: Sequence[Line]) -> Iterator[Finding]:
    """An author who sells what the text recommends: words that sell, and names from the author's own disclosure."""
    for line in written:
        for match in SELLING.finditer(line.text):
            if line.where == "disclosure":
                continue
            reason = "It sells something. Readers cannot tell advice from advertising."
            yield line.finding("S1", Level.BLOCK, match[0], reason, "Leave it out.")
    for name in interests(document):
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        for line in written:
            if line.where != "disclosure" and pattern.search(line.text):
                reason = "Its author says to have an interest in this, and the text names it."
                yield line.finding("S1", Level.BLOCK, name, reason, "Leave it out, or let somebody else write it.")


def interests(document: Document) -> list[str]:
    """The names that the author's disclosure gives."""
    said = document.disclosure.strip().rstrip(".")
    if said.lower() in NOBODY:
        return []
    own = {document.byline.name, settings.PRACTICE["name"]}
    found = []
    for match in NAME.finditer(said):
        begins = not said[: match.start()].rstrip() or said[: match.start()].rstrip()[-1] in ".!?:"
        name = LEADING.sub("", match[0])
        # A sentence begins with a capital, whatever its first word is.
        if len(name) >= 3 and name not in own and not (begins and name == match[0] and " " not in name):
            found.append(name)
    return list(dict.fromkeys(found))


def hosts(document: Document) -> list[str]:
    """The sites that the author's disclosure names."""
    return [host.lower().removeprefix("www.") for host in HOST.findall(document.disclosure)]


def picture(document: Document) -> Iterable[Finding]:
    """What a picture shows must be said in words."""
    if not document.image:
        return
    line = Line("image", 1, document.image.alt)
    if not document.image.alt.strip():
        yield line.finding("I1", Level.BLOCK, document.image.file, "A picture without words for who cannot see it.",
                           "Say what it shows, or leave it out.")  # fmt: skip
    elif re.search(
        r"\.(?:jpe?g|png|webp|gif)$|^(?:image|picture|photo|imagen|foto)\b", document.image.alt.strip(), re.I
    ):
        yield line.finding("I1", Level.WARN, document.image.alt, "A file's name, or that it is a picture, says little.",
                           "Say what it shows.")  # fmt: skip
