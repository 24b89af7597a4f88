"""What the ranking promises."""

import numpy as np

from advice.ranking import Index, Piece, tokens


def unit(*values):
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_words_find_their_inflected_forms():
    assert tokens("worrying worried worries", "en") == tokens("worry worry worry", "en")
    assert tokens("preocupaciones", "es") == tokens("preocupación", "es")


def test_a_piece_without_a_vector_is_still_found_by_its_words():
    index = Index([Piece("a", "one", "sleep and rest", vector=unit(1, 0)), Piece("b", "two", "grief and loss")])

    assert index.search("grief", vector=unit(0, 1))[0].source == "two"


def test_a_title_that_fits_brings_its_post_forward():
    pieces = [
        Piece("a", "one", "text of one", vector=unit(0.6, 0.8)),
        Piece("b", "two", "text of two", vector=unit(0, 1)),
        Piece("c", "two", "label", is_label=True, vector=unit(1, 0.1)),
    ]

    best = Index(pieces).search("anything", vector=unit(1, 0))[0]

    assert best.source == "two"
    assert [key for key, _score in best.pieces] == ["b"]  # the label itself is never quoted


def test_the_order_does_not_depend_on_the_order_of_the_rows():
    pieces = [Piece(f"{n}", f"post-{n}", "the same words", vector=unit(1, 0)) for n in range(9)]

    there = [one.source for one in Index(pieces).search("same words", vector=unit(1, 0))]
    back = [one.source for one in Index(pieces[::-1]).search("same words", vector=unit(1, 0))]

    assert there == back


def test_an_empty_index_finds_nothing():
    assert Index([]).search("anything") == []
    assert Index([Piece("a", "one", "")]).search("anything")[0].score == 0
