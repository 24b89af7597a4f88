"""Linting: what must or should change in a text before anyone signs it, each finding at its line."""

import re
from collections.abc import Collection, Iterable, Iterator

from advice import grading, markdown, vetting
from advice.documents import Document, Kind
from advice.findings import Finding as Finding
from advice.findings import Line as Line
from advice.wording import CLAIM, CLINICAL_CLAIM, EATING, FAMOUS, MENTION, METHOD, RULES, Level, Rule

QUOTED = re.compile(r"[\"“«][^\"“”«»]{1,80}[\"”»]")
AMOUNT_OF_FOOD = re.compile(
    r"\b\d+\s?(?:k?cal|calories|calorías|kg|kilos?|lbs?|pounds|libras)\b|\b(?:BMI|IMC) (?:\w+ ){0,2}\d+", re.IGNORECASE
)
TO_TEXT = r"\btext(?:ing)?\b|\b(?:mensajes?|textos?)\b"
# Parts in which a claim must carry its source; a takeaway or a summary repeats what the text proves.
PROVED = {"body", "faq", "clinical-body", "clinical-faq"}
NO_CLAIMS = {"questions", "letter", "title", "disclosure", "image"}


def lint(document: Document, *, slugs: Collection[str] | None = None) -> list[Finding]:
    """Everything to change in this document, the blocking first. `slugs`: the posts that internal links may lead to."""
    found: list[Finding] = []
    written = list(parts(document))
    ours = vetting.hosts(document)
    undated = {
        reference.key for reference in document.references if reference.year is None and not reference.accessed_on
    }
    for line in written:
        found += _wordings(line, quiet=line.where == "letter")
        found += vetting.numbers(line)
        found += _claims(line, undated)
        found += vetting.links(line, slugs, ours)
    found += vetting.selling(document, written)
    found += vetting.picture(document)
    found += _disclosure(document)
    found += _title(document)
    found += _help(document, written)
    found += _people(written)
    found += _citations(document, written)
    found += _eating(written)
    found += _grade(document)
    if document.kind == Kind.NOTICE:
        found += _notice(written)
    return sorted(_once(found), key=lambda finding: not finding.blocks)


def _once(found: Iterable[Finding]) -> Iterable[Finding]:
    """Each finding once; that a line is unverified is said where it is first named."""
    seen: dict[object, Finding] = {}
    for finding in found:
        seen.setdefault((finding.code, finding.text) if finding.code == "B7" else finding, finding)
    return seen.values()


def lint_reply(text: str) -> list[Finding]:
    """The wording rules alone, for a fixed reply of the chatbot or a text message."""
    return [finding for line in _lines("reply", text) for finding in (*_wordings(line), *vetting.numbers(line))]


def parts(document: Document) -> Iterator[Line]:
    """Every line that readers see, with its place; sources' own titles are theirs."""
    for where in ("title", "summary", "letter", "body", "disclosure"):
        yield from _lines(where, getattr(document, where))
    for where in ("takeaways", "questions"):
        yield from (Line(where, number, text) for number, text in enumerate(getattr(document, where), start=1))
    for number, entry in enumerate(document.faq, start=1):
        yield Line("faq", number, f"{entry.question} {entry.answer}")
    yield from _lines("image", document.image.alt)
    yield from _lines("clinical-summary", document.clinical.summary)
    yield from _lines("clinical-body", document.clinical.body)
    for number, text in enumerate(document.clinical.takeaways, start=1):
        yield Line("clinical-takeaways", number, text)
    for number, entry in enumerate(document.clinical.faq, start=1):
        yield Line("clinical-faq", number, f"{entry.question} {entry.answer}")


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


def _claims(line: Line, undated: Collection[str]) -> Iterator[Finding]:
    if line.where in NO_CLAIMS:
        return
    cited = markdown.cited(line.text)
    level = Level.BLOCK if line.where in PROVED else Level.WARN
    for match in CLAIM.finditer(line.text):
        if not cited:
            reason = "A number or a finding without its source."
            yield line.finding("W8", level, match[0], reason, "Add a citation [^key].")
        elif set(cited) <= set(undated):
            reason = "The source of this figure has no year, so nobody can tell how old it is."
            yield line.finding("W8", Level.WARN, match[0], reason, "Give the reference its year.")


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
    ways = {"988": r"(?<!\d)988(?!\d)", "a way to text": TO_TEXT, "911": r"(?<!\d)911(?!\d)"}
    missing = [way for way, pattern in ways.items() if not re.search(pattern, everything, re.IGNORECASE)]
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
    """The plain wording alone: who reads the clinical one chose it."""
    reached = grading.grade(markdown.plain(document.body), document.language)
    if reached > grading.HIGHEST:
        reason = f"Reading grade {reached:.1f}; readers at night manage {grading.HIGHEST:.0f} or below."
        yield Line("body", 1, "").finding("G1", Level.WARN, document.title, reason, "Shorter sentences, shorter words.")


def _disclosure(document: Document) -> Iterator[Finding]:
    if not document.disclosure and document.kind != Kind.NOTICE:
        reason = "It does not say whether its author earns by anything named in it."
        line = Line("disclosure", 1, document.title)
        yield line.finding("S3", Level.BLOCK, document.title, reason, "Say “none”, or say what it is.")


def _people(written: list[Line]) -> Iterator[Finding]:
    """Well-known people in a text on suicide: their stories are copied."""
    if any(MENTION.search(line.text) for line in written):
        for line in written:
            for match in FAMOUS.finditer(line.text):
                reason = "A well-known person's story of suicide is copied by readers in danger."
                yield line.finding("W7", Level.WARN, match[0], reason, "Leave the person out.")


def _notice(written: list[Line]) -> Iterator[Finding]:
    """A notice has no reviewer, so it says nothing that needs one."""
    for line in written:
        for match in CLINICAL_CLAIM.finditer(line.text):
            reason = "A clinical claim. A notice is signed by an editor alone, so it makes none."
            yield line.finding("N1", Level.BLOCK, match[0], reason, "Say when and where, or write an answer instead.")
