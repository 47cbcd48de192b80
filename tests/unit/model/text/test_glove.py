"""Word vectors are read from both forms, and a broken file is blamed by line."""

import os
from pathlib import Path

import numpy as np
import pytest

from emotag_model.text import TextDataError
from emotag_model.text.glove import load_glove

SHARED = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[4].parent / "shared"))


def write_npy(folder, words, vectors):
    np.save(folder / "vectors.npy", np.asarray(vectors))
    (folder / "words.vocab.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    return folder / "vectors.npy"


def write_text(folder, text, name="glove.txt"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_stanford_text(tmp_path):
    loaded = load_glove(write_text(tmp_path, "the 0.5 -1\n. 2 3e-1\ncafé 0 0\n"))
    assert loaded.words == ["the", ".", "café"]
    assert loaded.size == 2
    np.testing.assert_allclose(loaded.vectors, [[0.5, -1], [2, 0.3], [0, 0]], rtol=1e-6)
    assert loaded.vectors.dtype == np.float32


def test_words_that_look_like_line_breaks_stay_words(tmp_path):
    assert load_glove(write_text(tmp_path, "a\u2028 1\n\x85 2\n")).words == ["a\u2028", "\x85"]


def test_words_may_hold_blanks(tmp_path):
    """Some of GloVe's 840 billion do."""
    loaded = load_glove(write_text(tmp_path, "the 1 2\n. . 3 4\nat name@domain.com 5 6\n"))
    assert loaded.words == ["the", ". .", "at name@domain.com"]
    assert loaded.vectors.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_words_of_a_vocabulary_that_look_like_line_breaks_stay_words(tmp_path):
    path = write_npy(tmp_path, ["a\u2028b", "c\x85", "d\x1c"], [[1.0], [2.0], [3.0]])
    assert load_glove(path).words == ["a\u2028b", "c\x85", "d\x1c"]
    (tmp_path / "words.vocab.txt").write_bytes(b"the\r\nof\r\nto")
    assert load_glove(path).words == ["the", "of", "to"]


def test_array_with_vocabulary(tmp_path):
    loaded = load_glove(write_npy(tmp_path, ["the", "of"], np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float16)))
    assert loaded.words == ["the", "of"]
    assert loaded.vectors.dtype == np.float32
    assert loaded.vectors.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_both_forms_agree(tmp_path):
    numbers = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float16)
    words = [f"w{row}" for row in range(5)]
    lines = [
        f"{word} {' '.join(str(float(value)) for value in row)}\n" for word, row in zip(words, numbers, strict=True)
    ]
    text = load_glove(write_text(tmp_path, "".join(lines), name="glove.5.txt"))
    array = load_glove(write_npy(tmp_path, words, numbers))
    assert text.words == array.words
    np.testing.assert_array_equal(text.vectors, array.vectors)


def test_a_folder_is_searched(tmp_path):
    write_npy(tmp_path, ["the"], [[1.0]])
    assert load_glove(tmp_path).words == ["the"]


def test_a_folder_with_text_only(tmp_path):
    write_text(tmp_path, "the 1\n", name="glove.6B.txt")
    assert load_glove(tmp_path).words == ["the"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("the 1 2\nof 1\n", r"glove\.txt:2: has 1 numbers, the first line has 2"),
        ("the 1 2\nof 1 2 3\n", r"glove\.txt:2: has more numbers than the first line, which has 2"),
        ("2 2\nthe 1 2\n", r"glove\.txt:2: has more numbers than the first line, which has 1"),
        ("the 1 2\nof 1 x\n", r"glove\.txt:2: expected a word and numbers"),
        ("the\n", r"glove\.txt:1: has 0 numbers"),
        ("the 1 nan\n", r"vector of 'the' \(row 1\) is not finite"),
        ("", "is empty"),
    ],
)
def test_a_broken_text_is_blamed_by_line(tmp_path, text, message):
    with pytest.raises(TextDataError, match=message):
        load_glove(write_text(tmp_path, text))


def test_what_is_no_utf8_is_blamed_by_line(tmp_path):
    text = write_text(tmp_path, "")
    text.write_bytes("the 1\ncafé 2\n".encode("latin-1"))
    with pytest.raises(TextDataError, match=r"glove\.txt:2: is not UTF-8"):
        load_glove(text)
    array = write_npy(tmp_path, ["the", "of"], [[1.0], [2.0]])
    (tmp_path / "words.vocab.txt").write_bytes("the\ncafé\n".encode("latin-1"))
    with pytest.raises(TextDataError, match=r"words\.vocab\.txt:2: is not UTF-8"):
        load_glove(array)


def test_an_array_of_another_length_than_its_vocabulary(tmp_path):
    with pytest.raises(TextDataError, match=r"shape \(2, 1\), but words.vocab.txt has 1 words"):
        load_glove(write_npy(tmp_path, ["the"], [[1.0], [2.0]]))


@pytest.mark.parametrize("content", [b"", b"not an array", b"PK\x03\x04 cut"])
def test_an_array_that_is_none(tmp_path, content):
    path = write_npy(tmp_path, ["the"], [[1.0]])
    path.write_bytes(content)
    with pytest.raises(TextDataError, match="not a NumPy array"):
        load_glove(path)


def test_an_array_whose_header_is_damaged(tmp_path):
    path = write_npy(tmp_path, ["the"], [[1.0]])
    path.write_bytes(path.read_bytes().replace(b"}", b" "))
    with pytest.raises(TextDataError, match="not a NumPy array"):
        load_glove(path)


def test_the_first_word_may_hold_blanks_too(tmp_path):
    read = load_glove(write_text(tmp_path, ". . 1 2\nthe 3 4\n5 5 6\n"))
    assert read.words == [". .", "the", "5"]
    np.testing.assert_array_equal(read.vectors, [[1, 2], [3, 4], [5, 6]])


def test_several_arrays_in_one_file(tmp_path):
    path = write_npy(tmp_path, ["the"], [[1.0]])
    np.savez(tmp_path / "several", [[1.0]])
    (tmp_path / "several.npz").replace(path)
    with pytest.raises(TextDataError, match="not a NumPy array"):
        load_glove(path)


@pytest.mark.parametrize("array", [[["a"]], [[1j]], [[True]]])
def test_an_array_of_no_numbers(tmp_path, array):
    with pytest.raises(TextDataError, match=r"vectors\.npy: holds .*; expected numbers"):
        load_glove(write_npy(tmp_path, ["the"], array))


def test_a_pickled_array_is_never_unpickled(tmp_path):
    path = write_npy(tmp_path, ["the"], [[1.0]])
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(TextDataError, match="not a NumPy array"):
        load_glove(path)


def test_a_missing_vocabulary(tmp_path):
    path = write_npy(tmp_path, ["the"], [[1.0]])
    (tmp_path / "words.vocab.txt").unlink()
    with pytest.raises(TextDataError, match="exactly one"):
        load_glove(path)


def test_missing_and_ambiguous_places(tmp_path):
    with pytest.raises(TextDataError, match="no such file"):
        load_glove(tmp_path / "nowhere.txt")
    with pytest.raises(TextDataError, match="holds no word vectors"):
        load_glove(tmp_path)
    write_text(tmp_path, "the 1\n", name="glove.a.txt")
    write_text(tmp_path, "the 1\n", name="glove.b.txt")
    with pytest.raises(TextDataError, match="name the one to use"):
        load_glove(tmp_path)


@pytest.mark.skipif(
    not (SHARED / "glove").is_dir() and not (SHARED / "data" / "glove").is_dir(), reason="no GloVe at hand"
)
def test_the_real_vectors_know_near_words():
    loaded = load_glove(SHARED / "data" / "glove")
    rows = {word: row for row, word in enumerate(loaded.words)}
    joy, happy, tax = (loaded.vectors[rows[word]] for word in ("joy", "happiness", "tax"))
    assert joy @ happy > joy @ tax
    assert loaded.size == 100
