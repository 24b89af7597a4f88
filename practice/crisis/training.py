"""Makes weights.npz from labelled lines, all of them our own.

Run `python -m practice.crisis.training lines_train.jsonl lines_tune.jsonl lines_everyday.jsonl` (all lie in
tests/practice/crisis). Two layers learn from every line: n-grams (weighing) and meaning (sensing). How far to trust
them, and the rules, is learned in a second step (judging) from scores of lines written by a hand that the layers had
not learned from, because what one hand writes says little of what another will. The same goes for what is enough.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from practice import embeddings
from practice.crisis import judging, learning, matching, normalizing, sensing, weighing
from practice.crisis.screening import ACT_NOW, CHECK_IN

HAND = re.compile("[a-z]+-?")  # who wrote a line: how its id begins
# Hands whose lines the layers are asked about without having learned from them, by turns.
LEFT_OUT = (("w-", "y-", "a-"), ("x-", "m-", "b-"), ("z-", "e", "q-"), ("h", "x", "y", "k-", "c-"))
WISER = ("n-",)  # lines written after a look at what was missed in those: not learned from while asking about them
COST = 0.02  # of a mistake, to the n-grams
RARE = 2  # lines in which a key must occur
RECALL = 0.92  # of the hits by strangers, rules and layers together
CALM = 0.98  # of the quiet lines on distress, the past, loss or a denial, the share that must not be called urgent
SOFT = ("distress", "recovery", "grief", "denial")
BESIDES = 0.5  # how much the other outputs count beside a hit, when the head learns


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class Lines:
    """The labelled lines with what is wanted of each, and their parts and sentences as the layers see them."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.text = [line["text"] for line in lines]
        self.said = [normalizing.normal(text) for text in self.text]
        self.rules = [matching.found_in(said) for said in self.said]
        self.hand = np.array([HAND.findall(line["id"])[0] for line in lines])
        self.sort = np.array([line["sort"] for line in lines])
        self.kind = np.array([line["kind"] for line in lines])
        self.tier = np.array([line.get("tier") or "" for line in lines])
        self.is_hit = ~np.isin(self.kind, ("none", "bereaved"))
        self.is_soft = np.isin(self.sort, SOFT) & ~self.is_hit
        self.is_ruled = np.array([any(rule.kind != "bereaved" for rule in rules) for rules in self.rules])
        by_kind = [self.kind == kind for kind in weighing.KINDS]
        self.wanted = np.stack([self.is_hit, self.tier == ACT_NOW, *by_kind], axis=1).astype(np.float32)


class Pieces:
    """Texts of the lines: whether a layer learns from each, is asked about it, and whether it is a part's sentence."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._about: list[tuple[int, bool, bool, bool]] = []

    def add(self, line: int, texts: Sequence[str], *, taught: bool, asked: bool = True, sentence: bool = False) -> None:
        self.texts += texts
        self._about += [(line, taught, asked, sentence)] * len(texts)

    def settle(self) -> None:
        about = np.array(self._about)
        self.line, (self.taught, self.asked, self.sentence) = about[:, 0], about[:, 1:].astype(bool).T


def pieces(lines: Lines) -> tuple[Pieces, Pieces]:
    """Parts and sentences for the n-grams, parts for the meaning.

    Every part and sentence of a quiet line is quiet. Of those of a hit nobody knows which it is: it is learned whole.
    """
    looks, meanings = Pieces(), Pieces()
    for n, (said, text) in enumerate(zip(lines.said, lines.text, strict=True)):
        quiet, found = not lines.is_hit[n], weighing.parts_of(said)
        single = len(found) == 1
        looks.add(n, found, taught=quiet or single)
        meanings.add(n, [sensing.readable(part, text) for part in found], taught=quiet or single)
        if not single and not quiet:
            looks.add(n, [said], taught=True, asked=False)
            meanings.add(n, [sensing.readable(said, text)], taught=True, asked=False)
        for part in found:
            looks.add(n, weighing.sentences_of(part), taught=quiet, sentence=True)
    looks.settle()
    meanings.settle()
    return looks, meanings


class Layer:
    """What both layers share: they learn from the taught pieces of some lines, and are asked about those of others."""

    pieces: Pieces

    def _taught(self, lines: Lines, among: Any) -> tuple[Any, Any]:
        return np.flatnonzero(self.pieces.taught & among[self.pieces.line]), lines.wanted[self.pieces.line]

    def asked(self, learned: Any, among: Any) -> tuple[Any, Any, Any]:
        """The pieces of the lines in `among`: which, of which line, and each one's scores."""
        rows = np.flatnonzero(self.pieces.asked & among[self.pieces.line])
        rows = rows[np.argsort(self.pieces.line[rows], kind="stable")]
        return rows, self.pieces.line[rows], np.array([self._score(learned, row) for row in rows.tolist()])

    def _score(self, learned: Any, row: int) -> Any:
        raise NotImplementedError


class Looks(Layer):
    """The n-grams: every piece as a sparse row of the keys that occur in several lines, rare ones worth more."""

    def __init__(self, some: Pieces) -> None:
        self.pieces = some
        blocks = [block for text in some.texts for block in weighing.features(text)]
        lengths = np.array([len(block) for block in blocks])
        strengths = np.repeat(np.tile(weighing.STRENGTHS, len(some.texts)) / np.sqrt(np.maximum(lengths, 1)), lengths)
        rows = np.repeat(np.repeat(np.arange(len(some.texts)), len(weighing.STRENGTHS)), lengths)
        keys, places = np.unique(np.concatenate(blocks), return_inverse=True)
        count = int(some.line.max()) + 1
        seen = np.bincount(np.unique(places * count + some.line[rows]) // count, minlength=len(keys))
        kept = seen >= RARE
        self.keys, self.rare = keys[kept], (np.log((1 + count) / (1 + seen[kept])) + 0.3).astype(np.float32)
        known, place = kept[places], (np.cumsum(kept) - 1)[places]
        starts = np.searchsorted(rows[known], np.arange(len(some.texts) + 1))
        worths = (strengths[known] * self.rare[place[known]]).astype(np.float32)
        self.rows = learning.Rows(starts, place[known], worths)

    def learned(self, lines: Lines, among: Any) -> tuple[Any, Any]:
        """Weights and biases for each of OUTPUTS, from the lines in `among`."""
        rows, wanted = self._taught(lines, among)
        return learning.linear(self.rows, len(self.keys), 2 * wanted - 1, rows, COST)

    def _score(self, learned: tuple[Any, Any], row: int) -> Any:
        weights, bias = learned
        span = slice(self.rows.starts[row], self.rows.starts[row + 1])
        return self.rows.worths[span] @ weights[self.rows.keys[span]] + bias


class Meanings(Layer):
    """What MiniLM makes of every token of every piece, kept in a temporary file while the training runs."""

    def __init__(self, some: Pieces) -> None:
        self.pieces = some
        starts = np.concatenate([[0], np.cumsum([len(embeddings.token_ids(text)) for text in some.texts])])
        self.file = NamedTemporaryFile()  # noqa: SIM115  goes with this object
        states = np.memmap(self.file, np.float16, "w+", shape=(int(starts[-1]), embeddings.DIMENSIONS))
        for n, text in enumerate(some.texts):
            states[starts[n] : starts[n + 1]] = embeddings.states(text)
        self.texts = learning.States(states, starts)

    def learned(self, lines: Lines, among: Any) -> dict[str, Any]:
        """The head, from the lines in `among`; above all it must hear a hit."""
        rows, wanted = self._taught(lines, among)
        worth = np.full_like(wanted, BESIDES)
        worth[:, judging.HIT] = 1
        return learning.tokens(self.texts, wanted, rows, worth)

    def _score(self, learned: dict[str, Any], row: int) -> Any:
        span = slice(self.texts.starts[row], self.texts.starts[row + 1])
        return sensing.heard(self.texts.states[span].astype(np.float32), learned)


def _span(of: Any, line: int) -> slice:
    """Where the line's pieces lie among those of lines in order."""
    return slice(*np.searchsorted(of, (line, line + 1)))


def left_out(lines: Lines, looks: Looks, meanings: Meanings) -> tuple[Any, Any]:
    """EVIDENCE of the lines of LEFT_OUT, by layers that learned from other hands alone; and which lines those are."""
    known = np.zeros((len(lines.said), len(judging.EVIDENCE)), np.float32)
    asked = np.zeros(len(lines.said), bool)
    for hands in LEFT_OUT:
        out = np.isin(lines.hand, hands)
        among = ~out & ~np.isin(lines.hand, WISER)
        rows, by_line, scored = looks.asked(looks.learned(lines, among), out)
        sentence = looks.pieces.sentence[rows]
        _, by_line_meant, meant = meanings.asked(meanings.learned(lines, among), out)
        for n in np.flatnonzero(out).tolist():
            mine = _span(by_line, n)
            if mine.start < mine.stop:
                whole, parts = scored[mine][~sentence[mine]], scored[mine][sentence[mine]]
                known[n] = judging.gathered(lines.rules[n], whole, parts, meant[_span(by_line_meant, n)])
                asked[n] = True
    return known, asked


def _regression(known: Any, wanted: Any, names: Sequence[str]) -> Any:
    """A column for judging.log_odds: weights of EVIDENCE (nought where not in `names`) and the bias."""
    columns = [judging.EVIDENCE.index(name) for name in names]
    weights, bias = learning.logistic(known[:, columns], wanted, np.ones(len(known)))
    column = np.zeros(len(judging.EVIDENCE) + 1, np.float32)
    column[columns], column[-1] = weights, bias
    return column


def verdict(lines: Lines, known: Any, asked: Any, *, with_meaning: bool) -> Any:
    """The regressions for a hit and for haste, their biases such that nought is where RECALL and CALM are reached."""
    names = [
        [name for name in some if with_meaning or not name.startswith("means")]
        for some in (judging.FOR_HIT, judging.FOR_NOW)
    ]
    wanted = lines.wanted[:, [judging.HIT, judging.NOW]]
    found = np.stack([_regression(known[asked], wanted[asked, n], names[n]) for n in (0, 1)], axis=1)
    hit, now = judging.log_odds(known, found).T
    enough = np.quantile(np.where(lines.is_ruled, np.inf, hit)[asked & lines.is_hit], 1 - RECALL)
    heard = hit >= enough
    hasty = np.quantile(np.where(heard, now, -np.inf)[asked & lines.is_soft], CALM, method="higher")
    found[-1] -= np.array([enough, hasty], np.float32)
    report(lines, asked, heard | lines.is_ruled, heard & (now >= hasty))
    return found


def report(lines: Lines, asked: Any, heard: Any, urged: Any) -> None:
    """Prints what the verdicts mean for lines by hands that the layers had not learned from."""
    shares: dict[str, tuple[Any, Any]] = {
        "hits heard": (heard, lines.is_hit),
        "quiet lines alarmed": (heard, ~lines.is_hit & (lines.hand != "e")),
        "everyday lines alarmed": (heard, lines.hand == "e"),
        "urgent called urgent by learning alone": (urged, lines.tier == ACT_NOW),
        "check-ins called urgent": (urged, lines.tier == CHECK_IN),
        "soft quiet lines called urgent": (urged, lines.is_soft),
    }
    for name, (found, among) in shares.items():
        by_hand = {hand: among & asked & (lines.hand == hand) for hand in sorted(set(lines.hand[asked]))}
        rows = {"": among & asked, **by_hand}.items()
        sys.stdout.write(
            " ".join([name, *(f"{hand} {found[some].mean():.3f}" for hand, some in rows if some.any())]) + "\n"
        )


def fit(lines: Lines) -> dict[str, Any]:
    """Weights, head and verdicts; the same lines give the same numbers."""
    to_look, to_mean = pieces(lines)
    looks, meanings = Looks(to_look), Meanings(to_mean)
    known, asked = left_out(lines, looks, meanings)
    everyone = np.ones(len(lines.said), bool)
    weights, bias = looks.learned(lines, everyone)
    head = meanings.learned(lines, everyone)
    return {
        "keys": looks.keys,
        "weights": (weights * looks.rare[:, None]).astype(np.float16),
        "bias": bias,
        "joined": verdict(lines, known, asked, with_meaning=True),
        "alone": verdict(lines, known, asked, with_meaning=False),
        **{f"head_{name}": table.astype(np.float16) for name, table in head.items()},
    }


def main(paths: list[str]) -> None:
    found = fit(Lines([line for path in paths for line in read(Path(path))]))
    np.savez_compressed(weighing.PATH, **found)


if __name__ == "__main__":
    main(sys.argv[1:])
