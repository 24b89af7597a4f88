"""Unwrapping: an HTML page into the same items as plain text, without menus, scripts, forms and the like."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, Tag

from advice.splitting import BULLET, HEADING, NUMBER, QUOTE, ROW, TEXT, Item, escaped

NOISE = {
    "script", "style", "nav", "footer", "aside", "form", "iframe", "button", "noscript", "svg", "template", "select",
    "object", "video", "audio", "canvas", "dialog",
}  # fmt: skip
NOISY_NAME = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|menu|sidebar|cookies?|share|social|related|newsletter|subscribe|advert\w*|ads?|"
    r"promo|banner|breadcrumbs?|comments?|footer|popup|modal|widget)(?:$|[-_ ])",
    re.IGNORECASE,
)
CONTAINERS = {
    "div", "section", "article", "main", "header", "body", "html", "figure", "details", "dl", "center", "td", "tr",
    "tbody", "[document]",
}  # fmt: skip
BLOCKS = {
    "p", "ul", "ol", "table", "blockquote", "pre", "hr", "dt", "dd", "summary", "figcaption", "h1", "h2", "h3", "h4",
    "h5", "h6",
}  # fmt: skip
CITING = re.compile(r"\s*(?:\\\[)?(\d[\d,\s–-]*)(?:\\\])?\s*")
SAFE_LINK = re.compile(r"https?://[^\s<>()\"']+$")


def title_of(page: BeautifulSoup) -> tuple[int, str]:
    """The page's own name: its first h1, else its title without the site's name."""
    if isinstance(heading := page.find("h1"), Tag) and heading.get_text(strip=True):
        return heading.sourceline or 0, _words(heading)
    named = page.find("title")
    if not isinstance(named, Tag):
        return 0, ""
    return named.sourceline or 0, re.split(r"\s+[|–—-]\s+", _words(named))[0]


def summary_of(page: BeautifulSoup) -> str:
    described = page.find("meta", attrs={"name": "description"})
    return " ".join(str(described.get("content") or "").split()) if isinstance(described, Tag) else ""


def split_html(page: BeautifulSoup) -> tuple[list[Item], list[tuple[int, str]]]:
    """The items of a page's article, and what was left out of it, with lines."""
    for comment in page.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    root = next((found for name in ("article", "main", "body") if isinstance(found := page.find(name), Tag)), page)
    dropped = list(_strip(root))
    return list(_items(root)), dropped


def _strip(root: Tag) -> Iterator[tuple[int, str]]:
    for tag in root.find_all(True):
        if tag.decomposed or tag.attrs is None:
            continue
        names = " ".join([*(tag.get("class") or []), str(tag.get("id") or ""), str(tag.get("role") or "")])
        hidden = tag.has_attr("hidden") or tag.get("aria-hidden") == "true"
        if tag.name in NOISE or hidden or NOISY_NAME.search(names):
            said = " ".join(tag.get_text(" ").split())[:60]
            if said and tag.name not in {"script", "style"}:
                yield tag.sourceline or 0, said
            tag.decompose()


def _items(root: Tag) -> Iterator[Item]:
    loose: list[str] = []
    line = root.sourceline or 0
    for child in root.children:
        if isinstance(child, NavigableString) or (isinstance(child, Tag) and not _is_block(child)):
            loose.append(_inline(child))
            continue
        yield from _paragraph(line, loose)
        loose = []
        if isinstance(child, Tag):
            line = child.sourceline or line
            yield from _from_block(child, line)
    yield from _paragraph(line, loose)


def _is_block(tag: Tag) -> bool:
    blocks = {
        "p",
        "ul",
        "ol",
        "table",
        "blockquote",
        "pre",
        "hr",
        "dt",
        "dd",
        "summary",
        "figcaption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    }
    return tag.name in blocks or tag.name in CONTAINERS


def _paragraph(line: int, parts: list[str]) -> Iterator[Item]:
    for text in "".join(parts).split("\n\n"):
        if said := " ".join(text.split()):
            yield Item(line, TEXT, said)


def _from_block(tag: Tag, line: int) -> Iterator[Item]:
    if re.fullmatch(r"h[1-6]", tag.name):
        yield from _one(line, HEADING, tag, int(tag.name[1]))
    elif tag.name in {"summary", "dt"}:
        yield from _one(line, HEADING, tag, 4)
    elif tag.name in {"ul", "ol"}:
        yield from _list(tag, 0)
    elif tag.name == "table":
        yield from _table(tag)
    elif tag.name == "blockquote":
        yield from (Item(item.line, QUOTE, item.text) for item in _items(tag))
    elif tag.name in CONTAINERS or any(isinstance(child, Tag) and _is_block(child) for child in tag.children):
        yield from _items(tag)  # also a paragraph that nobody closed
    elif tag.name != "hr":
        yield from _paragraph(line, [_inline(child) for child in tag.children])


def _one(line: int, kind: str, tag: Tag, level: int) -> Iterator[Item]:
    if said := _words(tag):
        yield Item(line, kind, escaped(said), level)


def _list(tag: Tag, depth: int) -> Iterator[Item]:
    kind = NUMBER if tag.name == "ol" else BULLET
    for entry in tag.find_all("li", recursive=False):
        inner = [child for child in entry.children if isinstance(child, Tag) and child.name in {"ul", "ol"}]
        said = " ".join("".join(_inline(child) for child in entry.children if child not in inner).split())
        if said:
            yield Item(entry.sourceline or 0, kind, said, depth)
        for deeper in inner:
            yield from _list(deeper, depth + 1)


def _table(tag: Tag) -> Iterator[Item]:
    for row in tag.find_all("tr"):
        cells = tuple(" ".join(_inline(cell).split()).replace("|", "\\|") for cell in row.find_all(["td", "th"]))
        if any(cells):
            yield Item(row.sourceline or 0, ROW, " | ".join(cells), cells=cells)


def _inline(node: object) -> str:
    if isinstance(node, NavigableString):
        return escaped(str(node))
    if not isinstance(node, Tag):
        return ""
    said = "".join(_inline(child) for child in node.children)
    if node.name == "br":
        return "\n\n"
    if node.name == "sup" and (numbers := CITING.fullmatch(said)):
        return f"\\[{numbers[1]}\\]"
    if node.name in {"strong", "b"} and said.strip():
        return f"**{said.strip()}**" + (" " if said.endswith(" ") else "")
    if node.name in {"em", "i"} and said.strip():
        return f"*{said.strip()}*" + (" " if said.endswith(" ") else "")
    return _link(node, said) if node.name == "a" else said


def _link(node: Tag, said: str) -> str:
    address = str(node.get("href") or "")
    return f"[{said.strip()}]({address})" if said.strip() and SAFE_LINK.match(address) else said


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
