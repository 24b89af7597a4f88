"""How the screen learns: each of the three ways finds what is there to be found, and finds it again."""

import json
from pathlib import Path

import numpy as np

from practice.crisis import glossing, judging, learning, normalizing, sensing, training, weighing

HERE = Path(__file__).parent


def sparse(rows):
    starts = np.cumsum([0, *map(len, rows)])
    keys = np.concatenate(rows)
    return learning.Rows(starts, keys, np.ones(len(keys), np.float32))


def test_from_sparse_rows_it_learns_which_keys_tell_and_which_do_not():
    chance = np.random.default_rng(1)
    wanted = np.where(chance.random((300, 2)) < 0.5, 1, -1).astype(np.float32)
    rows = [[*(n for n in (0, 1) if wants[n] > 0), *chance.integers(2, 50, 4)] for wants in wanted]
    among = np.arange(200)

    weights, bias = learning.linear(sparse([np.unique(row) for row in rows]), 50, wanted, among, 1.0)

    scores = np.array([weights[np.unique(row)].sum(axis=0) + bias for row in rows])
    assert (np.sign(scores[200:]) == wanted[200:]).mean() > 0.97
    assert weights[0, 0] > 4 * abs(weights[1:, 0]).max()
    assert weights[1, 1] > 4 * abs(np.delete(weights[:, 1], 1)).max()


def test_from_tokens_it_learns_to_hear_one_among_many(monkeypatch):
    monkeypatch.setattr(learning, "ROUNDS", 80)
    chance = np.random.default_rng(2)
    lengths = chance.integers(3, 20, 400)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    states = chance.normal(0, 1, (starts[-1], 16)).astype(np.float16)
    wanted = (chance.random((400, 1)) < 0.5).astype(np.float32)
    for n in np.flatnonzero(wanted[:, 0]):
        states[chance.integers(starts[n], starts[n + 1]), :3] = 4  # one token says it
    texts, among = learning.States(states, starts), np.arange(300)

    head = learning.tokens(texts, wanted, among, np.ones_like(wanted))

    heard = np.array(
        [sensing.heard(states[starts[n] : starts[n + 1]].astype(np.float32), head)[0] for n in range(300, 400)]
    )
    assert ((heard > 0) == (wanted[300:, 0] > 0)).mean() > 0.9
    again = learning.tokens(texts, wanted, among, np.ones_like(wanted))
    assert all(np.array_equal(head[name], again[name]) for name in head)


def test_the_slopes_of_the_head_are_those_of_its_loss(monkeypatch):
    monkeypatch.setattr(learning, "FORGOTTEN", 0.0)
    monkeypatch.setattr(learning, "DEAFENED", 0.0)
    chance = np.random.default_rng(3)
    texts = learning.States(chance.normal(0, 1, (9, 5)).astype(np.float32), np.array([0, 4, 9]))
    shapes = {"own": (5, 3), "next": (5, 3), "lean": (3,), "out": (6, 2), "bias": (2,)}
    head = {name: chance.normal(0, 0.5, shape) for name, shape in shapes.items()}
    wanted, worth = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.5], [1.0, 2.0]])

    def loss():
        told = np.array([sensing.heard(texts.states[a:b], head) for a, b in ((0, 4), (4, 9))])
        return float((worth * (np.logaddexp(0, told) - wanted * told)).sum() / 2)

    slopes = learning._slopes(head, *learning._filled(texts, np.array([0, 1])), wanted, worth, chance)
    for name, table in head.items():
        for place in np.ndindex(table.shape):
            before = table[place]
            table[place] = before + 1e-4
            more = loss()
            table[place] = before - 1e-4
            less = loss()
            table[place] = before
            assert abs((more - less) / 2e-4 - slopes[name][place]) < 1e-3, (name, place)


def test_a_few_numbers_are_weighed_by_what_they_are_worth():
    chance = np.random.default_rng(4)
    values = chance.normal(0, 1, (4000, 2))
    wanted = (chance.random(4000) < 1 / (1 + np.exp(-(2 * values[:, 0] - 1)))).astype(float)

    weights, bias = learning.logistic(values, wanted, np.ones(4000))

    assert abs(weights[0] - 2) < 0.25
    assert abs(weights[1]) < 0.15
    assert abs(bias + 1) < 0.2


def test_what_is_enough_leaves_nothing_below_the_recall_asked_for(monkeypatch):
    monkeypatch.setattr(training, "RECALL", 0.8)
    lines = training.Lines(training.read(HERE / "lines_tune.jsonl")[:200])
    lines.is_ruled[:] = False
    chance = np.random.default_rng(6)
    known = chance.normal(0, 1, (200, len(judging.EVIDENCE))).astype(np.float32)
    known[:, 0] += 2 * lines.is_hit

    found = training.verdict(lines, known, np.ones(200, bool), with_meaning=True)

    hit, _ = judging.log_odds(known, found).T
    assert abs((hit[lines.is_hit] >= -1e-4).mean() - 0.8) < 0.03
    assert found.shape == (len(judging.EVIDENCE) + 1, 2)


def test_every_hand_is_known_and_asked_by_layers_that_did_not_learn_from_it():
    asked = [hand for hands in training.LEFT_OUT for hand in hands]
    lines = [line for name in ("train", "tune", "everyday") for line in training.read(HERE / f"lines_{name}.jsonl")]
    hands = {training.HAND.findall(line["id"])[0] for line in lines}
    assert hands == {*asked, *training.WISER, "t"}
    assert len(asked) == len(set(asked))


def test_glosses_are_of_words_as_they_are_after_normalizing_and_each_is_given_once():
    words = [word for line in glossing.PATH.read_text(encoding="utf-8").splitlines() for word in gloss_row(line)]
    assert len(words) == len(set(words))
    assert [word for word in words if not weighing.WORD.fullmatch(word)] == []
    assert glossing.in_english("me quiero morir hoy") == "me i want die today"
    assert glossing.in_english("las pastillas de mi abuela") == "the pills of my grandma"
    assert glossing.in_english(normalizing.normal("¿Dejarme sola?")) == "¿leave myself alone?"


def gloss_row(line):
    return [] if not line or line.startswith("#") else json.loads(line.split("=")[1]).split()


def test_spanish_is_told_from_english():
    assert glossing.is_spanish("ya no quiero vivir")
    assert not glossing.is_spanish("i dont want to live like this")
