"""Rendering: a document as the parts of its page: safe HTML, anchors, contents, numbered citations."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, override

from advice import cutting, markdown
from advice.documents import Audience, Document, Kind, Reference, ReferenceKind
from advice.markdown import Block
from advice.models.posts import in_wording

WORDS_A_MINUTE = 200
OURS = re.compile(r"(?<=\]\()/(?:es/)?advice/[a-z0-9-]+/(?=[)#\s])")  # links to our own posts
# Ids that the page itself uses.
RESERVED = frozenset({"main", "letter", "reply", "takeaways", "faq", "references", "follow-up"})


@dataclass(frozen=True)
class Rendered:
    """What a post's page is made of."""

    takeaways: tuple[SafeString, ...]
    letter: SafeString
    body: SafeString
    faq: tuple[dict[str, Any], ...]
    headings: tuple[dict[str, Any], ...]
    references: tuple[dict[str, Any], ...]
    minutes: int
    is_reply: bool = False
    signed: str = ""
    _drawn: dict[tuple[str, str], SafeString] = field(default_factory=dict, repr=False, compare=False)

    @property
    def text(self) -> SafeString:
        """The post's text as HTML, with its labels in the reader's language."""
        return self._in_template("advice/_text.html", {"page": self})

    @property
    def sources(self) -> SafeString:
        """The list of references as HTML; nothing where there are none."""
        if not self.references:
            return SafeString("")
        return self._in_template("components/references.html", {"groups": self.references})

    def _in_template(self, name: str, context: dict[str, Any]) -> SafeString:
        # A text never changes, so it is drawn once for each language.
        key = (name, get_language() or "")
        if key not in self._drawn:
            self._drawn[key] = render_to_string(name, context)
        return self._drawn[key]


class Headings:
    """The headings of one page, each with an id of its own."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str, str]] = []
        self.used: Counter[str] = Counter(RESERVED)

    def add(self, block: Block) -> str:
        """Take a heading in; returns the id that its entry in the contents leads to."""
        name = base = slugify(block.text)[:60].strip("-") or "part"
        while self.used[name]:
            self.used[base] += 1
            name = f"{base}-{self.used[base]}"
        self.used[name] += 1
        self.found.append((block.level, name, block.text))
        return name

    def nested(self) -> list[dict[str, Any]]:
        """The contents list: parts, and under each its own parts."""
        top: list[dict[str, Any]] = []
        for level, name, text in self.found:
            entry: dict[str, Any] = {"id": name, "text": text, "children": []}
            if level <= 2 or not top:
                top.append(entry)
            elif level == 3:
                top[-1]["children"].append(entry)
        return top


@lru_cache(maxsize=256)
def render(document: Document, audience: str = Audience.PLAIN) -> Rendered:
    """The page parts of a document in one wording, in its own language, with links that keep to that wording.

    Equal documents are drawn once.
    """
    document = document.worded(audience)
    numbers = numbered(document)
    with override(document.language):
        headings = Headings()
        drawn = {
            prefix: _draw(_linked(text, audience), prefix, numbers, headings)
            for _kind, text, prefix in cutting.texts(document)
        }
        letter = drawn.pop("letter", SafeString(""))
        return Rendered(
            takeaways=tuple(markdown.inline(point, numbers) for point in document.takeaways),
            letter=letter,
            body=next(iter(drawn.values()), SafeString("")),
            faq=tuple(_faq(document, numbers)),
            headings=tuple(headings.nested()),
            references=tuple(_by_kind(document.references, numbers)),
            minutes=minutes(document),
            is_reply=document.kind == Kind.LETTER,
            signed=document.signed,
        )


def _linked(text: str, audience: str) -> str:
    return text if audience == Audience.PLAIN else OURS.sub(lambda link: in_wording(link[0], audience), text)


def numbered(document: Document) -> dict[str, int]:
    """The number of each reference: in the order of reading, those nobody cites last."""
    texts = [*document.takeaways, document.letter, document.body, *(entry.answer for entry in document.faq)]
    known = {reference.key for reference in document.references}
    in_order = [key for text in texts for key in markdown.cited(text) if key in known]
    keys = dict.fromkeys([*in_order, *(reference.key for reference in document.references)])
    return {key: number for number, key in enumerate(keys, start=1)}


def minutes(document: Document) -> int:
    """How long it takes to read, in whole minutes."""
    texts = [document.letter, document.body, *document.takeaways, *(entry.answer for entry in document.faq)]
    return max(1, round(sum(len(text.split()) for text in texts) / WORDS_A_MINUTE))


def _draw(text: str, prefix: str, numbers: dict[str, int], headings: Headings) -> SafeString:
    found = markdown.blocks(text)
    anchor_of = {id(group.blocks[0]): group for group in cutting.groups(found, prefix=prefix)}
    parts: list[SafeString] = []
    rest = 0
    for block in found:
        if rest:
            rest -= 1
            continue
        group = anchor_of.get(id(block))
        if block.level:
            block.tokens[0].attrSet("id", headings.add(block))
        if group is None:
            parts.append(markdown.html([block], numbers))
            continue
        rest = len(group.blocks) - 1
        parts.append(
            format_html('<div class="passage" id="{}">\n{}</div>\n', group.anchor, markdown.html(group.blocks, numbers))
        )
    return mark_safe("".join(parts))  # noqa: S308 - every part is safe already


def _faq(document: Document, numbers: dict[str, int]) -> Iterable[dict[str, Any]]:
    for number, entry in enumerate(document.faq, start=1):
        blocks = markdown.blocks(entry.answer)
        answer, plain = markdown.html(blocks, numbers), " ".join(" ".join(block.text for block in blocks).split())
        yield {"id": f"faq-{number}", "question": entry.question, "answer": answer, "plain": plain}


def _by_kind(references: Sequence[Reference], numbers: dict[str, int]) -> Iterable[dict[str, Any]]:
    for kind in ReferenceKind:
        ours = sorted((r for r in references if r.kind == kind), key=lambda r: numbers[r.key])
        if ours:
            yield {"kind": str(kind.label), "references": [_entry(reference, numbers) for reference in ours]}


def _entry(reference: Reference, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "number": numbers[reference.key],
        "title": reference.title.rstrip("."),
        "authors": reference.authors.rstrip("."),
        "publisher": reference.publisher.rstrip("."),
        "year": reference.year or "",
        "url": reference.address,
        "accessed_on": reference.accessed,
    }
