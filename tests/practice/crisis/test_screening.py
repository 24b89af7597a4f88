"""The screen: what it hears, what it leaves alone, and that nothing makes it slow or silent."""

import json
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from practice import embeddings
from practice.crisis import grammar, matching, normalizing, screening, sensing, weighing

HERE = Path(__file__).parent
CHAT = HERE.parent.parent / "advice" / "chat" / "questions.jsonl"
HITS = {"self", "other", "abuse", "violence", "medical"}
LINES = {
    name: [json.loads(line) for line in (HERE / f"lines_{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    for name in ("train", "tune", "everyday", "test")
}


@pytest.fixture
def no_weights(monkeypatch, tmp_path):
    monkeypatch.setattr(weighing, "PATH", tmp_path / "nothing.npz")
    weighing.model.cache_clear()
    yield
    weighing.model.cache_clear()


@pytest.mark.parametrize(
    ("text", "kind", "tier"),
    [
        ("I'm going to kill myself tonight", "self", "act_now"),
        ("wanna k1ll mys3lf 2nite", "self", "act_now"),
        ("I want to d i e", "self", "check_in"),
        ("everyone would be better off without me", "self", "check_in"),
        ("Me voy a matar esta noche", "self", "act_now"),
        ("the voices tell me to jump", "self", "act_now"),
        ("I don't want to die but I can't keep living like this", "self", "check_in"),
        ("my son says he wants to die", "other", "check_in"),
        ("he choked me last night", "abuse", "act_now"),
        ("mi esposo me pega", "abuse", "check_in"),
        ("I'm going to kill my boss", "violence", "act_now"),
        ("I took a whole bottle of pills", "medical", "act_now"),
        ("my brother died by suicide in 2019", "bereaved", None),
    ],
)
def test_plain_danger_is_heard_by_the_rules_alone(no_weights, text, kind, tier):
    found = screening.screen(text)
    assert (found.kind, found.tier) == (kind, tier)
    assert found.is_hit is (kind != "bereaved")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my back is killing me",
        "this commute is killing me",
        "kill my subscription",
        "me muero de hambre",
        "Can I book an appointment for next Tuesday?",
        "Is Dr. Killian available on Mondays?",
        "Do you treat self-harm in teens?",
        "I used to cut in high school, eight years free of it now",
        "In the film she kills herself at the end",
        "STOP",
        "hi again",
        "something else",
        "ok",
        "C",
        "yes thursday works",
        "hola de nuevo",
    ],
)
def test_everyday_words_are_left_alone(text):
    assert screening.screen(text).kind == "none"


@pytest.mark.parametrize("text", ["b", "C", "a b", "A. B.", "a\0b"])
def test_letters_that_stand_alone_are_answers_and_initials(text):
    assert screening.screen(text) == screening.Screening()


def test_letters_that_spell_a_cry_together_are_heard():
    assert screening.screen("k i l l  m y s e l f").is_hit
    assert screening.screen("k m s").is_hit == screening.screen("kms").is_hit


def test_a_clause_in_a_long_letter_is_not_lost():
    letter = "We talked about the garden and the new fence for a while, and it was fine. " * 150
    found = screening.screen(letter + "I have a plan to kill myself. " + letter)
    assert (found.kind, found.tier) == ("self", "act_now")
    unbroken = "and the garden and the fence " * 600
    assert screening.screen(unbroken + "i want to kill myself " + unbroken).tier == "act_now"


def test_reasons_are_names_of_rules_and_never_words_of_the_text():
    known = {rule.name for rule in grammar.grammar().rules} | {f"learned.{kind}" for kind in screening.KINDS}
    for line in LINES["train"][::50]:
        assert set(screening.screen(line["text"]).reasons) <= known


@pytest.mark.parametrize(
    "text",
    ["\x00", "\ud800\udfff", "\u202e\u200b", "💀🔪", "ß" * 50, "'" * 99, "*" * 99, "a\n" * 99, "\U0010ffff", "İ"],
)
def test_no_text_breaks_the_screen(text):
    assert screening.screen(text).kind in screening.KINDS
    assert screening.screen(f"{text} I want to kill myself {text}").is_hit


@pytest.mark.parametrize(
    "piece",
    [
        "kill ",
        "i want to ",
        "a",
        "i ",
        "!? ",
        "k.i.l.l.",
        "my friend said he wants ",
        "\n",
        "dont ",
        "é",
        "i really just so ",
    ],
)
def test_time_grows_with_length_and_no_faster(piece):
    def seconds(size):
        text = (piece * (size // len(piece) + 1))[:size]
        begun = time.perf_counter()
        screening.screen(text)
        return time.perf_counter() - begun

    screening.screen("warm up: I want to kill myself")
    short, long = min(seconds(2_000) for _ in range(2)), seconds(20_000)
    assert long < 30 * short + 0.5


def test_the_layers_say_what_is_up(no_weights):
    assert screening.layers() == {"rules": True, "ngrams": False, "embeddings": False}


def test_with_weights_and_vectors_all_layers_are_up():
    assert screening.layers() == {"rules": True, "ngrams": True, "embeddings": True}


def test_without_vectors_the_rules_and_the_ngrams_go_on(monkeypatch, tmp_path):
    monkeypatch.setenv("EMBEDDING_MODEL_PATH", str(tmp_path / "nothing.onnx"))

    assert screening.layers() == {"rules": True, "ngrams": True, "embeddings": False}
    assert screening.screen("I want to kill myself").is_urgent
    assert not screening.screen("Can you recommend a good book about gardening").is_hit
    heard = [screening.screen(line["text"]).is_hit for line in LINES["test"] if line["kind"] in HITS]
    assert sum(heard) / len(heard) >= 0.75


def test_the_chatbot_and_the_screen_read_a_question_once():
    question = "how can someone calm down before a long flight"
    screening.screen(question)
    read = embeddings._states.cache_info().misses
    vector = embeddings.vector(question)

    assert embeddings._states.cache_info().misses == read
    assert np.allclose(vector, embeddings.vectors([question])[0], atol=1e-4)


def test_weights_that_are_no_weights_leave_the_rules_running(monkeypatch, tmp_path):
    broken = tmp_path / "weights.npz"
    broken.write_bytes(b"not an archive")
    monkeypatch.setattr(weighing, "PATH", broken)
    weighing.model.cache_clear()
    try:
        assert not weighing.is_up()
        assert screening.screen("I want to kill myself").is_hit
    finally:
        weighing.model.cache_clear()


def runs_of_five(text):
    plain = " ".join(text.lower().split())
    return {plain[n : n + 5] for n in range(max(1, len(plain) - 4))}


def test_the_labelled_lines_are_many_and_no_two_are_alike():
    lines = [line for some in LINES.values() for line in some]
    runs = [runs_of_five(line["text"]) for line in lines]
    often = Counter(run for mine in runs for run in mine)
    seen: dict[str, list[int]] = {}
    alike = []
    for n, mine in enumerate(runs):
        # Two that share more than .6 of their runs share one of the rarest .4 of each.
        rarest = sorted(mine, key=lambda run: (often[run], run))[: int(0.4 * len(mine)) + 1]
        for other in {other for run in rarest for other in seen.get(run, ())}:
            if len(mine & runs[other]) > 0.6 * len(mine | runs[other]):
                alike.append((lines[other]["id"], lines[n]["id"]))
        for run in rarest:
            seen.setdefault(run, []).append(n)

    assert alike == []
    assert len(lines) >= 11_500
    assert sum(line["language"] == "es" for line in lines) >= len(lines) / 4
    assert sum(line["kind"] in HITS for line in lines) >= 2000
    assert len({line["id"] for line in lines}) == len(lines)


@pytest.fixture(scope="module")
def on_the_test_split():
    """The test split's lines, which nothing was made with, each with what the screen makes of it."""
    return [(screening.screen(line["text"]), line) for line in LINES["test"]]


def share(some):
    some = list(some)
    return sum(some) / len(some)


def test_on_lines_it_was_not_made_with_the_screen_keeps_its_promise(on_the_test_split):
    danger = [seen.is_hit for seen, line in on_the_test_split if line["kind"] in HITS]
    quiet = [seen for seen, line in on_the_test_split if line["kind"] not in HITS]

    assert share(danger) >= 0.93
    assert share(seen.is_hit for seen in quiet) <= 0.13
    assert share(seen.tier == "act_now" for seen in quiet) <= 0.04


@pytest.mark.parametrize(
    ("sorts", "least"),
    [
        ({"explicit"}, 0.92),
        ({"now"}, 0.92),
        ({"third_party"}, 0.92),
        ({"danger"}, 0.92),
        ({"indirect"}, 0.85),
        ({"slang", "teen"}, 0.85),
        ({"negated"}, 0.85),
    ],
)
def test_each_sort_of_danger_is_heard(on_the_test_split, sorts, least):
    heard = [seen.is_hit for seen, line in on_the_test_split if line["sort"] in sorts and line["kind"] in HITS]
    assert share(heard) >= least


def test_spanish_is_heard_as_english_is(on_the_test_split):
    heard = [seen.is_hit for seen, line in on_the_test_split if line["language"] == "es" and line["kind"] in HITS]
    assert share(heard) >= 0.92


def test_what_cannot_wait_is_told_from_what_can_be_asked(on_the_test_split):
    now = [seen.is_urgent for seen, line in on_the_test_split if line.get("tier") == "act_now"]
    soft = ("distress", "recovery", "grief", "denial")
    hasty = [seen.is_urgent for seen, line in on_the_test_split if line["sort"] in soft and line["kind"] not in HITS]

    assert share(now) >= 0.78
    assert share(hasty) <= 0.04


def test_small_talk_is_hardly_ever_taken_for_danger():
    said = [line["text"] for line in LINES["everyday"] if line["sort"] == "everyday"][::3]
    assert share(screening.screen(text).is_hit for text in said) <= 0.03


def test_an_ordinary_question_to_the_chatbot_is_seldom_met_with_worry_and_never_with_haste():
    asked = [json.loads(line) for line in CHAT.read_text(encoding="utf-8").splitlines()]
    plain = [line["text"] for line in asked if line["group"] in ("answer", "booking", "facts")]
    found = [screening.screen(text) for text in plain]
    assert share(seen.is_hit for seen in found) <= 0.18  # docs/crisis-screening.md: too many
    assert share(seen.is_urgent for seen in found) <= 0.01


def test_a_name_or_a_plain_word_or_two_is_not_read_for_its_meaning_and_nothing_is_lost_by_it(monkeypatch):
    learned = weighing.model()
    lines = [line["text"] for some in LINES.values() for line in some if len(line["text"].split()) <= weighing.FEW]
    plain = [text for text in lines if weighing.is_plain(normalizing.normal(text), learned)]
    unread = [text for text in plain if not matching.found_in(normalizing.normal(text))]
    with monkeypatch.context() as patch:
        patch.setattr(sensing, "scores", None)  # which would be called in vain
        quick = [screening.screen(text) for text in unread]
    monkeypatch.setattr(weighing, "FEW", 0)
    thorough = [screening.screen(text) for text in unread]

    assert len(unread) > 50
    assert [seen.tier for seen in quick] == [seen.tier for seen in thorough]
    assert weighing.is_plain("siobhan weatherby", learned) is False  # as long as FEW is nought


@pytest.mark.parametrize("name", ["Siobhan Weatherby", "Juan Pablo Rueda", "Ok thanks"])
def test_a_plain_name_costs_no_look_at_its_meaning(name):
    assert weighing.is_plain(normalizing.normal(name), weighing.model())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wanna KMS rn", "want to kill myself right now"),
        ("su1c1d3 su*cide s.u.i.c.i.d.e suiside", "suicide suicide suicide suicide"),
        ("i want 2 dieeee", "i want to die"),
        ("ＫＩＬＬ", "kill"),
        ("he OD'd", "he overdosed"),
        ("kiero morirme xq", "quiero morirme porque"),
        ("room 101 at 4pm, 30mg", "room 101 at 4pm, 30mg"),
    ],
)
def test_disguises_come_off(written, meant):
    assert normalizing.normal(written).strip() == meant


def test_an_unbroken_text_is_read_in_overlapping_pieces():
    text = " ".join(f"word{n}" for n in range(2000))
    assert all(len(piece) <= matching.LONGEST for piece in matching.sentences(text))
    assert {word for piece in matching.sentences(text) for word in piece.split()} >= set(text.split())
