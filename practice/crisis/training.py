"""Makes weights.npz from labelled lines: softmax regression over hashed n-grams and over likeness to some of the lines.

Run `python -m practice.crisis.training lines_train.jsonl lines_tune.jsonl lines_everyday.jsonl` (all lie in
tests/practice/crisis). What a text must reach is found by cross-validation over families of the same lines: lines
that were written one after another are left out together.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from practice import embeddings
from practice.crisis import matching, normalizing, sensing, weighing
from practice.crisis.screening import ACT_NOW, CHECK_IN, KINDS

ROUNDS = 200
PENALTY = 1e-4
SCALE = 40.0  # brings rows of n-grams near length one
NEARNESS = 6.0  # the same for likenesses to landmarks
LANDMARKS = 1500
FOLDS = 5
FAMILY = 12  # lines in a row that are left out together
RECALL = 0.93  # of the hits in lines left out, by rules and learned layers together
MARGIN = 0.6  # log odds more than that in English: everyday questions to the chatbot alarmed too often
CALM = 0.97  # of the quiet lines on distress, the past, loss or a denial, the share that must not be called urgent
SOFT = ("distress", "recovery", "grief", "denial")
CHUNK = 1 << 12  # buckets looked at together: the whole table would not fit into memory


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def entries(pieces: list[str]) -> tuple[Any, Any, Any]:
    """Row, bucket and worth of each feature, by bucket; one of a block is worth its strength / sqrt(its length)."""
    found: list[tuple[int, Any, float]] = []
    for row, piece in enumerate(pieces):
        for buckets, strength in zip(weighing.features(piece), weighing.STRENGTHS, strict=True):
            found.append((row, buckets, strength / np.sqrt(max(len(buckets), 1))))
    rows = np.concatenate([np.full(len(buckets), row, np.int32) for row, buckets, _ in found])
    worths = np.concatenate([np.full(len(buckets), worth, np.float32) for _, buckets, worth in found])
    buckets = np.concatenate([buckets for _, buckets, _ in found])
    order = np.argsort(buckets, kind="stable")
    return rows[order], buckets[order], worths[order]


def _softmax(scores: Any) -> Any:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def _steepest(alike: Any) -> float:
    """A little more than the largest eigenvalue, by the power method."""
    along = np.ones(len(alike), alike.dtype)
    for _ in range(15):
        along = alike @ along
        size = float(np.linalg.norm(along))
        along /= size
    return 1.05 * size


def solve(alike: Any, wanted: Any) -> tuple[Any, Any]:
    """Softmax regression in the space of the lines: how much each counts for each kind, by Nesterov's steps."""
    counts, ahead = np.zeros_like(wanted), np.zeros_like(wanted)
    share = np.float32(1 / len(wanted))
    bias = np.log(wanted.mean(axis=0) + 1e-3)
    steep = 0.5 * _steepest(alike) * share + PENALTY
    for step in range(ROUNDS):
        errors = (_softmax(alike @ ahead + bias) - wanted) * share
        before, counts = counts, ahead - (errors + PENALTY * ahead) / steep
        ahead = counts + step / (step + 3) * (counts - before)
        bias = bias - 0.5 * errors.sum(axis=0)
    return counts, bias


class Lines:
    """The labelled lines as both layers see them: each whole, and each also by its pieces."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        said = [normalizing.normal(line["text"]) for line in lines]
        parts = [[piece for piece in weighing.pieces_of(one) if piece != one] for one in said]
        self.pieces = [*said, *(piece for some in parts for piece in some)]
        self.line = np.array([*range(len(lines)), *(n for n, some in enumerate(parts) for _ in some)])
        self.kind = np.array([KINDS.index(line["kind"]) for line in lines])
        self.tier = np.array([line.get("tier") or "" for line in lines])
        self.is_hit = np.isin(self.kind, weighing.hits_of(KINDS))
        self.is_soft = np.array([line["sort"] in SOFT for line in lines]) & ~self.is_hit
        self.is_everyday = np.array([line["sort"] == "everyday" for line in lines])
        self.spanish = np.array([sensing.is_spanish(one) for one in said])
        self.ruled = np.array([any(rule.kind != "bereaved" for rule in matching.found_in(one)) for one in said])
        self.lengthy = weighing.LENGTHY * np.log([max(len(weighing.pieces_of(one)), 1) for one in said])
        # A text is read as written (its vector is shared with the chatbot) or without its disguise: learn from both.
        written = [line["text"] for line in lines]
        self.vectors = embeddings.vectors([piece[: sensing.MOST_LETTERS] for piece in self.pieces])
        self.vectors[: len(lines)] = (embeddings.vectors(written) + embeddings.vectors(said)) / 2
        # Every piece of a quiet line is quiet; of the pieces of a hit nobody knows which.
        self.taught = np.flatnonzero((np.arange(len(self.line)) < len(lines)) | ~self.is_hit[self.line])
        self.urged = np.flatnonzero((np.arange(len(self.line)) < len(lines)) & (self.tier[self.line] != ""))
        self.fold = np.random.default_rng(7).integers(0, FOLDS, len(lines) // FAMILY + 1)[self.line // FAMILY]


class Layer:
    """How alike the pieces are by one layer, and what its weights are worth once the pieces' counts are known."""

    def __init__(self, alike: Any) -> None:
        self.alike = alike

    def columns(self, lines: Lines, among: Any) -> tuple[Any, Any]:
        """For each piece its count in every kind and, last, in urgency, learned from the lines in `among`."""
        counts = np.zeros((len(lines.line), len(KINDS) + 1), np.float32)
        taught, urged = lines.taught[among[lines.taught]], lines.urged[among[lines.urged]]
        counts[taught, :-1], bias = self._solved(
            taught, np.eye(len(KINDS), dtype=np.float32)[lines.kind[lines.line[taught]]]
        )
        tiers = np.stack([lines.tier[lines.line[urged]] == tier for tier in (CHECK_IN, ACT_NOW)], axis=1)
        urgency, leaning = self._solved(urged, tiers.astype(np.float32))
        counts[urged, -1] = urgency[:, 1] - urgency[:, 0]
        return counts, np.append(bias, leaning[1] - leaning[0])

    def _solved(self, rows: Any, wanted: Any) -> tuple[Any, Any]:
        return solve(np.ascontiguousarray(self.alike[np.ix_(rows, rows)]), wanted)

    def left_out(self, lines: Lines) -> Any:
        """Every piece's odds of a hit and of urgency, by weights made without its family."""
        odds = np.zeros((len(lines.line), 2), np.float32)
        for n in range(FOLDS):
            counts, bias = self.columns(lines, lines.fold != n)
            these = np.flatnonzero(lines.fold == n)
            scored = self.alike[these] @ counts + bias
            odds[these] = np.stack([weighing.log_odds(scored[:, :-1], KINDS), scored[:, -1]], axis=1)
        return odds


class Looks(Layer):
    def __init__(self, lines: Lines) -> None:
        rows, buckets, worths = entries(lines.pieces)
        whole = rows < len(lines.kind)
        seen = np.unique(buckets[whole].astype(np.int64) * len(lines.pieces) + rows[whole]) // len(lines.pieces)
        self.rare = np.log((1 + len(lines.kind)) / (1 + np.bincount(seen, minlength=weighing.BUCKETS))) + 0.3
        self.rows, self.buckets, self.worths = rows, buckets, (worths * self.rare[buckets]).astype(np.float32)
        super().__init__(sum(table @ table.T for _, table in self._tables()) / np.float32(SCALE))

    def _tables(self) -> Any:
        """The rows of features, some buckets at a time."""
        for start in range(0, weighing.BUCKETS, CHUNK):
            first, last = np.searchsorted(self.buckets, [start, start + CHUNK])
            table = np.zeros((int(self.rows.max()) + 1, CHUNK), np.float32)
            np.add.at(table, (self.rows[first:last], self.buckets[first:last] - start), self.worths[first:last])
            yield start, table

    def weights(self, counts: Any) -> Any:
        made = np.concatenate([table.T @ counts for _, table in self._tables()])
        return (made * self.rare[:, None] / SCALE).astype(np.float16)


class Meaning(Layer):
    """Likeness to some of the lines, by Nystroem's method: as if to all of them."""

    def __init__(self, lines: Lines) -> None:
        chosen = np.random.default_rng(11).choice(len(lines.kind), min(LANDMARKS, len(lines.kind)), replace=False)
        self.kept = np.clip(np.round(lines.vectors[np.sort(chosen)] * weighing.STEPS), -127, 127).astype(np.int8)
        landmarks = self.kept.astype(np.float32) / weighing.STEPS
        among = weighing.likeness(landmarks, landmarks).astype(np.float64) + 1e-3 * np.eye(len(landmarks))
        self.root = np.linalg.cholesky(among)
        near = weighing.likeness(lines.vectors, landmarks).astype(np.float64)
        self.table = np.linalg.solve(self.root, near.T).T.astype(np.float32)
        super().__init__(NEARNESS * self.table @ self.table.T)

    def weights(self, counts: Any) -> Any:
        return np.linalg.solve(self.root.T, NEARNESS * (self.table.T @ counts).astype(np.float64)).astype(np.float32)


def worst(odds: Any, lines: Lines, bar: float) -> tuple[Any, Any]:
    """For each line the odds of its worst piece, and the most that is both beyond `bar` and urgent."""
    hit, urgent = (np.full(len(lines.kind), -99, np.float32) for _ in range(2))
    odds = odds - lines.lengthy[lines.line][:, None]
    np.maximum.at(hit, lines.line, odds[:, 0])
    np.maximum.at(urgent, lines.line, np.where(odds[:, 0] >= bar, odds.min(axis=1), -99))
    return hit, urgent


def bar(odds: Any, lines: Lines, among: Any) -> tuple[float, float]:
    """What must be reached so that RECALL of the hits are found and CALM of the soft lines are not called urgent."""
    found = np.where(lines.ruled, 99, worst(odds, lines, 0)[0])
    hit = float(np.quantile(found[lines.is_hit & among], 1 - RECALL))
    urgent = float(np.quantile(worst(odds, lines, hit)[1][lines.is_soft & among], CALM))
    _report(odds, lines, among, hit, max(urgent, 0.0))
    return hit, max(urgent, 0.0)


def _report(odds: Any, lines: Lines, among: Any, hit: float, urgent: float) -> None:
    """Prints what the bars mean for lines left out."""
    found, hasty = worst(odds, lines, hit)
    heard, urged = lines.ruled | (found >= hit), hasty >= urgent
    shares = {
        "hits heard": heard[lines.is_hit & among],
        "quiet lines alarmed": heard[~lines.is_hit & ~lines.is_everyday & among],
        "everyday lines alarmed": heard[lines.is_everyday & among],
        "urgent lines called so by learning alone": urged[(lines.tier == ACT_NOW) & among],
        "check-ins called urgent": urged[(lines.tier == CHECK_IN) & among],
        "soft quiet lines called urgent": urged[lines.is_soft & among],
    }
    rounded = {name: round(float(some.mean()), 3) for name, some in shares.items()}
    sys.stdout.write(f"bars {hit:.2f} {urgent:.2f} {rounded}\n")


def fit(lines: Lines) -> dict[str, Any]:
    """Weights, biases and bars; the same lines give the same numbers."""
    looks, meaning = Looks(lines), Meaning(lines)
    looked, meant = looks.left_out(lines), meaning.left_out(lines)
    everyone = np.ones(len(lines.line), bool)
    counts, bias = looks.columns(lines, everyone)
    by_meaning, meaning_bias = meaning.columns(lines, everyone)
    joined = bar(looked + meant, lines, ~lines.spanish)
    return {
        "weights": looks.weights(counts),
        "bias": bias.astype(np.float32),
        "landmarks": meaning.kept,
        "meaning": meaning.weights(by_meaning),
        "meaning_bias": meaning_bias.astype(np.float32),
        "alone": bar(looked, lines, lines.spanish),
        "joined": (joined[0] + MARGIN, joined[1]),
        "kinds": np.array(KINDS),
    }


def main(paths: list[str]) -> None:
    found = fit(Lines([line for path in paths for line in read(Path(path))]))
    np.savez_compressed(weighing.PATH, **found)


if __name__ == "__main__":
    main(sys.argv[1:])
