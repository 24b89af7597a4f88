"""Cutting: a document into passages of 60 to 180 words, where the text allows, each under its headings."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from advice import markdown
from advice.documents import Audience, Document, Kind
from advice.markdown import Block

FEWEST, MOST = 60, 180  # words of a passage
Part = tuple[str, str, tuple[str, ...], str]
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Group:
    """Blocks that stand together as one passage."""

    blocks: tuple[Block, ...]
    headings: tuple[str, ...]
    anchor: str

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)

    @property
    def words(self) -> int:
        return sum(block.words for block in self.blocks)


@dataclass(frozen=True)
class Cut:
    """A passage before it is a row. `key` stays the same as long as slug, language, audience, kind and words do."""

    key: str
    kind: str
    text: str
    headings: tuple[str, ...] = ()
    anchor: str = ""
    audience: str = Audience.PLAIN.value


def groups(found: Sequence[Block], *, prefix: str) -> list[Group]:
    """The blocks between headings gathered into passages; headings themselves belong to none."""
    made: list[Group] = []
    for headings, section in _sections(found):
        for chunk in _chunks(section):
            made.append(Group(tuple(chunk), headings, f"{prefix}-{len(made) + 1}"))
    return made


def _sections(found: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    path: list[tuple[int, str]] = []
    section: list[Block] = []
    for block in found:
        if block.level:
            if section:
                yield tuple(title for _level, title in path), section
            section = []
            path = [*(entry for entry in path if entry[0] < block.level), (block.level, block.text)]
        elif block.text:
            section.append(block)
    if section:
        yield tuple(title for _level, title in path), section


def _chunks(section: Sequence[Block]) -> list[list[Block]]:
    chunks: list[list[Block]] = [[]]
    words = 0
    for block in section:
        if words >= FEWEST and words + block.words > MOST:
            chunks.append([])
            words = 0
        chunks[-1].append(block)
        words += block.words
    if len(chunks) > 1 and words < FEWEST and sum(block.words for chunk in chunks[-2:] for block in chunk) <= MOST:
        last = chunks.pop()
        chunks[-1].extend(last)
    return chunks


def cuts(document: Document) -> list[Cut]:
    """Every passage of a document in reading order: title, the questions it answers, takeaways, letter, text, FAQ.

    What the clinical wording says in its own words follows, marked as such.
    """
    plain = document.worded(Audience.PLAIN)
    parts: list[Part] = [("title", f"{plain.title}\n{markdown.plain(plain.summary)}".strip(), (), "")]
    parts += [("question", question, (), "") for question in plain.questions]
    parts += _parts(plain)
    taken: set[str] = set()
    found = [_cut(document, Audience.PLAIN, part, taken) for part in parts]
    if document.clinical:
        clinical = replace(document.worded(Audience.CLINICAL), letter="")
        found += [_cut(document, Audience.CLINICAL, part, taken) for part in _parts(clinical)]
    return found


def _parts(document: Document) -> Iterator[Part]:
    """What each wording says in its own words: kind of passage, text, headings, anchor."""
    for takeaway in document.takeaways:
        yield "takeaway", markdown.plain(takeaway), (), "takeaways"
    for kind, text, prefix in texts(document):
        for group in groups(markdown.blocks(text), prefix=prefix):
            for piece in _pieces(group.text):
                yield kind, piece, group.headings, group.anchor
    for number, entry in enumerate(document.faq, start=1):
        yield "faq", f"{entry.question}\n{markdown.plain(entry.answer)}", (), f"faq-{number}"


def _cut(document: Document, audience: Audience, part: Part, taken: set[str]) -> Cut:
    kind, text, headings, anchor = part
    return Cut(_key(document, audience, kind, text, taken), kind, text, headings, anchor, audience.value)


def texts(document: Document) -> list[tuple[str, str, str]]:
    """The long texts of a document: kind of passage, Markdown, prefix of its anchors."""
    body = "reply" if document.kind == Kind.LETTER else "body"
    return [(kind, text, kind) for kind, text in (("letter", document.letter), (body, document.body)) if text]


def _pieces(text: str) -> list[str]:
    """The text itself, or where it is far too long for one passage, its sentences gathered into even ones."""
    total = len(text.split())
    if total <= MOST:
        return [text]
    sentences = SENTENCE_END.split(text)
    for number in range(-(-total // MOST), len(sentences) + 1):
        pieces = _spread(sentences, total, number)
        if all(FEWEST <= len(piece.split()) <= MOST for piece in pieces):
            return pieces
    return _spread(sentences, total, -(-total // MOST))


def _spread(sentences: Sequence[str], total: int, number: int) -> list[str]:
    """The sentences in `number` pieces of about the same length."""
    pieces: list[list[str]] = [[] for _ in range(number)]
    before = 0
    for sentence in sentences:
        words = len(sentence.split())
        pieces[min(number - 1, (2 * before + words) * number // (2 * total))].append(sentence)
        before += words
    return [" ".join(piece) for piece in pieces if piece]


def _key(document: Document, audience: Audience, kind: str, text: str, taken: set[str]) -> str:
    named = kind if audience == Audience.PLAIN else f"{kind} {audience.value}"
    source = f"{document.slug}\0{document.language}\0{named}\0{text}"
    key = hashlib.sha256(source.encode()).hexdigest()[:12]
    while key in taken:  # the same words twice in one post
        key = hashlib.sha256(key.encode()).hexdigest()[:12]
    taken.add(key)
    return key
