"""Which phrases a normalised text holds, once idioms are out and the guards have spoken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from practice.crisis import grammar
from practice.crisis.grammar import Rule

SENTENCE = re.compile(r"(?<=[.!?;\n])\s+|\n+")
CLAUSE = re.compile(
    r"[,:;()\n]|\b(?:but|however|although|though|yet|except|because|pero|aunque|sino|porque"
    r"|and (?:i|now|my|then)|y (?:yo|ya|ahora|me|no))\b"
)
WORD = re.compile(r"[a-z0-9]+")
FIRST_PERSON = re.compile(r"\b(?:i|ill|id|me|my|myself|mi|mis|yo|estoy|tengo|quiero|\w+(?:arme|irme|erme))\b")
TOLD = re.compile(
    r"\b(?:lyrics?|song|quote|character|line|movie|film|book|novel|poem|episode|show|game|story|script|cancion|letra|pelicula|libro"
    r"|personaje|novela|serie)\b[^.!?\n]{0,50}\b(?:where|about|called|says|said|which|titled|goes|named|who|by|quote|ending|says?"
    r"|lyrics|line|scene|dice|llama|titula|sobre|donde|trata)\b"
)
LONGEST = 1200  # a "sentence" without any mark is read in overlapping pieces of this many letters
OVERLAP = 200
NEAR = 70
SHORT = 600
NEAR_BY = ("p", "a", "m", "denial", "n", "present", "not_now", "past_abuse", "fun")  # guards that are signs too
IDIOM = " ~ "


@dataclass(frozen=True)
class Found:
    rule: Rule
    start: int
    end: int


def sentences(said: str) -> list[str]:
    """The text's different sentences, none of them longer than LONGEST; no clause is lost between two pieces."""
    pieces: dict[str, None] = {}
    for sentence in SENTENCE.split(said):
        for start in range(0, max(len(sentence), 1), LONGEST - OVERLAP):
            piece = sentence[start : start + LONGEST].strip()
            if piece:
                pieces[piece] = None
    return list(pieces)


def anchored(piece: str) -> int:
    """How many different words of a piece begin as some phrase's words do."""
    anchors = grammar.grammar().by_word
    return sum(word[: grammar.KEY] in anchors for word in set(WORD.findall(piece)))


def _worth_trying(sentence: str, book: grammar.Grammar) -> set[int]:
    keys = {word[: grammar.KEY] for word in WORD.findall(sentence)}
    return {index for key in keys & book.by_word.keys() for index in book.by_word[key]}


def _without_idioms(sentence: str, book: grammar.Grammar) -> str:
    if not book.any_idiom.search(sentence):
        return sentence
    for idiom in book.idioms:
        sentence = idiom.sub(IDIOM, sentence)
    return sentence


def _left(sentence: str, start: int) -> str:
    """What stands before the phrase in its own clause."""
    near = sentence[max(0, start - NEAR) : start]
    return near[max((mark.end() for mark in CLAUSE.finditer(near)), default=0) :]


def _is_past(rule: Rule, sentence: str, book: grammar.Grammar) -> bool:
    past = book.guards["past_abuse" if rule.kind == "abuse" else "p"].search(sentence)
    if not past:
        return False
    rest = book.guards["not_now"].sub(" ", sentence)
    return not book.guards["present"].search(rest)


def _is_asked(rule: Rule, phrase: str, around: str, book: grammar.Grammar) -> bool:
    """A clinician's, student's or caller's question; words about oneself are never only a question."""
    if not book.guards["a"].search(around):
        return False
    return "A" in rule.guards or not FIRST_PERSON.search(phrase)


def _is_told(rule: Rule, sentence: str, book: grammar.Grammar) -> bool:
    return bool((TOLD if rule.kind in ("self", "medical") else book.guards["m"]).search(sentence))


def _is_denied(sentence: str, match: re.Match[str], book: grammar.Grammar) -> bool:
    phrase = book.guards["n_inherent"].sub(" ", match[0])
    if book.guards["n_within"].search(phrase) or book.guards["n_after"].match(sentence[match.end() :]):
        return True
    return bool(book.guards["n"].search(_left(sentence, match.start())))


def _is_silenced(rule: Rule, sentence: str, around: str, match: re.Match[str], book: grammar.Grammar) -> bool:
    guards = rule.guards
    return bool(
        ("n" in guards and _is_denied(sentence, match, book))
        or ("p" in guards and _is_past(rule, sentence, book))
        or ("m" in guards and _is_told(rule, sentence, book))
        or ("a" in guards.lower() and _is_asked(rule, match[0], around, book))
        or (rule.kind == "violence" and book.guards["fun"].search(sentence))
    )


def _in_sentence(sentence: str, around: str, book: grammar.Grammar) -> Iterator[Found]:
    tried = [book.rules[index] for index in _worth_trying(sentence, book)]
    hopeful = [rule for rule in tried if rule.pattern.search(sentence)]
    if not hopeful:
        return
    plain = _without_idioms(sentence, book)
    for rule in hopeful:
        for match in rule.pattern.finditer(plain):
            if not _is_silenced(rule, plain, around, match, book):
                yield Found(rule, match.start(), match.end())
                break


def _settled(found: list[Found]) -> list[Found]:
    """Of phrases on one another: grief silences talk of another's death; another's words are not one's own."""
    grief = any(f.rule.kind == "bereaved" for f in found)
    if grief:
        found = [f for f in found if f.rule.kind != "other" and "A" not in f.rule.guards]
    others = [f for f in found if f.rule.kind in ("other", "abuse")]
    return [f for f in found if f.rule.kind != "self" or not any(o.start <= f.start and f.end <= o.end for o in others)]


def _spoken(plain: str, piece: str, book: grammar.Grammar) -> Iterator[tuple[Rule, bool]]:
    """Every rule whose phrase stands in the piece without its idioms, and whether a guard silences it."""
    for rule in (book.rules[index] for index in _worth_trying(plain, book)):
        if match := rule.pattern.search(plain):
            yield rule, _is_silenced(rule, plain, piece, match, book)


def signs(piece: str) -> list[str]:
    """What the phrases make of a piece, for the learned layers: which speak or are silenced, and near which guards."""
    book = grammar.grammar()
    plain = _without_idioms(piece, book)
    spoken = list(_spoken(plain, piece, book))
    kinds = {f"{rule.kind} silenced" if silenced else rule.kind for rule, silenced in spoken}
    found = {f"{rule.name} silenced" if silenced else rule.name for rule, silenced in spoken}
    found |= {f"{rule.kind} {rule.tier} {silenced}" for rule, silenced in spoken}
    near = [name for name in NEAR_BY if book.guards[name].search(piece)]
    near += ["idiom"] if plain != piece else []
    return sorted(found | kinds | set(near) | {f"{name} {kind}" for name in near for kind in kinds} or {"nothing"})


def found_in(said: str) -> list[Rule]:
    """Every rule whose phrase the normalised text holds, in the order of the book."""
    book = grammar.grammar()
    rules: dict[str, Rule] = {}
    for sentence in sentences(said):
        around = said if len(said) <= SHORT else sentence
        for found in _settled(list(_in_sentence(sentence, around, book))):
            rules.setdefault(found.rule.name, found.rule)
    return [rule for rule in book.rules if rule.name in rules]
