"""Sorting: the items of somebody's text into the parts of a post, without what belongs to their page."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from advice import citing, furniture
from advice.documents import Answered, Document, Kind, Reference
from advice.splitting import HEADING, NUMBER, QUOTE, ROW, TEXT, Item, looks_like_heading

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑ¡¿\"“])")
HEADS = (
    furniture.TAKEAWAYS, furniture.FAQ, furniture.REFERENCES, furniture.DISCLAIMER, furniture.ELSEWHERE,
    furniture.CALL_SECTION, furniture.REPLY,
)  # fmt: skip
LONGEST_TITLE, LONGEST_TEASER = 160, 240
SHORT = 140  # a line about a crisis line; longer ones are text that happens to name one


@dataclass
class Sorted:
    """A document in the making, and what happened to each line on the way."""

    title: str = ""
    summary: str = ""
    takeaways: list[str] = field(default_factory=list)
    faq: list[Answered] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    letter: str = ""
    signed: str = ""
    body: str = ""
    notes: list[tuple[int, str, str]] = field(default_factory=list)
    marks: citing.Marks = field(default_factory=citing.Marks)

    def note(self, item: Item, what: str, detail: str = "") -> None:
        self.notes.append((item.line, what, detail or item.text[:60]))

    def document(self, *, slug: str, language: str) -> Document:
        is_question = self.title.endswith("?")
        kind = Kind.LETTER if self.letter else Kind.QUESTION if is_question else Kind.ARTICLE
        return Document(
            slug=slug,
            kind=kind.value,
            language=language,
            title=self.title,
            summary=self.summary,
            takeaways=tuple(self.takeaways),
            questions=(self.title,) if is_question else (),
            faq=tuple(self.faq),
            references=tuple(self.references),
            letter=self.letter,
            signed=self.signed,
            body=self.body,
        )


def sort(items: Sequence[Item], *, title: tuple[int, str] = (0, ""), summary: str = "") -> Sorted:
    """Find a text's parts: title, takeaways, FAQ, references, letter and reply, and its sections."""
    made = Sorted(title=title[1], summary=summary)
    rest = _without_page(items, made)
    rest = _take_title(rest, made)
    rest = _without_crisis_lines(rest, made)
    rest = _without_adverts(rest, made)
    rest = _take_references(rest, made)
    rest = _take_takeaways(rest, made)
    rest = _take_faq(rest, made)
    rest = _take_letter(rest, made)
    _finish(_keep_lost_columns(rest, made), made)
    return made


def as_markdown(items: Sequence[Item]) -> str:
    """These items as they stand, none of them sorted out."""
    return _markdown(_with_levels(list(items)), Sorted())


def _is_head(item: Item, heads: Iterable[re.Pattern[str]] = HEADS) -> bool:
    short = item.kind in {HEADING, TEXT} and len(item.text) <= 100
    return short and any(pattern.search(item.text.strip("*")) for pattern in heads)


def _without_page(items: Sequence[Item], made: Sorted) -> list[Item]:
    """The items without page furniture, calls to action, disclaimers and other people's posts."""
    kept: list[Item] = []
    leaving, head = "", None
    for item in items:
        if what := _section_to_leave(item):
            leaving, head = what, item
        elif head is not None and _is_over(item, head, leaving):
            leaving, head = "", None
        if what := leaving or _line_to_leave(item):
            made.note(item, what)
        else:
            kept.append(item)
        if leaving == "call to action" and item is not head:
            leaving, head = "", None  # such a head carries one line
    return kept


def _is_over(item: Item, head: Item, leaving: str) -> bool:
    """Whether a section that is left out ends before this item."""
    if _is_head(item):
        return True
    if item.kind == HEADING and (item.level or leaving != "page furniture"):
        return item.level <= head.level
    return leaving == "page furniture" and item.kind == TEXT and len(item.text) > LONGEST_TEASER


def _section_to_leave(item: Item) -> str:
    if _is_head(item, [furniture.DISCLAIMER]) and len(item.text.split()) <= 6 and ":" not in item.text[:-1]:
        return "disclaimer"
    if _is_head(item, [furniture.ELSEWHERE]):
        return "page furniture"
    return "call to action" if _is_head(item, [furniture.CALL_SECTION]) else ""


def _line_to_leave(item: Item) -> str:
    if furniture.PAGE.search(item.text):
        return "page furniture"
    if furniture.DISCLAIMER.search(item.text) and ":" in item.text[:40]:
        return "disclaimer"
    return "call to action" if furniture.CALL.search(item.text) else ""


def _take_title(items: list[Item], made: Sorted) -> list[Item]:
    if made.title:
        same = _plain(made.title).lower()
        return [item for item in items if not (item.kind == HEADING and _plain(item.text).lower() == same)]
    for place, item in enumerate(items):
        if item.kind in {HEADING, TEXT} and len(item.text) <= LONGEST_TITLE and not _is_head(item):
            if item.kind == TEXT and not looks_like_heading(item.text):
                return items
            made.title = _plain(item.text)
            made.note(item, "title")
            return [*items[:place], *items[place + 1 :]]
        if item.kind == TEXT:
            return items
    return items


def _plain(text: str) -> str:
    return citing.UNESCAPE.sub(r"\1", text).replace("**", "").strip()


def _section(items: list[Item], head: re.Pattern[str], stops: "re.Pattern[str] | None" = None) -> tuple[int, int]:
    """Where a section's head stands and where it ends (0, 0 where there is none)."""
    start = next((n for n, item in enumerate(items) if _is_head(item, [head])), None)
    if start is None:
        return 0, 0
    end = next((n for n in range(start + 1, len(items)) if _ends(items[n], items[start], stops)), len(items))
    return start, end


def _ends(item: Item, head: Item, stops: "re.Pattern[str] | None") -> bool:
    if _is_head(item):
        return True
    is_inside = stops is not None and bool(stops.search(item.text))
    deeper = bool(item.level and head.level and item.level > head.level)
    return item.kind == HEADING and not is_inside and not deeper


def _take_references(items: list[Item], made: Sorted) -> list[Item]:
    start, end = _section(items, furniture.REFERENCES, re.compile(r"."))
    if not end:
        return items
    section = items[start + 1 : end]
    made.references = citing.references(section)
    made.note(items[start], "references", f"{len(made.references)} found")
    return [*items[:start], *items[end:]]


def _take_takeaways(items: list[Item], made: Sorted) -> list[Item]:
    start, end = _section(items, furniture.TAKEAWAYS)
    if not end:
        return items
    entries = [item for item in items[start + 1 : end] if item.is_entry]
    if entries:
        # The list alone: what follows it already belongs to the text.
        end = next((n for n in range(start + 1, end) if not items[n].is_entry and items[n].line > entries[0].line), end)
        entries = [item for item in items[start + 1 : end] if item.is_entry]
    made.takeaways = [_plain(item.text) for item in entries or items[start + 1 : end]]
    made.note(items[start], "key takeaways", f"{len(made.takeaways)} found")
    return [*items[:start], *items[end:]]


def _take_faq(items: list[Item], made: Sorted) -> list[Item]:
    start, end = _section(items, furniture.FAQ, re.compile(r"\?\W*$"))
    if not end:
        return items
    question, answer = "", list[str]()
    for item in [*items[start + 1 : end], Item(0, HEADING, "?")]:
        if _is_question(item):
            if question and answer:
                made.faq.append(Answered(_plain(question), "\n\n".join(answer)))
            question, answer = item.text, []
        elif question:
            answer.append(_cited(item, made))
    made.note(items[start], "questions and answers", f"{len(made.faq)} found")
    return [*items[:start], *items[end:]]


def _is_question(item: Item) -> bool:
    said = item.text.strip("*").rstrip()
    return said.endswith("?") and len(said) <= 200 and (item.kind == HEADING or len(SENTENCE.split(said)) == 1)


def _without_crisis_lines(items: list[Item], made: Sorted) -> list[Item]:
    """Other people's crisis lines never travel: ours stand on every page, from one table that is kept true."""
    kept: list[Item] = []
    for item in items:
        if not furniture.CRISIS.search(item.text) or not (item.is_entry or len(item.text) <= SHORT):
            kept.append(item)
            continue
        if kept and kept[-1].text.endswith(":"):
            made.note(kept.pop(), "page furniture")  # "Here are some lines:"
        made.note(item, "crisis line")
    return kept


def _without_adverts(items: list[Item], made: Sorted) -> list[Item]:
    kept = []
    for item in items:
        sentences = SENTENCE.split(item.text)
        good = [sentence for sentence in sentences if not furniture.ADVERT.search(sentence)]
        if len(good) < len(sentences):
            made.note(item, "advert", " ".join(s for s in sentences if s not in good)[:60])
        if good:
            kept.append(item.saying(" ".join(good)) if len(good) < len(sentences) else item)
    return kept


def _take_letter(items: list[Item], made: Sorted) -> list[Item]:
    """A letter runs from its salutation to that of the reply, or to a head that says so."""
    greetings = [n for n, item in enumerate(items) if item.kind != ROW and furniture.SALUTATION.match(item.text)]
    if not greetings:
        return items
    start = greetings[0]
    heads = (n for n in range(start + 1, len(items)) if _is_head(items[n], [furniture.REPLY]))
    reply = next((n for n in greetings[1:]), None) or next(heads, None)
    if reply is None:
        return items
    letter, answer = list(items[start:reply]), list(items[reply:])
    if _is_head(letter[-1], [furniture.REPLY]):
        letter.pop()
    if _is_head(answer[0], [furniture.REPLY]):
        answer.pop(0)
    made.signed = _signature(letter, answer)
    made.letter = _markdown(letter, made)
    made.note(items[start], "letter")
    made.note(items[reply], "reply")
    before = [item for item in items[:start] if not _is_head(item, [furniture.LETTER])]
    return [*before, *answer]


def _signature(letter: list[Item], answer: list[Item]) -> str:
    last = letter[-1]
    if len(letter) > 1 and (found := furniture.SIGNATURE.match(_plain(last.text))):
        letter.pop()
        return found["name"].strip()
    if len(letter) > 1 and len(last.text.split()) <= 6 and last.text[-1] not in ".!?":
        return _plain(letter.pop().text)
    greeted = furniture.SALUTATION.match(answer[0].text) if answer else None
    return _plain(greeted["whom"]).strip() if greeted else ""


def _keep_lost_columns(items: list[Item], made: Sorted) -> list[Item]:
    """Rows whose columns ran together are reported and left as they are: nobody can know where the edge was."""
    lost = {item.line for item in items if item.kind in {TEXT, HEADING} and furniture.LOST_COLUMN.search(item.text)}
    rows = {line for line in lost if {line - 1, line + 1} & lost}
    for item in items:
        if item.line in rows:
            made.note(item, "table without columns")
    return [replace(item, kind=TEXT) if item.line in rows else item for item in items]


def _finish(items: list[Item], made: Sorted) -> None:
    items = _without_empty_heads(_with_levels(items))
    made.body = _markdown(items, made)
    for item in items:
        if item.kind == HEADING:
            made.note(item, "section")
    made.takeaways = [citing.cite(point, made.references, made.marks) for point in made.takeaways]


def _with_levels(items: list[Item]) -> list[Item]:
    """Headings as ## and ###. Where the text does not tell, a heading right after another is its first part."""
    known = sorted({item.level for item in items if item.kind == HEADING and item.level})
    levelled: list[Item] = []
    current = 2
    for place, item in enumerate(items):
        if item.kind == HEADING:
            follows = items[place + 1 : place + 2]
            if known:
                current = min(4, 2 + known.index(item.level)) if item.level else 2
            elif place and items[place - 1].kind == HEADING:
                current = 3
            elif follows and follows[0].kind == HEADING:
                current = 2
            item = Item(item.line, HEADING, item.text, current)
        levelled.append(item)
    return levelled


def _without_empty_heads(items: list[Item]) -> list[Item]:
    kept: list[Item] = []
    for item in reversed(items):
        below = kept[-1] if kept else None
        is_empty = item.kind == HEADING and (below is None or (below.kind == HEADING and below.level <= item.level))
        if not is_empty:
            kept.append(item)
    return kept[::-1]


def _markdown(items: Sequence[Item], made: Sorted) -> str:
    """These items as Markdown; entries and rows that follow each other stand together."""
    parts: list[str] = []
    for place, item in enumerate(items):
        before = items[place - 1] if place else None
        together = before is not None and before.kind == item.kind and item.kind in {"bullet", NUMBER, ROW, QUOTE}
        line = _line(item, made, first=not together)
        parts.append(("\n" if together else "\n\n") + line)
    return "".join(parts).strip()


def _line(item: Item, made: Sorted, *, first: bool) -> str:
    if item.kind == ROW:
        row = f"| {' | '.join(item.cells)} |"
        return row + "\n|" + " --- |" * len(item.cells) if first else row if not _is_rule(item) else ""
    text = _cited(item, made)
    if item.kind == HEADING:
        return f"{'#' * (item.level or 2)} {text}"
    if item.is_entry:
        return f"{'  ' * item.level}{'1.' if item.kind == NUMBER else '-'} {text}"
    return f"> {text}" if item.kind == QUOTE else re.sub(r"^([#>+-]|\d+[.)])(?=\s)", r"\\\1", text)


def _is_rule(row: Item) -> bool:
    return all(re.fullmatch(r":?-+:?", cell) for cell in row.cells)


def _cited(item: Item, made: Sorted) -> str:
    return citing.cite(item.text, made.references, made.marks)
