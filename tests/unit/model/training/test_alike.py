"""Words without a row find the one that is most like them."""

import numpy as np
import pytest

from emotag_model.text.glove import WordVectors
from emotag_model.training import alike as module
from emotag_model.training.alike import find_alike

VECTORS = {
    "adore": (1.0, 0.0, 0.0, 0.0),
    "despise": (0.6, 0.8, 0.0, 0.0),
    "merciless": (0.0, 0.0, 1.0, 0.0),
    "kind": (0.0, 0.3, 0.9, 0.0),
    "its": (0.0, 0.0, 0.0, 1.0),
}
REST = {
    "despises": (0.9, 0.44, 0.0, 0.0),
    "hating": (0.55, 0.83, 0.0, 0.0),
    "merciful": (0.0, 0.05, 1.0, 0.0),
    "zebra": (-1.0, -1.0, -1.0, -1.0),
    "abc": (1.0, 0.0, 0.0, 0.0),
    "1990s": (1.0, 0.0, 0.0, 0.0),
    "well-known": (1.0, 0.0, 0.0, 0.0),
    "zero": (0.0, 0.0, 0.0, 0.0),
}


@pytest.fixture
def vectors():
    words = VECTORS | REST
    return WordVectors(list(words), np.array(list(words.values()), dtype=np.float32))


def test_words_are_alike_by_their_vectors(vectors):
    assert find_alike(vectors, VECTORS)["hating"] == "despise"


def test_a_common_stem_outweighs_a_nearer_vector(vectors, monkeypatch):
    assert find_alike(vectors, VECTORS)["despises"] == "despise"
    monkeypatch.setattr(module, "KINSHIP", 0.0)
    assert find_alike(vectors, VECTORS)["despises"] == "adore"


def test_what_is_without_is_not_alike_what_is_with(vectors, monkeypatch):
    assert find_alike(vectors, VECTORS)["merciful"] == "kind"
    monkeypatch.setattr(module, "_OPPOSITE", "ness")
    assert find_alike(vectors, VECTORS)["merciful"] == "merciless"


def test_only_long_words_of_letters_that_are_like_something_are_found(vectors):
    assert find_alike(vectors, VECTORS).keys() == {"despises", "hating", "merciful"}


def test_blocks_change_nothing(vectors, monkeypatch):
    whole = find_alike(vectors, VECTORS)
    monkeypatch.setattr(module, "_BLOCK", 1)
    assert find_alike(vectors, VECTORS) == whole


def test_nothing_is_alike_no_words(vectors):
    assert find_alike(vectors, {"lion", "1990s"}) == {}
    assert find_alike(vectors, vectors.words) == {}
