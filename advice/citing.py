"""Citing: entries of a list of sources as references, and bare numbers in a text as citations of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from advice.documents import Reference
from advice.furniture import KIND
from advice.splitting import Item

DOI = re.compile(r"\b(?:https?://(?:dx\.)?doi\.org/|doi:?\s*)?(10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)\]])", re.IGNORECASE)
URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)\]]")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
NUMBERED = re.compile(r"^\\?\[?\d{1,2}\\?[.\])]\s+")
MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
UNESCAPE = re.compile(r"\\([\\`*_\[\]<>])")
# A number that counts something is no citation: "of 3", "step 2", "about 10".
COUNTED = (
    "of|than|to|at|step|part|number|day|week|month|year|aged?|level|phase|chapter|top|about|over|under|least|most|"
    "is|was|by|in|for|and|or"
)
LIST = r"\d{1,2}(?:\s?[,–-]\s?\d{1,2})*"
BARE = re.compile(rf"(?<=[a-záéíóúñ)%\"”’])\s(?P<numbers>{LIST})(?P<end>[.;:]?)(?=\s*$|\s+[A-ZÁÉÍÓÚÑ•])")
BRACKETED = re.compile(rf"\s?\\\[(?P<numbers>{LIST})\\\](?P<end>)")
COUNTING = re.compile(rf"\b(?:{COUNTED})$", re.IGNORECASE)
MOST_SOURCES = 60


@dataclass
class Marks:
    """How the numbers of a text were read."""

    cited: int = 0
    unknown: int = 0


def references(items: Sequence[Item]) -> list[Reference]:
    """The references of a section, in its order; a line that only names a kind belongs to the lines after it."""
    entries: list[tuple[str, list[str]]] = []
    named = any(_kind_named(item.text) for item in items)
    for item in items:
        text = UNESCAPE.sub(r"\1", item.text)
        if kind := _kind_named(text):
            entries.append((kind, []))
        elif named and entries:
            entries[-1][1].append(text)
        else:
            entries.append(("", [text]))
    made = [_reference(number, kind, lines) for number, (kind, lines) in enumerate(entries, start=1) if lines]
    return [reference for reference in made if reference.title]


def _kind_named(text: str) -> str:
    return KIND.get(text.strip().strip(":*").lower(), "")


def _reference(number: int, kind: str, lines: list[str]) -> Reference:
    linked = next((found for line in lines if (found := MARKDOWN_LINK.search(line))), None)
    whole = MARKDOWN_LINK.sub(r"\1", NUMBERED.sub("", " ".join(lines)))
    doi, url, year = DOI.search(whole), URL.search(whole), YEAR.findall(DOI.sub("", URL.sub("", whole)))
    address = linked[2] if linked else url[0] if url else ""
    if len(lines) > 1:
        title, rest = lines[0], " ".join(lines[1:])
        authors, publisher = "", YEAR.sub("", DOI.sub("", URL.sub("", rest))).strip(" ,.;()")
    else:
        authors, title, publisher = _parts(whole)
    return Reference(
        key=f"ref-{number}",
        kind=_guessed(kind, whole, has_doi=bool(doi), has_address=bool(address)),
        title=(linked[1] if linked and not authors else title).strip(' .*"“”')[:400],
        authors=authors[:400],
        publisher=publisher[:200],
        year=int(year[-1]) if year else None,
        doi=doi[1] if doi else "",
        url=address if not (doi and "doi.org" in address) else "",
        found_in="import",
    )


def _parts(whole: str) -> tuple[str, str, str]:
    """Authors, title and publisher of "Authors. Title. Publisher. 2020. doi", as far as the stops tell."""
    bare = YEAR.sub("", DOI.sub("", URL.sub("", whole))).replace("()", "")
    parts = [part.strip(" ,;:()*") for part in re.split(r"(?<=[a-záéíóúñ)A-Z\d?])\.\s+|\s+[—–]\s+", bare)]
    parts = [part.rstrip(".") for part in parts if len(part) > 1 and re.search(r"\w{2}", part)]
    if len(parts) >= 2 and _are_authors(parts[0]):
        return parts[0], parts[1], parts[2] if len(parts) > 2 else ""
    return "", parts[0] if parts else "", parts[1] if len(parts) > 1 else ""


def _are_authors(text: str) -> bool:
    names = re.split(r",|;|&|\band\b|\by\b", text)
    return all(len(name.split()) <= 4 for name in names) and bool(re.search(r"\b[A-Z]{1,3}\b|et al", text))


def _guessed(kind: str, whole: str, *, has_doi: bool, has_address: bool) -> str:
    if re.search(r"cochrane|systematic review|meta-?analys|scoping review|revisión sistemática", whole, re.IGNORECASE):
        return "review"
    if kind:
        return kind
    if re.search(r"\bguidelines?\b|\bguidance\b|\bguía\b", whole, re.IGNORECASE):
        return "guideline"
    if re.search(r"\bpress\b|\bpublish(?:er|ing)\b|\bISBN\b", whole):
        return "book"
    return "web" if has_address and not has_doi else "study"


def cite(text: str, known: Sequence[Reference], marks: Marks) -> str:
    """Bare and bracketed numbers as citations of the references with these numbers; those without one are left out."""
    keys = {int(reference.key.removeprefix("ref-")): reference.key for reference in known}

    def read(found: re.Match[str]) -> str:
        numbers = _numbers(found["numbers"])
        if not all(0 < n <= MOST_SOURCES for n in numbers):
            return found[0]
        marks.cited += sum(n in keys for n in numbers)
        marks.unknown += sum(n not in keys for n in numbers)
        return "".join(f"[^{keys[n]}]" for n in numbers if n in keys) + found["end"]

    def read_bare(found: re.Match[str]) -> str:
        return found[0] if not known or COUNTING.search(text[: found.start()]) else read(found)

    return BRACKETED.sub(read, BARE.sub(read_bare, text))


def _numbers(listed: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"\s?,\s?", listed):
        ends = [int(number) for number in re.split(r"\s?[–-]\s?", part)]
        found += range(ends[0], ends[-1] + 1) if len(ends) == 2 and ends[1] - ends[0] < MOST_SOURCES else ends
    return found
