"""Linting: what must or should change in a text before anyone signs it, each finding at its line."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings

from advice import markdown
from advice.documents import Document
from advice.wording import CLAIM, EATING, MENTION, METHOD, RULES, Level, Rule
from practice.crisis import lines

HIGHEST_GRADE = 8.0
QUOTED = re.compile(r"[\"“«][^\"“”«»]{1,80}[\"”»]")
ADDRESS = re.compile(r"https?://\S+|\]\([^)]*\)")
NUMBER = re.compile(
    r"(?<![\w.])\+?\(?\d{1,4}\)?(?:[\s.-]?\(?\d{2,4}\)?){1,4}(?![\w%])|(?<=\bto )\d{5,6}\b|(?<=\bal )\d{5,6}\b"
)
PRESS_THREE = re.compile(
    r"\bpress(?:ing)? (?:3|three)\b|\b(?:pulsa|presiona|marca)\w* (?:el )?(?:3|tres)\b", re.IGNORECASE
)
INTERNAL = re.compile(r"\]\((/(?:es/)?advice/([a-z0-9-]+)/)[^)]*\)")
WORD = re.compile(r"[A-Za-z']+")
SENTENCE = re.compile(r"[.!?…]+(?:\s|$)|\n")
AMOUNT_OF_FOOD = re.compile(r"\b\d+\s?(?:k?cal|calories|calorías|kg|kilos?|lbs?|pounds)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One thing to change: where it stands (part of the post, line within it), why, and what could stand instead."""

    code: str
    level: Level
    where: str
    line: int
    text: str
    reason: str
    better: str = ""

    @property
    def blocks(self) -> bool:
        return self.level == Level.BLOCK


@dataclass(frozen=True)
class Line:
    where: str
    number: int
    text: str

    def finding(self, code: str, level: Level, text: str, reason: str, better: str = "") -> Finding:
        return Finding(code, level, self.where, self.number, text.strip()[:120], reason, better)


def lint(document: Document, *, slugs: Collection[str] | None = None) -> list[Finding]:
    """Everything to change in this document, the blocking first. `slugs`: the posts that internal links may lead to."""
    found: list[Finding] = []
    written = list(parts(document))
    for line in written:
        found += _wordings(line, quiet=line.where == "letter")
        found += _numbers(line)
        found += _claims(line)
        found += _internal_links(line, slugs)
    found += _title(document)
    found += _help(document, written)
    found += _citations(document, written)
    found += _eating(written)
    found += _grade(document)
    return sorted(found, key=lambda finding: not finding.blocks)


def lint_reply(text: str) -> list[Finding]:
    """The wording rules alone, for a fixed reply of the chatbot or a text message."""
    return [finding for line in _lines("reply", text) for finding in (*_wordings(line), *_numbers(line))]


def parts(document: Document) -> Iterator[Line]:
    """Every line that readers see, with its place; sources' own titles are theirs."""
    for where in ("title", "summary", "letter", "body"):
        yield from _lines(where, getattr(document, where))
    for where in ("takeaways", "questions"):
        yield from (Line(where, number, text) for number, text in enumerate(getattr(document, where), start=1))
    for number, entry in enumerate(document.faq, start=1):
        yield Line("faq", number, f"{entry.question} {entry.answer}")


def _lines(where: str, text: str) -> Iterator[Line]:
    return (Line(where, number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _wordings(line: Line, quiet: bool = False) -> Iterator[Finding]:
    for rule in RULES:
        # A letter speaks as its writer would; only what could harm a reader must go from it.
        if quiet and rule.level == Level.WARN:
            continue
        for match in rule.pattern.finditer(line.text):
            if not _is_example(rule, line.text, match):
                yield line.finding(rule.code, rule.level, match[0], rule.reason, rule.better)


def _is_example(rule: Rule, text: str, match: re.Match[str]) -> bool:
    """Whether a wording stands in quotes, as in a sentence that teaches why to avoid it."""
    spans = (quote.span() for quote in QUOTED.finditer(text))
    return rule.quotable and any(start <= match.start() and match.end() <= end for start, end in spans)


def _numbers(line: Line) -> Iterator[Finding]:
    known = {_digits(channel.number) for entry in lines.now().lines if entry.show for channel in entry.channels}
    known |= {_digits(settings.PRACTICE["phone"])}
    for match in NUMBER.finditer(ADDRESS.sub(" ", line.text)):
        digits = _digits(match[0])
        if len(digits) >= 5 and digits not in known and not _are_years(match[0]):
            reason = "A number that is not in our table of crisis lines, or is kept there only as a trap."
            yield line.finding("B6", Level.BLOCK, match[0], reason, "Use a line from the table.")
    for match in PRESS_THREE.finditer(line.text):
        yield line.finding("B6", Level.BLOCK, match[0], "That option of 988 has ended.", "988")


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number).removeprefix("1")


def _are_years(text: str) -> bool:
    return all(re.fullmatch(r"(?:1[89]|20)\d\d", year) for year in re.findall(r"\d+", text))


def _claims(line: Line) -> Iterator[Finding]:
    if line.where in {"questions", "letter", "title"} or markdown.cited(line.text):
        return
    # A takeaway or a summary repeats what the text proves; it need not repeat the mark.
    level = Level.BLOCK if line.where in {"body", "faq"} else Level.WARN
    for match in CLAIM.finditer(line.text):
        yield line.finding("W8", level, match[0], "A number or a finding without its source.", "Add a citation [^key].")


def _internal_links(line: Line, slugs: Collection[str] | None) -> Iterator[Finding]:
    for match in INTERNAL.finditer(line.text):
        if slugs is not None and match[2] not in slugs:
            yield line.finding("L1", Level.BLOCK, match[1], "This link leads to no post of ours.", "Mend or remove it.")


def _title(document: Document) -> Iterator[Finding]:
    line = Line("title", 1, f"{document.title} {document.slug.replace('-', ' ')}")
    if re.search(METHOD, line.text, re.IGNORECASE):
        yield line.finding(
            "B1", Level.BLOCK, document.title, "A method in the title or the address.", "Name the feeling."
        )
    elif MENTION.search(line.text):
        reason = "Whoever opens this address on a shared device shows what they read about."
        yield line.finding("W6", Level.WARN, document.title, reason, "Name the feeling or the question.")


def _help(document: Document, written: Iterable[Line]) -> Iterator[Finding]:
    first = next((line for line in written if MENTION.search(line.text)), None)
    if first is None:
        return
    everything = "\n".join([document.body, *(entry.answer for entry in document.faq)])
    missing = [number for number in ("988", "911") if not re.search(rf"(?<!\d){number}(?!\d)", everything)]
    if missing:
        reason = (
            f"It speaks of suicide or self-harm and does not say how to reach help ({' and '.join(missing)} missing)."
        )
        better = "If you think of harming yourself, call or text 988 in the United States. In danger now, call 911."
        yield first.finding("B3", Level.BLOCK, first.text, reason, better)


def _citations(document: Document, written: Iterable[Line]) -> Iterator[Finding]:
    known, cited = {reference.key for reference in document.references}, set()
    for line in written:
        for key in markdown.cited(line.text):
            cited.add(key)
            if key not in known:
                yield line.finding(
                    "R1", Level.BLOCK, f"[^{key}]", "A citation without its reference.", "Add the reference."
                )
    for number, reference in enumerate(document.references, start=1):
        if reference.key not in cited:
            line = Line("references", number, reference.title)
            yield line.finding("R2", Level.WARN, reference.key, "A reference that nothing cites.", "Cite or remove it.")


def _eating(written: list[Line]) -> Iterator[Finding]:
    if any(EATING.search(line.text) for line in written):
        for line in written:
            for match in AMOUNT_OF_FOOD.finditer(line.text):
                yield line.finding(
                    "B5", Level.BLOCK, match[0], "Numbers of weight or food in a post on eating.", "Leave it out."
                )


def _grade(document: Document) -> Iterator[Finding]:
    if document.language == "en" and (reached := grade(markdown.plain(document.body))) > HIGHEST_GRADE:
        reason = f"Reading grade {reached:.1f}; readers at night manage {HIGHEST_GRADE:.0f} or below."
        yield Line("body", 1, "").finding("G1", Level.WARN, document.title, reason, "Shorter sentences, shorter words.")


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text: years of school it asks for."""
    words = WORD.findall(text)
    sentences = max(1, sum(1 for sentence in SENTENCE.split(text) if WORD.search(sentence)))
    if not words:
        return 0.0
    return 0.39 * len(words) / sentences + 11.8 * sum(map(_syllables, words)) / len(words) - 15.59


def _syllables(word: str) -> int:
    word = word.lower().strip("'")
    number = len(re.findall(r"[aeiouy]+", word))
    if word.endswith("e") and not word.endswith(("le", "ee", "ye")) and number > 1:
        number -= 1
    if word.endswith("ed") and not word.endswith(("ted", "ded")) and number > 1:
        number -= 1
    return max(1, number)
