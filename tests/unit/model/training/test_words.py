"""The words that get a row, and what their vectors start from."""

import numpy as np
import pytest

from emotag_model.text.glove import WordVectors
from emotag_model.text.rules import Rules
from emotag_model.text.splitter import MARKS
from emotag_model.training.words import build_vocabulary, count_words, starting_vectors


@pytest.fixture
def vectors():
    words = ["the", "cat", "tears", "joy", "rare", "soo", "sooo", "well", "known"]
    return WordVectors(words, np.random.default_rng(0).standard_normal((len(words), 4)).astype(np.float32))


def rows_of(vocabulary, vectors, **changes):
    rows = starting_vectors(vocabulary, vectors, **({"scale": 0.4, "seed": 1} | changes))
    return lambda word: rows[vocabulary.index[word]]


def test_words_are_counted_as_they_are_cut():
    assert count_words(["Don't do it!", "IT 😂"]) == {"do": 2, "n't": 1, "it": 2, "!": 1, "😂": 1}


def test_who_gets_a_row(vectors):
    vocabulary = build_vocabulary(
        ["rare rare zebra zebra zebra zebra lion lion lion", "unseen known cat"], vectors, glove_words=2
    )
    assert {"the", "cat", "rare", "zebra"} <= set(vocabulary.words)
    assert not {"lion", "unseen", "tears", "joy", "known"} & set(vocabulary.words)
    assert set(MARKS) <= set(vocabulary.words)
    assert "🙂" in vocabulary


def test_emoji_need_two_occurrences_and_numbers_without_a_vector_get_no_row(vectors):
    vocabulary = build_vocabulary(["🦄 🦄 🦊 4711 4711 4711 4711 4711"], vectors, glove_words=2)
    assert "🦄" in vocabulary
    assert not {"🦊", "4711"} & set(vocabulary.words)


def test_drawn_out_words_get_none(vectors):
    vocabulary = build_vocabulary(["noooo " * 4], vectors, glove_words=9)
    assert "soo" in vocabulary
    assert "sooo" not in vocabulary
    assert "noooo" not in vocabulary


def test_padding_and_unknown_may_have_vectors_of_their_own():
    words = ["<unk>", "the", "<pad>", "cat"]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((4, 4)).astype(np.float32))
    vocabulary = build_vocabulary(["cat"], vectors, glove_words=4)
    assert vocabulary.words[:4] == ("<pad>", "<unk>", "the", "cat")
    row = rows_of(vocabulary, vectors)
    np.testing.assert_allclose(row("<unk>"), vectors.vectors[0] * 0.4 / vectors.vectors.std(), rtol=1e-5)
    assert not row("<pad>").any()


def test_the_frequent_stand_first(vectors):
    words = build_vocabulary(["zebra " * 4 + "lion " * 5], vectors, glove_words=2).words
    assert words[2:4] == ("the", "cat")
    assert words.index("lion") < words.index("zebra")


def test_the_order_is_always_the_same(vectors):
    texts = ["😂 a b a b [NAME] c-d c-d", "x y x y", "x y x y a b a b"]
    assert build_vocabulary(texts, vectors, 3).words == build_vocabulary(reversed(texts), vectors, 3).words


def test_known_words_start_from_their_vector_scaled(vectors):
    vocabulary = build_vocabulary([], vectors, glove_words=9)
    row = rows_of(vocabulary, vectors)
    factor = 0.4 / vectors.vectors.std()
    np.testing.assert_allclose(row("cat"), vectors.vectors[1] * factor, rtol=1e-5)
    np.testing.assert_allclose(rows_of(vocabulary, vectors, scale=0.8)("cat"), row("cat") * 2, rtol=1e-5)


def test_emoji_start_from_their_name_and_compounds_from_their_parts(vectors):
    vocabulary = build_vocabulary(["😂 😂" + " well-known" * 4], vectors, glove_words=9)
    row = rows_of(vocabulary, vectors)
    np.testing.assert_allclose(row("😂"), (row("tears") + row("joy")) / 2, rtol=1e-5)
    np.testing.assert_allclose(row("well-known"), (row("well") + row("known")) / 2, rtol=1e-5)


def test_the_rest_starts_from_small_seeded_noise(vectors):
    vocabulary = build_vocabulary(["zebra " * 4], vectors, glove_words=1)
    row = rows_of(vocabulary, vectors)
    assert 0 < np.abs(row("zebra")).max() < 0.5
    np.testing.assert_array_equal(row("zebra"), rows_of(vocabulary, vectors)("zebra"))
    assert not np.array_equal(row("zebra"), rows_of(vocabulary, vectors, seed=2)("zebra"))
    assert not row("<pad>").any()


def test_rules_decide_what_is_counted():
    assert count_words(["STOP me@example.org"], Rules(technical=False))["@"] == 1
    assert count_words(["STOP me@example.org"]) == {"stop": 1, "<email>": 1}


def test_words_without_a_vector_start_from_what_they_would_be_read_as():
    words = ["tear", "drop", "number", "ten", "joyful"]
    vectors = WordVectors(words, np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32))
    vocabulary = build_vocabulary(["tear-drop joyfull " * 4], vectors, glove_words=9)
    row = rows_of(vocabulary, vectors)
    np.testing.assert_allclose(row("tear-drop"), (row("tear") + row("drop")) / 2, rtol=1e-5)
    np.testing.assert_allclose(row("joyfull"), row("joyful"), rtol=1e-5)
    np.testing.assert_allclose(row("<number>"), (row("number") + row("ten")) / 2, rtol=1e-5)
    assert 0 < np.abs(row("<elongated>")).max() < 0.5
