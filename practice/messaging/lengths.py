"""How long a text is to a carrier: GSM-7 septets or UCS-2 units, and how many parts that makes."""

import unicodedata

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = frozenset("^{}\\[~]|€\f")
LOOK_ALIKES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "...",
     "\u00a0": " ", "\u202f": " ", "\u2009": " ", "·": "-", "•": "-", "\t": " ", "º": "o", "ª": "a"}
)  # fmt: skip
ONE_PART, PART_OF_MANY = 160, 153
ONE_WIDE_PART, WIDE_PART_OF_MANY = 70, 67


def is_gsm7(text: str) -> bool:
    """Whether every character is in the alphabet that fits 160 to a part."""
    return all(char in BASIC or char in ESCAPED for char in text)


def septets(text: str) -> int:
    return len(text) + sum(char in ESCAPED for char in text)


def segments(text: str) -> int:
    """How many parts a carrier makes of `text`, and bills; an empty text is one."""
    if is_gsm7(text):
        size, one, many = septets(text), ONE_PART, PART_OF_MANY
    else:
        size, one, many = len(text.encode("utf-16-le", "surrogatepass")) // 2, ONE_WIDE_PART, WIDE_PART_OF_MANY
    return 1 if size <= one else -(-size // many)


def fits_one_part(text: str) -> bool:
    """Whether `text` is one GSM-7 part: what every text of ours must be."""
    return is_gsm7(text) and septets(text) <= ONE_PART


def folded(text: str) -> str:
    """`text` in look-alikes of GSM-7 ("aquí mañana" loses its í, keeps its ñ), or as it is where that is not enough."""
    plain = "".join(char if char in BASIC or char in ESCAPED else _bare(char) for char in text.translate(LOOK_ALIKES))
    return plain if is_gsm7(plain) else text


def _bare(char: str) -> str:
    parts = unicodedata.normalize("NFKD", char)
    return "".join(part for part in parts if not unicodedata.combining(part)) or char
