"""Words have rows from 2 on; 0 is padding and 1 is unknown."""

import pytest

from emotag_model.text import PADDING_ID, UNKNOWN_ID, TextDataError, Vocabulary


def test_rows_follow_the_order_of_words():
    vocabulary = Vocabulary(["the", "cat"])
    assert len(vocabulary) == 4
    assert vocabulary.index["the"] == 2
    assert vocabulary.index["cat"] == 3
    assert vocabulary.words[vocabulary.index["cat"]] == "cat"


def test_the_first_rows_are_reserved():
    words = Vocabulary([]).words
    assert (words[PADDING_ID], words[UNKNOWN_ID]) == ("<pad>", "<unk>")


def test_membership():
    vocabulary = Vocabulary(["the"])
    assert "the" in vocabulary
    assert "cat" not in vocabulary


@pytest.mark.parametrize("words", [["a", "b", "a"], ["<pad>"], ["a", "<unk>"]])
def test_a_word_has_one_row(words):
    with pytest.raises(TextDataError, match="occurs twice"):
        Vocabulary(words)
