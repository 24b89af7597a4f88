"""Our Markdown: CommonMark with tables, citations and callouts; no raw HTML, no images, bounded nesting."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

CITATION = re.compile(r"\[\^([a-z0-9][a-z0-9-]{0,59})\]")
CALLOUT = re.compile(r"\[!(NOTE|TIP|IMPORTANT)\]\s*", re.IGNORECASE)
CALLOUT_LOOKS = {"NOTE": "info", "TIP": "ok", "IMPORTANT": "warn"}
TAGS = {
    "a", "blockquote", "br", "code", "div", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "span", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"*": {"class", "id"}, "a": {"href", "title"}, "ol": {"start"}}


@dataclass(frozen=True)
class Block:
    """One block at the outermost level: a heading, a paragraph, a list, a table, a quotation."""

    tokens: tuple[Token, ...]
    level: int  # of a heading; 0 for everything else
    text: str  # without marks, one line for each paragraph, list entry or table row

    @property
    def words(self) -> int:
        return len(self.text.split())


def cited(text: str) -> list[str]:
    """The keys cited in a text, in order, each as often as it stands there."""
    return CITATION.findall(text)


def blocks(text: str) -> list[Block]:
    """The outermost blocks of a Markdown text."""
    found, open_tokens = [], []
    for token in _parser.parse(text):
        open_tokens.append(token)
        if token.level == 0 and token.nesting <= 0:
            level = int(open_tokens[0].tag[1]) if open_tokens[0].type == "heading_open" else 0
            found.append(Block(tuple(open_tokens), level, "\n".join(_lines(open_tokens))))
            open_tokens = []
    return found


def html(found: Sequence[Block], numbers: Mapping[str, int]) -> SafeString:
    """These blocks as safe HTML; citations lead to the references with these numbers."""
    tokens = [token for block in found for token in block.tokens]
    return _safe(_parser.renderer.render(tokens, _parser.options, {"numbers": numbers}))


def inline(text: str, numbers: Mapping[str, int]) -> SafeString:
    """One line of Markdown as safe HTML, without a paragraph around it."""
    return _safe(_parser.renderInline(text, {"numbers": numbers}))


def plain(text: str) -> str:
    """A Markdown text without its marks."""
    return "\n".join(block.text for block in blocks(text))


def _safe(drawn: str) -> SafeString:
    # The parser lets no HTML through; this second wall stands in case that ever changes.
    clean = nh3.clean(drawn, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel", "sms"})
    return mark_safe(clean)  # noqa: S308 - cleaned in the line above


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    """What one reads, line by line; the cells of a table's row stand on one line."""
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield " | ".join(row)
            row = None
        elif token.type in {"inline", "fence", "code_block"}:
            text = _words(token)
            if row is not None:
                row.append(text)
            elif text:
                yield text


def _words(token: Token) -> str:
    if token.children is None:
        return " ".join(token.content.split())
    parts = (
        " " if child.type.endswith("break") else child.content for child in token.children if child.type != "citation"
    )
    return " ".join("".join(parts).split())


def _read_citation(state: StateInline, silent: bool) -> bool:
    found = CITATION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("citation", "", 0).meta = {"key": found[1]}
    state.pos = found.end()
    return True


def _draw_citation(_renderer: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    number = env["numbers"].get(tokens[index].meta["key"])
    if number is None:  # the lint blocks it; a reader sees nothing rather than a riddle
        return ""
    source = escape(gettext("Source"))
    name = f'<span class="visually-hidden">{source} </span>{number}'
    return f'<span class="citation"><a href="#reference-{number}">{name}</a></span>'


def _mark_callouts(state: StateCore) -> None:
    """A block quote whose first line is [!NOTE] becomes a notice with that title."""
    for index, token in enumerate(state.tokens[:-2]):
        inner = state.tokens[index + 2]
        if token.type != "blockquote_open" or inner.type != "inline" or not inner.children:
            continue
        found = CALLOUT.match(inner.children[0].content)
        if found is None:
            continue
        _make_notice(state.tokens, index, found[1].upper())
        inner.children[0].content = inner.children[0].content[found.end() :]
        if len(inner.children) > 1 and inner.children[1].type.endswith("break"):
            del inner.children[:2]
        inner.content = inner.content[found.end() :]


def _make_notice(tokens: list[Token], opens: int, name: str) -> None:
    level = tokens[opens].level
    closes = next(
        n for n in range(opens, len(tokens)) if tokens[n].type == "blockquote_close" and tokens[n].level == level
    )
    tokens[opens].tag = tokens[closes].tag = "div"
    tokens[opens].attrSet("class", f"notice {CALLOUT_LOOKS[name]}")
    tokens[opens].meta["callout"] = name


def _draw_quote(renderer: Any, tokens: Sequence[Token], index: int, options: Any, _env: Any) -> str:
    opening = renderer.renderToken(tokens, index, options, {})
    titles = {"NOTE": gettext("Good to know"), "TIP": gettext("Something to try"), "IMPORTANT": gettext("Important")}
    name = tokens[index].meta.get("callout")
    return f'{opening}<p class="title">{escape(titles[name])}</p>' if name else opening


def _lower_headings(state: StateCore) -> None:
    """The page's title is its only h1."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(4, max(2, int(token.tag[1])))}"


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 12}).enable("table").disable("image")
    parser.inline.ruler.before("link", "citation", _read_citation)
    parser.core.ruler.push("callouts", _mark_callouts)
    parser.core.ruler.push("lower_headings", _lower_headings)
    parser.add_render_rule("citation", _draw_citation)
    parser.add_render_rule("blockquote_open", _draw_quote)
    parser.add_render_rule("table_open", lambda *_: '<div class="table-box"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return parser


_parser = _make_parser()
