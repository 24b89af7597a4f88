"""Untidy documents with known contents: the same text as text, Markdown or HTML, dirtied as the web dirties it."""

import html
import random
from dataclasses import dataclass, field

OPENINGS = [
    "Carrying",
    "Settling",
    "Noticing",
    "Sharing",
    "Leaving",
    "Finding",
    "Keeping",
    "Losing",
    "Naming",
    "Untangling",
]
MATTERS = [
    "a restless night",
    "the Sunday dread",
    "a sore neck",
    "too much noise",
    "an empty week",
    "the family table",
    "a long winter",
]
HEADS = [
    "What happens in the body",
    "Small steps for tonight",
    "When others do not understand",
    "A plan for the morning",
]
HEADS += [
    "Why it comes back",
    "What friends can do",
    "Making room for rest",
    "How long it may take",
    "Signs to look out for",
]
SUBJECTS = [
    "Your body",
    "A tired mind",
    "The evening",
    "A short walk",
    "Slow breathing",
    "An old habit",
    "The quiet hour",
    "A friend",
]
VERBS = [
    "keeps hold of",
    "softens",
    "remembers",
    "makes room for",
    "answers",
    "carries",
    "slowly lets go of",
    "doesn’t notice",
]
OBJECTS = [
    "what the day left behind",
    "more than you’d think",
    "the worry under the worry",
    "a little of the weight",
    "the same old story",
]
TAILS = [
    "and that is common",
    "even when nobody sees it",
    "one evening at a time",
    "without your asking",
    "as it learned long ago",
]
QUESTIONS = [
    "How long does this take",
    "Is it my fault",
    "Can a walk really help",
    "Should I tell my boss",
    "What if it comes back",
]
AUTHORS = ["Marsh T, Okafor L", "Lindqvist P, Abara J, Stone R", "Vega M", "Huang S, Patel R"]
PAPERS = [
    "Evening habits and rest in adults",
    "A trial of slow breathing at work",
    "Tension and mood over one winter",
    "Walking and worry",
]
JOURNALS = ["Journal of Quiet Studies", "Rest Research", "Annals of Ordinary Days"]
PENNAMES = ["Awake in Akron", "Tired of Tuesdays", "Still Waiting", "Half a Heart"]
FURNITURE = [
    "Skip to main content",
    "Last updated: March 3, 2025",
    "5 min read",
    "blog image",
    "Share this article",
    "© 2025 All rights reserved",
]
FURNITURE += [
    "Home > Blog > Wellness",
    "We use cookies to improve your visit.",
    "facebook icontwitter iconpinterest icon",
]
ADVERTS = [
    "Order now and get 20% off your first box.",
    "Use code CALM20 at the till, with free shipping.",
    "We recommend you to use the Calmatic device.",
]
CALLS = [
    "Contact us now to schedule your first session.",
    "Subscribe to our newsletter for more.",
    "Click here to start.",
]
CRISIS = [
    "National Suicide Prevention Lifeline: 1-800-273-8255",
    "Crisis Text Line: Text HOME to 741741",
    "In crisis? Call or text 988.",
]
BULLETS = ["•", "-", "*", "·", "–", "▪"]
TAKEAWAY_HEADS, FAQ_HEADS, REFERENCE_HEADS = (
    ["Key Takeaways", "Key takeaways:", "At a glance"],
    ["Frequently Asked Questions", "FAQ"],
    ["References", "Sources"],
)


@dataclass
class Truth:
    """What is in an untidy document, and what must not come out of it."""

    suffix: str
    title: str
    heads: list[str]
    takeaways: list[str]
    faq: list[tuple[str, str]]
    references: list[tuple[str, str, int, str]]  # authors, title, year, doi
    letter: list[str]
    signed: str
    sections: list[list[str]]
    noise: list[str] = field(default_factory=list)
    cited: int = 0
    unknown: int = 0


def make(chance: random.Random) -> tuple[Truth, bytes]:
    """One document and its truth."""
    truth = _truth(chance)
    lines = {".txt": _as_text, ".md": _as_markdown, ".html": _as_html}[truth.suffix](truth, chance)
    return truth, _dirty("\n".join(lines) + "\n", chance, mojibake=truth.suffix != ".md")


def _truth(chance: random.Random) -> Truth:
    heads = chance.sample(HEADS, chance.randint(2, 4))
    references = [_reference(chance, n) for n in range(chance.choice([0, 2, 3, 4]))]
    is_letter = chance.random() < 0.4
    title = f"{chance.choice(OPENINGS)} {chance.choice(MATTERS)}"
    return Truth(
        suffix=chance.choice([".txt", ".md", ".html"]),
        title=title if is_letter or chance.random() < 0.6 else f"How to live with {chance.choice(MATTERS)}?",
        heads=heads,
        takeaways=[sentence(chance) for _ in range(chance.choice([0, 3, 4, 5]))],
        faq=[(f"{question}?", sentence(chance)) for question in chance.sample(QUESTIONS, chance.choice([0, 2, 3]))],
        references=references,
        letter=[paragraph(chance) for _ in range(chance.randint(1, 3))] if is_letter else [],
        signed=chance.choice(PENNAMES) if is_letter else "",
        sections=[[paragraph(chance) for _ in range(chance.randint(1, 3))] for _ in heads],
    )


def _reference(chance: random.Random, number: int) -> tuple[str, str, int, str]:
    title = f"{PAPERS[number]}: part {chance.randint(2, 9)}"
    return (
        chance.choice(AUTHORS),
        title,
        chance.randint(1995, 2024),
        f"10.{chance.randint(1000, 9999)}/x{chance.randint(1, 999)}",
    )


def sentence(chance: random.Random) -> str:
    return f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {chance.choice(OBJECTS)}, {chance.choice(TAILS)}."


def paragraph(chance: random.Random) -> str:
    return " ".join(sentence(chance) for _ in range(chance.randint(3, 5)))


def _noisy(truth: Truth, chance: random.Random, choices: list[str]) -> list[str]:
    if chance.random() < 0.3:
        return []
    said = chance.choice(choices)
    truth.noise.append(said)
    return [said]


def _citing(truth: Truth, chance: random.Random, paragraph: str) -> str:
    """The paragraph with a bare number at its end, now and then one without a reference."""
    if not truth.references or chance.random() < 0.5:
        return paragraph
    number = chance.randint(1, len(truth.references) + 1)
    known = number <= len(truth.references)
    truth.cited, truth.unknown = truth.cited + known, truth.unknown + (not known)
    return f"{paragraph[:-1]} {number}" if chance.random() < 0.5 else f"{paragraph[:-1]} [{number}]."


def _entries(truth: Truth, chance: random.Random) -> list[str]:
    made = []
    for number, (authors, title, year, doi) in enumerate(truth.references, start=1):
        start = chance.choice([f"{number}. ", f"[{number}] ", ""])
        made.append(f"{start}{authors}. {title}. {chance.choice(JOURNALS)}. {year}. doi:{doi}")
    return made


# --- As plain text ---


def _as_text(truth: Truth, chance: random.Random) -> list[str]:
    lines = [*_noisy(truth, chance, FURNITURE), "", truth.title, ""]
    lines += [*_noisy(truth, chance, FURNITURE), ""]
    if truth.letter:
        lines += [
            "Dear column,",
            "",
            *_wrapped(truth.letter, chance),
            f"— {truth.signed}",
            "",
            f"Dear {truth.signed},",
            "",
        ]
    else:
        lines += [*_wrapped([paragraph(chance)], chance)]
    if truth.takeaways:
        bullet = chance.choice(BULLETS)
        lines += [chance.choice(TAKEAWAY_HEADS), "", *(f"  {bullet} {point}" for point in truth.takeaways), ""]
    for head, section in zip(truth.heads, truth.sections, strict=True):
        lines += [head, "", *_wrapped([_citing(truth, chance, text) for text in section], chance)]
    lines += _after(truth, chance, lambda head: [head, ""])
    return lines


def _wrapped(paragraphs: list[str], chance: random.Random) -> list[str]:
    import textwrap

    hard = chance.random() < 0.5
    return [line for text in paragraphs for line in [*(textwrap.wrap(text, 76) if hard else [text]), ""]]


def _after(truth: Truth, chance: random.Random, head) -> list[str]:
    lines = []
    if advert := _noisy(truth, chance, ADVERTS):
        lines += [*advert, ""]
    if truth.faq:
        lines += head(chance.choice(FAQ_HEADS))
        for question, answer in truth.faq:
            lines += [question, "", answer, ""]
    if crisis := _noisy(truth, chance, CRISIS):
        lines += [f"  {chance.choice(BULLETS)} {crisis[0]}", ""]
    if truth.references:
        lines += [
            *head(chance.choice(REFERENCE_HEADS)),
            *(line for entry in _entries(truth, chance) for line in (entry, "")),
        ]
    if call := _noisy(truth, chance, CALLS):
        lines += [*call, ""]
    return [*lines, *_noisy(truth, chance, FURNITURE)]


# --- As Markdown without front matter ---


def _as_markdown(truth: Truth, chance: random.Random) -> list[str]:
    lines = [f"# {truth.title}", "", *_noisy(truth, chance, FURNITURE), ""]
    if truth.letter:
        lines += ["Dear column,", "", *_spaced(truth.letter), f"— {truth.signed}", "", f"Dear {truth.signed},", ""]
    if truth.takeaways:
        lines += [f"## {chance.choice(TAKEAWAY_HEADS)}", "", *(f"- {point}" for point in truth.takeaways), ""]
    for head, section in zip(truth.heads, truth.sections, strict=True):
        lines += [f"## {head}", "", *_spaced([_plainly_cited(truth, chance, text) for text in section])]
    return lines + _after(truth, chance, lambda head: [f"## {head}", ""])


def _plainly_cited(truth: Truth, chance: random.Random, text: str) -> str:
    # In Markdown a bracketed number may be a link, so writers leave bare ones.
    if not truth.references or chance.random() < 0.5:
        return text
    truth.cited += 1
    return f"{text[:-1]} {chance.randint(1, len(truth.references))}"


def _spaced(paragraphs: list[str]) -> list[str]:
    return [line for text in paragraphs for line in (text, "")]


# --- As HTML ---


def _as_html(truth: Truth, chance: random.Random) -> list[str]:
    wide, deep = chance.choice(["article", "main", "div"]), chance.choice(["h2", "h3"])
    lines = [
        "<!DOCTYPE html><html><head>",
        f"<title>{html.escape(truth.title)} | Wellness Blog</title>",
        "<script>var a=1;</script></head><body>",
    ]
    lines += [
        "<nav><a href='/'>Home</a><a href='/shop'>Shop</a></nav>",
        f"<{wide}>",
        f"<h1>{html.escape(truth.title)}</h1>",
    ]
    lines += [f"<p class=x>{html.escape(said)}" for said in _noisy(truth, chance, FURNITURE)]
    if truth.letter:
        lines += [
            "<p>Dear column,</p>",
            *_tagged("p", truth.letter),
            f"<p>— {truth.signed}</p>",
            f"<p>Dear {truth.signed},</p>",
        ]
    if truth.takeaways:
        lines += [f"<{deep}>{chance.choice(TAKEAWAY_HEADS)}</{deep}><ul>", *_tagged("li", truth.takeaways), "</ul>"]
    for head, section in zip(truth.heads, truth.sections, strict=True):
        lines += [
            f"<{deep}><b>{head}</b></{deep}>",
            *_tagged("p", [_superscript(truth, chance, text) for text in section]),
        ]
    lines += ["<div class='newsletter-box'>Subscribe to our letters</div>", *_faq_html(truth, chance, deep)]
    if crisis := _noisy(truth, chance, CRISIS):
        lines += ["<ul>", *_tagged("li", crisis), "</ul>"]
    if truth.references:
        lines += [
            f"<{deep}>{chance.choice(REFERENCE_HEADS)}</{deep}><ol>",
            *_tagged("li", _entries(truth, chance)),
            "</ol>",
        ]
    truth.noise += ["Subscribe to our letters", "Shop"]
    return [*lines, f"</{wide}>", "<footer>Terms of use</footer></body></html>"]


def _tagged(tag: str, texts: list[str]) -> list[str]:
    return [
        f"<{tag}>{html.escape(text, quote=False).replace('&lt;', '<').replace('&gt;', '>')}</{tag}>" for text in texts
    ]


def _superscript(truth: Truth, chance: random.Random, text: str) -> str:
    if not truth.references or chance.random() < 0.5:
        return text
    truth.cited += 1
    return f"{text[:-1]}<sup>{chance.randint(1, len(truth.references))}</sup>"


def _faq_html(truth: Truth, chance: random.Random, deep: str) -> list[str]:
    if not truth.faq:
        return []
    folded = chance.random() < 0.5
    shape = "<details><summary>{}</summary><p>{}</p></details>" if folded else "<h4>{}</h4><p>{}</p>"
    return [
        f"<{deep}>{chance.choice(FAQ_HEADS)}</{deep}>",
        *(shape.format(question, answer) for question, answer in truth.faq),
    ]


# --- Dirt ---


def _dirty(text: str, chance: random.Random, *, mojibake: bool) -> bytes:
    if chance.random() < 0.3:
        text = text.replace("\n", "\r\n")
    if chance.random() < 0.3:
        text = text.replace(". ", ".\u00a0", 3)
    way = chance.choice(["utf-8", "utf-8-sig", "cp1252", "utf-16", "windows mojibake", "mac mojibake"])
    if way == "windows mojibake" and mojibake:
        return text.replace("’", "’".encode().decode("cp1252")).replace("—", "—".encode().decode("cp1252")).encode()
    if way == "mac mojibake" and mojibake:
        return text.replace("’", "’".encode().decode("mac_roman")).encode()
    if way == "cp1252":
        return text.replace("▪", "-").encode("cp1252")
    return text.encode(way if " " not in way else "utf-8")
