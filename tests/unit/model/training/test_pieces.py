"""Pieces are what many words begin or end with, and start from the mean of the words they are pieces of."""

import numpy as np

from emotag_model.text import Vocabulary
from emotag_model.text.glove import WordVectors
from emotag_model.training import pieces as module
from emotag_model.training.pieces import choose_pieces, piece_vectors

WORDS = ["unkind", "unfair", "untrue", "kindness", "fairness", "madness", "x1ness", "ness"]


def test_what_most_words_share_comes_first(monkeypatch):
    monkeypatch.setattr(module, "PIECES", 2)
    assert choose_pieces(WORDS) == ["un##", "fairn##", "##ness", "##ess"]


def test_a_piece_leaves_a_stem_and_two_letters_at_least():
    pieces = choose_pieces(["kindness"])
    assert {"ki##", "kindn##", "##ss", "##dness"} <= set(pieces)
    assert not {"k##", "##s", "kindne##", "##indness"} & set(pieces)
    assert choose_pieces(["cat", "sad", "a-b-c-d", "10thly"]) == []


def test_the_order_is_always_the_same():
    assert choose_pieces(WORDS) == choose_pieces(reversed(WORDS)) == choose_pieces([*WORDS])


def test_a_piece_starts_from_the_words_that_it_is_read_in():
    vectors = WordVectors(
        ["kind", "fair", "unkind", "unfair", "fairness", "zebra"],
        np.array([[9, 9], [9, 9], [1, 2], [3, 4], [5, 5], [7, 7]], dtype=np.float32),
    )
    found = piece_vectors(Vocabulary(["kind", "fair", "un##", "##ness", "##nd"]), vectors)
    assert found.keys() == {"un##", "##ness"}
    np.testing.assert_allclose(found["un##"], [2, 3])
    np.testing.assert_allclose(found["##ness"], [5, 5])


def test_without_pieces_there_are_no_vectors():
    vectors = WordVectors(["kind"], np.ones((1, 2), dtype=np.float32))
    assert piece_vectors(Vocabulary(["kind"]), vectors) == {}
