"""The three ways in which the screen learns, in plain numpy: of sparse rows, of tokens' states, of a dozen numbers.

Each is deterministic: the same rows give the same numbers.
"""

from typing import Any, NamedTuple

import numpy as np

from practice.crisis import sensing

EPOCHS = 12  # of sparse rows


class Rows(NamedTuple):
    """Sparse rows laid one after the other: their keys (as places in a table), worths, and where each row begins."""

    starts: Any
    keys: Any
    worths: Any


def linear(rows: Rows, width: int, wanted: Any, among: Any, cost: float) -> tuple[Any, Any]:
    """Weights and biases for each column of `wanted` (1 or -1): squared hinge by dual coordinate descent.

    One row after another is asked what it would change; all columns at once. `cost` is what a mistake costs.
    """
    weights = np.zeros((width + 1, wanted.shape[1]), np.float32)  # the last is the bias
    soft = np.float32(0.5 / cost)
    duals = np.zeros(wanted.shape, np.float32)
    sizes = np.diff(np.concatenate([[0], np.cumsum(rows.worths.astype(np.float64) ** 2)])[rows.starts]) + 1
    order = np.random.default_rng(5)
    for _ in range(EPOCHS):
        for n in order.permutation(among):
            these = slice(rows.starts[n], rows.starts[n + 1])
            keys, worths = rows.keys[these], rows.worths[these]
            margin = wanted[n] * (worths @ weights[keys] + weights[-1])
            dual = np.maximum(duals[n] - (margin - 1 + soft * duals[n]) / np.float32(sizes[n] + soft), 0)
            step = (dual - duals[n]) * wanted[n]
            duals[n] = dual
            weights[keys] += worths[:, None] * step
            weights[-1] += step
    return weights[:-1], weights[-1].copy()


class States(NamedTuple):
    """Tokens' states of all texts laid one after the other (float16), and where each text's begin and end."""

    states: Any
    starts: Any


FEATURES = 96  # of each token
ROUNDS = 24
BATCH = 64
STEP = 2e-3
DECAY = 1e-3
FORGOTTEN, DEAFENED = 0.3, 0.4  # shares of numbers left out at random: of the states, of the features
WARM = 50  # steps


def _filled(texts: States, batch: Any) -> tuple[Any, Any]:
    """The batch's states, each followed by a row of nought, and which rows are tokens."""
    lengths = texts.starts[batch + 1] - texts.starts[batch]
    filled = np.zeros((len(batch), int(lengths.max()) + 1, texts.states.shape[1]), np.float32)
    for row, n in enumerate(batch):
        filled[row, : lengths[row]] = texts.states[texts.starts[n] : texts.starts[n + 1]]
    return filled, (np.arange(filled.shape[1] - 1) < lengths[:, None])[:, :, None]


def _kept(chance: Any, shape: Any, lost: float) -> Any:
    return (chance.random(shape, dtype=np.float32) >= lost) / np.float32(1 - lost)


def _slopes(head: dict[str, Any], filled: Any, real: Any, wanted: Any, worth: Any, chance: Any) -> dict[str, Any]:
    """Of the logistic loss, for each of the head's tables; see sensing.heard for what it does with a text."""
    count, longest = filled.shape[0], filled.shape[1] - 1
    filled = filled * _kept(chance, (count, 1, filled.shape[2]), FORGOTTEN)
    own, after = filled[:, :-1].reshape(count * longest, -1), filled[:, 1:].reshape(count * longest, -1)
    raw = (own @ head["own"] + after @ head["next"]).reshape(count, longest, -1) + head["lean"]
    features = np.maximum(raw, 0) * real
    strongest = features.argmax(axis=1)[:, None]
    shares = (sensing.AVERAGED / real.sum(axis=1)).astype(np.float32)
    told = np.concatenate([np.take_along_axis(features, strongest, 1)[:, 0], features.sum(axis=1) * shares], axis=1)
    kept = _kept(chance, told.shape, DEAFENED)
    told = told * kept
    errors = ((1 / (1 + np.exp(-(told @ head["out"] + head["bias"]))) - wanted) * worth / count).astype(np.float32)
    back = (errors @ head["out"].T) * kept
    width = back.shape[1] // 2
    each = np.repeat((back[:, width:] * shares)[:, None], longest, axis=1)
    np.put_along_axis(each, strongest, np.take_along_axis(each, strongest, 1) + back[:, None, :width], 1)
    each = (each * ((raw > 0) & real)).reshape(count * longest, -1)
    return {
        "own": own.T @ each,
        "next": after.T @ each,
        "lean": each.sum(axis=0),
        "out": told.T @ errors,
        "bias": errors.sum(axis=0),
    }


def tokens(texts: States, wanted: Any, among: Any, worth: Any) -> dict[str, Any]:
    """The head of sensing.py: logistic regression for each column of `wanted` (0 or 1), by Adam's steps."""
    chance, size = np.random.default_rng(3), texts.states.shape[1]
    shapes = {"own": (size, FEATURES), "next": (size, FEATURES), "out": (2 * FEATURES, wanted.shape[1])}
    spread = {"own": size**-0.5, "next": (3 * size) ** -0.5, "out": 0.1}
    head = {name: chance.normal(0, spread[name], shape).astype(np.float32) for name, shape in shapes.items()}
    head |= {"lean": np.zeros(FEATURES, np.float32), "bias": np.zeros(wanted.shape[1], np.float32)}
    mean = {name: np.zeros_like(table) for name, table in head.items()}
    square = {name: np.zeros_like(table) for name, table in head.items()}
    lengths = (texts.starts[1:] - texts.starts[:-1])[among]
    count = -(-len(among) // BATCH)
    for step in range(1, ROUNDS * count + 1):
        if step % count == 1 or count == 1:  # like lengths together, a little shuffled
            order = among[np.argsort(lengths // 6 + chance.random(len(among)))]
            turns = chance.permutation(count)
        batch = order[turns[step % count] * BATCH :][:BATCH]
        filled, real = _filled(texts, batch)
        slopes = _slopes(head, filled, real, wanted[batch], worth[batch], chance)
        pace = STEP * min(1, step / WARM) * (1 - 0.95 * step / (ROUNDS * count))
        for name, slope in slopes.items():
            mean[name] = 0.9 * mean[name] + 0.1 * slope
            square[name] = 0.999 * square[name] + 0.001 * slope**2
            stride = mean[name] / (1 - 0.9**step) / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-7)
            head[name] = (head[name] * (1 - pace * DECAY * (name != "bias")) - pace * stride).astype(np.float32)
    return head


def logistic(values: Any, wanted: Any, worth: Any, penalty: float = 1e-3) -> tuple[Any, float]:
    """Weights and bias of a plain logistic regression over a few numbers, by Newton's steps."""
    rows = np.column_stack([values, np.ones(len(values))]).astype(np.float64)
    held = penalty * worth.sum() * np.append(np.ones(values.shape[1]), 0)
    found = np.zeros(rows.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ ((chance - wanted) * worth) + held * found
        bend = (rows * (chance * (1 - chance) * worth)[:, None]).T @ rows + np.diag(held + 1e-9)
        found = found - np.linalg.solve(bend, slope)
    return found[:-1].astype(np.float32), float(found[-1])
